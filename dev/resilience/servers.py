"""Odoo processes of one run, on a PostgreSQL of their own: servers, and scripts in Odoo's shell."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import answers
import free_port
import known_noise

CONFIG = Path(os.environ["RESILIENCE_CONFIG"])
LOGS = CONFIG.parent / "log"
FILESTORE = CONFIG.parent / "data" / "filestore"
SCRIPTS = Path(__file__).parent
START_TIME = 300  # seconds

# What Odoo says of a transaction that it tries again, because another one was quicker.
RETRIED = re.compile(r"ERROR: (could not serialize access|could not obtain lock|deadlock detected)")


class Odoo:
    """How Odoo is run on one database.

    :param Postgres postgres: where the database is
    :param Path data: Odoo's folder for files and sessions
    :param Postgres replica: where it reads, if there is one
    """

    def __init__(self, postgres, database, data, replica=None):
        self.postgres, self.database, self.data, self.replica = postgres, database, data, replica

    @property
    def keys_path(self):
        """Where the script ``company`` leaves the users' API keys."""
        return self.data / "keys.json"

    @property
    def keys(self):
        """Who may come in, ``{login: {"uid", "key"}}``."""
        return json.loads(self.keys_path.read_text())

    def get_options(self):
        """Return Odoo's options, as a list."""
        options = [f"--config={CONFIG}", f"--database={self.database}", f"--db-filter=^{self.database}$"]
        options += [f"--data-dir={self.data}", "--db_user=odoo"]
        options += [f"--db_host={self.postgres.folder}", f"--db_port={self.postgres.port}"]
        if self.replica:
            options += [f"--db_replica_host={self.replica.folder}", f"--db_replica_port={self.replica.port}"]
        return options

    def give_files(self, source):
        """Give the database the files of ``source``, a database of the private cluster."""
        shutil.copytree(FILESTORE / source, self.data / "filestore" / self.database, dirs_exist_ok=True)

    def share_files(self, database):
        """Give the database the files of another one of this run: files are never changed, links will do."""
        filestore = self.data / "filestore"
        shutil.copytree(filestore / database, filestore / self.database, copy_function=os.link)

    def tell(self, script, **values):
        """Run a script of this folder in Odoo's shell; it finds ``values`` in the environment.

        :raise AssertionError: when it fails, or logs anything at WARNING or above
        """
        log = LOGS / f"resilience-{script}.log"
        with (SCRIPTS / f"{script}.py").open() as text, log.open("w") as output:
            process = subprocess.run(
                [sys.executable, "-m", "odoo", "shell", *self.get_options(), "--no-http", "--logfile="],
                stdin=text,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **{name: str(value) for name, value in values.items()}},
            )
        assert process.returncode == 0, f"Odoo failed, see {log}:\n{log.read_text()[-3000:]}"
        assert known_noise.main([str(log)]) == 0, f"Odoo logged at WARNING or above, see {log}"

    def check(self):
        """Return what ``odoo check_playbook`` says is wrong with the database, a line each."""
        process = self.run_check()
        assert process.returncode in (0, 1) and process.stdout, process.stderr
        return process.stdout.splitlines() if process.returncode else []

    def run_check(self, *options):
        """Run ``odoo check_playbook`` to its end, with more of Odoo's options, and return the process."""
        return subprocess.run(
            [sys.executable, SCRIPTS / "launch_odoo.py", "check_playbook", *self.get_options(), *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, "ODOO_RC": str(CONFIG)},  # where Odoo looks for the module with the command
        )

    @contextlib.contextmanager
    def serve(self, name, *options, wrapper=()):
        """Serve this database and yield the :class:`Server`.

        :param options: more of Odoo's options
        :param wrapper: a command that runs the server's command
        """
        server = Server(self, name, options, wrapper)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


class Server:
    """An Odoo server, preforked: ``url`` is its address, ``log`` the file with what it logs."""

    def __init__(self, odoo, name, options, wrapper):
        port, gevent_port = free_port.find(), free_port.find()
        self.url, self.log = f"http://127.0.0.1:{port}", LOGS / f"resilience-{name}.log"
        self.log.unlink(missing_ok=True)
        self._output = (LOGS / f"resilience-{name}.out").open("w")
        command = [*wrapper, sys.executable, SCRIPTS / "launch_odoo.py", *odoo.get_options()]
        command += [f"--http-port={port}", f"--gevent-port={gevent_port}", f"--logfile={self.log}"]
        command += ["--workers=2", "--limit-time-real-cron=600", *options]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "ODOO_NOTIFY_CRON_CHANGES": "1"},
        )

    def wait_until_ready(self):
        """Return when it answers with its database loaded.

        :raise AssertionError: when it does not
        """
        is_ready = answers.wait(f"{self.url}/json/2", lambda: self.process.poll() is None, START_TIME)
        assert is_ready, f"the server does not answer, see {self.log} and {self._output.name}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._output.close()

    def get_records(self, *known):
        """Return what it logged at WARNING or above, without what Odoo says of transactions that it tries
        again, and without messages in which one of the patterns ``known`` is found.
        """
        patterns = [RETRIED, *map(re.compile, known)]
        return [
            f"{level} {logger}: {message}"
            for level, logger, message in known_noise.records(self.log.read_text().splitlines())
            if level in ("WARNING", "ERROR", "CRITICAL")
            and known_noise.counts(logger, message)
            and not (logger == "odoo.http" and level == "WARNING")  # refusals, which clients look at
            and not any(pattern.search(message) for pattern in patterns)
        ]
