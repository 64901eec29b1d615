from itertools import combinations

from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from ...arguments import check_argument
from ...tools import case_ranking
from ...tools.case_ranking import COLUMNS, MASKS, MAX_NEWEST, WEIGHTS
from ...tools.case_text import expand
from ...wording import list_texts

MAX_LISTED = 40


class CrmPlaybookCase(models.Model):
    """Which published cases are like a deal, and why, in one statement whose cost does not grow with the
    library: of each thing in common the newest are looked at, and all that share rare words.

    How much a case is like the deal that the context names.
    """

    _inherit = "crm.playbook.case"

    similar_rank = fields.Integer(compute="_compute_similar", help="1 for the case most like the deal.")
    similar_reason = fields.Char(string="Why", compute="_compute_similar")

    _line_idx = models.Index(
        "(product_line_id, (COALESCE(company_id, 0)), id) INCLUDE (company_id) WHERE state = 'published'"
    )
    _stage_idx = models.Index(
        "(stage_id, (COALESCE(company_id, 0)), id) INCLUDE (company_id) WHERE state = 'published'"
    )
    _industry_idx = models.Index(
        "(industry_id, (COALESCE(company_id, 0)), id) INCLUDE (company_id) WHERE state = 'published'"
    )
    _line_stage_idx = models.Index(
        "(product_line_id, stage_id, (COALESCE(company_id, 0)), id) INCLUDE (company_id)"
        " WHERE state = 'published'"
    )
    _line_industry_idx = models.Index(
        "(product_line_id, industry_id, (COALESCE(company_id, 0)), id) INCLUDE (company_id)"
        " WHERE state = 'published'"
    )
    _stage_industry_idx = models.Index(
        "(stage_id, industry_id, (COALESCE(company_id, 0)), id) INCLUDE (company_id)"
        " WHERE state = 'published'"
    )
    _words_idx = models.Index("USING gin (to_tsvector('english', search_text)) WHERE state = 'published'")

    @api.model
    def _rank(self, traits, limit, lead_id=None):
        """Return ``[(case id, [reason, …]), …]`` of the published cases most like ``traits``, the best first;
        a reason is a key of :data:`WEIGHTS`. A case with nothing in common is not among them.

        :param dict traits: values of each of the keys of :data:`WEIGHTS`: lists of ids, of company sizes, and
            for ``text`` a text as :func:`expand` returns it
        :param int lead_id: the deal whose own case is none to learn from
        """
        traits = {name: traits[name] for name in WEIGHTS if traits.get(name)}
        companies = [0, *self.env.companies.ids]
        candidates = self._get_candidate_queries(traits, companies)
        if not candidates:
            return []
        self.env.flush_all()  # what follows reads in SQL
        self.env.cr.execute("SET LOCAL jit TO off")
        query = SQL(
            case_ranking.RANKING,
            candidates=SQL(" UNION ALL ").join(SQL("(%s)", candidate) for candidate in candidates),
            known=self._get_known_score(),
            shared=self._get_shared_mask(traits),
            today=fields.Date.context_today(self),
            stale=case_ranking.STALE_FACTOR,
            companies=companies,
            lead=lead_id or 0,
            most_scored=max(case_ranking.MAX_SCORED, limit),
            limit=limit,
        )
        rows = self.env.execute_query(query)
        return [(id_, [name for name in WEIGHTS if mask & MASKS[name]]) for id_, mask in rows]

    @api.model
    def _get_candidate_queries(self, traits, companies):
        """Return the queries of the cases that have something in common with ``traits``."""
        columns = [name for name in COLUMNS if name in traits]
        queries = [
            self._get_column_query(names, traits, companies)
            for count in range(1, len(columns) + 1)
            for names in combinations(columns, count)
        ]
        for name in ("competitor", "risk"):
            if name in traits:
                table, case, column = self._get_relation(name)
                vals = {"mask": MASKS[name], "values": traits[name], "companies": companies}
                by_relation = case_ranking.BY_RELATION
                queries.append(
                    SQL(by_relation, table=table, case=case, column=column, limit=MAX_NEWEST, **vals)
                )
        if "text" in traits:
            vals = {"mask": MASKS["text"], "text": traits["text"], "most": case_ranking.MAX_TEXT}
            by_words, limit = case_ranking.BY_WORDS, case_ranking.MAX_HITS
            queries.append(SQL(by_words, companies=companies, limit=limit, **vals))
        return queries

    @api.model
    def _get_column_query(self, names, traits, companies):
        """Return the query of the newest cases that have all of the traits ``names`` of a deal."""
        # one value at a time, or an index would not have the newest first
        values = [SQL("UNNEST(%s) %s", traits[name], SQL.identifier(name)) for name in names]
        tests = [SQL("%s = %s", SQL.identifier(f"{name}_id"), SQL.identifier(name)) for name in names]
        return SQL(
            case_ranking.BY_COLUMNS,
            mask=sum(MASKS[name] for name in names),
            values=SQL(" CROSS JOIN ").join(values),
            tests=SQL(" AND ").join(tests),
            companies=companies,
            limit=MAX_NEWEST,
        )

    @api.model
    def _get_relation(self, name):
        """Return table, column of the case and column of the other side, of competitors or risk types."""
        field = self._fields["competitor_ids" if name == "competitor" else "risk_type_ids"]
        return tuple(map(SQL.identifier, (field.relation, field.column1, field.column2)))

    @api.model
    def _get_known_score(self):
        """Return what the bits of ``mask`` count together."""
        weights = [(MASKS[name], weight) for name, weight in WEIGHTS.items() if name != "text"]
        return SQL(" + ").join(
            SQL("(mask & %s <> 0)::int * %s::float", mask, weight) for mask, weight in weights
        )

    @api.model
    def _get_shared_mask(self, traits):
        """Return the bits of all that the case ``one`` has in common with ``traits``."""
        tests = [SQL("(best.text > 0)::int * %s", MASKS["text"])]
        for name in traits:
            if name in ("competitor", "risk"):
                table, case, column = self._get_relation(name)
                test = SQL(
                    "EXISTS (SELECT FROM %s rel WHERE rel.%s = one.id AND rel.%s = ANY(%s))",
                    *(table, case, column, traits[name]),
                )
            elif name != "text":
                column = SQL.identifier("one", name if name == "company_size" else f"{name}_id")
                test = SQL("COALESCE(%s = ANY(%s), FALSE)", column, traits[name])
            else:
                continue
            tests.append(SQL("(%s)::int * %s", test, MASKS[name]))
        return SQL(" | ").join(SQL("(%s)", test) for test in tests)

    @api.model
    def _get_reason_labels(self):
        """Return ``{reason: its words}`` in the reader's language."""
        return {
            "competitor": self.env._("same competitor"),
            "stage": self.env._("same stage"),
            "risk": self.env._("same risk"),
            "industry": self.env._("same industry"),
            "product_line": self.env._("same product line"),
            "text": self.env._("similar words"),
            "company_size": self.env._("same company size"),
        }

    def _get_similar(self):
        """Return ``{case id: [reason, …]}`` of the cases like the deal in the context, the best first."""
        lead = self.env["crm.lead"].browse(self.env.context.get("similar_lead_id") or ())
        if not isinstance(lead.id, int) or not lead.has_access("read"):
            return {}
        return dict(self._rank(lead._get_similar_traits(), MAX_LISTED, lead.id))

    @api.depends_context("similar_lead_id", "lang", "uid")
    def _compute_similar(self):
        similar, labels = self._get_similar(), self._get_reason_labels()
        ranks = {case_id: rank for rank, case_id in enumerate(similar, start=1)}
        for case in self:
            case.similar_rank = ranks.get(case.id, 0)
            case.similar_reason = list_texts(self.env, (labels[one] for one in similar.get(case.id, ())))

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != "similar_rank":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        ranked = [*self._get_similar()]
        return SQL("ARRAY_POSITION(%s::int[], %s) %s", ranked, SQL.identifier(alias, "id"), direction)


class CrmLead(models.Model):
    """The cases that matter for a deal: on its checklist, and as a list."""

    _inherit = "crm.lead"

    @api.readonly
    def get_similar_cases(self, limit=3):
        """Return the published cases most like this deal, the best first, ready for JSON.

        :param int limit: how many at most, up to 40
        :return: ``[{"id", "name", "outcome", "outcome_label", "lesson", "reasons": [text, …], "is_used",
            "is_stale", "helpful_count"}, …]``
        """
        self.ensure_one()
        self.check_access("read")
        check_argument(self.env, "limit", limit, type(limit) is int)
        limit = max(0, min(limit, MAX_LISTED))
        ranked = self.env["crm.playbook.case"]._rank(self._get_similar_traits(), limit, self.id)
        labels = self.env["crm.playbook.case"]._get_reason_labels()
        used = self.used_case_ids.case_id
        cases = self.env["crm.playbook.case"].browse(case_id for case_id, _reasons in ranked)
        cases = {case.id: case for case in cases._filtered_access("read")}
        return [
            {
                "id": case.id,
                "name": case.name,
                "outcome": case.outcome,
                "outcome_label": case._get_outcome_label(),
                "lesson": case.summary,
                "reasons": [labels[reason] for reason in reasons],
                "is_used": case in used,
                "is_stale": case.is_stale,
                "helpful_count": case.helpful_count,
            }
            for case, reasons in ((cases.get(case_id), reasons) for case_id, reasons in ranked)
            if case
        ]

    @api.readonly
    def action_similar_cases(self):
        """Open the library with the cases most like this deal, the best first, and why."""
        self.ensure_one()
        self.check_access("read")
        ranked = self.env["crm.playbook.case"]._rank(self._get_similar_traits(), MAX_LISTED, self.id)
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_funnel_playbook.crm_playbook_case_action_similar"
        )
        return {
            **action,
            "display_name": self.env._("Cases like “%s”", self.name),
            "domain": [("id", "in", [case_id for case_id, _reasons in ranked])],
            "context": {"similar_lead_id": self.id},
        }

    def _get_similar_traits(self):
        """Return what these deals have that cases may have too; see :meth:`CrmPlaybookCase._rank`."""
        texts = [text for lead in self for text in lead._get_similar_texts() if text]
        return {
            "competitor": self.competitor_ids.competitor_id.ids,
            "stage": self.stage_id.ids,
            "risk": self.risk_ids.type_id.ids,
            "industry": self.industry_id.ids,
            "product_line": self.product_line_id.ids,
            "company_size": [size for size in set(self.mapped("company_size")) if size],
            "text": expand("\n".join(texts)),
        }

    def _get_similar_texts(self):
        """Return what was written about the needs of this deal."""
        return [
            *(self.use_case, self.pain_points, self.customer_feedback),
            html2plaintext(self.description or "", include_references=False),
        ]
