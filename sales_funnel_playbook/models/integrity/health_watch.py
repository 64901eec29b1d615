import json

from markupsafe import Markup

from odoo import api, fields, models

from .crm_playbook_health import MODULE, TOO_LONG

LISTED = 10
# What the job knew when it looked last: since when what has been wrong, and the activity that asks.
KNOWN = f"{MODULE}.health"


class CrmPlaybookHealth(models.TransientModel):
    """An administrator is asked to see to what has been wrong for a day: once."""

    _inherit = "crm.playbook.health"

    @api.model
    def _cron_watch(self):
        """Every hour: ask an administrator for what has been wrong for a day, once; when all is well again
        the activity ends by itself.
        """
        known, now = self._read_known(), self.env.cr.now()
        wrong = {one["key"]: one for one in self._find() if one["is_wrong"]}
        since = {
            key: min(one["since"] or now, fields.Datetime.to_datetime(known["since"].get(key)) or now)
            for key, one in wrong.items()
        }
        # sudo: the activity is whosever it is
        activity = self.env["mail.activity"].sudo().browse(known["activity"] or ()).exists()
        if not wrong:
            activity.filtered("active")._end_as_done()
            known["activity"] = False
        elif not known["activity"] and min(since.values()) <= now - TOO_LONG:
            known["activity"] = self._ask([one for key, one in wrong.items() if since[key] <= now - TOO_LONG])
        self._write_known({**known, "since": since})

    @api.model
    def _read_known(self):
        # sudo: what the job has noted for itself
        text = self.env["ir.config_parameter"].sudo().get_param(KNOWN)
        return {"since": {}, "activity": False, **(json.loads(text) if text else {})}

    @api.model
    def _write_known(self, known):
        text = json.dumps(self._to_plain(known)) if known["since"] or known["activity"] else False
        # sudo: as above
        self.env["ir.config_parameter"].sudo().set_param(KNOWN, text)

    @api.model
    def _ask(self, findings):
        """Ask an administrator to see to what is wrong.

        :return: the id of the activity, False where there is nobody to ask
        """
        user = self._find_administrator()
        if not user:
            return False
        texts = {one["key"]: one["text"] for one in self.with_context(lang=user.lang)._find()}
        lines = [texts.get(one["key"], one["text"]) for one in findings[:LISTED]]
        asking = self.env["mail.activity"].with_context(lang=user.lang)
        action = self.env.ref(f"{MODULE}.crm_playbook_health_action")
        link = Markup('<p><a href="/odoo/action-%s">%s</a></p>') % (action.id, asking.env._("Health"))
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        return asking.create(
            {
                "user_id": user.id,
                "activity_type_id": todo.id if todo else False,
                "summary": asking.env._("Sales Funnel: something has not worked for a day"),
                "note": Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % one for one in lines)
                + link,
            }
        ).id

    @api.model
    def _find_administrator(self):
        """Return who administers the database: the first one who can log in."""
        users = self.env.ref("base.group_system").all_user_ids - self.env.ref("base.user_root")
        return users.filtered(lambda one: one.active and not one.share)[:1]
