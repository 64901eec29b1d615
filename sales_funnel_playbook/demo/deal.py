"""What people do with a deal of the demo, by the module's own methods. Each method is called at the moment at
which it happens: the cursor's clock says when that is.
"""

import re
from datetime import timedelta

from odoo import Command

from .stories import WEEKS, pick, read_deals

# What each salesperson states on entering a stage; tom believes in everything he touches.
STATED = {
    "rep": (35, 50, 65, 75),
    "account": (10, 30, 45, 65),
    "admin": (20, 35, 60, 75),
    "chen": (50, 65, 75, 85),
    "tom": (60, 75, 85, 95),
    "wang": (20, 40, 60, 80),
    "lin": (25, 45, 55, 75),
    "anna": (20, 35, 55, 75),
}
DAYS_TO_CLOSING = {"2": 60, "4": 21}
BUDGET_SHARES = (0.8, 1.1)
SHEET = 10_000  # deals.csv has amounts in 10,000, as the customer sheet
MILESTONES = {"3": "milestone_trial", "4": "milestone_decision_maker"}
OVERRIDES = (
    ("follows", "Their buyer is on leave until Monday; the paper follows, agreed by phone."),
    ("customer", "They review and negotiate at the same time; waiting would cost us the date."),
    ("management", "Agreed with the board: they begin with a pilot at our risk."),
    ("known", "Third order of this customer; nothing has changed since the last one."),
)
# The others write English; each in their own language, whoever the customer is.
LANGUAGES = {"rep": "zh", "account": "zh", "wang": "zh", "lin": "tw"}
SIGNED = {"en": "Signed: it is over.", "zh": "已签约，风险解除。", "tw": "已簽約，風險解除。"}
LOST = ("lost_price", "lost_decision", "lost_competitor", "lost_budget")


class Deal:
    """A line of ``deals.csv`` on its way through the funnel."""

    def __init__(self, demo, row):
        self.demo, self.row, self.key = demo, row, row["key"]
        self.lead = self.position = None
        self.said = 0
        self.is_neglected = row["owner"] == "tom" or not pick(self.key, 5)
        self.is_old = int(re.match(r"\d+", row["steps"])[0]) > WEEKS

    @property
    def lang(self):
        """The language in which its salesperson writes."""
        return LANGUAGES.get(self.row["owner"], "en")

    @property
    def mine(self):
        """The deal as its salesperson has it, in their language."""
        owner = self.demo.users[self.row["owner"]]
        return self.lead.with_user(owner).with_context(lang=owner.lang)

    @property
    def renewals(self):
        return self.lead.renewal_ids if self.lead else self.demo.env["crm.lead"]

    def by(self, role):
        """The deal as who has a role on it has it, or its salesperson, in their language."""
        people = self.lead._get_role_people(role) if role else role
        user = people[:1] or self.demo.users[self.row["owner"]]
        return self.lead.with_user(user).with_context(lang=user.lang)

    def begin(self, target, captured_at=False):
        """Enter the deal into a stage, as its salesperson."""
        row, demo = self.row, self.demo
        owner = demo.users[row["owner"]]
        amount = float(row["amount"]) * SHEET
        lead = demo.env["crm.lead"].with_user(owner).with_context(lang=owner.lang)
        vals = {
            "name": row["customer"],
            "type": "opportunity",
            "partner_name": row["customer"],
            "contact_name": row["contact"],
            "function": row["function"],
            "email_from": f"{self.key}@example.com",
            "industry_id": demo.env.ref(f"base.res_partner_industry_{row['industry']}").id,
            "company_size": row["size"],
            "source_id": row["source"] and demo.ref(f"source_{row['source']}").id,
            "use_case": row["use_case"],
            "pain_points": row["pain_points"],
            "user_id": owner.id,
            "team_id": demo.teams[row["owner"]].id,
            "product_line_id": demo.lines[row["owner"]].id,
            "stage_id": self.get_stage(target).id,
            "expected_revenue": amount,
            "probability": self.get_stated(target),
            "captured_at": captured_at or demo.now - timedelta(hours=1 + pick(self.key, 5)),
        }
        self.lead = lead.create(vals).with_env(demo.env)
        self.position = target
        demo.env["ir.model.data"]._update_xmlids(
            [{"xml_id": f"sales_funnel_playbook.lead_demo_{self.key}", "record": self.lead, "noupdate": True}]
        )

    def get_stage(self, target):
        return self.demo.stages[self.row["owner"]][int(target) - 1].stage_id

    def get_stated(self, target):
        stated = STATED[self.row["owner"]]
        return stated[min(int(target), 4) - 1] + pick(f"{self.key}{target}", 3) * 2 - 2

    # into a stage

    def step(self, target, mark):
        """Come into a stage, be lost or restored."""
        if self.lead is None:
            self.begin(target)
        elif target == "X":
            self.mine.action_set_lost(lost_reason_id=self.demo.ref(LOST[pick(self.key, len(LOST))]).id)
            self.lead.date_closed = self.demo.now
        elif target == "U":
            self.mine.action_restore()
            self.mine.probability = self.get_stated(self.position)
        elif target == "R":
            self.renew()
        elif target == "W":
            renewal = self.lead.renewal_ids.with_user(self.mine.env.user)
            renewal.action_set_won()
            renewal.with_env(self.demo.env).date_closed = self.demo.now
        else:
            self.move(target, mark)

    def move(self, target, mark):
        """Go to a stage, with what it asks for done unless ``mark`` says otherwise."""
        is_forward = target > self.position
        if is_forward and not mark:
            self.hand_in_all(target)
            self.confirm_all(target)
        facts = {} if int(target) > 4 else {"probability": self.get_stated(target)}
        if target in DAYS_TO_CLOSING:
            facts["date_deadline"] = self.demo.today + timedelta(days=DAYS_TO_CLOSING[target])
        self.mine.write(facts)
        if mark == "!":
            self.override(target)
        else:
            self.mine.stage_id = self.get_stage(target)
        if int(target) == 5:
            self.lead.date_closed = self.demo.now
            risks = self.lead.risk_ids.filtered(lambda one: one.state == "open")
            risks.write({"closing_note": SIGNED[self.lang], "state": "closed"})
            for submission in self.lead.output_ids.filtered("awaits_approval"):
                self.approve(submission)
            if self.is_old:
                self.sign(365 + pick(self.key, 60) * 3)
        self.position = target

    def renew(self):
        """The contract ends soon: its renewal is worked on."""
        self.sign(45)
        renewal = self.demo.env["crm.lead"].browse(self.mine.make_renewal())
        renewal.with_user(renewal.user_id).probability = 70
        name = f"sales_funnel_playbook.lead_demo_{self.key}_renewal"
        self.demo.env["ir.model.data"]._update_xmlids([{"xml_id": name, "record": renewal, "noupdate": True}])

    def sign(self, days):
        """The contract began when the deal was won, and ends in so many days; a month before it can be
        ended.
        """
        today = self.demo.today
        self.mine.write(
            {
                "contract_start": self.lead.date_closed.date(),
                "contract_end": today + timedelta(days=days),
                "notice_count": 1,
                "notice_unit": "months",
            }
        )

    def override(self, target):
        """Let the team's leader let the deal pass; what is missing is due a week from then."""
        reason, note = OVERRIDES[pick(f"{self.key}{target}", len(OVERRIDES))]
        reason = self.demo.ref(f"crm_playbook_override_reason_{reason}")
        self.led.override_gate(self.get_stage(target).id, reason.id, note)
        made_up = self.demo.env["mail.activity"].search(
            [("res_id", "=", self.lead.id), ("playbook_kind", "=", "override")]
        )
        made_up = made_up.filtered(lambda one: one.create_date >= self.demo.now)
        made_up.date_deadline = self.demo.today + timedelta(days=7)

    @property
    def led(self):
        """The deal as the leader of its team has it."""
        return self.lead.with_user(self.lead.team_id.user_id)

    # what a stage asks for

    def answer(self, is_known=True):
        """Answer the questions of the score sheet; of what is not known the customer is asked."""
        for number, criterion in enumerate(self.lead.playbook_id.criterion_ids):
            if criterion.kind == "choice" and (is_known or number % 2):
                options = criterion.option_ids
                option = options[max(len(options) - 1 - pick(f"{self.key}{number}", 2), 0)]
                self.mine.answer_criterion(criterion.id, option.id)

    def hand_in_all(self, target):
        """Hand in what is still missing of the stages that are left for ``target``."""
        names = range(int(self.position), int(target))
        for name in names:
            self.hand_in(str(name))

    def hand_in(self, position, count=None):
        """Hand in the outputs of a stage, or the first ``count`` of them."""
        if position == "1":
            self.answer()
            self.learn_budget()
        outputs = self.demo.stages[self.row["owner"]][int(position) - 1].output_ids
        wanted = outputs.filtered(lambda one: one.is_required and one.evidence != "score_sheet")[:count]
        for output in wanted - self.lead._get_submissions(wanted).output_id:
            submission = self.submit(output)
            if output.approval == "team_leader" and count is None:
                self.approve(submission)

    def submit(self, output):
        """Hand in something plausible for an output, now."""
        doer = self.by(output.role_id)
        title, evidence = output.with_context(lang=doer.env.lang).name, {}
        if output.evidence == "file":
            name = f"{title}, {self.row['customer']}.txt"
            text = f"{title}\n{self.row['customer']}: {self.row['use_case']}\n"
            file = doer.env["ir.attachment"].create({"name": name, "raw": text.encode()})
            evidence["attachment_ids"] = file.ids
        elif output.evidence == "link":
            evidence["url"] = f"https://trial.example.com/{self.key}"
        else:
            told = (self.row[name] for name in ("customer", "contact", "use_case", "pain_points"))
            evidence["note"] = f"{title}: {', '.join(told)}"
        submission_id = doer.submit_output(output.id, **evidence)
        submission = self.demo.env["crm.lead.output"].browse(submission_id)
        is_late = bool(submission.due_at and self.demo.now > submission.due_at)
        submission.write({"submitted_at": self.demo.now, "is_late": is_late})
        submission.activity_id.date_deadline = self.demo.today
        return submission

    def approve(self, submission):
        submission.with_user(self.lead.team_id.user_id).action_approve()
        submission.reviewed_at = self.demo.now

    def confirm_all(self, target):
        """Confirm what is asked before a stage, with the contact's word."""
        stage = self.demo.stages[self.row["owner"]][int(target) - 1]
        for condition in stage.condition_ids.filtered(lambda one: one.kind == "confirmation"):
            if not self.lead._get_confirmations(condition):
                note = f"{self.row['contact']}, {self.row['customer']} ({self.demo.today})"
                confirmation = self.by(condition.role_id).confirm_condition(condition.id, note)
                self.demo.env["crm.lead.confirmation"].browse(confirmation).date = self.demo.now

    def learn_budget(self):
        low, high = (share * float(self.row["amount"]) * SHEET for share in BUDGET_SHARES)
        if self.row["use_case"] and not self.lead.budget_max:
            self.mine.write({"budget_min": low, "budget_max": high, "budget_status": "estimated"})

    # what is said

    def note(self, communicated_at, channel="call"):
        """Write down what the customer said in this stage."""
        wanted = (self.position, self.lang)
        texts = [one for one in self.demo.notes if (one["position"], one["lang"]) == wanted]
        text = texts[(self.said + pick(self.key, 2)) % len(texts)] if texts else None
        if not text or not self.row["pain_points"]:
            return
        self.said += 1
        words = {"contact": self.row["contact"], "use": self.row["use_case"], "pain": self.row["pain_points"]}
        milestone = MILESTONES.get(self.position) if self.said % 2 else None
        self.mine.env["crm.lead.progress"].create(
            {
                "lead_id": self.lead.id,
                "communicated_at": communicated_at,
                "channel": channel,
                "summary": text["summary"].format(**words),
                "feedback": text["feedback"],
                "milestone_ids": [Command.set(self.demo.ref(milestone).ids if milestone else [])],
            }
        )


def get_deals(demo):
    """Return the :class:`Deal` of each line, by its key."""
    return {row["key"]: Deal(demo, row) for row in read_deals()}
