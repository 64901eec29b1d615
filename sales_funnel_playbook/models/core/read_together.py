from collections import defaultdict

from odoo.tools import SQL


def read_together(env, queries):
    """Return ``{kind: [(lead id, ids, text, from when, until when), …]}`` of what several capabilities look
    up about the same deals, in one query.

    :param queries: each an ``SQL`` of ``(kind, lead id, integers, text, moment, moment)``, the first one with
        its types
    """
    rows = defaultdict(list)
    for kind, *row in env.execute_query(SQL(" UNION ALL ").join(queries)) if queries else ():
        rows[kind].append(row)
    return rows
