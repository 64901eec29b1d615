"""What finding cases costs among 100,000 published ones: those like a deal, and those with a word."""

from bench.registry import bench
from bench.scale.case_library import find_library, search_bare, similar_bare

CASES = {"cases": 100_000}
QUICK = {"cases": 2_000}


@bench(
    "Find the three cases most like a deal among {cases:,}, against reading those of its product line",
    setup=find_library,
    params=CASES,
    quick=QUICK,
    bare=similar_bare,
    limit={"seconds": 0.05},
)
def case_similar(env, library):
    env["crm.lead"].browse(library["lead_id"]).get_similar_cases()


def search(env, words):
    """Reads a page of the library as the web client does."""
    env["crm.playbook.case"].web_search_read(
        [("content", "ilike", words), ("state", "=", "published")],
        {"name": {}, "outcome": {}, "stage_id": {"fields": {"display_name": {}}}},
        limit=80,
        count_limit=10001,
    )


@bench(
    "Search a Chinese word of two characters in the texts of {cases:,} cases, against the SQL",
    setup=find_library,
    params=CASES,
    quick=QUICK,
    bare=lambda env, library: search_bare(env, " 合同 "),
    limit={"seconds": 0.1},
)
def case_search_chinese(env, library):
    search(env, "合同")


@bench(
    "Search two English words in the texts of {cases:,} cases, against the SQL",
    setup=find_library,
    params=CASES,
    quick=QUICK,
    bare=lambda env, library: search_bare(env, "budget", "migrat"),
    limit={"seconds": 0.1},
)
def case_search_english(env, library):
    search(env, "budget migrat")


@bench(
    "Find them where all {cases:,} are of one product line and one industry",
    setup=find_library,
    params={**CASES, "lines": 1},
    quick={**QUICK, "lines": 1},
    bare=similar_bare,
    limit={"seconds": 0.05},
)
def case_similar_one_line(env, library):
    env["crm.lead"].browse(library["lead_id"]).get_similar_cases()
