"""What a restart of the server costs: modules and registry loaded, the first page shown."""

import subprocess
import sys

import answers
import free_port
from bench.registry import bench

START_TIME = 120  # seconds
QUIET = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)


def choose_server(env):
    """Returns the address and the command of a server of this database alone, without jobs."""
    from odoo.tools import config

    database, port = env.cr.dbname, free_port.find()
    command = [sys.executable, "-m", "odoo", "server", "--config", config["config"], "-d", database]
    command += [f"--addons-path={','.join(config['addons_path'])}", f"--db-filter=^{database}$"]
    command += [f"--http-port={port}", "--max-cron-threads=0", "--log-level=error"]
    return f"http://127.0.0.1:{port}", command


@bench(
    "Start a server of one process until it shows its first page",
    setup=choose_server,
    limit={"ratio": 1.1},
)
def restart(env, state):
    """Its part of the PostgreSQL server is not in the processor's time."""
    url, command = state
    server = subprocess.Popen(command, **QUIET)
    try:
        assert answers.wait(f"{url}/web/login", lambda: server.poll() is None, START_TIME)
    finally:
        server.terminate()
        server.wait(30)
