"""A database before and after the update, and how its columns are read."""

import re

import picture
from databases import MODULE

CAPTURED = "crm_lead_contact"
# Who hears of high risks.
HEARING = f"""
    SELECT mail_followers_id FROM mail_followers_mail_message_subtype_rel
    JOIN ir_model_data ON model = 'mail.message.subtype' AND res_id = mail_message_subtype_id
    WHERE module = '{MODULE}' AND name = 'mail_message_subtype_risk'"""


class Update:
    """A database before and after the update.

    :param Database database: as it is now
    :param dict changed: the columns that the administrator changed, by the names of the shipped rules
    """

    def __init__(self, database, changed):
        self.database = database
        self.changed = changed
        self.own_tables = set(picture.get_own_tables(database))
        self.columns = picture.get_columns(database)
        self.empty_tables = picture.get_empty_tables(database)
        self.hearing = database.query(HEARING)
        self.before = picture.take_rows(database)
        database.addons = None
        database.load("-u")
        self.after = picture.take_rows(database)

    def tells_missed(self, key):
        """Tell whether an activity tells somebody of another one; when they were told is noted now."""
        return self.after["mail_activity"][key]["playbook_kind"] == "escalation"

    def is_filled(self, key):
        """Tell whether a row of the log is new, and of a deal that has come under its playbook meanwhile."""
        row = self.after["crm_lead_stage_log"].get(key, {})
        return key not in self.before["crm_lead_stage_log"] and row.get("origin") == "filled"

    def is_captured(self, lead_id):
        """Tell whether a deal's last contact is one that the update has captured."""
        lead, contacts = self.after["crm_lead"][lead_id], self.after[CAPTURED].values()
        return any(
            (one["lead_id"], one["contacted_at"], one["summary"])
            == (lead_id, lead["last_contact_at"], lead["last_contact_summary"])
            for one in contacts
        )


def tell_cause(row):
    """Return ``(cause, number)`` of an activity as its columns say, and as the text did that they were."""
    told = ":".join(filter(None, (row["playbook_kind"], str(row["playbook_rule_id"] or ""))))
    if row["playbook_kind"] == "override":
        told = f"override:{row['playbook_number']}-{row['playbook_occurrence']}-{row['playbook_rule_id']}"
    elif row["playbook_kind"] == "question":
        told = f"question:{row['playbook_occurrence']}-{row['playbook_rule_id']}"
    elif row["playbook_occurrence"]:
        told = f"{told}:{row['playbook_occurrence']}"
        return (told, row["playbook_number"]) if row["playbook_number"] else (told, None)
    return told, None


def split_cause(text):
    """Return the same of a text, with whether it still held its cause."""
    text, is_final = re.subn(r"(:(dropped|merged)-\d+)+$", "", text)
    told, _, number = text.rpartition("-")
    is_counted = text.startswith(("deadline", "output")) and number.isdigit()
    return (told, int(number)) if is_counted else (text, None), not is_final


def get_shipped(rows):
    """Return ``{(table, name): row}`` of what the module's data files made in its own tables."""
    names = [one for one in rows["ir_model_data"].values() if one["module"] == MODULE]
    tables = {one["name"]: one["model"].replace(".", "_") for one in names}
    return {
        (tables[one["name"]], one["name"]): rows[tables[one["name"]]][one["res_id"]]
        for one in names
        if tables[one["name"]].startswith("crm_")
    }
