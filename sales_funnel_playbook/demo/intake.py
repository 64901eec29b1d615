"""What marketing captures before the end of the demo's weeks, and what salespeople say to it."""

from datetime import timedelta
from typing import NamedTuple

# key, customer, contact, function, source, use case, and when marketing captured it
CAPTURED = (
    ("i01", "Alpenglas", "Ines Keller", "Plant Manager", "fair", "Energy use of the furnace hall", "1.1"),
    ("i02", "Marisol Textiles", "Lucia Ferrer", "Head of Sales", "fair", "Samples sent to buyers", "1.2"),
    ("i03", "Orchard Labs", "Ben Ito", "Lab Manager", "web", "Calibration of two hundred devices", "1.1"),
    ("i04", "Fenwick Tools", "Carol Fenwick", "Owner", "web", "Hire of tools by the day", "1.4"),
    ("i05", "Bluepoint Tools", "", "", "fair", "", "1.3"),
)
# key, when it was handed over, to whom, with which note
HANDED_OVER = (
    ("i01", "1.2", "admin", "Wants to be called before the end of the month"),
    ("i02", "1.3", "admin", "Asked for a visit in March"),
    ("i03", "1.2", "rep", "Found us by a search for calibration"),
)
LEFT_ALONE = "i05"  # nobody does what is asked for it


class Lead(NamedTuple):
    """A captured lead as :class:`~.office.Office` works on it: like a deal, but nothing has been said yet."""

    key: str
    position: str = "1"
    is_neglected: bool = False

    def note(self, _communicated_at):
        """Nobody has spoken with them."""


def get_steps(demo):
    """Return the happenings of intake, as :meth:`~.loader.Demo.get_happenings` has them."""
    moments = [(row[-1], capture, row) for row in CAPTURED]
    moments += [(row[1], hand_over, row) for row in HANDED_OVER]
    moments += [("1.3", accept, ("i01", "admin")), ("1.4", send_back, ("i03", "rep"))]
    return [(demo.calendar.parse(when, "intake"), act, demo, *args) for when, act, args in moments]


def capture(demo, key, customer, contact, function, source, use_case, _when):
    """Somebody of marketing enters what they know."""
    marketing = demo.ref("user_demo_marketing")
    vals = {
        "name": customer,
        "type": "opportunity",
        "partner_name": customer,
        "contact_name": contact,
        "function": function,
        "email_from": f"{key}@example.com",
        "source_id": demo.ref(f"source_{source}").id,
        "use_case": use_case,
        "team_id": demo.teams["rep"].id,  # which product line it is for the salesperson finds out
        "captured_at": demo.now - timedelta(hours=2),
    }
    lead = demo.env["crm.lead"].with_user(marketing).create(vals).with_env(demo.env)
    demo.captured |= lead
    if key != LEFT_ALONE:
        demo.worked[lead.id] = Lead(key)
    name = f"sales_funnel_playbook.lead_demo_{key}"
    demo.env["ir.model.data"]._update_xmlids([{"xml_id": name, "record": lead, "noupdate": True}])


def _get_lead(demo, key, user):
    return demo.ref(f"lead_demo_{key}").with_user(user)


def hand_over(demo, key, _when, to, note):
    """Marketing gives a lead to a salesperson, who is asked to say something to it that day."""
    lead = _get_lead(demo, key, demo.ref("user_demo_marketing"))
    lead.hand_over(demo.users[to].id, note)
    _date_activities(demo, lead)


def accept(demo, key, user):
    _get_lead(demo, key, demo.users[user]).accept_hand_over()


def send_back(demo, key, user):
    lead = _get_lead(demo, key, demo.users[user])
    lead.send_back("not_ours", "他们只做校准服务，不属于我们的客户群。")
    _date_activities(demo, lead)


def _date_activities(demo, lead):
    """What Odoo plans by the clock on the wall is planned for the day that it is in the demo."""
    planned = lead.with_env(demo.env).activity_ids.filtered(lambda one: one.create_date >= demo.now)
    planned.date_deadline = demo.today
