from psycopg2.errors import ForeignKeyViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .security_case import SecurityCase
from .security_common import OUTSIDERS, ROLES, get_our_models

# Who may do what with a record of their own, a colleague's, and another company's: c(reate), r(ead),
# u(pdate), d(elete). Internal users without sales rights, portal users and the public may do nothing at all.
RIGHTS = """
                 own leads      all leads       team leader     sales manager      administrator
rules            r/r/-          r/r/-           r/r/-           crud/crud/-        crud/crud/-
shared lists     r/r/r          r/r/r           r/r/r           crud/crud/crud     crud/crud/crud
competitors      cru/cru/-      cru/cru/-       cru/cru/-       crud/crud/-        crud/crud/-
facts            crud/-/-       crud/crud/-     crud/crud/-     crud/crud/-        crud/crud/-
notes, risks     cru/-/-        cru/cru/-       cru/cru/-       cru/cru/-          cru/cru/-
uses of cases    crd/-/-        crd/crd/-       crd/crd/-       crd/crd/-          crd/crd/-
evidence, log    r/-/-          r/r/-           r/r/-           r/r/-              r/r/-
reports          r/-/-          r/r/-           r/r/-           r/r/-              r/r/-
salespersons     -/-/-          -/-/-           -/-/-           r/r/-              r/r/-
reviews          -/-/-          -/-/-           ru/ru/-         ru/ru/-            ru/ru/-
review lines     -/-/-          -/-/-           r/r/-           r/r/-              r/r/-
decisions        -/-/-          -/-/-           crud/crud/-     crud/crud/-        crud/crud/-
one-to-ones      cru/-/-         cru/-/-         cru/-/-         crud/crud/-        crud/crud/-
their decisions  crud/-/-        crud/-/-        crud/-/-        crud/crud/-        crud/crud/-
drafts           crud/-/-       crud/-/-        crud/-/-        crud/crud/-        crud/crud/-
versions         r/-/-          r/-/-           r/-/-           r/r/-              r/r/-
suggestions      cr/cr/-         cr/cr/-         cr/cr/-         crd/crd/-          crd/crd/-
agenda           r/r/-          r/r/-           r/r/-           crud/crud/-        crud/crud/-
queue            -/-/-          -/-/-           -/-/-           -/-/-              r/r/r
dialog           cru/c/c        cru/c/c         cru/c/c         cru/c/c            cru/c/c
dialog, deletes  crud/c/c       crud/c/c        crud/c/c        crud/c/c           crud/c/c
dialog, cases    crud/c/-       crud/c/-        crud/c/-        crud/c/-           crud/c/-
dialog, deals    cru/-/-        cru/c/-         cru/c/-         cru/c/-            cru/c/-
dialog line      crud/-/-       crud/-/-        crud/-/-        crud/-/-           crud/-/-
dialog result    r/-/-          r/-/-           r/-/-           r/-/-              r/-/-
update rows      ru/-/-         ru/-/-          ru/-/-          ru/-/-             ru/-/-
manager dialog   -/-/-          -/-/-           -/-/-           crud/c/c           crud/c/c
own company's    -/-/-          -/-/-           -/-/-           crud/c/-           crud/c/-
template dialog  -/-/-          -/-/-           -/-/-           cru/c/-            cru/c/-
manager line     -/-/-          -/-/-           -/-/-           crud/-/-           crud/-/-
simulation       -/-/-          -/-/-           -/-/-           cr/c/c             cr/c/c
its result       -/-/-          -/-/-           -/-/-           r/-/-              r/-/-
integrity        -/-/-          -/-/-           -/-/-           -/-/-              cru/c/c
its faults       -/-/-          -/-/-           -/-/-           -/-/-              crud/-/-
"""
SALES = tuple(role for role in ROLES if role not in ("contributor", "marketing", *OUTSIDERS))
# The same of who has no right on Sales, and a role on the first deal: nothing but this.
CONTRIBUTOR = {
    "crm.product.line": "r/r/-",
    **dict.fromkeys(
        (
            *("crm.playbook", "crm.playbook.stage", "crm.playbook.condition", "crm.playbook.output"),
            *("crm.lead.output", "crm.lead.confirmation", "crm.lead.member", "crm.my.day"),
            "crm.playbook.agreement",
        ),
        "r/-/-",
    ),
    "crm.playbook.suggestion": "cr/-/-",
    "crm.playbook.role": "r/r/r",
    **dict.fromkeys(("crm.lead.confirm", "crm.lead.output.reject", "crm.my.day.snooze"), "cru/c/c"),
}
# The same of marketing, which captured the first deal.
MARKETING = {
    **CONTRIBUTOR,
    **dict.fromkeys(("crm.lead.hand.over", "crm.funnel.intake.report"), "r/-/-"),
    "crm.lead.give": "cru/-/-",
}
OTHERS = {"contributor": CONTRIBUTOR, "marketing": MARKETING}
# Each model of the module has a row; one without fails the test.
MODELS = {
    "crm.playbook": "rules",
    "crm.playbook.stage": "rules",
    "crm.playbook.condition": "rules",
    "crm.playbook.output": "rules",
    "crm.playbook.deadline": "rules",
    "crm.playbook.criterion": "rules",
    "crm.playbook.criterion.option": "rules",
    "crm.playbook.tier": "rules",
    "crm.playbook.check": "rules",
    "crm.product.line": "rules",
    "crm.playbook.override.reason": "shared lists",
    "crm.progress.milestone": "shared lists",
    "crm.risk.type": "shared lists",
    "crm.playbook.role": "shared lists",
    "crm.playbook.role.person": "rules",
    "crm.lead.member": "uses of cases",
    "crm.competitor": "competitors",
    "crm.lead.competitor": "facts",
    "crm.lead.stakeholder": "facts",
    "crm.lead.score.answer": "facts",
    "crm.lead.progress": "notes, risks",
    "crm.lead.risk": "notes, risks",
    "crm.playbook.case.use": "uses of cases",
    "crm.lead.confirmation": "evidence, log",
    "crm.lead.output": "evidence, log",
    "crm.lead.explanation": "evidence, log",
    "crm.lead.question": "evidence, log",
    "crm.lead.waiver": "evidence, log",
    "crm.lead.refusal": "evidence, log",
    "crm.lead.stage.log": "evidence, log",
    "crm.lead.contact": "evidence, log",
    "crm.funnel.report": "reports",
    "crm.funnel.intake.report": "reports",
    "crm.funnel.lost.report": "reports",
    "crm.renewal.report": "reports",
    "crm.funnel.wait.report": "reports",
    "crm.lead.calibration.report": "reports",
    "crm.lead.risk.report": "reports",
    "crm.playbook.deadline.report": "reports",
    "crm.my.day": "reports",
    "crm.playbook.gate.report": "reports",
    "crm.lead.calibration.summary": "salespersons",
    "crm.funnel.snapshot": "reports",
    "crm.funnel.snapshot.day": "salespersons",
    "crm.funnel.review": "reviews",
    "crm.funnel.review.line": "review lines",
    "crm.funnel.review.channel": "review lines",
    "crm.funnel.review.decision": "decisions",
    "crm.coaching.session": "one-to-ones",
    "crm.coaching.decision": "their decisions",
    "crm.playbook.case": "drafts",
    "crm.playbook.case.version": "versions",
    "crm.playbook.case.session.line": "agenda",
    "crm.playbook.agreement": "versions",
    "crm.playbook.suggestion": "suggestions",
    "crm.playbook.reader": "salespersons",
    "crm.playbook.refresh": "queue",
    "crm.playbook.notice": "queue",
    "crm.playbook.look": "queue",
    "crm.playbook.failure": "queue",
    "crm.lead.hand.over": "evidence, log",
    "crm.lead.give": "dialog, deals",
    "crm.lead.send.back": "dialog, deals",
    "crm.lead.confirm": "dialog",
    "crm.lead.output.reject": "dialog",
    "crm.lead.waive": "dialog",
    "crm.playbook.suggestion.decide": "dialog",
    "crm.my.day.snooze": "dialog",
    "crm.lead.advance": "dialog",
    "crm.lead.explain": "dialog, deletes",
    "crm.playbook.case.session": "dialog, cases",
    "crm.lead.override": "dialog, deals",
    "crm.playbook.case.session.suggestion": "dialog line",
    "crm.lead.advance.line": "dialog result",
    "crm.sheet.update": "dialog, deletes",
    "crm.sheet.update.row": "update rows",
    "crm.playbook.import": "manager dialog",
    "crm.playbook.split.stage": "manager dialog",
    "crm.playbook.propose.tiers": "own company's",
    "crm.playbook.use.template": "template dialog",
    "crm.playbook.use.template.line": "manager line",
    "crm.playbook.split.stage.line": "manager line",
    "crm.playbook.split.stage.rule": "manager line",
    "crm.playbook.propose.tiers.line": "manager line",
    "crm.playbook.simulation": "simulation",
    "crm.playbook.simulation.line": "its result",
    "crm.playbook.integrity.check": "integrity",
    "crm.playbook.integrity.check.line": "its faults",
    "crm.personal.data": "integrity",
    "crm.playbook.health": "integrity",
    "crm.playbook.health.job": "its faults",
    "crm.playbook.health.finding": "its faults",
}
ABSTRACT = (
    *("crm.funnel.numbers", "crm.funnel.counted", "crm.funnel.intake.numbers"),
    *("crm.coaching", "crm.lead.evidence", "crm.lead.fact", "crm.lead.trait", "crm.people.figures"),
    *("crm.playbook.cache.mixin", "crm.playbook.dated", "crm.playbook.decision", "crm.playbook.delay"),
    *("crm.playbook.documented", "crm.playbook.duty", "crm.playbook.files", "crm.playbook.helped"),
    "crm.playbook.hours.mixin",
    "crm.playbook.integrity",
    *("crm.playbook.kept.mixin", "crm.playbook.rated.mixin", "crm.playbook.rule"),
)
# What is updated, where the first field that can be written is not what everybody may write.
UPDATES = {
    "crm.lead.progress": {"summary": "They asked for an offer in May"},
    "crm.lead.risk": {"description": "They wait for their budget"},
    "crm.funnel.review": {"note": "<p>Discussed</p>"},
    "crm.lead.override": {"note": "They buy every year"},
    "crm.lead.advance": {"lead_ids": []},
    "crm.playbook.deadline": {"name": "Call them"},
}


@tagged("post_install", "-at_install")
class TestSecurityMatrix(SecurityCase):
    """Every model, every role, every operation, with real records and the real operation."""

    def test_every_model_has_a_row(self):
        ours = get_our_models(self.env)
        abstract = [name for name in ours if self.env[name]._abstract]
        self.assertEqual(abstract, sorted(ABSTRACT))
        self.assertEqual(sorted(set(ours) - set(abstract)), sorted(MODELS))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db")
    def test_rights(self):
        expected = self._read_table()
        for model, row in MODELS.items():
            for role in ROLES:
                others = OTHERS.get(role, {}).get(model, "-/-/-")
                wanted = expected[row][role] if role in SALES else others
                with self.subTest(model=model, role=role):
                    rights = [
                        self._get_rights(model, role, world) for world in self.get_worlds(role).values()
                    ]
                    self.assertEqual("/".join(rights), wanted, f"{model}, {role}")

    @staticmethod
    def _read_table():
        """Return ``{row: {role: rights}}``."""
        table = {}
        for line in RIGHTS.strip().splitlines()[1:]:
            *words, own, everybodys, leader, manager, admin = line.split()
            cells = (own, everybodys, leader, manager, admin)
            table[" ".join(words)] = dict(zip(SALES, cells, strict=True))
        return table

    def _get_rights(self, model, role, world):
        """Return which of create, read, update and delete a role really can do."""
        record = world.get(model).with_user(self.users[role])
        record = record.with_context(allowed_company_ids=self.company.ids, tracking_disable=True)
        deeds = {"c": self._create, "r": self._read, "u": self._update, "d": self._delete}
        return "".join(letter for letter, deed in deeds.items() if self._can(deed, record, world)) or "-"

    def _can(self, deed, record, world):
        self.env.invalidate_all()
        with self.env.cr.savepoint() as savepoint:
            try:
                deed(record, world)
                record.env.flush_all()
            except AccessError:
                return False
            finally:
                self.env.invalidate_all(flush=False)
                savepoint.rollback()
        return True

    def _create(self, record, world):
        record.browse().check_access("create")  # before what follows is prepared
        vals = world.prepare(record._name)
        try:
            with self.env.cr.savepoint():
                record.browse().create(vals)
        except UniqueViolation:  # there can be one only
            self.env.cr.execute(SQL("DELETE FROM %s WHERE id = %s", SQL.identifier(record._table), record.id))
            self.env.invalidate_all()
            record.browse().create(vals)

    def _read(self, record, _world):
        record.check_access("read")
        self.assertTrue(record.read(), "what may be read is read")
        self.assertTrue(record.search([("id", "=", record.id)]), "and found")

    def _update(self, record, _world):
        name = next(
            (
                name
                for name, field in record._fields.items()
                if field.store and not field.readonly and not field.compute and field.type != "one2many"
            ),
            None,
        )
        vals = UPDATES.get(record._name, {})
        if name and not vals:
            vals = {name: record._fields[name].convert_to_write(record.sudo()[name], record)}
        record.check_access("write")
        record.write(vals)

    def _delete(self, record, _world):
        record.check_access("unlink")
        try:
            with self.env.cr.savepoint():
                record.unlink()
        except (UserError, ForeignKeyViolation) as error:  # the right is there, and facts hold on to it
            if isinstance(error, AccessError):
                raise
