"""The playbooks of the company, with rules of every kind."""

from bench.scale.company import get_stages

CONDITIONS = [
    "[('expected_revenue', '>', 0)]",
    "[('email_from', '!=', False)]",
    "['|', ('phone', '!=', False), ('website', '!=', False)]",
    "[('partner_id.country_id', '!=', False)]",
    "[('date_deadline', '>=', 'today')]",
]
CRITERIA = {
    "[('phone', '!=', False)]": 4,
    "[('budget_max', '>', 0)]": 3,
    "[('expected_revenue', '>', 500)]": 3,
}
TIERS = (("A", 50_000, 60, 7), ("B", 10_000, 30, 14), ("C", 0, 0, 30))
TRIGGERS = ("communication", "review", "follow_up", "risk_raised", "won", "lost")
SINCE = "2000-01-01"


def make_playbook(env, name):
    """Makes a playbook of all stages, without any rule, that nobody follows yet."""
    return env["crm.playbook"].create(
        {
            "name": f"Scale {name}",
            "mode": "enforce",
            "is_default": False,
            "stage_ids": [(0, 0, {"stage_id": stage.id, "expected_days": 40}) for stage in get_stages(env)],
        }
    )


def add_gates(env, playbook):
    """Gives it conditions and outputs."""
    first, second, *others = playbook.stage_ids
    second.condition_ids = [(0, 0, {"name": domain, "domain": domain}) for domain in CONDITIONS]
    for stage in others:
        stage.condition_ids = [(0, 0, {"name": "Revenue", "domain": CONDITIONS[0]})]
    for name, approval in {"Report": "none", "Contract": "team_leader"}.items():
        env["crm.playbook.output"].create(
            {"name": name, "playbook_stage_id": first.id, "approval": approval, "effective_from": SINCE}
        )


def add_rules(env, playbook):
    """Gives it conditions, outputs, a score sheet, tiers, and a deadline of each kind."""
    add_gates(env, playbook)
    playbook.criterion_ids = [
        (0, 0, {"name": domain, "domain": domain, "points": points}) for domain, points in CRITERIA.items()
    ]
    names = ("tier", "min_revenue", "min_probability", "delay_count")
    playbook.tier_ids = [(0, 0, dict(zip(names, tier, strict=True))) for tier in TIERS]
    add_deadlines(env, playbook)


def add_deadlines(env, playbook):
    """Gives it key actions, two of them in the second stage, and a deadline of each other kind."""
    rule = {
        "playbook_id": playbook.id,
        "effective_from": SINCE,
        "satisfied_domain": "[('pain_points', '!=', False)]",
    }
    intake = {"name": "Intake", "trigger": "lead_created", "delay_count": 1}
    escalation = {"escalation_to": "team_leader", "escalation_count": 1}
    stages = playbook.stage_ids[:5]
    env["crm.playbook.deadline"].create(
        [
            {**rule, **intake, "satisfied_domain": "[('source_id', '!=', False), ('phone', '!=', False)]"},
            *(
                {
                    **rule,
                    **escalation,
                    "name": name,
                    "trigger": name,
                    "delay_count": 7,
                    "satisfied_domain": False,
                }
                for name in TRIGGERS
            ),
            *(
                {**rule, **escalation, "name": "Work", "playbook_stage_id": stage.id, "delay_count": 5}
                for stage in (*stages, stages[1])
            ),
            {
                **rule,
                "name": "Letter",
                "playbook_stage_id": stages[0].id,
                "delay_count": 5,
                "domain": "[('phone', '=', 'none')]",
            },
        ]
    )
