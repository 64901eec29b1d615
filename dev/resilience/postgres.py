"""PostgreSQL servers of one run, in a temporary folder: a primary, and a replica that streams from it."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg2

import free_port

BIN = Path(os.environ["RESILIENCE_PG_BIN"])
SUPERUSER = "odoo"
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 150
shared_buffers = 256MB
work_mem = 16MB
random_page_cost = 1.1
fsync = off
max_wal_size = 1GB
wal_level = replica
hot_standby_feedback = on
max_standby_streaming_delay = -1
timezone = 'UTC'
log_min_messages = warning
"""
# All statements are written down with the moment they began, so that what ran here can be told.
LOGGED = "log_statement = 'all'\nlog_line_prefix = '%a|%d|'\n"


def get_account():
    """Return the options for running as an account that PostgreSQL accepts: it refuses to be root."""
    if os.geteuid():
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Postgres:
    """A PostgreSQL server with a data folder of its own.

    :param Path folder: which the server's account may enter; it gets the data and the socket
    :param str name: of the server
    """

    def __init__(self, folder, name):
        self.name, self.folder, self.port = name, folder, free_port.find()
        self.data, self.log = folder / name, folder / f"{name}.log"

    @property
    def dsn(self):
        """How to reach it, as ``psycopg2`` wants it."""
        return {"host": str(self.folder), "port": self.port, "user": SUPERUSER}

    def make(self):
        """Make an empty cluster and start it."""
        self._run(
            "initdb",
            "-D",
            self.data,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        self.configure(SETTINGS)
        self.start()

    def make_replica(self, name):
        """Return a running copy of this server that keeps up with it."""
        replica = Postgres(self.folder, name)
        source = f"host={self.folder} port={self.port} user={SUPERUSER} application_name={name}"
        self._run(
            "pg_basebackup", "-D", replica.data, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", source
        )
        replica.configure(LOGGED)
        replica.start()
        return replica

    def configure(self, text):
        """Append to the server's configuration; it holds from the next start or reload."""
        path = self.data / "postgresql.conf"
        subprocess.run(
            ["tee", "-a", path], input=text, text=True, check=True, stdout=subprocess.DEVNULL, **get_account()
        )

    def start(self):
        options = f"-p {self.port} -k {self.folder}"
        self._run("pg_ctl", "start", "-w", "-s", "-D", self.data, "-l", self.log, "-o", options)

    def reload(self):
        self._run("pg_ctl", "reload", "-s", "-D", self.data)

    def restart(self, mode="fast"):
        """Restart the server: ``fast`` cuts open connections, ``immediate`` is as if it crashed."""
        options = f"-p {self.port} -k {self.folder}"
        self._run("pg_ctl", "restart", "-w", "-s", "-m", mode, "-D", self.data, "-l", self.log, "-o", options)

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", self.data)

    @contextlib.contextmanager
    def connect(self, database):
        """Yield a cursor on a database, each statement a transaction of its own."""
        connection = psycopg2.connect(dbname=database, **self.dsn)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def query(self, database, query, values=None):
        """Return the rows of a query, ``[(value, …), …]``, empty where it returns none."""
        with self.connect(database) as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def restore(self, source, database):
        """Make ``database`` from one of the server that the environment names."""
        self.query("postgres", f'CREATE DATABASE "{database}"')
        target = ["-h", self.folder, "-p", str(self.port), "-U", SUPERUSER, "-d", database]
        dump = subprocess.Popen(["pg_dump", "-Fp", "--no-owner", source], stdout=subprocess.PIPE)
        subprocess.run(
            [BIN / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", *target],
            stdin=dump.stdout,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        assert dump.wait() == 0, f"{source} could not be read"

    def copy(self, source, database):
        """Make ``database`` a copy of ``source``, which nobody uses."""
        self.query("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{source}"')

    def _run(self, program, *arguments):
        """Run a program of PostgreSQL.

        :raise AssertionError: when it fails
        """
        with tempfile.TemporaryFile("w+") as output:
            # not a pipe: the server that pg_ctl starts would hold it open
            process = subprocess.run(
                [BIN / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                **get_account(),
            )
            output.seek(0)
            assert process.returncode == 0, f"{program} of {self.name}: {output.read()}"


@contextlib.contextmanager
def temporary_folder():
    """Yield a folder with a short path that the account of PostgreSQL owns."""
    folder = Path(tempfile.mkdtemp(prefix="odoo-env.", dir="/tmp"))
    if account := get_account():
        os.chown(folder, account["user"], account["group"])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
