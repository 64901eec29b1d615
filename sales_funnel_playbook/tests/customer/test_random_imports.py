import base64
import copy
import json
import re

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..common import PlaybookCase
from ..exchange.test_exchange import MINIMAL
from ..properties import SETTINGS, given, settings, st
from .random_imports import CELLS, change, write_sheet

LEADS, RULES, DOCUMENTS, FILES = 600, 400, 250, 100
RANDOM = st.randoms(use_true_random=True)  # only the seed is drawn: drawing each cell takes longer
MUTED = mute_logger("odoo.sql_db", "odoo.orm.models", "odoo.addons.base.models.ir_model")
ODOOS_OWN = re.compile("NUL|surrogates")  # of other models than the lead, Odoo itself tells no more
MODELS = (
    *("crm.playbook", "crm.playbook.stage", "crm.playbook.condition", "crm.playbook.output"),
    *("crm.playbook.criterion", "crm.playbook.criterion.option", "crm.playbook.tier", "crm.playbook.check"),
    *("crm.playbook.deadline", "crm.risk.type", "crm.product.line", "crm.playbook.override.reason"),
    *("crm.progress.milestone", "crm.competitor", "crm.playbook.case", "crm.lead.progress", "crm.lead.risk"),
    *("crm.lead.stakeholder", "crm.lead.competitor", "crm.lead.score.answer", "crm.lead.stage.log"),
    *("crm.lead.confirmation", "crm.lead.output", "crm.lead.question", "crm.funnel.review.decision"),
)


@tagged("post_install", "-at_install")
class TestRandomImports(PlaybookCase):
    """Whatever a sheet or a file holds: it comes in and what must hold does, or nothing of it stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.team.name = "Random team"
        cls.env["crm.stage"].create(
            {"name": "Siding", "sequence": 9, "team_ids": [Command.set(cls.team.ids)]}
        )
        cls.env["crm.product.line"].create([{"name": "Presses"}, {"name": "Lathes"}])
        cls.env["res.partner"].create({"name": "Deal & Sons", "is_company": True})
        cls.playbook.criterion_ids = [
            Command.create({"name": "Budget", "points": 6, "domain": "[('expected_revenue', '>', 5)]"}),
            Command.create(
                {
                    "name": "Fit",
                    "kind": "choice",
                    "option_ids": [
                        Command.create({"name": "Good", "points": 4}),
                        Command.create({"name": "Bad"}),
                    ],
                }
            ),
        ]
        cls._create_deadline("Call", "lead_created")
        cls.lead = cls._create_lead("Deal")
        cls.env.cr.flush()
        ours = [
            *(name for name in cls.env if cls.env[name]._original_module == "sales_funnel_playbook"),
            *("crm.lead", "res.partner", "res.partner.industry", "ir.attachment", "mail.activity", "crm.tag"),
        ]
        tables = sorted({cls.env[n]._table for n in ours if cls.env[n]._auto and not cls.env[n]._abstract})
        cls.counting = SQL(" UNION ALL ").join(
            SQL("SELECT %s, COUNT(*) FROM %s", table, SQL.identifier(table)) for table in tables
        )

    def _count(self):
        self.env.flush_all()
        return dict(self.env.execute_query(self.counting))

    def _run(self, strategy, size, do):
        """Give ``do`` so many examples, each undone after; it tells whether it was accepted."""
        accepted = []
        self.before = self._count()

        @settings(SETTINGS, max_examples=size)
        @given(strategy)
        def check(example):
            savepoint = self.env.cr.savepoint()
            try:
                accepted.append(do(example))
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
                self.env.cr.precommit.clear()
                if self.registry.cache_invalidated:
                    self.registry.reset_changes()  # only what an example has invalidated

        check()
        self.assertGreaterEqual(len(accepted), size)
        self.assertTrue(size / 50 < sum(accepted) < size * 0.98, f"{sum(accepted)} of {size} were accepted")

    def _load(self, model, sheet):
        """Load a sheet as a manager; what is not accepted is said, and leaves nothing behind."""
        try:
            with self.env.cr.savepoint():
                result = model.with_user(self.leader).load(*sheet)
        except UserError as error:
            self.assertTrue(str(error))
            result = {"ids": False}
        else:
            self.assertEqual(bool(result["ids"]), not any(m["type"] == "error" for m in result["messages"]))
            for message in result["messages"]:
                self.assertTrue(message["message"])
                if not ODOOS_OWN.search(message["message"]):
                    self.assertNotIn("Unknown error", message["message"])
        if not result["ids"]:
            self.assertEqual(self._count(), self.before)
        return bool(result["ids"])

    def _check_records(self):
        self.env["crm.lead"]._settle_queued()
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    @MUTED
    def test_leads(self):
        sheets = RANDOM.map(lambda random: write_sheet(random, CELLS, ("name",)))
        for mode in ("enforce", "observe", False):
            self.playbook.write({"mode": mode} if mode else {"active": False})

            def load(sheet):
                accepted = self._load(self.env["crm.lead"], sheet)
                if accepted:
                    self._check_records()
                return accepted

            self._run(sheets, LEADS // 3, load)

    @MUTED
    def test_rules_and_facts(self):
        cells = {name: self._get_cells(self.env[name]) for name in MODELS}
        needed = {
            name: [
                f.name for f in self.env[name]._fields.values() if f.required and f.store and not f.default
            ]
            for name in MODELS
        }
        sheets = RANDOM.map(
            lambda random: (name := random.choice(MODELS), write_sheet(random, cells[name], needed[name]))
        )
        self._run(sheets, RULES, lambda drawn: self._load(self.env[drawn[0]], drawn[1]))

    def _get_cells(self, model):
        """Return what is likely to be said of each field of a model."""
        by_type = {
            "boolean": ("True", "0"),
            "integer": ("0", "3", "-1"),
            "float": ("0", "4", "10"),
            "date": ("2024-03-04", "2030-01-01"),
            "datetime": ("2024-03-04 09:00:00",),
        }
        cells = {}
        for name, field in model._fields.items():
            if field.type == "selection":
                cells[name] = field.get_values(self.env)
            elif field.relational:
                cells[name] = [*self.env[field.comodel_name].search([], limit=4).mapped("display_name"), "x"]
            elif name.endswith("domain"):
                cells[name] = ("[]", "[('expected_revenue', '>', 1)]", "[('x', '=', 1)]", "(")
            else:
                cells[name] = by_type.get(field.type, ("Some text", "Another", ""))
        return cells

    @MUTED
    def test_documents(self):
        def load(random):
            document = copy.deepcopy(MINIMAL)
            change(document, random)
            return self._import_file(base64.b64encode(json.dumps(document).encode()))

        self._run(RANDOM, DOCUMENTS, load)

    @MUTED
    def test_files(self):
        good = json.dumps(MINIMAL).encode()
        cut = st.tuples(st.integers(0, len(good)), st.binary(max_size=4), st.integers(0, len(good)))
        changed = cut.map(lambda drawn: good[: drawn[0]] + drawn[1] + good[drawn[2] :])
        spaced = st.text(" \n\t", max_size=3).map(lambda text: text.encode() + good)
        coded = st.one_of(st.binary(min_size=1), changed, spaced).map(base64.b64encode)
        self._run(st.one_of(coded, coded, st.text(min_size=1, max_size=9)), FILES, self._import_file)

    def _import_file(self, content):
        """Import a file with the wizard; what is refused is said, and leaves nothing behind."""
        try:
            with self.env.cr.savepoint():
                wizard = self.env["crm.playbook.import"].with_user(self.leader).create({"file": content})
                action = wizard.action_import()
                self.env.flush_all()
        except UserError as error:
            self.assertTrue(str(error))
            self.assertEqual(self._count(), self.before)
            return False
        playbook = self.env["crm.playbook"].browse(action["res_id"])
        self.assertTrue(playbook.is_template)
        self.assertFalse(playbook.broken_rules)
        playbook._export_text()
        return True
