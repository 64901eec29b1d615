from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from odoo.addons.sales_funnel_playbook.models.core.memory import remembered

CATEGORIES = [
    ("commit", "Commit"),
    ("best_case", "Best Case"),
    ("pipeline", "Pipeline"),
    ("omitted", "Omitted"),
]
DEFAULT = "pipeline"


class CrmPlaybookStage(models.Model):
    """How sure a deal in this stage is, as the playbook sees it."""

    _inherit = "crm.playbook.stage"

    forecast_category = fields.Selection(
        CATEGORIES,
        required=True,
        default=DEFAULT,
        help="Commit: we say that it will close. Best Case: it may. Pipeline: it is too early to say."
        " Omitted: it does not count in the forecast. A salesperson may say otherwise of a deal.",
    )

    def _export_apps(self):
        return {**super()._export_apps(), "forecast_category": self.forecast_category}

    def _import_apps(self, apps):
        rest = super()._import_apps(apps)
        if rest.get("forecast_category") in [category for category, _label in CATEGORIES]:
            self.forecast_category = rest.pop("forecast_category")
        return rest


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_stage_categories(self):
        """Return ``{playbook id: {stage id: category}}`` of the stages that are not just pipeline, in
        memory.
        """
        # sudo: kept in memory for everybody
        stages = self.env["crm.playbook.stage"].sudo()
        stages = stages.search([("forecast_category", "!=", DEFAULT), ("stage_id", "!=", False)])
        return frozendict(
            {
                playbook.id: frozendict({one.stage_id.id: one.forecast_category for one in its})
                for playbook, its in stages.grouped("playbook_id").items()
            }
        )


class CrmLead(models.Model):
    """A deal is as sure as its stage, unless its salesperson says otherwise: an expression over columns, so
    that a changed stage holds for all deals at once.
    """

    _inherit = "crm.lead"

    own_forecast_category = fields.Selection(
        CATEGORIES,
        tracking=True,
        copy=False,
        help="What the salesperson says of this deal. Empty: what its stage says.",
    )
    forecast_category = fields.Selection(
        CATEGORIES,
        compute="_compute_forecast_category",
        search="_search_forecast_category",
        help="How sure the deal is: what its salesperson says, else what its stage says.",
    )

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "own_forecast_category"]

    @api.depends("own_forecast_category", "stage_id", "product_line_id", "team_id", "company_id")
    def _compute_forecast_category(self):
        by_playbook = self.env["crm.playbook"]._get_stage_categories()
        playbook_ids = self._get_playbook_ids() if by_playbook else {}
        for lead in self:
            its = by_playbook.get(playbook_ids.get(lead.id), {})
            lead.forecast_category = lead.own_forecast_category or its.get(lead.stage_id.id, DEFAULT)

    def _search_forecast_category(self, operator, value):
        field = self._fields["forecast_category"]

        def to_sql(model, alias, query):
            return field.condition_to_sql("forecast_category", operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "forecast_category":
            return self._get_forecast_category_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _get_forecast_category_sql(self, alias, query=None):
        """Return how sure a row of ``crm_lead`` is, as an expression on it."""
        stage = self._field_to_sql(alias, "stage_id", query)
        values = {
            playbook_id: SQL(
                "CASE %s %s ELSE %s END",
                stage,
                SQL(" ").join(SQL("WHEN %s THEN %s", one, category) for one, category in its.items()),
                DEFAULT,
            )
            for playbook_id, its in self.env["crm.playbook"]._get_stage_categories().items()
        }
        by_stage = self._get_playbook_case(values, SQL("%s", DEFAULT), alias, query)
        return SQL("COALESCE(%s, %s)", self._field_to_sql(alias, "own_forecast_category", query), by_stage)


class CrmFunnelSnapshot(models.Model):
    """How sure a deal was on a Monday is kept, too, and how often its closing had been put off."""

    _inherit = "crm.funnel.snapshot"

    forecast_category = fields.Selection(CATEGORIES, readonly=True)
    closing_push_count = fields.Integer(
        string="Closing Date Postponed",
        readonly=True,
        help="How often the expected closing had been postponed.",
    )

    @api.model
    def _get_columns(self, alias):
        leads = self.env["crm.lead"]
        return {
            **super()._get_columns(alias),
            "forecast_category": leads._field_to_sql(alias, "forecast_category"),
            "closing_push_count": SQL("COALESCE(%s, 0)", SQL.identifier(alias, "closing_push_count")),
        }
