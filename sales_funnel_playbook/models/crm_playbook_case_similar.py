from itertools import combinations

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
MASKS = {name: 1 << place for place, name in enumerate(WEIGHTS)}
COLUMNS = ("product_line", "stage", "industry")
MAX_TEXT = 8.0
STALE_FACTOR = 0.7
MAX_NEWEST = 1000  # candidates for each thing in common, and for each two of the columns
MAX_HITS = 12_000  # candidates for words: the rarest first, the more frequent ones tell nothing
MAX_SCORED = 300

# Each of these finds candidates: id, what it is known to have in common, how similar the words are.
BY_COLUMNS = """
    SELECT newest.id, %(mask)s, 0 FROM %(values)s CROSS JOIN UNNEST(%(companies)s) company
    CROSS JOIN LATERAL (
        SELECT id FROM crm_playbook_case
        WHERE state = 'published' AND COALESCE(company_id, 0) = company AND %(tests)s
        ORDER BY id DESC LIMIT %(limit)s
    ) newest
"""
BY_RELATION = """
    SELECT newest.case_id, %(mask)s, 0 FROM UNNEST(%(values)s) value
    CROSS JOIN LATERAL (
        SELECT case_id FROM %(table)s WHERE %(column)s = value ORDER BY case_id DESC LIMIT %(limit)s
    ) newest
"""
# PostgreSQL's statistics know the frequent words, and that all others are rarer than those.
BY_WORDS = """
    SELECT id, %(mask)s, LEAST(SUM(rarity), %(most)s) FROM (
        SELECT UNNEST(hit.ids) AS id, LN(1 + word.total / NULLIF(hit.count, 0)) / LN(1 + word.total) AS rarity
        FROM (
            SELECT word, total,
                SUM(COALESCE(rate, lowest, 0) * total) OVER (ORDER BY rate NULLS FIRST, word) AS expected
            FROM (
                SELECT GREATEST(reltuples, 100)::float AS total FROM pg_class
                WHERE oid = 'crm_playbook_case_words_idx'::regclass
            ) published
            CROSS JOIN UNNEST(TSVECTOR_TO_ARRAY(TO_TSVECTOR('english', %(text)s))) word
            LEFT JOIN (
                SELECT UNNEST(most_common_elems::text::text[]) AS word, UNNEST(most_common_elem_freqs) AS rate
                FROM pg_stats
                WHERE schemaname = CURRENT_SCHEMA AND tablename = 'crm_playbook_case_words_idx'
            ) common USING (word)
            LEFT JOIN (
                SELECT (SELECT MIN(rate) FROM UNNEST(most_common_elem_freqs) rate) AS lowest FROM pg_stats
                WHERE schemaname = CURRENT_SCHEMA AND tablename = 'crm_playbook_case_words_idx'
            ) rare ON TRUE
            WHERE LENGTH(word) > 1
        ) word
        CROSS JOIN LATERAL (
            SELECT ARRAY_AGG(id) AS ids, COUNT(*) AS count FROM crm_playbook_case
            WHERE state = 'published'
                AND TO_TSVECTOR('english', search_text) @@ QUOTE_LITERAL(word.word)::tsquery
        ) hit
        WHERE word.expected <= %(limit)s
    ) hits GROUP BY id
"""
# The best candidates by what is known of them are looked at in full.
RANKING = """
    WITH best AS MATERIALIZED (
        SELECT id, text FROM (
            SELECT id, BIT_OR(mask) AS mask, MAX(text) AS text
            FROM (%(candidates)s) candidate (id, mask, text) GROUP BY id
        ) candidate
        ORDER BY %(known)s + text DESC, id DESC LIMIT %(most_scored)s
    ), scored AS MATERIALIZED (
        SELECT one.id, one.published_at, best.text, %(shared)s AS mask,
            CASE WHEN one.review_by < %(today)s THEN %(stale)s::float ELSE 1 END AS factor,
            LEAST(one.helpful_count, 10) * 0.05::float AS bonus
        FROM best JOIN crm_playbook_case one ON one.id = best.id
        WHERE one.state = 'published' AND COALESCE(one.company_id, 0) = ANY(%(companies)s)
            AND one.lead_id IS DISTINCT FROM %(lead)s
    )
    SELECT id, mask FROM scored
    ORDER BY (%(known)s + text) * factor + bonus DESC, published_at DESC, id DESC LIMIT %(limit)s
"""


class CrmPlaybookCase(models.Model):
    """Which published cases are like a deal, and why, in one statement whose cost does not grow with the
    library: of each thing in common the newest are looked at, and all that share rare words.
    """

    _inherit = "crm.playbook.case"

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
            RANKING,
            candidates=SQL(" UNION ALL ").join(SQL("(%s)", candidate) for candidate in candidates),
            known=self._get_known_score(),
            shared=self._get_shared_mask(traits),
            today=fields.Date.context_today(self),
            stale=STALE_FACTOR,
            companies=companies,
            lead=lead_id or 0,
            most_scored=max(MAX_SCORED, limit),
            limit=limit,
        )
        rows = self.env.execute_query(query)
        return [(id_, [name for name in WEIGHTS if mask & MASKS[name]]) for id_, mask in rows]

    @api.model
    def _get_candidate_queries(self, traits, companies):
        """Return the queries of the cases that have something in common with ``traits``."""
        columns = [name for name in COLUMNS if name in traits]
        queries = []
        for names in [*((name,) for name in columns), *combinations(columns, 2)]:
            # one value at a time, or an index would not have the newest first
            values = [SQL("UNNEST(%s) %s", traits[name], SQL.identifier(name)) for name in names]
            tests = [SQL("%s = %s", SQL.identifier(f"{name}_id"), SQL.identifier(name)) for name in names]
            queries.append(
                SQL(
                    BY_COLUMNS,
                    mask=sum(MASKS[name] for name in names),
                    values=SQL(" CROSS JOIN ").join(values),
                    tests=SQL(" AND ").join(tests),
                    companies=companies,
                    limit=MAX_NEWEST,
                )
            )
        for name in {"competitor", "risk"} & set(traits):
            table, _case, column = self._get_relation(name)
            queries.append(
                SQL(
                    BY_RELATION,
                    mask=MASKS[name],
                    values=traits[name],
                    table=table,
                    column=column,
                    limit=MAX_NEWEST,
                )
            )
        if "text" in traits:
            queries.append(
                SQL(BY_WORDS, mask=MASKS["text"], text=traits["text"], most=MAX_TEXT, limit=MAX_HITS)
            )
        return queries

    @api.model
    def _get_relation(self, name):
        """Return table, column of the case and column of the other side, of competitors or risk types."""
        field = self._fields["competitor_ids" if name == "competitor" else "risk_type_ids"]
        return tuple(map(SQL.identifier, (field.relation, field.column1, field.column2)))

    @api.model
    def _get_known_score(self):
        """Return what the bits of ``mask`` count together."""
        weights = [(MASKS[name], weight) for name, weight in WEIGHTS.items() if name != "text"]
        return SQL(" + ").join(SQL("(mask & %s <> 0)::int * %s::float", mask, weight) for mask, weight in weights)

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
