from typing import NamedTuple

# Writing one of these can change a lead's stage, or whether it is won or lost.
MOVING = {"stage_id", "active", "probability"}
# Writing one of these can make a lead follow another playbook, or change its stage with its team.
PLAYBOOK_KEYS = {"product_line_id", "team_id", "company_id", "user_id", "partner_id", "type"}
# What else is compared with what it was: under a playbook, and on every lead.
COMPARED = {"expected_revenue", "date_deadline"}
COMPARED_ALWAYS = {"budget_status", "waiting_until"}
# What happens when leads are saved, in this order; docs/architecture.md tells the same in words.
BEFORE_CREATE = (
    "_before_create_history",  # since when it is in its stage, as an import says
)
BEFORE_WRITE = (
    "_before_write_core",  # the old values of the module's tracked fields
    "_before_write_deadline",  # since when a deal waits
    "_before_write_history",  # facts first, then the gate looks at the deal as it was before the move
)
AFTER_SAVE = (
    "_after_save_core",  # what the facts that came with a new lead say of it
    "_after_save_risk",  # a budget that was cut
    "_after_save_rating",  # score, tier and checks follow again; pushed closing dates are counted
    "_after_save_history",  # a gate for what none has seen yet, then the log
    "_after_save_role",  # other people have the roles in another team
    "_after_save_renewal",  # reminders follow the dates of the contract
    "_after_save_intake",  # what marketing gives to a salesperson is handed over
    "_after_save_deadline",  # since when new deals wait; whoever left a playbook is asked for nothing more
)


class LeadState(NamedTuple):
    """What a lead was before a save, or is after it. ``won_status`` is None before it is created; what stands
    behind ``company_id`` is None where the save does not write it.
    """

    playbook_id: int
    stage_id: int
    won_status: str | None
    active: bool = True
    product_line_id: int = False
    team_id: int = False
    user_id: int = False
    company_id: int = False
    expected_revenue: float | None = None
    date_deadline: object = None
    budget_status: str | None = None
    waiting_until: object = None

    @property
    def state(self):
        """Open, won, lost or archived: archiving a deal that is won is no event, and one that is lost is
        lost.
        """
        if self.won_status in ("won", "lost"):
            return self.won_status
        return "open" if self.active else "archived"

    @property
    def identity(self):
        """What a segment of the log is made of, see :class:`Current`; None for what there is not."""
        keys = (self.company_id, self.team_id, self.user_id, self.product_line_id)
        return (self.playbook_id or None, self.stage_id or None, self.state, *(key or None for key in keys))


class Save:
    """A create or write of leads on its way through the steps.

    :ivar dict written: what the caller writes; empty for a create
    :ivar dict vals: what of it is left for Odoo's own write, with what the steps add
    :ivar dict facts: what was written before that, so that the gate could look at it
    :ivar vals_list: what is created, one for each lead; empty for a write
    :ivar dict before: ``{lead id: LeadState}`` of the leads for which something is compared
    :ivar dict standing: the same, of those for which a segment of the log may end or begin
    :ivar dict verdicts: ``{lead id: Verdict}`` of the moves that the gate has seen
    :ivar dict given: ``{lead id: kind}`` of those to which their new team gives the stage that is written
    :ivar tuple present: what the log said of these leads when the gate was asked, and its version
    """

    def __init__(self, written=None, vals_list=(), before=None):
        self.written = self.vals = written or {}
        self.facts = {}
        self.vals_list = vals_list
        self.before = before or {}
        self.standing = {}
        self.verdicts = {}
        self.given = {}
        self.present = None
        self.is_rekeyed = not PLAYBOOK_KEYS.isdisjoint(self.written)

    @property
    def is_new(self):
        return bool(self.vals_list)
