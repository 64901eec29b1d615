from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from ..tools.case_text import expand

# What makes a case like a deal, and what each counts. Texts count by how rare the words are that both have, at
# most as much as MAX_TEXT. The order is that in which reasons are told.
WEIGHTS = {
    "competitor": 3.0,
    "stage": 2.0,
    "risk": 2.0,
    "industry": 2.0,
    "product_line": 2.0,
    "text": 1.0,
    "company_size": 0.5,
}
CODES = {name: code for code, name in enumerate(WEIGHTS)}
MAX_TEXT = 8.0
STALE_FACTOR = 0.7
MAX_WORDS = 60
MAX_HITS = 2000  # a word of more published cases than this tells nothing
MAX_CANDIDATES = 200

BY_COLUMN = """
    SELECT id, %(code)s, %(weight)s FROM crm_playbook_case
    WHERE state = 'published' AND %(column)s = ANY(%(values)s)
        AND (company_id = ANY(%(companies)s) OR company_id IS NULL)
"""
BY_RELATION = """
    SELECT case_id, %(code)s, %(weight)s FROM %(table)s WHERE %(column)s = ANY(%(values)s) GROUP BY case_id
"""
# PostgreSQL's statistics know which words are in many cases: those are not looked up at all.
BY_WORDS = """
    SELECT id, %(code)s, LEAST(SUM(rarity), %(most)s) FROM (
        SELECT hit.id, LN(1 + published.count / COUNT(*) OVER (PARTITION BY word.word))
            / LN(1 + published.count) * %(weight)s AS rarity
        FROM (
            SELECT GREATEST(reltuples, 100)::float AS count FROM pg_class
            WHERE oid = 'crm_playbook_case_words_idx'::regclass
        ) published
        CROSS JOIN LATERAL (
            SELECT word FROM UNNEST(TSVECTOR_TO_ARRAY(TO_TSVECTOR('english', %(text)s))) word
            LEFT JOIN (
                SELECT UNNEST(most_common_elems::text::text[]) AS word, UNNEST(most_common_elem_freqs) AS rate
                FROM pg_stats
                WHERE schemaname = CURRENT_SCHEMA AND tablename = 'crm_playbook_case_words_idx'
            ) common USING (word)
            WHERE LENGTH(word) > 1 AND COALESCE(common.rate, 0) * published.count < %(most_hits)s
            ORDER BY common.rate NULLS FIRST LIMIT %(most_words)s
        ) word
        CROSS JOIN LATERAL (
            SELECT id FROM crm_playbook_case
            WHERE state = 'published'
                AND TO_TSVECTOR('english', search_text) @@ QUOTE_LITERAL(word.word)::tsquery
        ) hit
    ) hits GROUP BY id
"""
RANKING = """
    SELECT id, score * CASE WHEN review_by < %(today)s THEN %(stale)s ELSE 1 END
            + LEAST(helpful_count, 10) * 0.05 AS total, codes
    FROM (
        SELECT one.id, one.review_by, one.helpful_count, one.published_at, scored.score, scored.codes
        FROM (
            SELECT id, SUM(weight) AS score, ARRAY_AGG(code) AS codes
            FROM (%(features)s) feature (id, code, weight) GROUP BY id ORDER BY score DESC, id DESC
        ) scored
        JOIN LATERAL (
            SELECT id, review_by, helpful_count, published_at FROM crm_playbook_case WHERE id = scored.id AND state = 'published'
                AND (company_id = ANY(%(companies)s) OR company_id IS NULL)
                AND lead_id IS DISTINCT FROM %(lead)s OFFSET 0
        ) one ON TRUE
        LIMIT %(candidates)s
    ) candidate
    ORDER BY total DESC, published_at DESC, id DESC LIMIT %(limit)s
"""


class CrmPlaybookCase(models.Model):
    """Which published cases are like a deal, and why, in one statement."""

    _inherit = "crm.playbook.case"

    _line_idx = models.Index("(product_line_id, company_id) INCLUDE (id) WHERE state = 'published'")
    _stage_idx = models.Index("(stage_id, company_id) INCLUDE (id) WHERE state = 'published'")
    _industry_idx = models.Index("(industry_id, company_id) INCLUDE (id) WHERE state = 'published'")
    _size_idx = models.Index("(company_size, company_id) INCLUDE (id) WHERE state = 'published'")
    _words_idx = models.Index("USING gin (to_tsvector('english', search_text)) WHERE state = 'published'")

    @api.model
    def _rank(self, traits, limit, lead_id=None):
        """Return ``[(case id, [reason, …]), …]`` of the published cases most like ``traits``, the best first;
        a reason is a key of :data:`WEIGHTS`. Nothing is found by nothing in common.

        :param dict traits: values of each of the keys of :data:`WEIGHTS`: lists of ids, of company sizes, and
            for ``text`` a text
        :param int lead_id: the deal whose own case is none to learn from
        """
        companies = self.env.companies.ids
        features = [
            self._get_feature(name, values, companies) for name, values in traits.items() if values
        ]
        if not features:
            return []
        self.env.flush_all()  # what follows reads in SQL
        self.env.cr.execute("SET LOCAL jit TO off")
        query = SQL(
            RANKING,
            features=SQL(" UNION ALL ").join(SQL("(%s)", feature) for feature in features),
            today=fields.Date.context_today(self),
            stale=STALE_FACTOR,
            companies=companies,
            lead=lead_id or 0,
            candidates=max(MAX_CANDIDATES, limit),
            limit=limit,
        )
        names = list(WEIGHTS)
        rows = self.env.execute_query(query)
        return [(case_id, [names[code] for code in sorted(codes)]) for case_id, _total, codes in rows]

    @api.model
    def _get_feature(self, name, values, companies):
        """Return the query of the cases that have one thing in common with a deal: id, code, weight."""
        weighed = {"code": CODES[name], "weight": WEIGHTS[name], "values": values}
        if name == "text":
            return SQL(
                BY_WORDS, text=values, most=MAX_TEXT, most_hits=MAX_HITS, most_words=MAX_WORDS, **weighed
            )
        if name in ("competitor", "risk"):
            field = self._fields["competitor_ids" if name == "competitor" else "risk_type_ids"]
            table, column = SQL.identifier(field.relation), SQL.identifier(field.column2)
            return SQL(BY_RELATION, table=table, column=column, **weighed)
        column = SQL.identifier(name if name == "company_size" else f"{name}_id")
        return SQL(BY_COLUMN, column=column, companies=companies, **weighed)

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


class CrmLead(models.Model):
    _inherit = "crm.lead"

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
