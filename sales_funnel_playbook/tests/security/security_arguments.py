"""What no honest program gives to a method."""

DEEP = []
for _level in range(500):
    DEEP = [DEEP]
QUOTES = "'); DROP TABLE crm_lead; -- \" \\ %s {0.__class__} \0"
HOSTILE = {
    "nothing": None,
    "a truth": True,
    "a text": "x",
    "quotes": QUOTES,
    "a long text": "x" * 1_000_000,
    "a huge number": 2**63,
    "a negative number": -1,
    "a missing id": 2**31 - 1,
    "a float": 1e308,
    "a list": [None, "x", {}],
    "a dict": {"x": QUOTES, "id": [1]},
    "a deep list": DEEP,
    "a domain": [["id", "in", [["id", "!=", 0]]], "|"],
    "an operator": [["id", "raw SQL", "SELECT 1"]],
}
FILTERS = {
    **{f"filter {name}": {"date_from": name, "date_to": name} for name in ("x", "0001-01-01", "9999-12-31")},
    "filter for all times": {"date_from": "0001-01-01", "date_to": "9999-12-31"},
    **{
        f"filter {key} is {kind}": {key: value, "date_from": "2030-01-01", "date_to": "2030-01-31"}
        for key in ("playbook_id", "team_id", "tier", "period", "date_from")
        for kind, value in HOSTILE.items()
        if kind in ("a truth", "quotes", "a huge number", "a list", "a dict")
    },
}
CONTEXTS = (
    {"tracking_disable": True, "mail_create_nolog": True, "active_test": "x", "install_mode": True},
    {"lang": "xx_XX", "tz": "Nowhere/Else"},
    {"default_lead_id": "x", "default_name": [], "default_state": "published", "default_user_id": -1},
    {"playbook_override": [1], "similar_lead_id": "x", "su": True, "uid": 1},
    {"similar_lead_id": 2**63, "is_case_optional": {}, "dialog_size": 1, "bin_size": "x"},
    {"active_ids": ["x"], "active_model": "ir.model"},
)
