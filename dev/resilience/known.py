"""What simulated users know of their company."""

LEAD = "crm.lead"


class Company:
    """What all users know: ids, read once."""

    def __init__(self, client, hot=6):
        stages = client.call(
            "crm.stage",
            "search_read",
            domain=[("team_ids", "!=", False)],
            fields=["is_won"],
            order="sequence",
        )
        self.stage_ids = [stage["id"] for stage in stages]
        leads = client.call(
            LEAD,
            "search_read",
            domain=[("playbook_id", "!=", False)],
            fields=["user_id", "team_id"],
            order="id",
        )
        self.hot_ids = [lead["id"] for lead in leads[:hot]]
        self.leads = leads[hot:]
        [self.playbook_id] = client.call("crm.playbook", "search", domain=[("is_template", "=", False)])
        self.reason_id = client.call("crm.playbook.override.reason", "search", domain=[], limit=1)[0]
        self.lost_reason_id = client.call("crm.lost.reason", "search", domain=[], limit=1)[0]
        self.criteria = client.call(
            "crm.playbook.criterion",
            "search_read",
            domain=[("playbook_id", "=", self.playbook_id)],
            fields=["option_ids"],
        )
