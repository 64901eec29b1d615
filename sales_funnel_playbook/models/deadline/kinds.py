"""What begins a playbook's work on a deal, and who does it."""

from ..core.crm_playbook_duty import ENTERING

TRIGGERS = [
    ("lead_created", "Lead captured"),
    (ENTERING, "Stage entered"),
    ("communication", "Customer contacted"),
    ("review", "Not updated for the time set"),
    ("follow_up", "Follow-up due by tier"),
    ("risk_raised", "Risk became high"),
    ("won", "Deal won"),
    ("lost", "Deal lost"),
]
# What a playbook's work on a deal was begun by.
WORK_KINDS = [
    *TRIGGERS,
    ("output", "Output"),
    ("escalation", "Escalation"),
    ("question", "Open Question"),
    ("approval", "Approval"),
    ("override", "Outstanding"),
    ("request", "Override Request"),
]
RESPONSIBLES = [
    ("salesperson", "Salesperson"),
    ("team_leader", "Team Leader"),
    ("capturer", "Who Captured It"),
    ("role", "A Role"),
    ("user", "A Named Person"),
]
