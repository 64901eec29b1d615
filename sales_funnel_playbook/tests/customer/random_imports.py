"""Strategies of sheets, and of changes that make something else of a playbook's file."""

import copy

from ..core.random_domains import DATES, NUMBERS, TEXTS

# What a sheet is likely to say in each column, besides anything.
CELLS = {
    "name": ("Deal", "Other", ""),
    "partner_name": ("Deal & Sons", "New customer", ""),
    "stage_id": ("Lead", "Demo", "Talks", "Signed", "Siding", "Nowhere"),
    "product_line_id": ("Presses", "Lathes", ""),
    "team_id": ("Random team", "Nobody's"),
    "expected_revenue": ("0", "1000", "1,5", "-1"),
    "expected_revenue_wan": ("0", "50", "1e30"),
    "probability": ("0", "50", "100", "101"),
    "date_deadline": ("2030-01-01", ""),
    "stage_entered_at": ("2024-03-04", "2024-03-04 09:00:00", "2990-01-01"),
    "last_contact_at": ("2024-03-04", "2990-01-01 00:00:00"),
    "last_contact_summary": ("Spoke about prices", ""),
    "risk_level": ("高", "low", "high", "Medium", "严重"),
    "risk_description": ("Budget", ""),
    "industry_id": ("Industry of ours", "Agriculture", ""),
    "score_answer_ids/criterion_id": ("Fit", "Budget"),
    "score_answer_ids/option_id": ("Good", "Bad"),
    "tag_ids": ("gold", "gold,silver"),
    "type": ("lead", "opportunity", "Opportunity"),
    "active": ("True", "False", "1", "no"),
    "waiting_until": ("2030-01-01", "2020-01-01"),
    "captured_at": ("2024-03-04 08:00:00",),
    "id": ("sheet.one", "sheet.two", "sheet.one", "a.b.c"),
    "stage_id/id": ("crm.stage_lead1", "no.such"),
    "playbook_id": ("Machines",),
    "stage_log_ids/stage_id": ("Demo",),
    "progress_ids/summary": ("They want a price",),
    "risk_ids/level": ("high", "no"),
    "lead_properties": ("{}", "[]", "x"),
}
ANYTHING = (*TEXTS, *DATES, *(str(number) for number in NUMBERS if abs(number) < 1e50))


def write_sheet(random, cells, needed=()):
    """Return a sheet: the names of columns, among them the ``needed`` ones, and rows of texts."""
    names = [*dict.fromkeys([*needed, *random.choices([*cells], k=random.randint(1, 5))])]
    rows = [[write_cell(random, cells[name]) for name in names] for _ in range(random.randint(1, 3))]
    return names, rows


def write_cell(random, likely):
    """Return the text of a cell, most often the first that is likely."""
    turn = random.random()
    return (
        likely[0] if turn < 0.8 and likely else random.choice(likely if turn < 0.96 and likely else ANYTHING)
    )


def delete(place, key, _junk):
    del place[key]


def double(place, key, _junk):
    if isinstance(place, list):
        place.insert(key, copy.deepcopy(place[key]))
    else:
        place[f"{key}2"] = place[key]


def put(place, key, junk):
    place[key] = junk


def hang(place, key, junk):
    """Put something where it is not known, or at the end."""
    if isinstance(place[key], dict):
        place[key][junk if isinstance(junk, str) else "x"] = junk
    elif isinstance(place[key], list):
        place[key].append(junk)
    else:
        place[key] = str(place[key]) + str(junk)


def pick(document, random):
    """Return a place in a document, as what holds it and its key."""
    place, key = {"": document}, ""
    while isinstance(place[key], (dict, list)) and place[key] and random.random() < 0.85:
        place = place[key]
        key = random.choice([*range(len(place))] if isinstance(place, list) else sorted(place))
    return place, key


CHANGES = (delete, double, put, put, put, hang)
REFERENCE = {"name": "To-Do", "xmlid": "mail.mail_activity_data_todo"}
JUNK = (
    *(None, True, False, -5, 0, 3, 50, 2000, 0.5, 1e400, [], {}, [[]], [{}], "x", REFERENCE, [REFERENCE]),
    *({"name": "No such", "xmlid": "a.b"}, {"en_US": "x", "fr_FR": ""}, {"fr_FR": "Oui"}, {"name": None}),
    *([["tag_ids", "in", [REFERENCE]]], ["|"], [["phone", "!=", False]], ["!", ["a", "=", 1]], [["id"]]),
    *([["phone", "!=", REFERENCE]], [["partner_id", "any", [["name", 1, REFERENCE]]]], [[1, "=", 1]]),
    *(*NUMBERS, *TEXTS, *DATES),
)


def change(document, random):
    """Change a document in some places."""
    for _ in range(random.randint(0, 3)):
        random.choice(CHANGES)(*pick(document, random), random.choice(JUNK))
