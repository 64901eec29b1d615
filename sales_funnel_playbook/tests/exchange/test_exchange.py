import base64
import copy
import json

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.sales_funnel_playbook.models.exchange.importing import SCHEMA
from odoo.addons.sales_funnel_playbook.tools.playbook_parts import PARTS

from ..common import PlaybookCase
from ..properties import jsonschema, needs_jsonschema

MINIMAL = {
    "format": "sales_funnel_playbook",
    "version": 1,
    "playbook": {
        "name": "Small",
        "stages": [
            {
                "name": "Talk",
                "conditions": [{"name": "Priced", "domain": [["expected_revenue", ">", 0]]}],
                "actions": [{"name": "Call", "delay_count": 2}],
                "outputs": [{"name": "Offer", "templates": [{"name": "offer.txt", "content": "T2ZmZXI="}]}],
            },
            {"name": {"en_US": "Done", "fr_FR": "Fini"}, "is_won": True},
        ],
        "criteria": [
            {"name": "Fit", "kind": "choice", "options": [{"name": "Good", "points": 4}]},
            {"name": "Budget", "points": 6, "domain": [["budget_max", ">", 0]]},
        ],
        "tiers": [{"tier": "A", "min_revenue": 500}, {"tier": "B"}],
        "deadlines": [{"name": "Complete it", "trigger": "lead_created", "delay_count": 1}],
    },
}


def read_schema():
    with file_open(SCHEMA) as stream:
        return json.load(stream)


@tagged("post_install", "-at_install")
class TestExchange(PlaybookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        cls.env["res.lang"]._activate_lang("fr_FR")

    def _import(self, document, user=None):
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        wizard = (
            self.env["crm.playbook.import"]
            .with_user(user or self.leader)
            .create({"file": base64.b64encode(text), "filename": "playbook.json"})
        )
        return self.env["crm.playbook"].browse(wizard.action_import()["res_id"])

    def _changed(self, path, value):
        """Return the minimal document with the value at ``path`` replaced, or removed where it is ``...``."""
        document = copy.deepcopy(MINIMAL)
        *way, last = path
        place = document
        for step in way:
            place = place[step]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        return document

    @mute_logger("odoo.sql_db")
    def assertFaulty(self, document, *messages):
        """Assert that a file is refused with these words and that nothing of it stays."""
        models = [part.model for part in PARTS.values()] + ["crm.stage", "ir.attachment"]
        before = [self.env[model].with_context(active_test=False).search_count([]) for model in models]
        with self.assertRaises(UserError) as caught:  # no savepoint: the import itself leaves nothing behind
            self._import(document)
        for message in messages:
            self.assertIn(message, str(caught.exception))
        after = [self.env[model].with_context(active_test=False).search_count([]) for model in models]
        self.assertEqual(after, before)

    @needs_jsonschema
    def test_a_file_follows_the_published_schema(self):
        self.template.stage_ids[0].with_context(lang="fr_FR").name = "Piste"
        jsonschema.validate(self.template._export_document(), read_schema())

    def test_a_template_survives_the_way_to_a_file_and_back(self):
        self.template.stage_ids[0].with_context(lang="fr_FR").name = "Piste"
        document = self.template._export_document()
        imported = self._import(document)
        self.assertTrue(imported.is_template)
        self.assertEqual(imported._export_document(), document)
        self.assertEqual(imported.with_context(lang="fr_FR").stage_ids[0].name, "Piste")
        for field_name in ("stage_ids", "criterion_ids", "tier_ids", "deadline_ids"):
            self.assertEqual(len(imported[field_name]), len(self.template[field_name]))

    def test_a_playbook_becomes_a_template(self):
        """By file and by "Save as Template" it comes to the same, and both can be used."""
        self.stage_talks.with_context(lang="fr_FR").name = "Entretiens"
        self._create_deadline(
            "Named",
            "won",
            3,
            playbook_id=self.playbook.id,
            responsible="user",
            responsible_user_id=self.rep.id,
        )
        saved = self.env["crm.playbook"].browse(self.playbook.action_save_as_template()["res_id"])
        by_file = self._import(self.playbook._export_document())
        names = self.stages.mapped("name")
        for template in (saved, by_file):
            self.assertTrue(template.is_template)
            self.assertFalse(template.team_ids or template.product_line_ids)
            self.assertFalse(template.stage_ids.stage_id)
            self.assertEqual(template.stage_ids.mapped("name"), names)
            self.assertEqual(
                template.stage_ids.condition_ids.mapped("domain"),
                self.playbook.stage_ids.condition_ids.mapped("domain"),
            )
            talks = template.stage_ids[self.stages.ids.index(self.stage_talks.id)]
            self.assertEqual(talks.with_context(lang="fr_FR").name, "Entretiens")
            self.assertEqual(template.stage_ids.mapped("is_won"), self.stages.mapped("is_won"))
        self.assertEqual(saved.deadline_ids.responsible, "user", "in the company the person stays")
        self.assertEqual(by_file.deadline_ids.responsible, "team_leader", "elsewhere there is no such person")
        team = self.env["crm.team"].create({"name": "Other", "company_id": False})
        wizard = self.env["crm.playbook.use.template"].create(
            {"template_id": saved.id, "team_ids": [Command.set(team.ids)]}
        )
        used = self.env["crm.playbook"].browse(wizard.action_apply()["res_id"])
        self.assertEqual(used.stage_ids.mapped("display_name")[:3], names[:3])
        self.assertEqual(
            used.stage_ids.condition_ids.mapped("name"), self.playbook.stage_ids.condition_ids.mapped("name")
        )

    def test_records_are_found_by_what_they_are_called(self):
        industry = self.env.ref("base.res_partner_industry_C")
        tag = self.env["crm.tag"].create({"name": "Fair"})
        domain = f"['|', ('industry_id', 'in', [{industry.id}]), ('tag_ids', 'any', [('id', '=', {tag.id})])]"
        self.playbook.stage_ids[0].condition_ids[:1].domain = domain
        document = self.playbook._export_document()
        self.assertEqual(
            document["playbook"]["stages"][0]["conditions"][0]["domain"],
            [
                "|",
                ["industry_id", "in", [{"name": "Manufacturing", "xmlid": "base.res_partner_industry_C"}]],
                ["tag_ids", "any", [["id", "=", {"name": "Fair"}]]],
            ],
        )
        self.assertEqual(self._import(document).stage_ids[0].condition_ids[:1].domain, domain)
        tag.name = "Exhibition"
        self.assertFaulty(
            document,
            "playbook.stages[0].conditions[0].domain: there is no record “Fair”",
            "Nothing was imported",
        )

    def test_a_name_that_two_records_have_is_no_name(self):
        partners = self.env["res.partner"].create([{"name": "Twin Works"}, {"name": "Twin Works"}])
        self.playbook.stage_ids[0].condition_ids[:1].domain = f"[('partner_id', '=', {partners[0].id})]"
        document = self.playbook._export_document()
        self.assertFaulty(document, "stages[0].conditions[0].domain: there are several records “Twin Works”")

    def test_a_file_by_hand(self):
        playbook = self._import(MINIMAL)
        first, second = playbook.stage_ids
        self.assertEqual(first.condition_ids.domain, "[('expected_revenue', '>', 0)]")
        self.assertEqual(
            (first.action_ids.trigger, first.action_ids.playbook_id), ("stage_entered", playbook)
        )
        self.assertEqual(first.output_ids.template_attachment_ids.raw, b"Offer")
        self.assertEqual(second.with_context(lang="fr_FR").name, "Fini")
        self.assertEqual(playbook.criterion_ids.mapped("points"), [4, 6])
        self.assertEqual(playbook.company_id, self.leader.company_id)
        self.assertEqual((playbook.mode, playbook.lead_count), ("observe", 0))

    def test_faulty_files_name_the_place(self):
        stage = ("playbook", "stages", 0)
        deep = [["partner_id", "=", False]]
        for _level in range(400):
            deep = [["partner_id" if _level == 399 else "child_ids", "any", deep]]
        for path, value, *messages in (
            (("format",), "other", "not the file of a playbook"),
            (("version",), 2, "version 2", "update the module"),
            (("version",), 0, "version: must be 1"),
            (("playbook", "stages"), [], "playbook.stages: has fewer than 1"),
            (("playbook", "name"), ..., "playbook: “name” is missing"),
            (("playbook", "nmae"), "x", "playbook: “nmae” is not known"),
            ((*stage, "expected_days"), "5", "playbook.stages[0].expected_days: must be one of: integer"),
            ((*stage, "conditions", 0, "kind"), "magic", "stages[0].conditions[0].kind: must be one of"),
            (
                (*stage, "conditions", 0, "domain"),
                [["no_field", "=", 1]],
                "stages[0].conditions[0]",
                "no_field",
            ),
            ((*stage, "conditions", 0, "domain"), ["&"], "stages[0].conditions[0]"),
            ((*stage, "conditions", 0, "domain"), [["name", None, 1]], "stages[0].conditions[0]"),
            ((*stage, "conditions", 0, "domain"), [[{"a": 1}, [], None]], "stages[0].conditions[0]"),
            ((*stage, "outputs", 0, "templates", 0, "content"), "%%%", "outputs[0].templates[0].content"),
            ((*stage, "actions", 0, "delay_count"), 0, "playbook.stages[0].actions[0]", "at least 1 hour"),
            ((*stage, "actions", 0, "activity_type"), {"name": "None"}, "actions[0].activity_type", "None"),
            (("playbook", "criteria", 1, "points"), 5, "playbook.criteria", "totals 9"),
            (("playbook", "name"), "a\0b", "at playbook: unsupported Unicode"),
            ((*stage, "name"), "\ud800", "playbook.stages[0]"),
            (("playbook", "tiers", 0, "min_revenue"), float("1e300"), "tiers[0].min_revenue: is more than"),
            ((*stage, "conditions", 0, "domain"), deep, "stages[0].conditions[0].domain"),
            (("playbook", "tiers", 1, "min_revenue"), 900, "playbook.tiers", "cross"),
            (("playbook", "tiers", 1, "tier"), "A", "playbook.tiers[1]", "each tier once"),
            (("playbook", "deadlines", 0, "case_mode"), "required", "playbook.deadlines[0]"),
        ):
            with self.subTest(path=path, value=value):
                self.assertFaulty(self._changed(path, value), *messages)

    def test_files_that_are_none(self):
        for text in (b" ", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": NaN}'):
            with self.subTest(text=text[:10]):
                self.assertFaulty(text, "This is not")

    def test_a_file_that_is_not_encoded(self):
        wizard = self.env["crm.playbook.import"].create({"file": "a"})
        with self.assertRaisesRegex(UserError, "upload is incomplete"):
            wizard.action_import()

    def test_many_faults_are_counted(self):
        stages = [{"name": ""}] * 12
        self.assertFaulty(self._changed(("playbook", "stages"), stages), "stages[9].name", "… and 2 more.")

    def test_only_managers(self):
        with self.assertRaises(AccessError):
            self._import(MINIMAL, user=self.rep)

    def test_download(self):
        action = self.playbook.with_user(self.leader).action_export()
        self.assertIn(f"/web/content/crm.playbook/{self.playbook.id}/export_file/", action["url"])
        document = json.loads(base64.b64decode(self.playbook.with_user(self.leader).export_file))
        self.assertEqual(document, self.playbook._export_document())

    def test_a_broken_rule_is_named(self):
        rule = self.playbook.stage_ids.condition_ids[:1]
        self.env.cr.execute("UPDATE crm_playbook_condition SET domain = 'foo(' WHERE id = %s", [rule.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, rule.name):
            self.playbook.action_export()
        self.assertEqual(self.playbook.search_read([("id", "=", self.playbook.id)])[0]["export_file"], False)

    def test_what_the_import_would_refuse_is_said_when_exporting(self):
        self.playbook.stage_ids[0].expected_days = 20_000
        with self.assertRaisesRegex(UserError, r"stages\[0\].expected_days: is more than 10000"):
            self.playbook.action_export()

    def test_ids_that_are_none_and_archived_records(self):
        tag = self.env["crm.tag"].create({"name": "Old fair"})
        team = self.env["crm.team"].create({"name": "Dissolved", "active": False})
        rule = self.playbook.stage_ids.condition_ids[:1]
        rule.domain = f"[('partner_id', '!=', 0), ('team_id', '=', {team.id}), ('tag_ids', 'in', [{tag.id}])]"
        imported = self._import(self.playbook._export_document())
        self.assertIn(rule.domain, imported.stage_ids.condition_ids.mapped("domain"))

    def test_other_currency_is_told(self):
        other = "EUR" if self.env.company.currency_id.name != "EUR" else "USD"
        playbook = self._import(self._changed(("playbook", "currency"), other))
        self.assertIn(other, playbook.message_ids[:1].body)

    def test_what_other_apps_would_add_is_told(self):
        document = self._changed(("playbook", "stages", 0, "apps"), {"unknown_app": [1, {}]})
        playbook = self._import(document)
        self.assertIn("was left out: Talk (unknown_app).", playbook.message_ids[:1].body)
        self.assertFaulty(self._changed(("playbook", "apps"), []), "playbook.apps: must be one of: object")

    def test_the_dialog(self):
        with Form(self.env["crm.playbook.import"]) as form:
            form.file = base64.b64encode(json.dumps(MINIMAL).encode())
        self.assertEqual(form.save().action_import()["res_model"], "crm.playbook")
