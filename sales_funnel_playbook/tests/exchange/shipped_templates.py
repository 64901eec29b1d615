"""What the templates that come with the module are, for the tests."""

from functools import wraps
from typing import NamedTuple


class Shipped(NamedTuple):
    """What a shipped template has: its key in XML ids, its name, and its stages with the days expected."""

    key: str
    name: str
    stages: dict
    won: int  # how many of the stages, one after the other, count deals as won
    unskippable: set
    top_tier: tuple  # revenue and probability of tier A
    limits: set  # of its deadlines, besides what all templates have
    renewal: int = 0  # how many stages after those are for renewal deals


SHIPPED = [
    Shipped(
        "saas",
        "Enterprise SaaS",
        {
            "Potential lead": 5,
            "Preliminary intent": 10,
            "Solution demo": 20,
            "Negotiation": 15,
            "Contract signed": 90,
            "Renewal & upsell": 30,
        },
        won=1,
        renewal=1,
        unskippable={"Solution demo", "Negotiation", "Contract signed"},
        top_tier=(300_000, 60),
        limits={("review", 1, "weeks"), ("won", 3, "months")},
    ),
    Shipped(
        "standard",
        "Standard product",
        {"Enquiry": 2, "Need confirmed": 5, "Quotation": 7, "Closing": 5, "Order placed": 30},
        won=1,
        unskippable={"Quotation", "Order placed"},
        top_tier=(100_000, 60),
        limits={("review", 1, "weeks"), ("won", 2, "months")},
    ),
    Shipped(
        "equipment",
        "Long-cycle equipment",
        {
            "Project lead": 20,
            "Needs survey": 30,
            "Technical solution": 60,
            "Trial & reference visit": 60,
            "Tender & offer": 45,
            "Contract signed": 90,
            "Installation & acceptance": 60,
        },
        won=2,
        unskippable={"Needs survey", "Technical solution", "Tender & offer", "Contract signed"},
        top_tier=(2_000_000, 50),
        limits={("review", 2, "weeks"), ("won", 18, "months")},
    ),
]
COMMON_LIMITS = {
    ("lead_created", 1, "working_days"),
    ("communication", 24, "hours"),
    ("follow_up", 0, "working_days"),
    ("risk_raised", 1, "working_days"),
    ("won", 5, "working_days"),
    ("lost", 5, "working_days"),
}
# What of a rule of each kind has to come along, besides its translated texts.
COPIED = {
    "stage_ids": ("display_name", "objective", "expected_days", "allow_skip", "conversion_alert_rate"),
    "stage_ids.condition_ids": ("name", "guidance", "kind", "severity", "evidence_required", "domain"),
    "stage_ids.output_ids": ("name", "guidance", "evidence", "is_required", "approval", "delay_count"),
    "stage_ids.action_ids": ("name", "guidance", "delay_count", "delay_unit", "satisfied_domain"),
    "deadline_ids": ("name", "guidance", "trigger", "delay_count", "delay_unit", "domain", "case_mode"),
    "criterion_ids": ("name", "guidance", "kind", "points", "domain"),
    "criterion_ids.option_ids": ("name", "points"),
    "tier_ids": ("tier", "min_revenue", "min_probability", "delay_count", "follow_up_responsible"),
}
GUIDED = (
    *("stage_ids.condition_ids", "stage_ids.output_ids", "stage_ids.action_ids"),
    *("deadline_ids", "criterion_ids"),
)


def each_template(test):
    """Run a test for each row of the table, with the template."""

    @wraps(test)
    def run(self):
        for shipped in SHIPPED:
            with self.subTest(template=shipped.name):
                template = self.env.ref(f"sales_funnel_playbook.crm_playbook_template_{shipped.key}")
                test(self, shipped, template)

    return run
