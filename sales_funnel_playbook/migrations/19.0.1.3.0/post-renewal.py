"""A renewal is a deal of its own from now on. What stands in the renewal stage goes back to the won stage
before it, still won; then the stage stops being a won one: in this order, since Odoo computes anew how
likely it is that whatever stands in it is won. A stage that somebody has made otherwise is left alone, and
its playbook told.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.shipped import update_shipped

SHIPPED = "crm_playbook_template_saas_renewal"
# Other won stages of the templates that come after the first one.
KNOWN = "crm_playbook_template_equipment_acceptance"
# What the stage was called in the languages of the module, and is.
NAMES = {"renewal & upsell", "复购增购", "復購增購", "續約與增購"}
STANDING = "SELECT id FROM crm_lead WHERE stage_id = %s AND won_status = 'won' ORDER BY id"
MOVE = "UPDATE crm_lead SET stage_id = %s WHERE id = ANY(%s)"


def migrate(cr, version):
    old, new = {"is_won": True}, {"is_won": None, "is_renewal": True}
    update_shipped(cr, [(SHIPPED, "crm_playbook_stage", old, new)])
    env = api.Environment(cr, SUPERUSER_ID, {"mail_notrack": True})
    stages = env["crm.playbook.stage"].search(
        [("playbook_id.is_template", "=", False), ("stage_id.is_won", "=", True)]
    )
    for stage, rules in stages.grouped("stage_id").items():
        targets = {rule.playbook_id: get_won_before(rule) for rule in rules}
        if any(targets.values()):
            open_stage(stage, rules, targets)


def get_won_before(rule):
    """Return the first won stage of a playbook's stage's playbook, where it comes before that one."""
    ranks = rule.env["crm.stage"]._get_ranks()
    won = rule.playbook_id.stage_ids.stage_id.filtered("is_won").sorted(lambda stage: ranks[stage.id])
    return won[:1] if won[:1] != rule.stage_id else won.browse()


def open_stage(stage, rules, targets):
    """Make a renewal stage of a won stage, where it is the one that the module has shipped."""
    env = stage.env
    names = get_names(stage)
    if not names & NAMES:
        known = env.ref(f"sales_funnel_playbook.{KNOWN}", raise_if_not_found=False)
        if not known or not names & get_names(known):
            tell(targets, stage)
        return
    leads = env["crm.lead"].browse(id_ for (id_,) in env.execute_query(SQL(STANDING, stage.id)))
    followed = leads._get_playbook_ids()
    ways = {lead: targets.get(env["crm.playbook"].browse(followed.get(lead.id, 0))) for lead in leads}
    if not all(targets.values()) or not all(ways.values()):
        tell(targets, stage)
        return
    for target in {*ways.values()}:
        env.cr.execute(SQL(MOVE, target.id, [lead.id for lead, its in ways.items() if its == target]))
    env.invalidate_all()
    leads._settle_segments(given=dict.fromkeys(leads.ids, "reassigned"))
    stage.is_won = False
    rules.is_renewal = True
    for playbook, target in targets.items():
        playbook._tell_of_renewals(stage, target, sum(its == target for its in ways.values()))


def get_names(record):
    """Return the names of a record in all languages, in lower case."""
    record.flush_recordset(["name"])
    query = SQL("SELECT name FROM %s WHERE id = %s", SQL.identifier(record._table), record.id)
    [(names,)] = record.env.execute_query(query)
    return {name.strip().lower() for name in (names or {}).values() if name}


def tell(playbooks, stage):
    """Tell playbooks that their stage was left alone."""
    for playbook in playbooks:
        playbook._tell_of_renewals(stage)
