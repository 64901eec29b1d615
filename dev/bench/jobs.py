"""The jobs' own steps."""


def run_job(env, playbook, kind, commit=None, scope="all"):
    """Looks at all open deals of a playbook, or what is due; without ``commit`` as a measurement can undo
    it.
    """
    row = env["crm.playbook.refresh"].create({"playbook_id": playbook.id, "kind": kind, "scope": scope})
    while row.exists():
        row._run_batch()
        (commit or env.cr.flush)()  # a commit flushes first, messages of changes included
        env.invalidate_all()


def fill_history(env, commit=None):
    """Does what is left of the requests to bring the stage log up to date, as the job does."""
    while row := env["crm.playbook.refresh"].search([("kind", "=", "history")], limit=1):
        row._run_batch()
        (commit or env.cr.flush)()
        env.invalidate_all()
