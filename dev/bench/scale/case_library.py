"""A library of cases for the measurements, made by SQL."""

import random
from itertools import product

from odoo.tools import SQL

from bench.scale.rows import vacuum

LINES, STAGES, COMPETITORS, INDUSTRIES, RISKS = 10, 6, 50, 20, 10
SIZES = ("1-10", "11-50", "51-200", "201-500", "501-1000", "1001+")
WORDS = 20_000
TERMS = ("合同", "预算", "试用", "竞争", "演示", "budget", "migration", "director", "pilot", "renewal")
MADE = "bench.case_library"
CASES = """
    INSERT INTO crm_playbook_case (name, outcome, state, company_id, product_line_id, stage_id, industry_id,
        company_size, user_id, published_at, review_by, situation, lesson, search_text, helpful_count,
        hide_customer, version, create_date)
    SELECT 'Case ' || n, CASE WHEN n %% 3 = 0 THEN 'lost' ELSE 'won' END, 'published', %(company)s,
        (%(lines)s::int[])[1 + n %% CARDINALITY(%(lines)s::int[])],
        (%(stages)s::int[])[1 + (n / 7) %% CARDINALITY(%(stages)s::int[])],
        (%(industries)s::int[])[1 + (n / 11) %% CARDINALITY(%(industries)s::int[])],
        (%(sizes)s::text[])[1 + (n / 13) %% CARDINALITY(%(sizes)s::text[])],
        %(user)s, NOW() - n * INTERVAL '10 minutes', NOW() + (n %% 400 - 60) * INTERVAL '1 day',
        '<p>' || body.text || '</p>', '<p>Lesson</p>', ' ' || body.text || ' ', n %% 5, TRUE, 1, NOW()
    FROM GENERATE_SERIES(1, %(count)s) n
    CROSS JOIN LATERAL (
        SELECT STRING_AGG(
            (%(words)s::text[])[1 + FLOOR(POWER(RANDOM(), 3) * CARDINALITY(%(words)s::text[]))::int], ' '
        ) AS text
        FROM GENERATE_SERIES(1, 60 + n %% 40)
    ) body
"""
LINKS = """
    INSERT INTO %(table)s (case_id, %(column)s)
    SELECT DISTINCT one.id, (%(ids)s::int[])[1 + (one.id / %(step)s + k * 3) %% CARDINALITY(%(ids)s::int[])]
    FROM crm_playbook_case one CROSS JOIN GENERATE_SERIES(0, 1) k
    WHERE one.product_line_id = ANY(%(lines)s)
"""
# What any way of ranking has to do at least: read the cases of the product line.
SIMILAR = """
    SELECT COUNT(*), MAX(published_at) FROM crm_playbook_case
    WHERE state = 'published' AND product_line_id = %s
"""
SEARCH = """
    SELECT id, name, outcome, stage_id FROM crm_playbook_case WHERE state = 'published' AND %s
    ORDER BY published_at DESC, id DESC LIMIT 80
"""


def make_words():
    """Returns words of both languages, the frequent ones first: pairs of characters, and Latin ones."""
    chance = random.Random(7)
    pairs = ["".join(pair) for pair in product(map(chr, range(0x4E00, 0x4E78)), repeat=2)]
    syllables = ("ta", "mi", "ro", "ne", "lu", "so", "pe", "va", "ki", "du")
    latin = ["".join(parts) for parts in product(syllables, repeat=4)]
    words = chance.sample(pairs, WORDS // 2 - 200) + chance.sample(latin, WORDS // 2 - 200)
    chance.shuffle(words)
    for place, term in enumerate(TERMS):  # known words, each in some hundreds of cases
        words.insert(4000 + 700 * place, term)
    return words


def make_library(env, cases, lines=LINES):
    """Makes so many cases of so many product lines, and a deal like some of them."""
    prefix, company, words = f"{MADE} {lines}", env.company, make_words()
    records = {
        "lines": make_named(env, "crm.product.line", f"{prefix} Line", lines),
        "stages": make_named(env, "crm.stage", f"{prefix} Stage", STAGES),
        "industries": make_named(
            env, "res.partner.industry", f"{prefix} Industry", INDUSTRIES if lines > 1 else 1
        ),
    }
    ids = {name: made.ids for name, made in records.items()}
    env.cr.execute(
        SQL(CASES, company=company.id, user=env.uid, sizes=list(SIZES), words=words, count=cases, **ids)
    )
    rivals = make_named(env, "crm.competitor", f"{prefix} Rival", COMPETITORS)
    risks = make_named(env, "crm.risk.type", f"{prefix} Risk", RISKS)
    link(env, "competitor", ids["lines"], rivals, 5)
    link(env, "risk", ids["lines"], risks, 3)
    env["crm.lead"].create(
        {
            "name": prefix,
            "type": "opportunity",
            "product_line_id": ids["lines"][0],
            "stage_id": ids["stages"][0],
            "industry_id": ids["industries"][0],
            "company_size": SIZES[0],
            "competitor_ids": [(0, 0, {"competitor_id": one.id}) for one in rivals[:2]],
            "risk_ids": [(0, 0, {"type_id": one.id}) for one in risks[:2]],
            "use_case": "预算批准后试用，合同 demo of the migration for the director",
            "pain_points": " ".join(words[50:16_000:700]),
        }
    )
    tables = [env["crm.playbook.case"]._fields[name].relation for name in ("competitor_ids", "risk_type_ids")]
    vacuum(env, "crm_playbook_case", *tables)


def find_library(env, lines=LINES, **_amounts):
    """Returns the deal and its product line."""
    lead = env["crm.lead"].search([("name", "=", f"{MADE} {lines}")])
    return {"lead_id": lead.id, "line_id": lead.product_line_id.id}


def make_named(env, model, kind, count):
    """Returns so many new records."""
    return env[model].create([{"name": f"{kind} {number}"} for number in range(count)])


def link(env, kind, line_ids, records, step):
    """Gives each case of some product lines two of ``records``."""
    field = env["crm.playbook.case"]._fields["competitor_ids" if kind == "competitor" else "risk_type_ids"]
    table, column = SQL.identifier(field.relation), SQL.identifier(field.column2)
    env.cr.execute(SQL(LINKS, table=table, column=column, ids=records.ids, step=step, lines=line_ids))


def run_bare(env, query):
    env.cr.execute("SET LOCAL jit TO off")  # as the module does
    env.execute_query(query)


def similar_bare(env, library):
    run_bare(env, SQL(SIMILAR, library["line_id"]))


def search_bare(env, *patterns):
    tests = [SQL("search_text LIKE %s", f"%{pattern}%") for pattern in patterns]
    run_bare(env, SQL(SEARCH, SQL(" AND ").join(tests)))
