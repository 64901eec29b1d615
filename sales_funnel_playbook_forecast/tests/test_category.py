from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.sales_funnel_playbook.models.exchange.importing import PlaybookFileError

from .forecast_common import MONDAY, NOON, ForecastCase


@tagged("post_install", "-at_install")
class TestCategory(ForecastCase):
    """A deal is as sure as its stage says, unless its salesperson says otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules[cls.stage_talks].forecast_category = "commit"
        cls.rules[cls.stage_demo].forecast_category = "best_case"
        cls.lead = cls._create_lead()
        cls.evidence = cls.env["crm.playbook.commit"].create(
            {
                "playbook_id": cls.playbook.id,
                "name": "Phone known",
                "missing": "no phone",
                "domain": "[('phone', '!=', False)]",
            }
        )

    def find(self, *domain):
        return self.env["crm.lead"].search([("id", "=", self.lead.id), *domain])

    def assertCategory(self, category):
        self.assertEqual(self.lead.forecast_category, category)
        self.assertEqual(self.find(("forecast_category", "=", category)), self.lead)
        self.assertFalse(self.find(("forecast_category", "!=", category)))

    def test_stage_and_own(self):
        self.assertCategory("pipeline")
        self.lead.stage_id = self.stage_demo
        self.assertCategory("best_case")
        self.lead.own_forecast_category = "commit"
        self.assertCategory("commit")
        self.lead.own_forecast_category = False
        self.assertCategory("best_case")
        self.rules[self.stage_demo].forecast_category = "omitted"
        self.assertCategory("omitted")

    def test_evidence_out_of_use_is_asked_of_no_deal(self):
        """Also where deals are listed with archived ones, as behind a review."""
        self.lead.own_forecast_category = "commit"
        self.assertEqual(self.lead.commit_gaps, "no phone")
        self.evidence.active = False
        for lead in (self.lead.with_context(active_test=False), self.lead):
            lead.invalidate_recordset(["commit_gaps", "has_commit_gaps"])
            self.assertEqual((lead.commit_gaps, lead.has_commit_gaps), (False, False))
            self.assertFalse(lead.search([("id", "=", lead.id), ("has_commit_gaps", "=", True)]))

    def test_it_goes_with_the_file_of_the_playbook(self):
        document = self.playbook._export_document()
        template = self.env["crm.playbook"]._import_playbook(document["playbook"])
        said = {stage.name: stage.forecast_category for stage in template.stage_ids}
        self.assertEqual((said["Demo"], said["Talks"], said["Lead"]), ("best_case", "commit", "pipeline"))
        document["playbook"]["stages"][0]["apps"]["forecast_category"] = ["commit"]
        template = self.env["crm.playbook"]._import_playbook(document["playbook"])
        self.assertEqual(template.stage_ids[0].forecast_category, "pipeline")
        self.assertIn("Lead (forecast_category)", template.message_ids[:1].body)

    def test_evidence_goes_with_the_file_of_the_playbook(self):
        """What is archived stays behind; what is no evidence is left out, and told."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.evidence.with_context(lang="zh_CN").missing = "没有电话"
        self.evidence.copy({"name": "Gone", "active": False})
        document = self.playbook._export_document()
        template = self.env["crm.playbook"]._import_playbook(document["playbook"])
        [evidence] = template.with_context(active_test=False).commit_ids
        self.assertEqual((evidence.name, evidence.missing), ("Phone known", "no phone"))
        self.assertEqual(evidence.with_context(lang="zh_CN").missing, "没有电话")
        self.assertEqual(evidence.domain, self.evidence.domain)
        for commits in ("Phone", [{"missing": "no phone"}], [{"name": "A", "domain": "[]"}], [["name"]]):
            document["playbook"]["apps"]["commits"] = commits
            template = self.env["crm.playbook"]._import_playbook(document["playbook"])
            self.assertFalse(template.commit_ids)
            self.assertIn(f"{template.display_name} (commits)", template.message_ids[:1].body)

    def test_evidence_on_unknown_fields_is_refused(self):
        document = self.playbook._export_document()
        document["playbook"]["apps"]["commits"][0]["domain"] = [["no_such_field", "=", 1]]
        with self.assertRaises(PlaybookFileError):
            self.env["crm.playbook"]._import_playbook(document["playbook"])

    def test_other_evidence_is_another_version(self):
        self.playbook.with_user(self.rep).action_agree()
        self.evidence.domain = "[('email_from', '!=', False)]"
        self.assertEqual(self.playbook.version, 2)
        self.assertFalse(self.playbook.with_user(self.rep).agreed_at)

    def test_merged_deals_keep_what_was_said(self):
        other = self._create_lead(name="Twin", own_forecast_category="commit")
        (self.lead | other).merge_opportunity()
        kept = (self.lead | other).exists()
        self.assertEqual((len(kept), kept.own_forecast_category), (1, "commit"))

    def test_without_a_playbook(self):
        self.lead.team_id = False
        self.lead.stage_id = self.stage_talks
        self.assertCategory("pipeline")

    def test_change_is_tracked(self):
        self.lead.with_user(self.rep).own_forecast_category = "commit"
        self.env.cr.flush()
        self.flush_tracking()
        values = self.lead.message_ids.tracking_value_ids
        self.assertIn("Commit", values.mapped("new_value_char"))

    def test_commit_says_what_it_lacks(self):
        self.assertFalse(self.lead.commit_gaps, "not committed")
        self.lead.stage_id = self.stage_talks
        self.assertEqual(self.lead.commit_gaps, "no phone")
        self.assertEqual(self.find(("has_commit_gaps", "=", True)), self.lead)
        self.assertFalse(self.find(("has_commit_gaps", "=", False)))
        self.lead.phone = "1"
        self.lead.invalidate_recordset()
        self.assertFalse(self.lead.commit_gaps)
        self.assertFalse(self.find(("has_commit_gaps", "=", True)))
        self.lead.phone = False
        self.evidence.active = False
        self.lead.invalidate_recordset()
        self.assertFalse(self.lead.commit_gaps)

    def test_evidence_of_another_playbook(self):
        self.lead.write({"team_id": False, "own_forecast_category": "commit"})
        self.assertFalse(self.lead.commit_gaps)
        self.assertFalse(self.find(("has_commit_gaps", "=", True)))

    def test_monday_keeps_it(self):
        lead = self.create_leads_at(NOON, 1, stage_id=self.stage_talks.id)
        self.take(NOON)
        self.assertEqual(self.get_kept(lead, MONDAY).forecast_category, "commit")

    def test_form(self):
        with Form(self.lead.with_user(self.rep)) as form:
            form.own_forecast_category = "best_case"
        self.assertCategory("best_case")

    def test_rights(self):
        rep = new_test_user(self.env, login="own", groups="sales_team.group_sale_salesman")
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        self.evidence.with_user(rep).read(["name"])
        with self.assertRaises(AccessError):
            self.evidence.with_user(rep).name = "Mine"
        with self.assertRaises(AccessError):
            self.rules[self.stage_demo].with_user(rep).forecast_category = "commit"
        self.evidence.with_user(boss).name = "Phone or mail known"
        self.rules[self.stage_demo].with_user(boss).forecast_category = "commit"
