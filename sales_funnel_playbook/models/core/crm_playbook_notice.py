import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ...wording import label_text, list_texts

_logger = logging.getLogger(__name__)

QUEUE = "crm.playbook.notice"
RUN = "crm.playbook.notice.run"
LISTED = 30  # records at most of each kind, by name
PAUSE = timedelta(minutes=1)  # so long nothing more may come before somebody is told
AT_LAST = timedelta(minutes=10)  # and so long they wait at most
LOST = timedelta(hours=12)  # a job that has not ended by then is not going to
# The kinds, the weightiest first.
KINDS = [
    ("risk", "High Risk"),
    ("missed", "Missed Deadline"),
    ("asked", "New Task"),
    ("given", "Deal Given"),
    ("entered", "Stage Entered"),
    ("decided", "Output Approved or Rejected"),
    ("failed", "Not Followed"),
]
WORK = frozenset({"missed", "asked"})
MY_DAY = "sales_funnel_playbook.crm_playbook_deadline_report_action_my_day"
PIPELINE = "crm.crm_lead_action_pipeline"


class CrmPlaybookNotice(models.Model):
    """Something that somebody is told of together with other things.

    Nobody gets a message for each of many deals: what one transaction brings about on several, or a job in
    its run, is noted here, and each person gets one message with the list once that is committed. A row goes
    when it was told.
    """

    _name = "crm.playbook.notice"
    _description = "Notice to Be Sent"
    _order = "id"
    _rec_name = "text"

    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True)
    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    text = fields.Text(help="What is said of the record, in the language of whoever is told.")
    run = fields.Char(index=True, help="The job that noted it, which tells when it is through.")

    @api.model
    def _mark_run(self, run):
        """Note that this transaction is part of a job's run, which tells of everything when it is through.

        :param str run: the kind of the job, see :meth:`_send_of_runs`
        """
        self.env.cr.postcommit.data[RUN] = run  # what is kept there lasts as long as the transaction

    @api.model
    def _get_run(self):
        return self.env.cr.postcommit.data.get(RUN)

    @api.model
    def _queue(self, records, tell):
        """Have ``records`` tell of themselves when the transaction ends, all of them at once.

        :param str tell: name of their method; it gets whether there is one only, of which a message on the
            record tells best, or several, of which everybody hears by :meth:`_note`
        """
        if not records:
            return
        hooks = self.env.cr.precommit
        if not hooks.data.get(QUEUE):
            hooks.add(self.env[self._name]._tell_queued)
        key = (self.env.uid, bool(self.env.context.get("import_file")), records._name, tell)
        hooks.data.setdefault(QUEUE, {}).setdefault(key, {}).update(dict.fromkeys(records.ids))

    @api.model
    def _tell_queued(self):
        """Tell what was queued in this transaction, as it is now."""
        queued = self.env.cr.precommit.data.pop(QUEUE, {})
        for (uid, is_import, model, tell), ids in queued.items():
            # sudo: everybody whom it concerns is told, whoever may see whom
            records = self.env[model].with_user(uid).sudo().browse(ids).exists()
            if records:
                getattr(records, tell)(len(records) == 1 and not is_import and not self._get_run())

    @api.model
    def _note(self, kind, told):
        """Note what people are to be told of; not whoever does it.

        :param str kind: one of :data:`KINDS`
        :param list told: ``(partner, record, what is said of it in the partner's language)``
        """
        run, me = self._get_run(), self.env.user.partner_id
        vals_list = [
            {
                "partner_id": partner.id,
                "kind": kind,
                "res_model": record._name,
                "res_id": record.id,
                "text": text,
                "run": run,
            }
            for partner, record, text in told
            if run or partner != me
        ]
        if vals_list:
            # sudo: the notices are the module's
            self.sudo().create(vals_list)
            if not run:
                self._trigger()

    @api.model
    def _trigger(self):
        """Have those told who have heard of nothing for a while."""
        if cron := self.env.ref("sales_funnel_playbook.ir_cron_notices", raise_if_not_found=False):
            cron.sudo()._trigger(self.env.cr.now() + PAUSE)  # sudo: the job is the module's

    @api.model
    def _cron_send(self):
        """Tell everybody who is not just being told of more, as while many deals are imported."""
        now = self.env.cr.now()
        left_behind = self.search(Domain("run", "!=", False) & Domain("create_date", "<", now - LOST))
        waiting = self.search([("run", "=", False)])
        for partner, its in waiting.grouped("partner_id").items():
            if its[-1].create_date > now - PAUSE and its[0].create_date > now - AT_LAST:
                self._trigger()
                continue
            (its | left_behind.filtered(lambda one, partner=partner: one.partner_id == partner))._send()
        left_behind.exists()._send()

    @api.model
    def _send_of_runs(self, runs):
        """Tell everybody of what these jobs have found until they were through."""
        self.env.cr.postcommit.data.pop(RUN, None)
        self.search([("run", "in", runs)])._send()

    def _send(self):
        """Send everybody one message with all of these, and drop them."""
        for partner, its in self.grouped("partner_id").items():
            try:
                with self.env.cr.savepoint():
                    its._send_to(partner)
                    its.unlink()
            except Exception as error:
                _logger.exception("%s notices could not be sent", len(its))
                self.env["crm.playbook.failure"]._note(partner, error)

    def _send_to(self, partner):
        told = self.with_context(lang=partner.lang or "en_US")
        parts = {
            kind: lines
            for kind, its in told.sorted(lambda one: KIND_ORDER[one.kind]).grouped("kind").items()
            if (lines := its._get_lines())
        }
        if not parts or not partner.active:
            return
        titles = {kind: told._get_title(kind, len(lines)) for kind, lines in parts.items()}
        [first, *others] = [line for lines in parts.values() for line in lines]
        self.env["mail.thread"].with_context(lang=told.env.lang).message_notify(
            partner_ids=partner.ids,
            subject=list_texts(told.env, titles.values()) if others else told._get_subject(*first),
            body=told._prepare_body(parts, titles),
            email_layout_xmlid="mail.mail_notification_light",
        )

    @api.model
    def _get_subject(self, record, text):
        return label_text(self.env, *filter(None, (record.display_name, text)))

    def _get_lines(self):
        """Return ``(record, what is said of it)``, of what there still is, the same once."""
        true = self._filter_true()
        there = {model: its._find_there(model) for model, its in true.grouped("res_model").items()}
        lines = [
            # sudo: who is to know is told, whoever may see what
            (self.env[one.res_model].sudo().browse(one.res_id), one.text or "")
            for one in true
            if one.res_id in there[one.res_model]._ids
        ]
        return list(dict.fromkeys(lines))

    def _filter_true(self):
        """Hook: return those of these that are true still."""
        return self

    def _find_there(self, model):
        """Return the records of ``model`` of which these tell one person still."""
        # sudo: who is to know is told, whoever may see what
        return self.env[model].sudo().browse(set(self.mapped("res_id"))).exists()

    def _prepare_body(self, parts, titles):
        """Return the lists, each under its title where there are several, and one button."""
        base = self.browse().get_base_url()
        body = Markup()
        for kind, lines in parts.items():
            items = [
                Markup('<li><a href="%s/odoo/%s/%s">%s</a> %s</li>')
                % (base, record._name, record.id, record.display_name, text)
                for record, text in lines[:LISTED]
            ]
            if len(lines) > LISTED:
                items.append(Markup("<li>%s</li>") % self.env._("and %s more", len(lines) - LISTED))
            title = Markup("<p><b>%s</b></p>") % titles[kind] if len(parts) > 1 else Markup()
            body += title + Markup("<ul>%s</ul>") % Markup().join(items)
        action = MY_DAY if WORK.intersection(parts) else PIPELINE
        # sudo: what an action's address is, whoever may not read actions
        path = self.env.ref(action).sudo().path or f"action-{action}"
        button = Markup('<p><a href="%s/odoo/%s" class="btn btn-primary">%s</a></p>')
        return body + button % (base, path, self.env._("Open"))

    @api.model
    def _get_title(self, kind, count):
        """Return what so many notices of a kind are called, in the language of the environment."""
        titles = {
            "risk": self.env._("%s high risks", count),
            "missed": self.env._("%s missed deadlines", count),
            "asked": self.env._("%s new tasks", count),
            "given": self.env._("%s deals are yours now", count),
            "entered": self.env._("%s deals have entered a stage", count),
            "decided": self.env._("%s decisions on outputs", count),
            "failed": self.env._("%s deals or rules could not be followed", count),
        }
        return titles[kind]


KIND_ORDER = {kind: position for position, (kind, _label) in enumerate(KINDS)}
