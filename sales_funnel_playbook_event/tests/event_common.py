from odoo import Command, fields

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase


class EventPlaybookCase(PlaybookCase):
    """A webinar whose attendees become deals of the team; its pipeline begins before the playbook does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["event.lead.rule"].search([]).active = False
        cls.rules[cls.stage_lead].unlink()
        cls.line = cls.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        cls.use, cls.pain, cls.meal = cls.env["event.question"].create(
            [
                cls._prepare_question("What would you press?", "use_case", "text_box"),
                cls._prepare_question("What costs you most?", "pain_points", "simple_choice"),
                cls._prepare_question("What would you like to eat?", False, "text_box"),
            ]
        )
        cls.scrap = cls.pain.answer_ids[0]
        cls.event = cls._create_event("Pressing Days")
        cls.rule = cls._create_rule()

    @classmethod
    def _prepare_question(cls, title, field_name, kind):
        answers = [Command.create({"name": name}) for name in ("Scrap", "Waiting")]
        return {"title": title, "lead_field": field_name, "question_type": kind, "answer_ids": answers}

    @classmethod
    def _create_event(cls, name, **vals):
        now = fields.Datetime.now()
        questions = [Command.set((cls.use | cls.pain | cls.meal).ids)]
        dates = {"date_begin": fields.Datetime.add(now, days=3), "date_end": fields.Datetime.add(now, days=4)}
        return cls.env["event.event"].create({"name": name, "question_ids": questions, **dates, **vals})

    @classmethod
    def _create_rule(cls, **vals):
        own = {"name": "Deals", "lead_type": "opportunity", "lead_sales_team_id": cls.team.id}
        own |= {"lead_user_id": cls.rep.id, "lead_product_line_id": cls.line.id}
        return cls.env["event.lead.rule"].create({**own, **vals})

    def register(self, *names, user=None, event=None, **vals):
        """Let people register; return the deals that come of it."""
        registrations = self.env["event.registration"].with_user(user or self.env.user)
        own = {"event_id": (event or self.event).id, **vals}
        came = registrations.create([{"name": name, "email": f"{name}@x.example", **own} for name in names])
        return came.sudo().lead_ids

    def answer(self, question, answer):
        is_text = isinstance(answer, str)
        value = {"value_text_box": answer} if is_text else {"value_answer_id": answer.id}
        return Command.create({"question_id": question.id, **value})
