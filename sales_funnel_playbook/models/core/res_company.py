from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...wording import list_texts
from .memory import forget, remembered


def find_fields(model, path):
    """Return ``(fields, model)``: those that a path of names goes over, and where it ends."""
    found = []
    for name in path.split("."):
        field = model._fields.get(name)
        found += [field] if field else []
        if not field or not field.comodel_name:
            break
        model = model.env[field.comodel_name]
    return found, model


def has_path_to_person(model, domain, is_beyond=False):
    """Tell whether a domain asks for a person of another record than the one that is looked for.

    :param bool is_beyond: the domain is one of such another record
    """
    for condition in Domain(domain).iter_conditions():
        found, target = find_fields(model, condition.field_expr)
        if any(field.comodel_name == "res.users" for field in found[not is_beyond :]):
            return True
        value = condition.value
        is_any = condition.operator in ("any", "not any", "any!", "not any!")
        inner = value if isinstance(value, Domain) or (is_any and isinstance(value, list | tuple)) else []
        if has_path_to_person(target, inner, is_beyond or condition.field_expr != "id"):
            return True
    return False


class ResCompany(models.Model):
    """Whether figures that judge people are kept from everybody: a company may decide so."""

    _inherit = "res.company"

    has_people_figures = fields.Boolean(
        string="Figures of People",
        default=True,
        help="Coaching, calibration by salesperson, and who was refused how often. Switched off, nobody sees"
        " them of this company's people; oneself only who tried what.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "has_people_figures" in vals:
            forget(self.env)
        return result

    @api.model
    @remembered()
    def _get_silent_ids(self):
        """Return the ids of the companies that keep figures of people from everybody, in memory."""
        # sudo: the same for everybody, also of companies of others
        return tuple(self.sudo().search([("has_people_figures", "=", False)]).ids)

    def _get_silent_keys(self):
        """Return the same with False where this company is one of them: it stands for deals of no company."""
        silent = self._get_silent_ids()
        return [*silent, False] if self.id in silent else [*silent]

    def _get_silence(self):
        """Return the sentence for who asks for figures of people of these companies, empty where all show
        them.
        """
        silent_ids = self._get_silent_ids()
        silent = self.filtered(lambda company: company.id in silent_ids)
        if not silent:
            return ""
        return self.env._(
            "%s keeps figures of people from everybody: a settings administrator can switch them on"
            " in the settings of CRM.",
            list_texts(self.env, silent.mapped("name")),
        )

    @api.model
    def _get_shown_person(self, person, company):
        """Return SQL of a column with a person: nobody where the company keeps figures of people from
        everybody, unless it is the user.

        :param SQL person: the column; ``company`` that with the deal's company
        """
        silent = self._get_silent_ids()
        if not silent or self.env.su:
            return person
        return SQL(
            "CASE WHEN COALESCE(%s, %s) = ANY(%s) AND %s <> %s THEN NULL ELSE %s END",
            *(company, self.env.company.id, [*silent], person, self.env.uid, person),
        )


class CrmPeopleFigures(models.AbstractModel):
    """A report of which some fields say whose figures they are: where the company shows none of people, these
    are no columns, filters or groups.
    """

    _name = "crm.people.figures"
    _description = "Report with figures of people"
    _people_fields = ("user_id",)

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.company.has_people_figures)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        for name in () if self.env.company.has_people_figures else self._people_fields:
            for node in arch.xpath("//*[@name=$name or contains(@context, $name)]", name=name):
                node.getparent().remove(node)
        return arch, view

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        described = super().fields_get(allfields, attributes)
        if not self.env.company.has_people_figures:
            for name in set(self._people_fields) & described.keys():
                described[name].update(groupable=False, searchable=False, sortable=False)
        return described

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Nor is a person told by a filter over the deal or the move."""
        silence = self._get_silence()
        if silence and has_path_to_person(self, domain):
            raise AccessError(silence)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        """Nor by a group over these."""
        silence = self._get_silence()
        path = groupby_spec.partition(":")[0]
        if silence and has_path_to_person(self, [(path, "!=", False)]):
            raise AccessError(silence)
        return super()._read_group_groupby(alias, groupby_spec, query)

    @api.model
    def _get_silence(self):
        return "" if self.env.su else self.env.companies._get_silence()


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    @api.model
    def _load_menus_blacklist(self):
        """What no company of the user shows is in no menu."""
        hidden = super()._load_menus_blacklist()
        companies = self.env.user.company_ids
        if set(companies.ids) - {*companies._get_silent_ids()}:
            return hidden
        menus = (
            self.env.ref(f"sales_funnel_playbook.{name}", raise_if_not_found=False)
            for name in self._get_people_menus()
        )
        return [*hidden, *(menu.id for menu in menus if menu)]

    @api.model
    def _get_people_menus(self):
        """Return the names of the menus of figures of people."""
        return [
            *("crm_lead_calibration_summary_menu", "crm_coaching_menu", "crm_coaching_session_menu"),
        ]


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_funnel_people_figures = fields.Boolean(
        related="company_id.has_people_figures", readonly=False, string="Figures of People"
    )
