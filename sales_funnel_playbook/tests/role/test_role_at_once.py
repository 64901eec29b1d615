from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.api import SUPERUSER_ID, Environment
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

NOTE = "They want to replace three presses next year"
CONTRIBUTOR = "sales_funnel_playbook.group_funnel_contributor"
OWN = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install")
class TestRoleAtOnce(BaseCase):
    """Two people on one deal in the same moment, in transactions of their own. Of two that do not go together
    PostgreSQL refuses the second, and Odoo tries that request again on what the first has left.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = []
        cls.addClassCleanup(cls._remove)
        with cls._committed() as env:
            cls.team = env["crm.team"].create({"name": "Racing", "company_id": False}).id
            cls.role = env["crm.playbook.role"].create({"name": "Race control"}).id
            cls.cora, cls.amy, cls.rep, cls.other = (
                env["res.users"]
                .create(
                    {"name": name, "login": f"racing_{name}", "group_ids": [Command.set(env.ref(group).ids)]}
                )
                .id
                for name, group in (("Cora", CONTRIBUTOR), ("Amy", CONTRIBUTOR), ("Rep", OWN), ("Other", OWN))
            )
            cls._make_playbook(env)

    @classmethod
    def _make_playbook(cls, env):
        vals = {"team_ids": [Command.set([cls.team])]}
        cls.stages = env["crm.stage"].create([{"name": name, **vals} for name in ("First", "Second")]).ids
        lines = [Command.create({"stage_id": id_}) for id_ in cls.stages]
        playbook = env["crm.playbook"].create(
            {"name": "Racing", "company_id": False, "stage_ids": lines, **vals}
        )
        first, second = playbook.stage_ids
        paid = {"name": "Paid", "kind": "confirmation", "role_id": cls.role, "playbook_stage_id": second.id}
        offer = {"name": "Offer", "evidence": "note", "approval": "role", "playbook_stage_id": first.id}
        cls.playbook = playbook.id
        cls.paid = env["crm.playbook.condition"].create(paid).id
        cls.offer = env["crm.playbook.output"].create({**offer, "approval_role_id": cls.role}).id

    @classmethod
    @contextmanager
    def _committed(cls, uid=SUPERUSER_ID):
        with Registry(get_db_name()).cursor() as cr:
            yield Environment(cr, uid, {})

    @classmethod
    def _remove(cls):
        with cls._committed() as env:
            env["crm.lead"].browse(cls.leads).unlink()
            env["crm.playbook"].browse(cls.playbook).unlink()
            env["crm.stage"].browse(cls.stages).unlink()
            env["crm.playbook.role"].browse(cls.role).unlink()
            users = env["res.users"].browse([cls.cora, cls.amy, cls.rep, cls.other])
            partners = users.partner_id
            users.unlink()
            partners.unlink()
            env["crm.team"].browse(cls.team).unlink()

    def setUp(self):
        super().setUp()
        self._make_deal()

    def _make_deal(self):
        people = [Command.create({"role_id": self.role, "user_id": user}) for user in (self.cora, self.amy)]
        with self._committed() as env:
            vals = {"name": "Raced", "type": "opportunity", "team_id": self.team, "user_id": self.rep}
            lead = env["crm.lead"].create({**vals, "stage_id": self.stages[0], "member_ids": people})
            self.lead = lead.id
            self.leads.append(lead.id)

    @contextmanager
    def _late(self, uid):
        """Be somebody who began before what comes next, and is refused for it."""
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure), self._committed(uid) as env:
            env.cr.execute("SELECT 1")  # from now on it sees what is there now
            yield env["crm.lead"].browse(self.lead)

    def _submit(self, lead):
        return lead.submit_output(self.offer, note=f"{NOTE}, says deal {lead.id}")

    def test_two_of_finance_confirm_the_same(self):
        with self._late(self.amy) as late:
            with self._committed(self.cora) as env:
                env["crm.lead"].browse(self.lead).confirm_condition(self.paid)
            late.confirm_condition(self.paid)
        with self._committed(self.amy) as env, self.assertRaisesRegex(UserError, "already confirmed"):
            env["crm.lead"].browse(self.lead).confirm_condition(self.paid)
        with self._committed() as env:
            self.assertEqual(env["crm.lead"].browse(self.lead).confirmation_ids.user_id.id, self.cora)

    def test_one_approves_what_the_other_rejects(self):
        with self._committed(self.rep) as env:
            submission = self._submit(env["crm.lead"].browse(self.lead))
        with self._late(self.amy) as late:
            with self._committed(self.cora) as env:
                env["crm.lead.output"].browse(submission).reject("The price is missing")
            late.env["crm.lead.output"].browse(submission).action_approve()
        with self._committed() as env:
            self.assertEqual(env["crm.lead.output"].browse(submission).state, "rejected")

    def test_a_role_that_ends_while_its_holder_confirms_or_is_asked(self):
        for uid, deed in (
            (self.cora, lambda lead: lead.confirm_condition(self.paid)),
            (self.rep, self._submit),
        ):
            self._make_deal()
            with self.subTest(uid=uid), self._late(uid) as late:
                with self._committed(self.rep) as env:
                    members = env["crm.lead"].browse(self.lead).member_ids
                    members.filtered(lambda one: one.user_id.id == self.cora).unlink()
                deed(late)
        with self._committed(self.cora) as env, self.assertRaises(AccessError), mute_logger("odoo.models"):
            env["crm.lead"].browse(self.lead).confirm_condition(self.paid)
        with self._committed(self.rep) as env:
            submission = self._submit(env["crm.lead"].browse(self.lead))
        with self._committed() as env:
            asked = env["crm.lead.output"].browse(submission).activity_id
            self.assertEqual(asked.user_id.id, self.amy)

    def test_a_deal_that_is_taken_away_while_its_salesperson_submits(self):
        with self._late(self.rep) as late:
            with self._committed() as env:
                env["crm.lead"].browse(self.lead).write({"user_id": self.other, "team_id": self.team})
            self._submit(late)
        with self._committed(self.rep) as env, self.assertRaises(AccessError), mute_logger("odoo.models"):
            self._submit(env["crm.lead"].browse(self.lead))
