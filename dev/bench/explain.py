"""Which indexes the statements of a measurement use, and which tables they read from end to end."""

import contextlib
import re

LARGE = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s"
ROWS, QUICK_ROWS = 100_000, 5_000  # more than these make a table large
PLANNED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "(")


@contextlib.contextmanager
def explaining(cr, rows):
    """Yields a list that fills with ``{"statement", "tables", "indexes", "scanned"}`` of the statements that
    ``cr`` executes meanwhile and that touch tables of more than ``rows`` rows, each kind once.
    """
    cr.execute(LARGE, [rows])
    large = {name for (name,) in cr.fetchall()}
    plans, seen, execute = [], set(), cr.execute

    def explain_and_execute(query, params=None, log_exceptions=True):
        code, values = (query, params) if isinstance(query, str) else (query.code, query.params)
        kind = re.sub(r"(%s|\d+)(, *(%s|\d+))*", "%s", code)
        if kind not in seen and code.lstrip().upper().startswith(PLANNED):
            seen.add(kind)
            raw = cr._obj
            raw.execute(b"EXPLAIN (FORMAT JSON) " + raw.mogrify(code, values or None))
            found = read_plan(raw.fetchone()[0][0]["Plan"], large)
            if found["tables"]:
                plans.append({"statement": shorten(code), **found})
        return execute(query, params, log_exceptions)

    cr.execute = explain_and_execute
    try:
        yield plans
    finally:
        del cr.execute


def read_plan(plan, large):
    """Returns the large tables that a plan touches, the indexes it uses, and the tables it scans."""
    found = {"tables": [], "indexes": [], "scanned": []}
    waiting = [plan]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        table = node.get("Relation Name")
        if table in large:
            found["tables"].append(table)
            if node["Node Type"] == "Seq Scan":
                found["scanned"].append(table)
        if index := node.get("Index Name"):
            found["indexes"].append(index)
    return {name: sorted(set(values)) for name, values in found.items()}


def shorten(code):
    """Returns the beginning of a statement on one line."""
    return re.sub(r"\s+", " ", code).strip()[:160]


def report(results, write):
    """Writes the plans, ``[(title, [plan, …]), …]``, and returns how many statements scan a large table."""
    scans = 0
    for title, plans in results:
        write(f"\n{title}")
        for plan in plans:
            scans += bool(plan["scanned"])
            names = ", ".join(plan["indexes"]) or "no index"
            scanned = f"; READS ALL OF {', '.join(plan['scanned'])}" if plan["scanned"] else ""
            write(f"  {plan['statement']}\n    → {names}{scanned}")
    return scans
