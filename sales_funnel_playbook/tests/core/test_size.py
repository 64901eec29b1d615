from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import PlaybookCase

RULES, FACTS, ACTIVITIES, COMPANIES = 3_000, 2_000, 20_000, 20


@tagged("post_install", "-at_install")
class TestSize(PlaybookCase):
    """Sizes that nobody plans and somebody reaches: what opens takes as many queries as when it was small."""

    def _count_queries(self, call):
        """Return how many queries a call takes when what is kept in memory is there."""
        call()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _insert(self, statement, **values):
        self.env.flush_all()
        self.env.cr.execute(SQL(statement, **values))
        self.env.invalidate_all()

    def test_three_thousand_rules(self):
        """Opening the checklist, and moving, ask the database for a thousand rules at once."""
        lead = self._create_lead(phone="1")

        def look():
            panel = lead.get_playbook_panel()
            lead.check_gate(self.stage_demo.id)
            return panel

        few = self._count_queries(look)
        domains = (
            "[('phone', '!=', False)]",
            "[('expected_revenue', '>', 5)]",
            "[('partner_id', '=', False)]",
        )
        self.env["crm.playbook.condition"].create(
            [
                {
                    "name": f"Rule {number}",
                    "playbook_stage_id": self.rules[self.stage_demo].id,
                    "domain": domains[number % 3],
                    "severity": "advisory",
                }
                for number in range(RULES)
            ]
        )
        self.assertLessEqual(self._count_queries(look), few + 8)
        conditions = look()["next_stages"][0]["conditions"]
        self.assertEqual(len(conditions), RULES + 2)
        self.assertEqual(sum(one["met"] for one in conditions[2:]), RULES * 2 // 3)

    def test_a_deal_with_two_thousand_facts(self):
        """Its checklist, its form and another note cost what they cost on any deal."""
        lead = self._create_lead()
        specification = {"name": {}, "progress_ids": {"fields": {"summary": {}}, "limit": 40}}

        def work():
            lead.get_playbook_panel()
            lead.web_read(specification)
            self.env["crm.lead.progress"].create(
                {"lead_id": lead.id, "summary": "They ask for a second offer"}
            )

        few = self._count_queries(work)
        self._insert(
            """
            INSERT INTO crm_lead_progress (lead_id, communicated_at, channel, summary, user_id, create_date)
            SELECT %(lead)s, NOW() AT TIME ZONE 'UTC' - n * INTERVAL '1 second', 'call', 'Call ' || n,
                %(user)s, NOW() AT TIME ZONE 'UTC'
            FROM generate_series(1, %(count)s) n""",
            lead=lead.id,
            user=self.rep.id,
            count=FACTS,
        )
        self.assertLessEqual(self._count_queries(work), few + 3)
        self.assertGreater(len(lead.progress_ids), FACTS)

    def test_a_user_with_twenty_thousand_activities(self):
        """My Day lists the first page, the last one, and counts them, each in a few queries."""
        lines = self.env["crm.my.day"].with_user(self.rep)
        mine = [("user_id", "=", self.rep.id)]

        def look():
            specification = {"name": {}, "document": {}, "date_deadline": {}, "kind": {}}
            count = lines.search_count(mine)
            pages = (0, max(count - 80, 0))
            return count, [lines.web_search_read(mine, specification, offset=at, limit=80) for at in pages]

        lead = self._create_lead()
        lead.activity_schedule(user_id=self.rep.id, summary="One")
        few = self._count_queries(look)
        self._insert(
            """
            INSERT INTO mail_activity (res_model, res_model_id, res_id, res_name, user_id, summary, active,
                date_deadline, activity_type_id)
            SELECT res_model, res_model_id, res_id, res_name, user_id, 'Call ' || n, TRUE,
                date_deadline + n %% 400, activity_type_id
            FROM mail_activity, generate_series(1, %(count)s) n WHERE id = %(activity)s""",
            activity=lead.activity_ids.id,
            count=ACTIVITIES,
        )
        # of a full page Odoo counts how many there are
        self.assertLessEqual(self._count_queries(look), few + 4)
        count, [first, last] = look()
        self.assertGreater(count, ACTIVITIES)
        self.assertEqual((len(first["records"]), len(last["records"])), (80, 80))

    def test_twenty_companies(self):
        """A playbook of each: the funnel, the health page and a move ask no more of twenty than of one."""
        lead = self._create_lead(expected_revenue=5)
        health = self.env["crm.playbook.health"]

        def work():
            ids = self.env["res.company"].search([]).ids
            env = self.env(context={**self.env.context, "allowed_company_ids": ids})
            env["crm.funnel.report"].get_funnel({"playbook_id": self.playbook.id, "period": "last_year"})
            lead.with_env(env).check_gate(self.stage_demo.id)
            return health.get_health()

        few = self._count_queries(work)
        companies = self.env["res.company"].create([{"name": f"Branch {n}"} for n in range(COMPANIES)])
        self.env.user.company_ids |= companies
        stages = [Command.create({"stage_id": stage.id}) for stage in self.stages]
        self.env["crm.playbook"].create(
            [{"name": one.name, "company_id": one.id, "stage_ids": stages} for one in companies]
        )
        # of other companies the page says by which days they count
        self.assertLessEqual(self._count_queries(work), few + COMPANIES)
