from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...arguments import is_id

IS_ACCEPTED = """
    (SELECT TRUE FROM crm_lead_output fact WHERE fact.lead_id = crm_lead.id
        AND fact.output_id = %(output)s AND fact.is_current AND (fact.state = 'approved'
            OR fact.state = 'submitted'
            AND (SELECT approval FROM crm_playbook_output WHERE id = %(output)s) = 'none') LIMIT 1) IS TRUE
"""


class CrmLead(models.Model):
    _inherit = "crm.lead"

    output_ids = fields.One2many("crm.lead.output", "lead_id", readonly=True, copy=False)

    def submit_output(self, output_id, note=False, url=False, attachment_ids=()):
        """Hand in an output of this lead's playbook, as the current user. It replaces the one that
        was handed in before.

        :param int output_id: a ``crm.playbook.output``
        :param str note: the note, where one is asked for, else a remark
        :param str url: the link, where one is asked for
        :param attachment_ids: ids of ``ir.attachment``, uploaded by the current user
        :return: the id of the ``crm.lead.output``
        :raise UserError: when the output is not one of this lead's playbook, or what is handed in
            is not what it asks for
        """
        self.ensure_one()
        output = self._get_output(output_id)
        self._check_can_record(output.sudo().role_id)  # sudo: before it is known who reads the rule
        self._take_turns()
        clean = self.env["crm.lead.evidence"]._clean_text
        evidence = {"note": clean(note), "url": clean(url)}
        files = self.env["ir.attachment"]._check_evidence_files(attachment_ids)
        if reason := self._get_submit_refusal(output, files, **evidence):
            raise UserError(reason)
        self._get_submissions(output)._retire()
        vals = self._prepare_submission_vals(output, files, **evidence)
        # sudo: outputs belong to the module; the right to record was checked above
        submission = self.env["crm.lead.output"].sudo().create(vals).sudo(False)
        submission._own_files()
        self._message_log(body=self.env._("Output submitted: %s", output.name))
        submission._request_approval()
        return submission.id

    def withdraw_output(self, output_id):
        """Take back what was handed in. It stays on record, with who withdrew it and when.

        :param int output_id: the ``crm.playbook.output`` that no longer counts as handed in
        :raise UserError: unless the current user handed it in or is a sales manager
        """
        self.ensure_one()
        output = self._get_output(output_id)
        self._check_can_record(output.sudo().role_id)  # sudo: as above
        submission = self._get_submissions(output)
        if not submission:
            raise UserError(self.env._("This output is not submitted: there is nothing to withdraw."))
        submission._withdraw()
        submission._retire()
        self._message_log(body=self.env._("Output withdrawn: %s", output.name))
        return True

    @api.model
    def _get_output(self, output_id):
        """Return the output that a caller named, empty if there is none."""
        outputs = self.env["crm.playbook.output"]
        return outputs.browse(output_id if is_id(output_id) else ()).exists()

    def _get_submissions(self, outputs):
        """Return the current submissions of ``outputs`` for these leads."""
        # sudo: they count whoever asks
        return (
            self.env["crm.lead.output"]
            .sudo()
            .search_fetch(
                [
                    ("lead_id", "in", self.ids),
                    ("output_id", "in", outputs.ids),
                    ("is_current", "=", True),
                ]
            )
            .sudo(False)
        )

    def _get_submit_refusal(self, output, files, note, url):
        """Return why this cannot be handed in for ``output``, or False."""
        if not output or not output.active or output.playbook_id != self.playbook_id:
            return self.env._(
                "This output cannot be submitted for “%s”: reload the page to see its current playbook.",
                self.name,
            )
        if output._get_domain():
            return self.env._(
                "“%s” is not submitted: answer its questions on the deal's Playbook tab.", output.name
            )
        evidence = self.env["crm.lead.evidence"]
        if output.evidence == "note":
            return evidence._get_note_refusal(self, note, output.min_length)
        if output.evidence == "link":
            return evidence._get_link_refusal(url)
        return not files and self.env._("“%s” asks for a file: add one.", output.name)

    def _prepare_submission_vals(self, output, files, note, url):
        now = fields.Datetime.now()
        due_at = self._get_output_due_at(output)
        return {
            "lead_id": self.id,
            "output_id": output.id,
            "user_id": self.env.uid,
            "note": note or False,
            "url": output.evidence == "link" and url,
            "attachment_ids": files.ids,
            "submitted_at": now,
            "due_at": due_at,
            "is_late": bool(due_at and now > due_at),
        }

    def _get_output_due_at(self, output):
        """Return when ``output`` is due: its delay from when this lead last entered its stage; False
        without limit, or where the lead never was in that stage.
        """
        self.ensure_one()
        delay = output._get_delay()
        stage = output.playbook_stage_id.stage_id
        # sudo: the log is the module's, and counts whoever asks
        begun_at = self.sudo().stage_log_ids._get_begun_at(stage.id) if delay else False
        owner = self.sudo().user_id  # sudo: their time zone and leave count, whoever asks
        return output._get_due_times([delay], begun_at, self._get_working_calendar(), owner)[delay]

    def _get_working_calendar(self):
        """Return the calendar by which working time counts for this lead, maybe empty."""
        gate = self.env["crm.playbook"]._get_gates().get(self._get_playbook_ids().get(self.id))
        # sudo: whoever works on the lead works by it
        company = (self.company_id or self.env.company).sudo()
        calendar_id = gate and gate.calendar_id
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
        return calendar or company.resource_calendar_id

    def _is_led_by(self, user):
        """Tell whether ``user`` decides on this lead: a sales manager, or its team's leader."""
        self.ensure_one()
        if user.has_group("sales_team.group_sale_manager"):
            return True
        # sudo: who leads a team is no secret to who sees its deals
        return bool(user) and self.sudo().team_id.user_id == user

    def _can_be_decided_by(self, user):
        """Tell whether ``user`` is there, sees this lead and decides on it."""
        return user.active and self._is_led_by(user) and self.with_user(user).has_access("read")

    def _check_led_by_user(self, deed):
        """Raise unless the current user decides on these leads.

        :param str deed: what only such a user may do, as it stands in the error
        :raise AccessError: for everybody else
        """
        for lead in self:
            if not lead._is_led_by(self.env.user):
                # sudo: the message names the team, whoever may see it
                raise AccessError(
                    self.env._(
                        "Only a sales manager or the leader of the team “%(team)s” may %(deed)s.",
                        team=lead.sudo().team_id.name or "–",
                        deed=deed,
                    )
                )
