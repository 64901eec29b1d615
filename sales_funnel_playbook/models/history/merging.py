from odoo import api, models
from odoo.tools import SQL

OUTPUT_RANKS = {"rejected": 0, "submitted": 1, "approved": 2}


class CrmLead(models.Model):
    """Merging keeps the facts of all merged leads, and one contiguous log."""

    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        kinds = opportunities._find_kept()
        if "work" in kinds:
            self._merge_work(opportunities)  # before Odoo hands over all activities
        result = super()._merge_dependences(opportunities)
        if kinds:
            self._merge_kept(opportunities, kinds)
        return result

    def _find_kept(self):
        """Return which kinds of what the module and its addons keep there are about these leads, a set, in
        one query: most leads have nothing to merge.
        """
        queries = [
            SQL("(SELECT %s::text FROM %s LIMIT 1)", kind, rows) for kind, rows in self._get_kept_rows()
        ]
        return {kind for (kind,) in self.env.execute_query(SQL(" UNION ALL ").join(queries))}

    def _get_kept_rows(self):
        """Return ``[(kind, SQL of a table and its condition), …]`` of what may be kept about these leads,
        with what of it is not written yet written.
        """
        fact = self.pool["crm.lead.fact"]
        names = [name for name, cls in self.pool.items() if issubclass(cls, fact) and cls._auto]
        names.append("crm.playbook.case")  # no fact, but about a deal
        return [("fact", self._get_rows_about(self.env[name], "lead_id")) for name in names]

    def _get_rows_about(self, model, name):
        """Return the SQL of the records of ``model`` whose field ``name`` is one of these leads."""
        model.flush_model([name])
        return SQL("%s WHERE %s = ANY(%s)", SQL.identifier(model._table), SQL.identifier(name), self.ids)

    def _merge_work(self, opportunities):
        """Hook: take over what playbooks have given to somebody to do on ``opportunities``."""

    def _merge_kept(self, opportunities, kinds):
        """Take over what is kept about ``opportunities``.

        :param set kinds: of what there is, see :meth:`_find_kept`
        """
        if "fact" in kinds:
            self._merge_facts(opportunities)

    def _merge_facts(self, opportunities):
        """Take over facts and the log."""
        (self | opportunities)._catch_up_pending()
        self._merge_evidence(opportunities)
        self._merge_people(opportunities)
        self._merge_history(opportunities)
        self._merge_cases(opportunities)
        # the lead that began last is added first, so that each one only has to go in front
        # sudo: the merge has checked the rights on the leads, and the log is the module's
        logs = [lead.sudo().stage_log_ids.sorted("sequence") for lead in opportunities]
        for log in sorted(filter(None, logs), key=lambda log: log[0].entered_at, reverse=True):
            self.env["crm.lead.stage.log"]._prepend(log, self.sudo().stage_log_ids.sorted("sequence"), self)
        self._settle_segments()

    def _merge_people(self, opportunities):
        """Take over the decision chain and the competitors; who is known here already stays as here."""
        # sudo: the merge has checked the rights on the leads
        chain = self.sudo().stakeholder_ids
        for one in self.env["crm.lead.stakeholder"].sudo().search([("lead_id", "in", opportunities.ids)]):
            if not any(one._is_same_role(other) and one._overlaps(other) for other in chain):
                chain |= one
        chain.lead_id = self
        known = self.sudo().competitor_ids
        for line in self.env["crm.lead.competitor"].sudo().search([("lead_id", "in", opportunities.ids)]):
            if line.competitor_id not in known.competitor_id:
                known |= line
        known.lead_id = self

    def _merge_history(self, opportunities):
        """Take over progress notes, captured contacts and risks; what has the same cause here is not new."""
        # sudo: the merge has checked the rights on the leads
        notes = self.env["crm.lead.progress"].sudo().search([("lead_id", "in", opportunities.ids)])
        notes.lead_id = self
        self._merge_contacts(opportunities)
        known = self.sudo().risk_ids
        for risk in self.env["crm.lead.risk"].sudo().search([("lead_id", "in", opportunities.ids)]):
            if not risk.cause or (risk.type_id, risk.cause) not in [(r.type_id, r.cause) for r in known]:
                known |= risk
        known.lead_id = self
        self._merge_answers(opportunities)
        self._merge_refusals(opportunities)

    def _merge_refusals(self, opportunities):
        """Take over what was refused; the same person's attempt within an hour counts once."""

        def get_key(refusal):
            return refusal.refused_by_id, refusal.hour, refusal.stage_id

        # sudo: the merge has checked the rights on the leads
        refusals = self.env["crm.lead.refusal"].sudo()
        known = {get_key(one): one for one in refusals.search([("lead_id", "=", self.id)])}
        for refusal in refusals.search([("lead_id", "in", opportunities.ids)]):
            known.setdefault(get_key(refusal), refusal)
        refusals.union(*known.values()).lead_id = self

    def _merge_contacts(self, opportunities):
        """Take over what was captured; what was with the customer may be captured here already."""
        # sudo: the merge has checked the rights on the leads
        contacts = self.env["crm.lead.contact"].sudo()
        known = {
            (one.source_model, one.source_id): one for one in contacts.search([("lead_id", "=", self.id)])
        }
        for contact in contacts.search([("lead_id", "in", opportunities.ids)]):
            twin = known.setdefault((contact.source_model, contact.source_id), contact)
            if twin != contact:
                contact.note_ids.contact_id = twin
        contacts.union(*known.values()).filtered(lambda one: one.lead_id != self).lead_id = self

    def _merge_cases(self, opportunities):
        """A case that was used in one of the merged deals was used in this one; a case of one of them is of
        this one where this one ended the same way, and else stays without a deal.
        """
        # sudo: the merge has checked the rights on the leads
        mine = [("lead_id", "in", opportunities.ids)]
        known = self.sudo().used_case_ids
        for use in self.env["crm.playbook.case.use"].sudo().search(mine):
            if use.case_id not in known.case_id:
                known |= use
        known.lead_id = self
        cases = self.env["crm.playbook.case"].sudo().search([*mine, ("outcome", "=", self.won_status)])
        cases.lead_id = self

    def _merge_answers(self, opportunities):
        """Take over answers, open questions and explanations; what is answered here stays as it is."""
        for model, key in (
            ("crm.lead.score.answer", "criterion_id"),
            ("crm.lead.question", "display_name"),
            ("crm.lead.explanation", "check_id"),
        ):
            # sudo: the merge has checked the rights on the leads
            facts = self.env[model].sudo()
            taken = facts.search([("lead_id", "=", self.id)])
            for fact in facts.search([("lead_id", "in", opportunities.ids)]):
                if fact[key] not in taken.mapped(key):
                    taken |= fact
            taken.lead_id = self
        answered = self.sudo().score_answer_ids.criterion_id
        confirmed = self.sudo().confirmation_ids.filtered(lambda fact: not fact.withdrawn_at).condition_id
        self.sudo().question_ids.filtered(
            lambda question: question.criterion_id in answered or question.condition_id in confirmed
        ).unlink()

    def _merge_evidence(self, opportunities):
        """Take over confirmations and outputs; where this lead has a current one, it goes on counting
        and the other stays on record.
        """
        # sudo: facts belong to the module, the merge has checked the rights on the leads
        confirmations = self.env["crm.lead.confirmation"].sudo()
        in_force = [("withdrawn_at", "=", False)]
        confirmed = confirmations.search([*in_force, ("lead_id", "=", self.id)]).condition_id
        for confirmation in confirmations.search([("lead_id", "in", opportunities.ids)], order="id"):
            if not confirmation.withdrawn_at and confirmation.condition_id in confirmed:
                confirmation._withdraw_as_duplicate()
            elif not confirmation.withdrawn_at:
                confirmed |= confirmation.condition_id
            confirmation.lead_id = self
        submissions = self.env["crm.lead.output"].sudo()
        merged = submissions.search([("lead_id", "in", (self | opportunities).ids)])
        for current in merged.filtered("is_current").grouped("output_id").values():
            # what counts already goes on counting; of equals this lead's, then the latest
            best = current.sorted(lambda one: (OUTPUT_RANKS[one.state], one.lead_id == self, one.id))[-1:]
            (current - best)._retire()
        merged.lead_id = self


class CrmLeadConfirmation(models.Model):
    _inherit = "crm.lead.confirmation"

    def _withdraw_as_duplicate(self):
        """The merged lead has a confirmation of this condition already; this one stays on record."""
        self.write({"withdrawn_at": self.env.cr.now(), "withdrawn_by_id": self.env.uid})


class CrmLeadStageLog(models.Model):
    _inherit = "crm.lead.stage.log"

    @api.model
    def _prepend(self, earlier, log, lead):
        """Put the segments of ``earlier`` that began before those of ``log`` in front of it, so that
        the merged deal begins when the first of the merged ones began. What overlaps goes: a deal
        is in one stage at a time.

        :param earlier: segments of a lead that is about to go, oldest first
        :param lead: the lead that remains
        :param log: its segments, oldest first; empty: it takes over ``earlier``
        """
        first = log[:1]
        kept = earlier.filtered(lambda one: not first or one.entered_at < first.entered_at)
        if not kept:
            return
        last = kept[-1]
        if first and last.left_at and last.left_at < first.entered_at:
            first.kind = "joined"  # in between it followed no playbook
        elif first and last._get_identity() == first._get_identity():
            first._begin_as(last)
            kept -= last
        elif first:
            first.write({"previous_stage_id": last.stage_id.id, "kind": first._get_kind_after(last)})
            last.write({"left_at": first.entered_at, "ended_as": "merged", "closes_stay": False})
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead_stage_log SET lead_id = %s, sequence = sequence - 1000000, is_first = FALSE,"
                " came_further_at = NULL WHERE id = ANY(%s)",
                lead.id,
                kept.ids,
            )
        )
        self._rebuild(lead.ids)

    def _get_identity(self):
        """Return what makes this segment: another one begins when one of these is another."""
        self.ensure_one()
        keys = (self.company_id, self.team_id, self.user_id, self.product_line_id)
        return (self.playbook_id, self.stage_id, self.state, *keys)

    def _begin_as(self, other):
        """Let this segment begin when and how ``other`` began."""
        names = ["kind", "gate", "unmet", "override_reason_id", "override_note", "previous_stage_id"]
        stated = ["probability", "is_own_probability", "score", "amount", "recurring_amount"]
        vals = {name: other[name] for name in [*names, *stated, "moved_by_id", "origin"]}
        vals = {name: value.id if isinstance(value, models.Model) else value for name, value in vals.items()}
        self.write({**vals, "entered_at": other.entered_at, "stay_began_at": other.entered_at})

    def _get_kind_after(self, previous):
        """Return how this segment, the first of its lead, began if ``previous`` came before it: who joined in
        a stage was not let in there.
        """
        if previous.playbook_id != self.playbook_id or self.kind == "joined":
            return "joined"
        if self.state == "lost" != previous.state:
            return "lost"
        if previous.stage_id == self.stage_id:
            return "handed_over" if previous.state == self.state else "restored"
        ranks = self.env["crm.stage"]._get_ranks()
        is_back = ranks.get(self.stage_id.id, -1) < ranks.get(previous.stage_id.id, -1)
        return "backward" if is_back else "won" if self.stage_id.is_won else "forward"
