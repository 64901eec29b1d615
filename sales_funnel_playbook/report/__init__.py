from . import crm_playbook_gate_report
