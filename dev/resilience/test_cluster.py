"""Two Odoo servers on one database that is replicated, and many people at work on it."""

import os
import re
import threading
from collections import Counter

import pytest
from crowd import MOVES, at_work, compare_with_log, find_lost, get_deeds

import invariants
from clients import Program, WebClient
from diary import RECORDED, Diary
from known import Company
from people import Leader, Person
from servers import Odoo

DURATION = float(os.environ.get("RESILIENCE_SECONDS", "120"))
LONGEST = 1200  # seconds: a slow machine takes longer to do everything at least once
CRON_EVERY = 5  # seconds

# What only reads: these calls are for the replica.
READS = {
    "crm.lead": {
        "get_playbook_panel",
        "get_similar_cases",
        "check_gate",
        "read",
        "web_read_group",
        "web_search_read",
    },
    "crm.funnel.report": {"get_funnel", "get_filter_options"},
    "crm.funnel.review": {"web_search_read"},
    "crm.playbook.deadline.report": {"formatted_read_group"},
    "crm.playbook.gate.report": {"formatted_read_group"},
}
# What the page, the funnel and a list ask PostgreSQL, in words that nothing else does.
READ_STATEMENTS = {
    "get_playbook_panel": "SELECT users.id, partner.name FROM res_users users",
    "get_funnel": "crm_funnel_report",
    "web_search_read": 'FROM "crm_lead" WHERE',
}
REQUEST = re.compile(
    r'"POST /(?:json/2|web/dataset/call_\w+)/(?P<model>[\w.]+)/(?P<method>\w+)\S* [^"]*" .* (?P<mode>\S+)$'
)


@pytest.fixture(scope="module")
def cluster(primary, company):
    """A company whose database is streamed to a replica; a commit waits until the replica shows it."""
    primary.copy("company", "cluster")
    replica = primary.make_replica("replica")
    try:
        for name, value in (("synchronous_standby_names", "replica"), ("synchronous_commit", "remote_apply")):
            primary.query("postgres", f"ALTER SYSTEM SET {name} = '{value}'")
        primary.reload()
        odoo = Odoo(primary, "cluster", company.data, replica)
        odoo.share_files("company")
        yield odoo
    finally:
        primary.query("postgres", "ALTER SYSTEM RESET ALL")
        primary.reload()
        replica.stop()


@pytest.fixture(scope="module")
def servers(cluster):
    """Two Odoo servers, each with two workers and one for jobs."""
    with (
        cluster.serve("one", "--max-cron-threads=1") as one,
        cluster.serve("two", "--max-cron-threads=1") as two,
    ):
        yield one, two


def trigger_jobs(odoo, until):
    """Have the module's jobs run now and again on whichever server is quicker."""
    while not until.wait(CRON_EVERY):
        odoo.postgres.query(
            odoo.database,
            "INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT res_id, now() AT TIME ZONE 'UTC'"
            " FROM ir_model_data WHERE module = 'sales_funnel_playbook' AND model = 'ir.cron'",
        )
        odoo.postgres.query("postgres", "SELECT pg_notify('cron_trigger', %s)", [odoo.database])


def get_people(odoo, servers, until):
    """Return the people, each at one of the servers, a third with the web client, the others by programs."""
    known = Company(Program(servers[0].url, odoo.keys["manager0"]["key"]))
    people = []
    for number, (login, one) in enumerate(sorted(odoo.keys.items())):
        if login == "admin":
            continue
        url = servers[number // 2 % 2].url
        is_web = number % 3 == 0
        client = WebClient(url, odoo.database, login) if is_web else Program(url, one["key"])
        kind = Person if login.startswith("rep") else Leader
        people.append(kind(number, client, Diary(one["uid"]), known, until))
    return people


@pytest.fixture(scope="module")
def worked(cluster, servers):
    """The people, after they have worked for :data:`DURATION` seconds and gone home."""
    until = threading.Event()
    people = get_people(cluster, servers, until)
    jobs = threading.Thread(target=trigger_jobs, args=(cluster, until), daemon=True)
    with at_work(people, until, jobs):
        until.wait(DURATION)
        invariants.wait_until(lambda: is_enough(people, servers), LONGEST)
    return people


def count_things(people):
    """Return how often each thing was done, refused or not."""
    return sum((Counter(person.diary.counts) for person in people), Counter())


def is_enough(people, servers):
    """Whether there is something of everything that is compared afterwards."""
    deeds = Counter(deed.kind for person in people for deed in list(person.diary.deeds))
    return (
        set(Leader.WORK) <= set(count_things(people))
        and {"move", "lost", "restored", "approval", *RECORDED} <= set(deeds)
        and deeds["move"] > 20
        and any(person.refused["PlaybookGateError"] for person in people)
        and all(get_jobs(server) for server in servers)
    )


def get_jobs(server):
    """Return the names of the module's jobs that a server has run."""
    return set(re.findall(r"Job '(Sales Funnel: [^']+)' \(\d+\) \w+ done", server.log.read_text()))


def test_what_was_written_is_read_back(cluster, servers):
    """Who hands in an output sees it on the checklist at once, although the checklist comes from the
    replica.
    """
    client = Program(servers[0].url, cluster.keys["manager1"]["key"])
    other = Program(servers[1].url, cluster.keys["manager1"]["key"])
    [stage_id] = client.call("crm.stage", "search", domain=[("name", "=", "Found")])
    lead_ids = client.call("crm.lead", "search", domain=[("stage_id", "=", stage_id)], limit=20)
    assert len(lead_ids) == 20
    for number, lead_id in enumerate(lead_ids):
        [output] = client.call("crm.lead", "get_playbook_panel", [lead_id])["stage"]["outputs"]
        note = f"They need presses of the size {number}"
        client.call("crm.lead", "submit_output", [lead_id], output_id=output["id"], note=note)
        for reader in (client, other):
            [output] = reader.call("crm.lead", "get_playbook_panel", [lead_id])["stage"]["outputs"]
            assert output["submission"]["note"] == note


def test_no_answer_is_a_fault(worked):
    """The server says yes, or no in words that a user understands."""
    assert [fault for person in worked for fault in person.diary.faults] == []
    counts = count_things(worked)
    refused = sum((person.refused for person in worked), Counter())
    print(f"\n{counts.total()} things done, {refused.total()} refused: {dict(counts)}; {dict(refused)}")
    assert refused["PlaybookGateError"]


def test_every_answered_move_is_in_the_log_once(cluster, worked):
    deeds = get_deeds(worked, *MOVES)
    assert len(deeds) > 20
    missing, unexplained, several = compare_with_log(cluster, worked, {one.diary.uid for one in worked})
    assert (missing, several) == ([], [])
    first = min(deed.begun for deed in get_deeds(worked, "move"))
    assert [stay for stay in unexplained if stay.entered_at >= first] == []


@pytest.mark.parametrize("kind", RECORDED)
def test_what_was_recorded_is_there_once(cluster, worked, kind):
    answered, found = find_lost(cluster, worked, kind, *RECORDED[kind])
    assert answered
    assert found == answered


def test_every_approval_is_on_record(cluster, worked):
    deeds = get_deeds(worked, "approval")
    assert deeds
    rows = cluster.postgres.query(
        cluster.database,
        "SELECT id, reviewed_by_id FROM crm_lead_output WHERE state = 'approved' AND id = ANY(%s)",
        [[deed.value for deed in deeds]],
    )
    assert sorted(rows) == sorted((deed.value, deed.uid) for deed in deeds)


def test_the_database_is_sound(cluster, worked):
    assert invariants.find_faults(cluster) == []


def test_the_servers_log_no_error(servers, worked):
    # a deal that is followed by two at once: the job tries again, a user is asked to
    twice = "mail_followers_res_partner_res_model_id_uniq"
    assert [record for server in servers for record in server.get_records(twice)] == []


def test_both_servers_ran_the_jobs(servers, worked):
    for server in servers:
        assert get_jobs(server), f"see {server.log}"


def test_reads_go_to_the_replica(cluster, servers, worked):
    modes = {}
    for server in servers:
        for line in server.log.read_text().splitlines():
            if match := REQUEST.search(line):
                modes.setdefault((match["model"], match["method"]), Counter())[match["mode"]] += 1
    wanted = {(model, method) for model, methods in READS.items() for method in methods}
    assert wanted <= set(modes), "something was never read"
    assert {call: dict(modes[call]) for call in wanted if set(modes[call]) != {"ro"}} == {}
    assert {call: dict(counts) for call, counts in modes.items() if "ro->rw" in counts} == {}
    asked = cluster.replica.log.read_text(errors="replace")
    assert [name for name, words in READ_STATEMENTS.items() if words not in asked] == []
    assert not re.search(r"statement: +(INSERT|UPDATE|DELETE)", asked)


def test_the_replica_has_the_same(cluster, worked):
    """Once it has caught up, the replica has the same rows in each of the module's tables."""
    position = cluster.postgres.query("postgres", "SELECT pg_current_wal_flush_lsn()")[0][0]
    invariants.wait_until(
        lambda: cluster.replica.query(
            "postgres", "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position]
        )[0][0]
    )
    for table in invariants.get_tables(cluster):
        query = f"SELECT COUNT(*), SUM(HASHTEXT(row::text)::bigint) FROM {table} row"
        primary, replica = (one.query(cluster.database, query) for one in (cluster.postgres, cluster.replica))
        assert primary == replica, table
