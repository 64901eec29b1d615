"""What the company's servers need goes away for a while: PostgreSQL, the disk, the mail server."""

import base64
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from crowd import at_work, compare_with_log, find_lost

import free_port
import invariants
from clients import Fault, Program, Refused, WebClient
from diary import RECORDED, Diary
from known import Company
from people import Person

PROGRAMS = 8
DISK = 262_144  # bytes
WAIT = 600  # seconds


def get_one(odoo, query, *values):
    [[value]] = odoo.postgres.query(odoo.database, query, list(values))
    return value


@pytest.fixture
def faulty(make_company, request):
    """A company of its own for each test."""
    return make_company(re.sub(r"\W", "_", request.node.name))


def get_programs(faulty, url, until):
    """Return :data:`PROGRAMS` representatives who work by programs at the server of this address."""
    known = Company(Program(url, faulty.keys["manager0"]["key"]))
    keys = [faulty.keys[f"rep{number}"] for number in range(PROGRAMS)]
    return [
        Person(number, Program(url, one["key"]), Diary(one["uid"]), known, until)
        for number, one in enumerate(keys)
    ]


def wait_for_deeds(people, more):
    """Return when each of these people has done so many more things."""
    wanted = {person: len(person.diary.deeds) + more for person in people}
    invariants.wait_until(
        lambda: all(len(person.diary.deeds) >= count for person, count in wanted.items()), WAIT
    )


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgres_restarts_under_load(faulty, mode):
    """Requests of that moment fail; the others go on, and what was answered is there."""
    until = threading.Event()
    with faulty.serve(f"restart-{mode}", "--max-cron-threads=1") as server:
        people = get_programs(faulty, server.url, until)
        with at_work(people, until):
            wait_for_deeds(people, 1)
            faulty.postgres.restart(mode)
            wait_for_deeds(people, 4)
    missing, _unexplained, several = compare_with_log(faulty, people, set())
    assert (missing, several) == ([], [])
    answered, found = find_lost(faulty, people, "note", *RECORDED["note"])
    assert answered == found
    assert invariants.find_faults(faulty) == []


def test_what_cannot_be_checked_is_no_fault_of_it(faulty):
    """The check ends with a sentence and the status 2, which is that of no fault."""
    reasons = {
        "does not exist": ["--database=mistyped"],
        "failed": [f"--db_port={free_port.find()}"],
        'relation "crm_lead_stage_log" does not exist': [],
    }
    faulty.postgres.query(faulty.database, "ALTER TABLE crm_lead_stage_log RENAME TO elsewhere")
    for reason, options in reasons.items():
        process = faulty.run_check(*options)
        sentence = process.stderr.splitlines()[-1]
        assert (process.returncode, process.stdout) == (2, ""), process.stderr
        assert sentence.startswith("The database "), sentence
        assert reason in sentence
        assert "Traceback" not in process.stderr


def get_small_disk(folder):
    """Return the command that runs another one with :data:`DISK` bytes below ``folder``: a file system of
    that size, or files of at most that size where none can be mounted.
    """
    mount = f'mount -t tmpfs -o size={DISK} tmpfs "$0" && exec "$@"'
    unshare = ["unshare", "--mount" if os.geteuid() == 0 else "-rm", "sh", "-c", mount, str(folder)]
    is_possible = (
        shutil.which("unshare") and not subprocess.run([*unshare, "true"], capture_output=True).returncode
    )
    return unshare if is_possible else ["prlimit", f"--fsize={DISK}"]


@pytest.fixture
def on_small_disk(faulty):
    """A server whose files are on a disk that is nearly full."""
    files = faulty.data / "filestore" / faulty.database
    shutil.rmtree(files)
    files.mkdir()
    with faulty.serve("small-disk", "--max-cron-threads=0", wrapper=get_small_disk(files)) as server:
        yield server


def test_a_file_does_not_fit_on_the_disk(faulty, on_small_disk):
    """Who hands it in is told, nothing of it stays, and a file that fits is taken."""
    client = WebClient(on_small_disk.url, faulty.database, "manager0")
    client.log_in()
    program = Program(on_small_disk.url, faulty.keys["manager0"]["key"])
    [lead_id] = program.call("crm.lead", "search", domain=[("stage_id.name", "=", "Agreed")], limit=1)
    [output] = program.call("crm.lead", "get_playbook_panel", [lead_id])["stage"]["outputs"]
    before = get_content(faulty)

    assert '"error": "' in client.upload("crm.lead.output", 0, "drawing.bin", os.urandom(4 * DISK))
    too_large = base64.b64encode(os.urandom(4 * DISK)).decode()
    with pytest.raises(Fault, match=r"No space left on device|File too large"):
        program.call("ir.attachment", "create", vals_list=[{"name": "drawing.bin", "datas": too_large}])
    with pytest.raises(Refused, match="asks for a file"):
        program.call("crm.lead", "submit_output", [lead_id], output_id=output["id"])
    # Odoo's upload leaves a row whose file is not whole: nobody can hand that in
    for (file_id,) in faulty.postgres.query(
        faulty.database, "SELECT id FROM ir_attachment WHERE name = 'drawing.bin'"
    ):
        with pytest.raises(Refused, match="is empty"):
            program.call(
                "crm.lead", "submit_output", [lead_id], output_id=output["id"], attachment_ids=[file_id]
            )
    assert get_content(faulty) == before

    clear_disk(faulty, on_small_disk)
    small = base64.b64encode(b"A small drawing").decode()
    [file_id] = program.call("ir.attachment", "create", vals_list=[{"name": "drawing.txt", "datas": small}])
    program.call("crm.lead", "submit_output", [lead_id], output_id=output["id"], attachment_ids=[file_id])
    [output] = program.call("crm.lead", "get_playbook_panel", [lead_id])["stage"]["outputs"]
    assert (output["state"], [file["name"] for file in output["submission"]["files"]]) == (
        "done",
        ["drawing.txt"],
    )
    assert invariants.find_faults(faulty) == []


def run_jobs(admin):
    """Run the module's jobs and Odoo's queue of mails, as an administrator does by hand."""
    for cron_id in admin.call("ir.cron", "search", domain=[], order="id desc"):
        admin.call("ir.cron", "method_direct_trigger", [cron_id])


def clear_disk(odoo, server):
    """Remove what is on the disk of ``server``, as an administrator would."""
    seen_by_server = Path(f"/proc/{server.process.pid}/root")
    files = seen_by_server / (odoo.data / "filestore" / odoo.database).relative_to("/")
    for path in files.rglob("*"):
        if path.is_file():
            path.unlink()


def get_content(odoo):
    """Return how many submissions and messages on deals there are."""
    tables = ("crm_lead_output", "mail_message WHERE model = 'crm.lead'")
    return [get_one(odoo, f"SELECT COUNT(*) FROM {table}") for table in tables]


def test_the_mail_server_is_down(faulty):
    """Moves, approvals, jobs and reviews go on; the mails wait."""
    faulty.postgres.query(
        faulty.database,
        "INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption, smtp_authentication,"
        " active) VALUES ('Down', '127.0.0.1', %s, 'none', 'login', TRUE)",
        [free_port.find()],
    )
    faulty.postgres.query(faulty.database, "UPDATE res_users SET notification_type = 'email' WHERE NOT share")
    faulty.postgres.query(
        faulty.database, "UPDATE ir_cron SET active = TRUE WHERE cron_name = 'Mail: Email Queue Manager'"
    )
    with faulty.serve("mail-down", "--max-cron-threads=0") as server:
        rep, leader, admin = (
            Program(server.url, faulty.keys[login]["key"]) for login in ("rep0", "leader0", "admin")
        )
        [lead_id] = rep.call(
            "crm.lead",
            "search",
            domain=[("stage_id.name", "=", "Talking"), ("team_id.name", "=", "Team 0")],
            limit=1,
        )
        [output] = rep.call("crm.lead", "get_playbook_panel", [lead_id])["stage"]["outputs"]
        note = "They want the press painted green"
        submission_id = rep.call("crm.lead", "submit_output", [lead_id], output_id=output["id"], note=note)
        leader.call("crm.lead.output", "action_approve", [submission_id])
        stages = rep.call("crm.stage", "search", domain=[("name", "=", "Shown")])
        rep.call("crm.lead", "write", [lead_id], vals={"stage_id": stages[0]})
        run_jobs(admin)
    assert get_one(faulty, "SELECT state FROM crm_lead_output WHERE id = %s", submission_id) == "approved"
    assert get_one(faulty, "SELECT COUNT(*) FROM crm_funnel_review") > 5
    assert get_one(faulty, "SELECT COUNT(*) FROM mail_activity WHERE playbook_kind IS NOT NULL") > 300
    assert get_one(faulty, "SELECT COUNT(*) FROM mail_mail WHERE state <> 'sent'") > 0
    assert get_one(faulty, "SELECT COUNT(*) FROM mail_mail WHERE state = 'sent'") == 0
    assert invariants.find_faults(faulty) == []
    assert server.get_records("Connection refused", "mail delivery failed") == []
