from datetime import date, timedelta
from itertools import count

from odoo import SUPERUSER_ID, Command, api
from odoo.addons.mail.tests.common import mail_new_test_user

MODULE = "sales_funnel_playbook"
GROUPS = {
    "own": "sales_team.group_sale_salesman",
    "all": "sales_team.group_sale_salesman_all_leads",
    "leader": "sales_team.group_sale_salesman_all_leads",
    "manager": "sales_team.group_sale_manager",
    "admin": "sales_team.group_sale_manager,base.group_system",
    "contributor": "sales_funnel_playbook.group_funnel_contributor",
    "marketing": "sales_funnel_playbook.group_funnel_marketing",
    "internal": "base.group_user",
    "portal": "base.group_portal",
    "public": "base.group_public",
}
ROLES = tuple(GROUPS)


def create_user(env, role, company, login=None):
    """Return a new user of a role who works in one company."""
    login = f"security_{login or role}"
    return mail_new_test_user(
        env,
        login,
        groups=GROUPS[role],
        company_id=company.id,
        company_ids=[Command.set(company.ids)],
        name=login,
        email=f"{login}@example.com",
    )


OUTSIDERS = ("internal", "portal", "public")
MAGIC = ("id", "create_uid", "create_date", "write_uid", "write_date", "display_name")
SECRET = "Hidden-Deal-Of-Others"
NUMBERS = count(1)  # so that no two names are alike
SAMPLES = {
    "text": "A text that says something",
    "html": "<p>A text</p>",
    "integer": 1,
    "float": 1.0,
    "boolean": True,
    "date": "2030-01-01",
    "datetime": "2030-01-01 10:00:00",
    "binary": "e30=",
    "json": {},
}


def get_our_models(env):
    """Return the names of all models that this module defines."""
    return sorted(name for name, model in env.registry.items() if model._original_module == MODULE)


class World:
    """A company's playbook and a closed deal of one user, with one record of every model of the module
    that belongs to them. Records are made as superuser, by what their fields ask for.
    """

    def __init__(self, case, company, user, team, name):
        self.case, self.company, self.user, self.team, self.name = case, company, user, team, name
        self.secret = f"{SECRET} {name}"  # what only who may see the deal reads
        self.env = api.Environment(case.env.cr, SUPERUSER_ID, {"allowed_company_ids": company.ids})
        self.records = {"res.company": company, "res.users": user, "crm.team": team}
        self.records["res.partner"] = user.partner_id
        self._make_rules()
        self._make_deal()

    def _make_rules(self):
        stages = self.case.stages[:3] if len(self.case.stages) > 3 else self.case.stages
        vals = {"name": self.name, "company_id": self.company.id, "mode": "observe"}
        vals["stage_ids"] = [
            Command.create({"stage_id": stage.id}) for stage in stages | self.case.stages[-1]
        ]
        playbook = self.records["crm.playbook"] = self.env["crm.playbook"].create(vals)
        self.records["crm.playbook.stage"] = stage = playbook.stage_ids[1]
        self.records["crm.stage"] = stage.stage_id
        line = {"name": self.name, "company_id": self.company.id, "playbook_id": playbook.id}
        self.records["crm.product.line"] = self.env["crm.product.line"].create(line)
        for model in ("condition", "output", "deadline", "criterion", "check", "tier"):
            self.get(f"crm.playbook.{model}")
        self.records["crm.playbook.criterion.option"] = self.get("crm.playbook.criterion").option_ids[:1]

    def _make_deal(self):
        lead = self.records["crm.lead"] = self.env["crm.lead"].create(
            {
                "name": self.secret,
                "type": "opportunity",
                "team_id": self.team.id,
                "user_id": self.user.id,
                "company_id": self.company.id,
                "product_line_id": self.get("crm.product.line").id,
                "stage_id": self.case.stages[0].id,
                "expected_revenue": 1000,
                "probability": 40,  # a person's, by which they are judged
            }
        )
        self._give_role(lead)
        lead.stage_id = self.case.stages[1]
        self.env.cr.flush()  # deadlines begin when a transaction ends
        self.get("crm.lead.risk").description = self.secret
        lead.action_set_won()
        self.env.cr.flush()
        self.records["crm.lead.stage.log"] = lead.stage_log_ids[:1]
        self.records["published case"] = self.env["crm.playbook.case"].create(
            {
                **self.prepare("crm.playbook.case"),
                "state": "published",
                "lesson": "Ask",
                "situation": "A fair",
            }
        )

    def _give_role(self, lead):
        """Who sees deals by roles alone has one on their own."""
        if self.user._is_marketing():
            lead.intake_user_id = self.user
        elif self.user._is_contributor():
            role = self.env["crm.playbook.role"].create({"name": f"Role {next(NUMBERS)}"})
            lead.member_ids = [Command.create({"role_id": role.id, "user_id": self.user.id})]
            self.get("crm.playbook.condition").role_id = role

    def get(self, model):
        """Return this world's record of ``model``."""
        if model not in self.records:
            self.records[model] = self.make(model)
        return self.records[model]

    def make(self, model):
        if not self.env[model]._auto:
            return self._find_row(model)
        if model == "crm.playbook.refresh":  # the playbook has asked for it already
            return self.env[model].search([("playbook_id", "=", self.get("crm.playbook").id)], limit=1)
        record = self.env[model].create(self.prepare(model))
        record.flush_recordset()
        if record._log_access:
            self.env.cr.execute(
                f'UPDATE "{record._table}" SET create_uid = %s WHERE id = %s', (self.user.id, record.id)
            )
        record.invalidate_recordset()
        return record

    def _find_row(self, model):
        """Return the row of a report that is about this world's deal, or its salesperson."""
        by_lead, lead = "lead_id" in self.env[model]._fields, self.get("crm.lead")
        if model == "crm.renewal.report":
            lead = lead.copy()
            lead.renewal_kind = "renewal"
        if model == "crm.funnel.lost.report":
            lead = lead.copy()
            lead.action_set_lost()
        if model == "crm.funnel.wait.report":
            self.get("crm.lead.output").output_id.approval = "team_leader"
        if model == "crm.my.day":
            lead.activity_schedule(user_id=self.user.id, summary=self.secret)
        if model == "crm.playbook.reader":
            self.env["crm.team.member"].create({"crm_team_id": self.team.id, "user_id": self.user.id})
        domain = [("lead_id", "=", lead.id)] if by_lead else [("user_id", "=", self.user.id)]
        row = self.env[model].with_context(active_test=False).search(domain, limit=1)
        assert row, f"{model}: no row for {self.name}"
        return row

    def prepare(self, model):
        """Return values that a new record of ``model`` can be created with."""
        given = GIVEN.get(model, lambda _world: {})(self)
        vals = dict(given)
        for name, field in self.env[model]._fields.items():
            if name in vals or name in MAGIC or not field.store or field.related:
                continue
            if name in ("lead_id", "company_id") or (
                field.required and not field.compute and not (field.default and name != "user_id")
            ):
                vals[name] = self._get_value(field)
        return {name: value for name, value in vals.items() if value is not None}

    def _get_value(self, field):
        if field.type == "many2one":
            return self.get(field.comodel_name).id
        if field.type in ("many2many", "one2many"):
            return [Command.set(self.get(field.comodel_name).ids)]
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type == "char":
            return f"Text {next(NUMBERS)}"
        return SAMPLES[field.type]


# What a field alone does not tell: how a record of the model is made so that its rules are kept.
GIVEN = {
    "crm.playbook": lambda world: {"stage_ids": False},
    "crm.playbook.stage": lambda world: {
        "stage_id": world.env["crm.stage"].search([("id", "not in", world.case.stages.ids)], limit=1).id
    },
    "crm.playbook.condition": lambda world: {"domain": "[('phone', '!=', False)]"},
    "crm.playbook.check": lambda world: {
        "domain": "[('phone', '=', False)]",
        "playbook_id": world.get("crm.playbook").id,
    },
    "crm.playbook.deadline": lambda world: {
        "playbook_stage_id": world.get("crm.playbook.stage").id,
        "delay_count": 1,
        "playbook_id": world.get("crm.playbook").id,
        "effective_from": "2000-01-01",
    },
    "crm.playbook.criterion": lambda world: {
        "kind": "choice",
        "option_ids": [Command.create({"name": points, "points": points}) for points in (0, 10)],
    },
    "crm.lead.waive": lambda world: {
        "activity_id": world.get("crm.lead").activity_schedule(user_id=world.user.id).id
    },
    "crm.my.day.snooze": lambda world: {
        "activity_id": world.get("crm.lead").activity_schedule(user_id=world.user.id).id,
        "until": "2099-01-01",
        "reason": "They are at a fair",
    },
    "crm.lead.member": lambda world: {
        "user_id": world.user.id,
        "role_id": world.get("crm.playbook.role").id,
    },
    "crm.playbook.role.person": lambda world: {
        "user_id": create_user(world.env, "all", world.company, f"person_{next(NUMBERS)}").id,
        "team_id": world.team.id,
    },
    "crm.lead.question": lambda world: {"criterion_id": world.get("crm.playbook.criterion").id},
    "crm.funnel.snapshot": lambda world: {"currency_id": world.company.currency_id.id},
    "crm.funnel.snapshot.day": lambda world: {"date": date(2000, 1, 3) + timedelta(weeks=next(NUMBERS))},
    "crm.funnel.review": lambda world: {
        "team_id": world.team.id,
        "currency_id": world.company.currency_id.id,
        "tz": "UTC",
    },
    "crm.playbook.agreement": lambda world: {"user_id": world.user.id},
    "crm.playbook.case": lambda world: {"user_id": world.user.id, "outcome": "won"},
    "crm.playbook.case.use": lambda world: {"case_id": world.case.published[world.company].id},
    "crm.playbook.case.session.line": lambda world: {"case_id": world.get("published case").id},
    "crm.lead.stakeholder": lambda world: {
        "partner_id": world.env["res.partner"].create({"name": "A buyer"}).id,
    },
    "crm.personal.data": lambda world: {"partner_id": world.get("crm.lead.stakeholder").partner_id.id},
    "crm.playbook.failure": lambda world: {
        "res_model": "crm.lead",
        "res_id": world.get("crm.lead").id,
    },
    "crm.playbook.case.session": lambda world: {
        "case_ids": [Command.set(world.case.published[world.company].ids)],
    },
    "calendar.event": lambda world: {
        "start": "2020-01-01 10:00:00",
        "stop": "2020-01-01 11:00:00",
        "opportunity_id": world.get("crm.lead").id,
    },
    "crm.lead.lost": lambda world: {"lead_ids": [Command.set(world.get("crm.lead").ids)]},
    "crm.sheet.update": lambda world: {"company_id": None},  # the module notes it
    "crm.lead.advance.line": lambda world: {"wizard_id": world.get("crm.lead.advance").id},
    "crm.lead.score.answer": lambda world: {
        "option_id": world.get("crm.playbook.criterion.option").id,
    },
}
