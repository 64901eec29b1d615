"""How a playbook stands in a JSON file: see ``static/schema/playbook-1.schema.json``."""

from typing import NamedTuple

FORMAT = "sales_funnel_playbook"
VERSION = 1
DUTY = ("delay_count", "delay_unit", "escalation_to", "escalation_count", "escalation_unit")
ACTION = ("responsible", "is_renewal_reminder", *DUTY)
DOMAINS = ("domain", "satisfied_domain")
HELP_FILES = {"help_files": "help_attachment_ids"}
HELP_MAILS = {"help_mails": "help_template_ids"}
ESCALATED = {"escalation_role": "escalation_role_id"}


class Part(NamedTuple):
    """How one kind of rule stands in a file: the names of its fields, and the lists of rules below it."""

    model: str
    parent: str = ""  # the field that leads to the rule above it
    texts: tuple[str, ...] = ("name", "guidance")  # in several languages
    values: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    has_activity: bool = False
    has_apps: bool = False  # what addons add is under "apps"
    files: dict[str, str] = {}  # key in the file: field that has files
    mails: dict[str, str] = {}  # key in the file: field that names email templates
    roles: dict[str, str] = {}  # key in the file: field that names a role, or several
    lists: dict[str, tuple[str, str]] = {}  # key in the file: field, part


# The schema says the same to those who write such files; a test compares the two.
PARTS = {
    "playbook": Part(
        "crm.playbook",
        texts=("name",),
        has_apps=True,
        values=("tier_margin", "worth_basis", "asked_contact", "renewal_making", "renewal_days"),
        lists={
            "stages": ("stage_ids", "stage"),
            "criteria": ("criterion_ids", "criterion"),
            "tiers": ("tier_ids", "tier"),
            "deadlines": ("deadline_ids", "deadline"),
        },
    ),
    "stage": Part(
        "crm.playbook.stage",
        "playbook_id",
        texts=("name", "objective", "help_text"),
        has_apps=True,
        values=(
            *("is_won", "expected_days", "allow_skip", "conversion_alert_rate", "conversion_alert_weeks"),
            *("conversion_alert_minimum", "dwell_alert_days", "is_renewal"),
        ),
        roles={"notify_roles": "notify_role_ids"},
        files=HELP_FILES,
        mails=HELP_MAILS,
        lists={
            "conditions": ("condition_ids", "condition"),
            "actions": ("action_ids", "action"),
            "outputs": ("output_ids", "output"),
        },
    ),
    "condition": Part(
        "crm.playbook.condition",
        "playbook_stage_id",
        values=("kind", "severity", "evidence_required", "stays_required", "met_by"),
        domains=("domain",),
        roles={"role": "role_id"},
    ),
    "action": Part(
        "crm.playbook.deadline",
        "playbook_stage_id",
        texts=("name", "guidance", "help_text"),
        values=ACTION,
        domains=DOMAINS,
        has_activity=True,
        roles={"role": "role_id", **ESCALATED},
        files=HELP_FILES,
        mails=HELP_MAILS,
    ),
    "deadline": Part(
        "crm.playbook.deadline",
        "playbook_id",
        texts=("name", "guidance", "help_text"),
        values=("trigger", "case_mode", "contact_of", *ACTION),
        domains=DOMAINS,
        has_activity=True,
        roles={"role": "role_id", **ESCALATED},
        files=HELP_FILES,
        mails=HELP_MAILS,
    ),
    "output": Part(
        "crm.playbook.output",
        "playbook_stage_id",
        values=("evidence", "is_required", "approval", "approval_by_other", "min_length", "met_by", *DUTY),
        has_activity=True,
        has_apps=True,
        files={"templates": "template_attachment_ids"},
        roles={"role": "role_id", "approval_role": "approval_role_id", **ESCALATED},
    ),
    "criterion": Part(
        "crm.playbook.criterion",
        "playbook_id",
        values=("kind", "points"),
        domains=("domain",),
        lists={"options": ("option_ids", "option")},
    ),
    "option": Part("crm.playbook.criterion.option", "criterion_id", texts=("name",), values=("points",)),
    "tier": Part(
        "crm.playbook.tier",
        "playbook_id",
        texts=(),
        values=(
            *("tier", "min_revenue", "min_probability", "delay_count", "delay_unit"),
            "follow_up_responsible",
        ),
    ),
}
