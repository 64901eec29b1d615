import psycopg2

from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

KEPT = "sales_funnel_playbook.sample_company_id"
ADMINISTRATOR = "base.group_system"
TEMPLATE = "sales_funnel_playbook.crm_playbook_template_saas"
# What has no company of its own, and what it belongs to. A team that goes leaves what Odoo has learnt from
# its deals to those without a team.
BELONGS = {
    "calendar.event": "opportunity_id.company_id",
    "crm.lead.scoring.frequency": "team_id.company_id",
}
QUIET = {"mail_create_nosubscribe": True, "mail_auto_subscribe_no_notify": True}


class CrmPlaybook(models.Model):
    """Sample data to look around in: a company of its own, with a team, a playbook and deals, which goes as a
    whole and touches nothing else. Administrators only.
    """

    _inherit = "crm.playbook"

    @api.model
    def action_load_sample(self):
        """Make the sample's company with all that is in it.

        :return: ``{"company_id": int, "team_id": int}``: what the caller may switch to, and whose pipeline
        :raise AccessError: for who is no administrator
        :raise UserError: when it is there already
        """
        self._check_sample_right()
        if company := self._get_sample_company().filtered("active"):
            raise UserError(
                self.env._("The sample data is there already: switch to the company “%s”.", company.name)
            )
        company = self._make_sample_company()
        # sudo: an administrator may lack the rights of sales, and gets none by it
        sample = self.sudo().with_company(company)
        sample = sample.with_context(allowed_company_ids=company.ids, **QUIET)
        playbook = sample._make_sample_playbook()
        playbook._make_sample_deals()
        playbook.mode = "enforce"
        return {"company_id": company.id, "team_id": playbook.team_ids.id}

    @api.model
    def action_remove_sample(self):
        """Delete all that is in the sample's company, and archive the company. Contacts and teams that
        have to stay, as those of a quotation, are archived.

        :return: whether there was one
        :rtype: bool
        :raise AccessError: for who is no administrator
        :raise UserError: when somebody has it as their main company
        """
        self._check_sample_right()
        company = self._get_sample_company().filtered("active")
        if not company:
            return False
        # sudo: an administrator may lack the rights of sales; all of it is in this company
        everywhere = self.sudo().with_context(active_test=False, allowed_company_ids=company.ids, **QUIET)
        users = everywhere.env["res.users"].search([("company_ids", "in", company.ids)])
        if settled := users.filtered(lambda user: user.company_id == company):
            names = format_list(self.env, settled.mapped("name"))
            raise UserError(self.env._("Choose another main company for these users first: %s.", names))
        for model in self._get_sample_models():
            self._delete_or_archive(everywhere._get_sample_records(model, company))
        users.company_ids = [Command.unlink(company.id)]
        company.active = False
        return True

    @api.model
    def _get_sample_models(self):
        """Return the models of what the sample has, and of what somebody may have made in its company since,
        in the order in which it goes.
        """
        deals = ("calendar.event", "crm.lead", "crm.playbook.case", "crm.coaching.session")
        kept = ("crm.funnel.review", "crm.funnel.snapshot", "crm.funnel.snapshot.day")
        rules = ("crm.playbook", "crm.stage", "crm.product.line", "crm.competitor")
        return (*deals, *kept, *rules, "crm.lead.scoring.frequency", "crm.team", "res.partner")

    @api.model
    def _delete_or_archive(self, records):
        """Archive contacts and teams that Odoo refuses to delete, as those of a quotation."""
        try:
            with self.env.cr.savepoint():
                records.unlink()
        except (UserError, psycopg2.IntegrityError):
            if records._name not in ("crm.team", "res.partner"):
                raise
            records.active = False

    @api.model
    def _get_sample_records(self, model, company):
        """Return the records of the sample: no contact of its company or a user, no stage that others use."""
        domain = [(BELONGS.get(model, "company_id"), "=", company.id)]
        if model == "crm.stage":
            teams = self.env["crm.team"].search(domain)
            stages = self.env["crm.stage"].search([("team_ids", "in", teams.ids)])
            return stages.filtered(lambda stage: stage.team_ids <= teams)
        records = self.env[model].search(domain)
        if model == "calendar.event":  # other people's who come to it, too
            contacts = self.env["res.partner"].search([("company_id", "=", company.id)])
            return records.filtered(lambda one: one.partner_ids <= one.partner_id | contacts)
        if model == "res.partner":
            return records.filtered(lambda partner: not partner.user_ids) - company.partner_id
        return records

    @api.model
    def _get_sample_state(self):
        """Return what the page of the first steps shows: ``{"can_load": bool, "can_remove": bool}``."""
        is_administrator = self.env.user.has_group(ADMINISTRATOR)
        is_there = is_administrator and bool(self._get_sample_company().filtered("active"))
        return {"can_load": is_administrator and not is_there, "can_remove": is_there}

    @api.model
    def _check_sample_right(self):
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(self.env._("Only an administrator loads or removes the sample data."))

    @api.model
    def _get_sample_company(self):
        """Return the sample's company, archived or not; empty where there has never been one."""
        # sudo: which one it is, is no secret
        number = self.env["ir.config_parameter"].sudo().get_param(KEPT) or ""
        return self.env["res.company"].sudo().browse(int(number) if number.isdecimal() else 0).exists()

    @api.model
    def _make_sample_company(self):
        # sudo: administrators only have come this far
        company = self._get_sample_company()
        if company:
            company.active = True
        else:
            name = self.env._("Sample Company of the Sales Funnel")
            while company.with_context(active_test=False).search_count([("name", "=", name)], limit=1):
                name += " *"  # names of companies are unique
            company = company.create({"name": name, "currency_id": self.env.company.currency_id.id})
            self.env["ir.config_parameter"].sudo().set_param(KEPT, str(company.id))
        self.env.user.sudo().company_ids = [Command.link(company.id)]
        return company
