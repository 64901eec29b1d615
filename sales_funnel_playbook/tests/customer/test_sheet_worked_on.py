import base64
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .update_common import SheetUpdateCase

LATER = timedelta(minutes=5)
NAMES = ["Cygnus", "Draco", "Eridanus", "Fornax", "Hydra", "Indus", "Gemini", "Lyra", "Orion", "Pavo"]


class SheetWorkedOnCase(SheetUpdateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"

    def _make(self, *names, headings=("Contact Person",), cells=("Ms W",), **options):
        """Return an update that has made a deal for each of these names, and the deals."""
        update = self._apply(["Customer Name", *headings], *([name, *cells] for name in names), **options)
        return update, update.row_ids.sorted("number").lead_id

    def _undo_later(self, update, *deeds):
        """Have others do something with each deal, then the jobs of the night; undo the update."""
        with self.mock_datetime_and_now(datetime.now() + LATER):
            for lead, deed in zip(update.row_ids.sorted("number").lead_id, deeds, strict=True):
                deed(lead.with_user(self.user_manager).with_context(tracking_disable=True))
            self.env.cr.precommit.run()  # what was tracked is told
        with self.mock_datetime_and_now(datetime.now() + 2 * LATER):
            self._run_night(update.row_ids.lead_id)
            self.env.flush_all()
            self.env.invalidate_all()
            update.action_undo()
        return [text.partition("Stays: ")[2] for text in update.row_ids.sorted("number").mapped("text")]

    def _run_night(self, leads):
        """What Odoo's jobs and those of the module write last, as the superuser."""
        leads = leads.with_user(SUPERUSER_ID)
        leads._cron_update_automated_probabilities()
        leads.with_context(tracking_disable=True).message_bounce = 1
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestSheetWorkedOnEntered(SheetWorkedOnCase):
    """A new deal that somebody has written to stays when the update is undone, whoever wrote to it last."""

    def test_columns_that_the_sheet_does_not_have(self):
        tag = self.env["crm.tag"].create({"name": "Fair"})
        entered = {
            "description": "<p>They want three</p>",
            "priority": "2",
            "tag_ids": [Command.link(tag.id)],
            "date_deadline": "2030-01-31",
            "budget_max": 7,
            "wechat": "ms-w",
            "email_from": "w@draco.example",
            "city": "Graz",
            "probability": 42,
        }
        update, leads = self._make(*NAMES)
        deeds = [lambda lead, one=one: lead.write(dict([one])) for one in entered.items()]
        texts = self._undo_later(update, *deeds, lambda lead: None)
        self.assertEqual(set(leads.write_uid.ids), {SUPERUSER_ID, self.seller.id}, "jobs wrote last")
        self.assertEqual(leads.mapped("active"), [True] * len(entered) + [False])
        labels = [leads._fields[name]._description_string(leads.env) for name in entered]
        self.assertEqual(texts[:-1], [f"“{label}” was changed since" for label in labels])
        self.assertEqual(update.row_ids.sorted("number").mapped("outcome")[-2:], ["partly", "undone"])

    def test_cells_notes_and_risks_of_the_sheet(self):
        headings = ("Expected Amount (10,000)", "Last Contact Time", "Communication Summary", "Risk Level")
        cells = ("50.5", "2024-03-22 10:00", "Met them", "High")
        update, leads = self._make(*NAMES[:4], headings=headings, cells=cells)
        texts = self._undo_later(
            update,
            lambda lead: lead.write({"expected_revenue": 7}),
            lambda lead: lead.progress_ids.write({"summary": "Met them twice about three presses"}),
            lambda lead: lead.risk_ids.write({"response": "Call them"}),
            lambda lead: None,
        )
        self.assertEqual(leads.mapped("active"), [True, True, True, False])
        self.assertEqual(texts[0], "“Expected Revenue” was changed since")
        self.assertEqual(texts[1], "“Met them twice about three presses” was changed since")
        self.assertIn("was changed since", texts[2])

    def test_what_follows_from_elsewhere_is_nobodys(self):
        """The customer's new phone, a probability that Odoo computes, contact on another deal."""
        cygnus, draco = self.env["res.partner"].create(
            [
                {"name": name, "is_company": True, "phone": "+43 1 5", "email": "a@b.example"}
                for name in NAMES[:2]
            ]
        )
        update, leads = self._make("Cygnus", "Draco", headings=("Current Stage",), cells=("方案演示",))
        self.assertEqual((leads.partner_id, leads.mapped("phone")), (cygnus | draco, ["+43 1 5"] * 2))
        before = leads.mapped("probability")
        note = {"lead_id": self.deal.id, "summary": "They told us about the three presses"}

        def change_customers(_lead):
            people = (cygnus | draco).with_user(self.user_manager).with_context(tracking_disable=False)
            people.write({"phone": "+43 1 6", "email": "c@d.example"})
            people.env.flush_all()
            self.env["crm.lead.progress"].with_user(self.user_manager).create(note)
            frequencies = self.env["crm.lead.scoring.frequency"]
            vals = {"variable": "stage_id", "value": self.stage_demo.id, "won_count": 90, "lost_count": 1}
            frequencies.create([{**vals, "team_id": team} for team in (False, self.team.id)])

        self._undo_later(update, change_customers, lambda lead: None)
        self.assertEqual(leads.mapped("phone"), ["+43 1 6"] * 2)
        self.assertIn(
            self.user_manager, self.env["mail.message"].search([("res_id", "in", leads.ids)]).create_uid
        )
        self.assertNotEqual(leads.mapped("probability"), before)
        self.assertEqual(update.row_ids.mapped("outcome"), ["undone"] * 2, update.row_ids.mapped("text"))
        self.assertFalse(leads.filtered("active"))

    def test_in_another_company_and_language_over_rpc(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        west = self.env["res.company"].create({"name": "West"})
        people = self.user_manager | self.seller
        people.company_ids |= west
        people.lang = "zh_TW"
        self.env["crm.team"].create({"name": "Western", "company_id": west.id, "member_ids": people.ids})
        update, leads = self._make(
            *NAMES[:2], headings=("聯絡人",), lang="zh_TW", allowed_company_ids=(west | self.env.company).ids
        )
        self.assertEqual(leads.company_id, west)
        with self.mock_datetime_and_now(datetime.now() + LATER):
            theirs = leads[0].with_user(self.user_manager).with_context(allowed_company_ids=west.ids)
            theirs.write({"wechat": "ms-w"})
            self._run_night(leads)
            east = {"allowed_company_ids": self.env.company.ids, "lang": "zh_TW"}
            model = update.with_context(**east).browse()
            self.assertTrue(call_kw(model, "action_undo", [update.ids], {"context": east}))
        self.assertEqual(leads.mapped("active"), [True, False])
        self.assertIn("之後又變更過", update.row_ids.sorted("number")[0].text)


@tagged("post_install", "-at_install")
class TestSheetWorkedOnRecorded(SheetWorkedOnCase):
    """What people have recorded on a new deal keeps it, what comes by itself does not."""

    def test_what_people_record(self):
        output = self._create_output(self.stage_lead, "Offer", evidence="note")
        person = self.env["res.partner"].create({"name": "Ms Draco"})
        file = {"name": "offer.txt", "datas": base64.b64encode(b"x"), "res_model": "crm.lead"}
        update, leads = self._make(*NAMES[:8])

        def record(model, to="lead_id", **vals):
            return lambda lead: lead.env[model].create({to: lead.id, **vals})

        stop = datetime.now() + LATER
        meeting = {"name": "Visit", "start": datetime.now(), "stop": stop}
        texts = self._undo_later(
            update,
            record("ir.attachment", "res_id", **file),
            record("calendar.event", "opportunity_id", **meeting),
            lambda lead: lead.submit_output(output.id, note="We have sent them the offer."),
            record("crm.lead.stakeholder", partner_id=person.id, role="decision_maker"),
            record("crm.lead.progress", summary="Spoke with them about three presses"),
            lambda lead: lead.activity_schedule("mail.mail_activity_data_call").action_feedback(),
            lambda lead: lead.message_post(body="Who goes there?", message_type="comment"),
            lambda lead: None,
        )
        self.assertEqual(leads.mapped("active"), [True] * 7 + [False])
        self.assertEqual({*texts[:4], *texts[5:7]}, {"Somebody has worked on the deal since"})

    def test_what_comes_by_itself(self):
        """An out-of-office answer, a mailing, a role by default, a risk that the job finds."""
        user = new_test_user(self.env, "marketing_of_sheets", "sales_team.group_sale_salesman_all_leads")
        role = self.env["crm.playbook.role"].create({"name": "Presales"})
        update, leads = self._make(*NAMES[:4])
        mail = {"body": "I am away", "message_type": "email", "is_automatic": True}
        mailing = {"body": "News", "message_type": "email_outgoing"}
        member = {"role_id": role.id, "user_id": user.id, "is_default": True}
        risk_type = self.env["crm.risk.type"].search([], limit=1)
        risk = {"type_id": risk_type.id, "description": "Silence", "level": "low"}
        self._undo_later(
            update,
            lambda lead: lead.with_user(SUPERUSER_ID).message_post(**mail),
            lambda lead: lead.message_post(**mailing),
            lambda lead: lead.env["crm.lead.member"].sudo().create({"lead_id": lead.id, **member}),
            lambda lead: (
                lead.env["crm.lead.risk"].with_user(SUPERUSER_ID).create({"lead_id": lead.id, **risk})
            ),
        )
        self.assertFalse(leads.filtered("active"), update.row_ids.mapped("text"))
