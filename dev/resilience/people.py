"""Simulated users: each does what such a person does, one thing after the other, as chance has it."""

import base64
import random
import threading
from collections import Counter

from clients import Refused
from known import LEAD

HOT_SHARE = 0.3  # so often a deal that everybody works on
PAUSE = 0.4  # seconds at most between two things


class Person(threading.Thread):
    """A representative, until ``until`` is set.

    :param client: how this person reaches the server
    :param Diary diary: where what was answered is noted
    """

    # what is done how often
    WORK = {
        "read_kanban": 3,
        "read_panel": 6,
        "read_funnel": 2,
        "read_reports": 2,
        "check": 2,
        "create": 3,
        "advance": 10,
        "move_unready": 3,
        "move_back": 2,
        "write_note": 5,
        "answer": 3,
        "raise_risk": 3,
        "lose": 1,
        "restore": 1,
        "win": 1,
        "edit": 2,
    }

    def __init__(self, number, client, diary, company, until):
        super().__init__(name=f"person {number}", daemon=True)
        self.number, self.client, self.diary = number, client, diary
        self.company, self.until = company, until
        self.chance, self.serial = random.Random(number), 0
        mine = [lead["id"] for lead in company.leads if lead["user_id"] and lead["user_id"][0] == diary.uid]
        self.own_ids = mine or [lead["id"] for lead in company.leads[number::17]]
        self.refused = Counter()

    def run(self):
        self.work("log_in")
        all_work = [name for name, weight in self.WORK.items() for _time in range(weight)]
        # all of them together begin with each thing that is done
        plan = [list(reversed(self.WORK))[self.number % len(self.WORK)]]
        while not self.until.wait(self.chance.uniform(0, PAUSE)):
            plan = plan or self.chance.sample(all_work, len(all_work))
            self.work(plan.pop())

    def work(self, name):
        """Do one thing; whether it is refused or not, it was done."""
        try:
            getattr(self, name)(self.pick())
        except Refused as refusal:
            self.refused[refusal.name] += 1
        except Exception as fault:  # also one of ours: nobody would miss a person whose thread died
            self.diary.faults.append(f"{self.name}, {name}: {fault!r}")
            return
        self.diary.counts[name] += 1

    def pick(self):
        """Return the deal that is worked on next."""
        return self.chance.choice(self.company.hot_ids if self.chance.random() < HOT_SHARE else self.own_ids)

    def get_text(self, what):
        """Return a text that nobody else writes."""
        self.serial += 1
        return f"{what} {self.number:03}-{self.serial:04} of somebody who knows"

    def call(self, method, lead_id, **kwargs):
        return self.client.call(LEAD, method, [lead_id], **kwargs)

    def do(self, kind, lead_id, value, method, **kwargs):
        """Call a method of the deal and note the answer."""
        return self.diary.do(kind, lead_id, value, lambda: self.call(method, lead_id, **kwargs))

    def log_in(self, _lead_id):
        self.client.log_in()

    # reading

    def read_kanban(self, _lead_id):
        fields = {"name": {}, "stage_id": {"fields": {"display_name": {}}}, "score": {}, "tier": {}}
        domain = [("user_id", "=", self.diary.uid)]
        self.client.call(LEAD, "web_read_group", domain=domain, groupby=["stage_id"], aggregates=["__count"])
        self.client.call(LEAD, "web_search_read", domain=domain, specification=fields, limit=40)

    def read_panel(self, lead_id):
        self.call("get_playbook_panel", lead_id)
        self.call("get_similar_cases", lead_id)

    def read_funnel(self, _lead_id):
        filters = {"playbook_id": self.company.playbook_id}
        self.client.call("crm.funnel.report", "get_funnel", filters=filters)
        self.client.call("crm.funnel.report", "get_filter_options")

    def read_reports(self, _lead_id):
        self.client.call(
            "crm.funnel.review",
            "web_search_read",
            domain=[],
            limit=20,
            specification={"display_name": {}, "line_ids": {"fields": {"name": {}}}},
        )
        for model in ("crm.playbook.deadline.report", "crm.playbook.gate.report"):
            self.client.call(
                model, "formatted_read_group", domain=[], groupby=["playbook_id"], aggregates=["__count"]
            )

    def check(self, lead_id):
        self.call("check_gate", lead_id, stage_id=self.chance.choice(self.company.stage_ids))

    # the way through the funnel

    def get_place(self, lead_id):
        """Return where a deal is: its place in the order of stages, 0 for the first."""
        [lead] = self.call("read", lead_id, fields=["stage_id"])
        return self.company.stage_ids.index(lead["stage_id"][0])

    def move(self, lead_id, place):
        stage_id = self.company.stage_ids[place]
        self.do("move", lead_id, stage_id, "write", vals={"stage_id": stage_id})

    def advance(self, lead_id):
        """Do what the next stage asks for, as the checklist says, and go there."""
        panel = self.call("get_playbook_panel", lead_id)
        if not panel or not panel["next_stages"]:
            return
        for output in panel["stage"]["outputs"]:
            if output["state"] in ("missing", "rejected"):
                self.hand_in(lead_id, output)
        following = panel["next_stages"][0]
        for condition in following["conditions"]:
            if not condition["met"]:
                self.meet(lead_id, condition)
        self.move(lead_id, self.company.stage_ids.index(following["stage_id"]))

    def hand_in(self, lead_id, output):
        evidence = {"url": f"https://example.com/{self.number}"}
        if output["evidence"] == "note":
            evidence = {"note": self.get_text(output["name"])}
        elif output["evidence"] == "file":
            content = base64.b64encode(self.get_text("Drawing").encode()).decode()
            vals = {"name": "drawing.txt", "datas": content}
            [attachment_id] = self.client.call("ir.attachment", "create", vals_list=[vals])
            evidence = {"attachment_ids": [attachment_id]}
        self.do("output", lead_id, None, "submit_output", output_id=output["id"], **evidence)

    def meet(self, lead_id, condition):
        if condition["kind"] == "confirmation":
            self.do("confirmation", lead_id, None, "confirm_condition", condition_id=condition["id"])
        elif "score" in condition["name"].lower():
            self.answer(lead_id, best=True)
        else:
            vals = {"expected_revenue": 20000, "date_deadline": "2100-01-01", "phone": "+32 2 290 34 90"}
            self.call("write", lead_id, vals=vals)

    def move_unready(self, lead_id):
        """Try to jump ahead."""
        place = self.get_place(lead_id)
        self.move(lead_id, min(place + 2, len(self.company.stage_ids) - 1))

    def move_back(self, lead_id):
        self.move(lead_id, max(self.get_place(lead_id) - 1, 0))

    def lose(self, lead_id):
        self.do("lost", lead_id, True, "action_set_lost", lost_reason_id=self.company.lost_reason_id)

    def restore(self, lead_id):
        self.do("restored", lead_id, True, "action_restore")

    def win(self, lead_id):
        won = self.company.stage_ids[-1]
        self.diary.do("move", lead_id, won, lambda: self.client.press(LEAD, "action_set_won", [lead_id]))

    # what is recorded

    def create(self, _lead_id):
        name = self.get_text("New deal")
        vals = {"name": name, "type": "opportunity", "expected_revenue": 100 * self.serial}
        self.diary.do("deal", False, name, lambda: self.client.call(LEAD, "create", vals_list=[vals]))

    def write_note(self, lead_id):
        text = self.get_text("They told us what they need")
        vals = {"lead_id": lead_id, "summary": text, "channel": "call"}
        self.diary.do(
            "note", lead_id, text, lambda: self.client.call("crm.lead.progress", "create", vals_list=[vals])
        )

    def raise_risk(self, lead_id):
        text = self.get_text("It may fail")
        vals = {"lead_id": lead_id, "description": text, "level": "high"}
        self.diary.do(
            "risk", lead_id, text, lambda: self.client.call("crm.lead.risk", "create", vals_list=[vals])
        )

    def answer(self, lead_id, best=False):
        for criterion in self.company.criteria:
            options = criterion["option_ids"]
            option_id = options[-1] if best else self.chance.choice(options)
            self.call("answer_criterion", lead_id, criterion_id=criterion["id"], option_id=option_id)

    def edit(self, lead_id):
        """Change something in the form, as the web client saves it."""
        vals = {"use_case": self.get_text("They want"), "phone": "+32 2 290 34 90"}
        self.call("web_save", lead_id, vals=vals, specification={"display_name": {}, "score": {}})


class Leader(Person):
    """Leads a team: approves, lets pass, reviews."""

    WORK = {**Person.WORK, "approve": 12, "override": 5, "read_funnel": 4}

    def approve(self, _lead_id):
        domain = [("awaits_approval", "=", True)]
        for submission in self.client.call(
            "crm.lead.output", "search_read", domain=domain, fields=["lead_id"], limit=3
        ):
            self.diary.do(
                "approval",
                submission["lead_id"][0],
                submission["id"],
                lambda id_=submission["id"]: self.client.press("crm.lead.output", "action_approve", [id_]),
            )

    def override(self, lead_id):
        place = min(self.get_place(lead_id) + 1, len(self.company.stage_ids) - 1)
        stage_id = self.company.stage_ids[place]
        note = self.get_text("Agreed by phone")
        self.do(
            "move",
            lead_id,
            stage_id,
            "override_gate",
            stage_id=stage_id,
            reason_id=self.company.reason_id,
            note=note,
        )
