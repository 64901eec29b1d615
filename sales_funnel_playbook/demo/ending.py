"""What stands at the end of the demo's weeks, and what its reviews decided."""

from datetime import timedelta

# weeks before this one, owner of the team, what, who does it, days to do it, whether it was done
DECISIONS = (
    (5, "rep", "Show the demo script of Helvia Pharma to the team", "rep", 7, True),
    (3, "rep", "Have the trial accounts ready on the day of the demo", "account", 5, True),
    (2, "rep", "Ask presales for one deck per industry", "rep", 7, True),
    (1, "rep", "New price list for small customers", "admin", 4, False),
    (1, "rep", "Call the five customers who wait for a trial account", "account", 10, False),
    (4, "chen", "Send quotations the day they are asked for", "tom", 7, True),
    (2, "chen", "Ask every owner who else has to agree", "chen", 7, True),
    (1, "chen", "Go through Tom's probabilities with him", "chen", 3, False),
)

INVITED = ("rep", "account", "chen", "tom", "admin")  # to sessions on the cases of their company


def decide(demo, week):
    """Note what the reviews made on the Monday so many weeks ago decided, and close those of before."""
    reviews = demo.env["crm.funnel.review"].search(
        [("playbook_id", "in", demo.main_playbooks.ids), ("state", "=", "open"), ("period", "=", "week")]
    )
    latest = reviews.filtered(lambda one: one.date_to >= demo.today - timedelta(days=7))
    open_before = reviews - latest
    for one in open_before.decision_ids:
        if any(name == one.name and done for _week, _team, name, _who, _days, done in DECISIONS):
            one.activity_id.action_archive()
    open_before.action_done()
    months = [
        ("state", "=", "open"),
        ("period", "=", "month"),
        ("date_to", "<", demo.today - timedelta(days=40)),
    ]
    demo.env["crm.funnel.review"].search([("playbook_id", "in", demo.playbooks.ids), *months]).action_done()
    for when, team, name, who, days, _done in DECISIONS:
        if when == week:
            review = latest.filtered(lambda one, team=team: one.team_id == demo.teams[team])
            deadline = demo.today + timedelta(days=days)
            review.decision_ids = [
                (0, 0, {"name": name, "user_id": demo.users[who].id, "date_deadline": deadline})
            ]


def finish(demo):
    """Do what can only be done now, because it looks ahead or at how things stand."""
    deals = demo.deals
    date_rules(demo)
    meet(demo)
    capture(demo)
    forget(deals["a"])
    ask_later(deals["d"], deals["s30"], deals["m10"])
    day = demo.today + timedelta(days=12)
    deals["s27"].mine.waiting_until = day
    for followed in demo.leads._group_by_playbook().values():
        followed._refresh()
    explain(deals["s07"])
    deals["s13"].sign(40)
    deals["s15"].sign(300)
    share(demo)


def date_rules(demo):
    """The rules are older than the weeks; those of the third stages were changed six weeks ago."""
    changed = demo.stages["rep"][2] | demo.stages["chen"][2]
    for stages, weeks in ((changed, 6), (demo.playbooks.stage_ids - changed, 60)):
        stages.condition_ids.changed_at = demo.end - timedelta(weeks=weeks)
        stages.output_ids.changed_at = demo.end - timedelta(weeks=weeks)


def meet(demo):
    """The leader of the first team and the account manager talk once a month."""
    demo.env["crm.coaching.session"].create(
        {
            "user_id": demo.users["account"].id,
            "leader_id": demo.users["rep"].id,
            "date": demo.today - timedelta(days=20),
            "agenda": "Notes are written late; what helps?",
            "decision_ids": [
                (
                    0,
                    0,
                    {
                        "name": "Write the note before leaving the customer",
                        "user_id": demo.users["account"].id,
                        "date_deadline": demo.today + timedelta(days=8),
                    },
                )
            ],
        }
    )


def capture(demo):
    """C机械集团 was met at an exhibition four days ago, and entered today without much."""
    deal = demo.deals["c"]
    deal.begin("1", captured_at=demo.end - timedelta(days=4))
    deal.lead.email_from = "lin@example.com"


def forget(deal):
    """Two questions of the score sheet of A科技公司 are there to be answered by whoever tries the demo."""
    for criterion in deal.lead.playbook_id.criterion_ids.filtered(lambda one: one.kind == "choice")[:2]:
        deal.mine.answer_criterion(criterion.id)


def ask_later(*deals):
    """Of each of these deals a question of the score sheet waits for the customer."""
    for number, deal in enumerate(deals):
        deal.answer(is_known=False)
        for criterion in deal.lead.playbook_id.criterion_ids.filtered(lambda one: one.kind == "choice")[:1]:
            day = deal.demo.today + timedelta(days=2 + number)
            deal.mine.ask_later(criterion.id, "criterion", day)


def explain(deal):
    """One of the flags of a deal that looks too good has an explanation."""
    for check in deal.lead.check_ids[:1]:
        deal.mine.explain_check(check.id, "采购部长口头答应月底签，正在等盖章；决策人下周补录。")


def share(demo):
    """A sharing session was held three weeks ago; the next is in a week."""
    cases = demo.env["crm.playbook.case"].search([("state", "=", "published")], order="id")
    people = demo.env["res.users"].browse(demo.users[key].id for key in INVITED).partner_id
    held = _schedule(demo, "Lost deals of the quarter", demo.calendar.at(3, 4, 15), cases[1:4], people)
    held.case_line_ids[:1].minutes = "<p>Ask “what happens if you do not change?” in the first call.</p>"
    coming = demo.calendar.to_utc(demo.calendar.monday + timedelta(days=10), 15)
    _schedule(demo, "Sharing session: what we learnt", coming, cases[4:6] | cases[:1], people)


def _schedule(demo, name, start, cases, people):
    """Schedule a session as its dialog does, and return the meeting."""
    wizard = demo.env["crm.playbook.case.session"].with_user(demo.users["admin"])
    wizard = wizard.create(
        {"name": name, "start": start, "partner_ids": people.ids, "case_ids": cases.ids, "duration": 1.0}
    )
    return demo.env["calendar.event"].browse(wizard.action_schedule()["res_id"])
