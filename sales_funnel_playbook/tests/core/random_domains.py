"""Domains as somebody, or some program, may write them: right, nearly right and not at all."""

OPERATORS = (
    *("=", "!=", "<>", "==", "in", "not in", "<", ">", "<=", ">=", "any", "not any"),
    *("like", "not like", "ilike", "not ilike", "=like", "=ilike", "not =like", "not =ilike"),
    *("child_of", "parent_of", "=?"),
)
WRONG_OPERATORS = ("===", "", "any!", "not any!", "is", "IN", "exists", 1, None, ("=",), "not", "=not like")
ONES_OWN = (  # computed here and searched by methods of ours, and others that are computed
    *("playbook_id", "playbook_position", "has_score_sheet", "score", "tier", "stay_percent", "check_ids"),
    *("has_renewal_reminder", "risk_level", "stage_entered_at", "last_contact_at", "stage_due_date"),
    *("lead_properties", "is_rotting", "risk_ids", "progress_ids", "stage_log_ids", "question_ids"),
)
DATES = (
    *("today", "now", "-3d", "+1w", "today -1m", "today =monday", "=1d", "now -2H", "-0y", "today +1y =1m"),
    *("2024-03-04", "2024-03-04 09:00:00", "2024-02-30", "2024-13-01", "0001-01-01", "9999-12-31 23:59:59"),
    *("+99999y", "-999999999d", "24-3-4", "yesterdayish", "today today", "today =99m", "-1", "2024", "0"),
)
TEXTS = (
    *("a", "Deal", "gold", "%", "_", "\\", "%\\", "a\\%", "\\\\", "'", '"', "a\0b", "\ud800", "商机", "🚀"),
    *("-1", "1e5", "true", "False", "A", "high", "pending", "{}", "%s", "%(a)s", "a" * 300, " ", "", "\n"),
)
NUMBERS = (0, 1, -1, 2, 3, 5, 10, 100, 0.5, -2.5, 2**31 - 1, 2**31, 2**63, 10**30, -(10**400), 1e300)
ODD = (
    *(
        None,
        ...,
        b"x",
        (),
        [],
        {},
        set(),
        {1, 2},
        {"a": 1},
        1j,
        [None],
        [[1]],
        (1, (2, (3,))),
        [True, "a", 1.5],
    ),
    *({"operator": "="}, [b"x"], [[("name", "=", 1)]], "[('name', '=', 1)]"),
)
LEAVES = (
    *((1, "=", 1), (0, "=", 1), (1, "=", 0), (0, "!=", 1), ("name", "="), ("name",), ("name", "=", 1, 2)),
    *(
        (),
        "&",
        "|",
        "!",
        "x",
        None,
        1,
        True,
        False,
        b"&",
        [],
        {},
        ("", "=", 1),
        (None, "=", 1),
        ("name", 1, 1),
    ),
    *((".", "=", 1), ("name.", "=", "a"), (".name", "=", "a"), ("name..x", "=", 1), (["name"], "=", "a")),
    *(("id", "in", [1, "a"]), ("user_id.password", "=", "a"), ("no_such_field", "=", 1)),
)
LITERALS = (
    "1e999",
    "-1e999",
    "nan",
    "uid",
    "1_000",
    "0x10",
    "b'x'",
    "[('name','=',1)][0]",
    "lambda: 1",
    "''",
)
CHARACTERS = "()[]{}'\",&|!=<> \\\n\t\0#:.*-+0é商\ud800a1"
PARTS = {
    "date": ("month_number", "year_number", "day_of_week", "iso_week_number", "century"),
    "datetime": ("month_number", "hour_number", "day_of_year", "minute_number", ""),
    "properties": ("colour", "size", "due", "who", "tags", "none", "", "a'b", "colour.x"),
}


class Author:
    """Somebody who writes domains, by chance.

    :param random: a :class:`random.Random`, of which all follows
    """

    def __init__(self, random, env):
        self.random, self.env, self.pick = random, env, random.choice

    def write_text(self, model_name):
        """Return the text of a domain on a model, or what somebody takes for one."""
        text = repr(self.write_terms(model_name))
        turn = self.random.random()
        if turn < 0.7:
            return text
        if turn < 0.85:
            return self._mutate(text)
        return self.pick(
            (self._write_deep, self._write_many, self._write_literal, self._write_odd, lambda: f" {text},")
        )()

    def write_terms(self, model_name, depth=2):
        """Return a domain in prefix notation, now and then with an operator too few or too many."""
        turn, count = self.random.random(), self.random.randint(0, 3)
        leaves = [self._write_condition(model_name, depth) for _ in range(max(count, 1))]
        if turn < 0.3:
            return leaves[:1]
        if turn < 0.5:
            return ["!", *leaves]
        if turn < 0.8:
            return [self.pick("&|") for _ in leaves[1:]] + leaves
        if turn < 0.95:
            return leaves[:count]
        leaves += self.random.choices("&|!", k=self.random.randint(1, 2))
        self.random.shuffle(leaves)
        return leaves

    def _write_condition(self, model_name, depth):
        if self.random.random() < 0.04:
            return self.pick(LEAVES)
        fields = self.env[model_name]._fields
        own = [name for name in ONES_OWN if name in fields]
        name = self.pick(own if own and self.random.random() < 0.25 else [*fields])
        return self._write_about(fields[name], name, depth)

    def _write_about(self, field, path, depth):
        """Return a condition on a field, on what it leads to, or on a part of it."""
        operator = self.pick(OPERATORS if self.random.random() < 0.97 else WRONG_OPERATORS)
        turn = self.random.random()
        if field.type in PARTS and turn < 0.4:
            return (f"{path}.{self.pick(PARTS[field.type])}", operator, self._write_value(None))
        if field.relational and depth and turn < 0.4:
            name, below = self.pick([*self.env[field.comodel_name]._fields.items()])
            return self._write_about(below, f"{path}.{name}", depth - 1)
        if field.relational and depth and turn < 0.7:
            return (path, self.pick(("any", "not any")), self.write_terms(field.comodel_name, depth - 1))
        return (path, operator, self._write_value(field))

    def _write_value(self, field):
        if self.random.random() < 0.2:
            several = [self._write_one(field) for _ in range(self.random.randint(0, 3))]
            return self.pick((list, tuple))(several)
        return self._write_one(field)

    def _write_one(self, field):
        """Return what somebody may compare a field with, most often something of its own type."""
        turn, kind = self.random.random(), field.type if field else "char"
        if turn < 0.1:
            return False
        if turn < 0.25:
            return self.pick(self.pick((NUMBERS, DATES, TEXTS, ODD)))
        if kind == "selection" and isinstance(field.selection, list) and field.selection:
            return self.pick(field.selection)[0]
        if kind in ("date", "datetime"):
            return self.pick(DATES)
        if kind == "boolean":
            return self.pick((True, False, 0, 1, "true"))
        if kind in ("integer", "float", "monetary"):
            return self.pick(NUMBERS)
        if kind in ("many2one", "one2many", "many2many"):
            return self.pick((self.random.randint(-1, 30), self.pick(TEXTS)))
        return self.pick(TEXTS)

    def _mutate(self, text):
        """Return a text of which some characters are gone, doubled or others."""
        for _ in range(self.random.randint(1, 3)):
            start, length = self.random.randint(0, len(text)), self.random.randint(0, 3)
            new = "".join(self.random.choices(CHARACTERS, k=self.random.randint(0, 2)))
            text = text[:start] + new + text[start + length :]
        return text

    def _write_deep(self):
        depth, pair = self.random.randint(1, 700), self.pick(("[]", "()", "{}"))
        return pair[0] * depth + pair[1] * depth

    def _write_many(self):
        number, operator = self.random.randint(1, 900), self.pick("&|!")
        return repr([operator] * number + [("id", "=", 1)] * (1 if operator == "!" else number + 1))

    def _write_literal(self):
        return f"[('expected_revenue', '>', {self.pick(LITERALS)})]"

    def _write_odd(self):
        return self.pick(["", " ", "[", "False", "None", "0", *(repr(one) for one in ODD), *TEXTS])
