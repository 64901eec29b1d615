"""Simulated users who work at the same time, and what they did together."""

import contextlib
from datetime import timedelta

from diary import Stay, compare_moves

MOVES = ("move", "lost", "restored")


@contextlib.contextmanager
def at_work(people, until, *others):
    """Have ``people``, and other threads that end with ``until``, work as long as the block lasts."""
    threads = (*people, *others)
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        until.set()
        for thread in threads:
            thread.join()


def get_deeds(people, *kinds):
    """Return what they did of these kinds."""
    return [deed for person in people for deed in list(person.diary.deeds) if deed.kind in kinds]


def compare_with_log(odoo, people, uids):
    """Compare their moves with the stage log, see :func:`diary.compare_moves`."""
    rows = odoo.postgres.query(
        odoo.database,
        "SELECT id, lead_id, stage_id, kind, moved_by_id, entered_at, left_at FROM crm_lead_stage_log"
        " WHERE kind NOT IN ('handed_over', 'joined', 'archived', 'unarchived') ORDER BY id",
    )
    slack = timedelta(seconds=2 + max(person.diary.longest for person in people))
    return compare_moves(get_deeds(people, *MOVES), [Stay(*row) for row in rows], uids, slack)


def find_lost(odoo, people, kind, table, column):
    """Compare what they recorded of one kind with its table.

    :return: ``(values that were answered, values that are there)``, sorted; each is there once
    """
    answered = [deed.value for deed in get_deeds(people, kind)]
    query = f"SELECT {column} FROM {table} WHERE {column} = ANY(%s)"
    return sorted(answered), sorted(row[0] for row in odoo.postgres.query(odoo.database, query, [answered]))
