import io
import json
from pathlib import Path

import openpyxl
from lxml import html

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase
from .security_common import MODULE, World, get_our_models

MARKER = "Shown-As-Text"
SCRIPT = (
    f'{MARKER} <img src="x" onerror="window.scriptRan=true"><script>window.scriptRan=true</script>'
    '{{7*7}} ${7*7} <t t-out="1"/>'
)
FORMULA = f'=HYPERLINK("http://example.com","{MARKER}")'
# Texts with a form of their own, which the script has not.
FORMED = ("domain", "satisfied_domain", "tz", "url", "model", "customer_name")
RUN = """
checkScreens(%s).then(
    (faults) => faults.length ? console.error(faults.join("\\n")) : console.log("test successful"),
    (error) => console.error(`${error.message} ${error.stack}`)
);
"""


@tagged("post_install", "-at_install")
class TestSecurityScript(HttpCase, PlaybookCase):
    """What people write is shown as they wrote it, and never run: every text field of every model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.stages.team_ids = False
        cls.playbook.team_ids = False
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.company = cls.env.company
        cls.published = {}
        cls.team.user_id = cls.admin
        cls.world = World(cls, cls.company, cls.admin, cls.team, "script")
        vals = {"name": "Known to all", "outcome": "won", "situation": "A fair", "lesson": "Ask"}
        cls.published[cls.company] = cls.env["crm.playbook.case"].create({**vals, "state": "published"})
        cls.records = [
            cls.world.get(model)
            for model in get_our_models(cls.env)
            if cls.env[model]._auto and not cls.env[model]._abstract
        ]
        cls.open_lead = cls.env["crm.lead"].create(
            {
                "name": "Acme",
                "type": "opportunity",
                "team_id": cls.team.id,
                "user_id": cls.admin.id,
                "product_line_id": cls.world.get("crm.product.line").id,
                "stage_id": cls.stages[0].id,
            }
        )
        cls.written = {}
        for record in [*cls.records, cls.world.get("crm.lead"), cls.open_lead]:
            cls._write_script(record)
        cls.world.get("crm.stage").name = SCRIPT
        cls.env.flush_all()

    @classmethod
    def _write_script(cls, record):
        """Write the script into all texts of a record that take one."""
        for name, field in record._fields.items():
            is_ours = record._original_module == MODULE or field._module == MODULE
            is_text = field.type in ("char", "text", "html") and field.store and not field.related
            if not is_ours or not is_text or name in FORMED or (field.compute and field.readonly):
                continue
            try:
                with cls.env.cr.savepoint():
                    record.sudo().write({name: SCRIPT})
                    cls.written[record._name, name] = True
            except UserError:
                cls.env.cr.execute(
                    f'UPDATE "{record._table}" SET "{name}" = %s WHERE id = %s',
                    (json.dumps({"en_US": SCRIPT}) if field.translate else SCRIPT, record.id),
                )
                cls.env.invalidate_all(flush=False)

    def _get_screens(self):
        """Return what is opened: lists and forms of all models that have views, and the module's pages."""
        screens = []
        for record in self.records:
            views = self.env["ir.ui.view"].search([("model", "=", record._name), ("inherit_id", "=", False)])
            for kind in set(views.mapped("type")) & {"list", "form", "kanban"}:
                screens.append(
                    {
                        "name": f"{record._name} {kind}",
                        "action": {
                            "type": "ir.actions.act_window",
                            "res_model": record._name,
                            "res_id": record.id if kind == "form" else False,
                            "domain": [["id", "=", record.id]],
                            "views": [[False, kind]],
                            "target": "new" if record._transient else "current",
                            "context": {"active_test": False},
                        },
                    }
                )
        return screens

    # a dialog that still computes its lines is asked for again, by a cursor that may write
    @mute_logger("odoo.sql_db", "odoo.http")
    def test_screens(self):
        lead = {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "views": [[False, "form"]],
            "target": "current",
        }
        screens = self._get_screens()
        self.assertGreater(len(screens), 40)
        for deal in (self.open_lead, self.world.get("crm.lead")):
            screens.append(
                {
                    "name": f"deal {deal.name}",
                    "action": {**lead, "res_id": deal.id},
                    "clicks": ["a.nav-link[name=playbook]", ".o_playbook_timeline > button"],
                }
            )
        client = {"type": "ir.actions.client", "target": "current"}
        playbook = self.world.get("crm.playbook")
        for tag in ("crm_first_steps_action", "crm_funnel_action"):
            [action] = self.env.ref(f"{MODULE}.{tag}").read(["tag", "name"])
            screens.append(
                {
                    "name": tag,
                    "action": {**client, "tag": action["tag"], "params": {"playbook_id": playbook.id}},
                }
            )
        check = (Path(__file__).parents[1].joinpath("data") / "script_check.js").read_text(encoding="utf-8")
        run = RUN % f"{json.dumps(screens)}, {json.dumps(MARKER)}"
        self.browser_js("/odoo/my-day", check + run, "odoo.isReady === true", login="admin", timeout=300)

    def assertPlain(self, text, what):
        """Assert that a page shows the marker and has no element that it made."""
        document = html.fromstring(text)
        self.assertIn(MARKER, document.text_content(), what)
        made = document.xpath("//*[contains(@onerror, 'scriptRan')] | //script[contains(., 'scriptRan')]")
        self.assertFalse([html.tostring(one)[:1000] for one in made], what)
        self.assertNotIn(
            "49", [part for part in document.text_content().split() if part.startswith("49")], what
        )

    def test_pages_and_mails(self):
        self.authenticate("admin", "admin")
        for report, record in (
            ("action_report_playbook", self.world.get("crm.playbook")),
            ("action_report_funnel_review", self.world.get("crm.funnel.review")),
        ):
            name = self.env.ref(f"{MODULE}.{report}").report_name
            response = self.url_open(f"/report/html/{name}/{record.id}")
            self.assertEqual(response.status_code, 200)
            self.assertPlain(response.text, report)

    def test_chatter(self):
        """A move, an override, an output, a confirmation, a risk: all are told in the deal's chatter."""
        lead = self.open_lead
        reason = self.world.get("crm.playbook.override.reason")
        self.world.get("crm.playbook").mode = "enforce"
        condition = self.world.get("crm.playbook.condition")
        condition.write({"kind": "confirmation", "domain": "[]"})
        with self.assertRaises(UserError) as refused, self.env.cr.savepoint():
            lead.with_user(self.admin).stage_id = self.stages[1]
        self.assertIn(MARKER, str(refused.exception))
        output = self.world.get("crm.playbook.output")
        output.write({"evidence": "note", "approval": "team_leader", "active": True})
        lead.with_user(self.admin).override_gate(
            self.stages[1].id, reason.id, f"{SCRIPT} they buy every year"
        )
        lead.with_user(self.admin).confirm_condition(condition.id, note=f"{SCRIPT} they said so")
        lead.with_user(self.admin).submit_output(output.id, note=f"{SCRIPT} they said so in May")
        lead.output_ids.with_user(self.admin).reject(SCRIPT)
        self.env["crm.lead.risk"].create(
            {
                "lead_id": lead.id,
                "description": SCRIPT,
                "level": "high",
                "type_id": self.world.get("crm.risk.type").id,
            }
        )
        self.env.cr.flush()
        bodies = [body for body in lead.message_ids.mapped("body") if MARKER in body]
        self.assertGreater(len(bodies), 3)
        notes = [note for note in lead.activity_ids.mapped("note") if note and MARKER in note]
        for text in [*bodies, *notes]:
            self.assertPlain(text, text)

    def test_review_mail(self):
        review = self.world.get("crm.funnel.review")
        template = self.env.ref(f"{MODULE}.mail_template_funnel_review")
        values = template._generate_template(review.ids, ("subject", "body_html"))[review.id]
        self.assertPlain(f"<div>{values['body_html']}</div>", "mail")

    def test_workbook(self):
        """A cell that begins like a formula is written as text."""
        review = self.world.get("crm.funnel.review")
        for number, sign in enumerate("=+-@"):
            self.open_lead.copy({"name": f"{sign}1+{number} {MARKER}", "risk_description": FORMULA})
        self.open_lead.write({"name": FORMULA, "partner_name": FORMULA, "contact_name": "@SUM(1)"})
        book = openpyxl.load_workbook(io.BytesIO(review._make_workbook().raw))
        cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
        written = [cell for cell in cells if MARKER in str(cell.value)]  # the totals are formulas of our own
        self.assertGreater(len([cell for cell in written if cell.value[0] in "=+-@"]), 3)
        self.assertEqual({cell.data_type for cell in written}, {"s"})
