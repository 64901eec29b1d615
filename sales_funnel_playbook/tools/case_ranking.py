"""What makes a case like a deal, and the SQL that finds the cases most like one."""

# What makes a case like a deal, and what each counts, in the order in which reasons are told. Texts count by
# how rare the words are that both have, at most MAX_TEXT.
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
MAX_NEWEST = 300  # candidates for each thing in common, and for each two or three of the columns
MAX_HITS = 2_000  # candidates for words: the rarest first, the more frequent ones tell nothing
MAX_SCORED = 200

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
        SELECT rel.%(case)s AS case_id FROM %(table)s rel
        CROSS JOIN LATERAL (
            SELECT FROM crm_playbook_case WHERE id = rel.%(case)s AND state = 'published'
                AND COALESCE(company_id, 0) = ANY(%(companies)s) LIMIT 1
        ) looked_up
        WHERE rel.%(column)s = value ORDER BY rel.%(case)s DESC LIMIT %(limit)s
    ) newest
"""
# PostgreSQL's statistics know the frequent words; all others are rarer than those, say by half.
BY_WORDS = """
    SELECT id, %(mask)s, LEAST(SUM(rarity), %(most)s) FROM (
        SELECT UNNEST(hit.ids) AS id, LN(1 + word.total / NULLIF(hit.count, 0)) / LN(1 + word.total) AS rarity
        FROM (
            SELECT word, total,
                SUM(COALESCE(rate, lowest / 2, 0) * total) OVER (ORDER BY rate NULLS FIRST, word) AS expected
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
            WHERE state = 'published' AND COALESCE(company_id, 0) = ANY(%(companies)s)
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
