"""Databases of one run, and real Odoo processes on them."""

import configparser
import contextlib
import http.cookiejar
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import psycopg2

import answers
import free_port
import known_noise
import processes

MODULE = known_noise.MODULE
REPO = Path(__file__).parents[2]
STORIES = Path(__file__).parent / "stories"
CONFIG = Path(os.environ["LIFECYCLE_CONFIG"])
LOGS = CONFIG.parent / "log"
FILESTORE = CONFIG.parent / "data" / "filestore"
START_TIME = 300  # seconds
LEAVE_OUT = """
    UPDATE ir_module_module SET state = 'uninstallable' WHERE state = 'uninstalled' AND name = ANY(%s)
"""


@contextlib.contextmanager
def connect(database):
    """Yield a cursor on a database, each statement a transaction of its own."""
    connection = psycopg2.connect(dbname=database)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


class Database:
    """A database with its files, and the folder that Odoo takes the module from.

    :param str name: of the database
    :param addons: the folder with the module, or all folders, comma-separated; the configuration's unless
        told otherwise
    """

    def __init__(self, name, addons=None):
        self.name = name
        self.addons = addons

    def copy(self, suffix):
        """Return a copy, which belongs to the same run."""
        name = f"{os.environ['LIFECYCLE_DATABASE']}_{suffix}"
        with connect("postgres") as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        # files in a filestore are never changed, only added and removed: links will do
        shutil.copytree(FILESTORE / self.name, FILESTORE / name, copy_function=os.link)
        return Database(name, self.addons)

    def query(self, query):
        """Return the rows of a query, ``[(value, …), …]``."""
        with connect(self.name) as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def load(self, option, module=MODULE, expected=None):
        """Install (``-i``) or update (``-u``) a module in a process of its own.

        :param str expected: what its warnings are about, where it is to log some
        """
        self._leave_out_unknown()
        with open(os.devnull) as nothing:
            self._run(option, [option, module, "--stop-after-init"], stdin=nothing, expected=expected)

    def know_no_addons(self, folder):
        """Have Odoo take the module from an empty ``folder``, and with it only the addon that has no app."""
        for name in (MODULE, f"{MODULE}_privacy"):
            (folder / name).symlink_to(REPO / name)
        config = configparser.ConfigParser()
        config.read(CONFIG)
        paths = [path.strip() for path in config["options"]["addons_path"].split(",")]
        self.addons = ",".join(str(folder) if path == str(REPO) else path for path in paths)

    def _leave_out_unknown(self):
        """Addons that these folders lack do not come with the module by themselves."""
        folders = [Path(folder.strip()) for folder in str(self.addons or REPO).split(",")]
        lacking = [
            addon.name
            for addon in REPO.glob(f"{MODULE}_*")
            if not any((folder / addon.name).exists() for folder in folders)
        ]
        with connect(self.name) as cursor:
            cursor.execute(LEAVE_OUT, [lacking])

    def tell(self, *stories):
        """Let scripts of ``stories`` happen in Odoo's shell, one after the other in a new process."""
        with tempfile.TemporaryFile("w+") as script:
            script.writelines((STORIES / f"{story}.py").read_text() for story in stories)
            script.seek(0)
            self._run("_".join(stories), [], "shell", stdin=script)

    def _run(self, label, options, *command, stdin, expected=None):
        """Run Odoo to its end.

        :raise AssertionError: when it fails, or logs anything at WARNING or above
        """
        log = LOGS / f"lifecycle-{self.name.split('_', 3)[-1]}{label.replace('-', '_')}.log"
        with log.open("w") as output:
            status = processes.run(self._get_arguments(*command, "--no-http", *options), stdin, output)
        assert status == 0, f"Odoo failed, see {log}:\n{log.read_text()[-3000:]}"
        found = [message for _level, _logger, message in known_noise.find([log])]
        found = [message for message in found if not expected or expected not in message]
        assert not found, f"Odoo logged at WARNING or above, see {log}: {found}"

    def _get_arguments(self, *arguments):
        command, options = (arguments[:1], arguments[1:]) if arguments[0] == "shell" else ((), arguments)
        addons = [f"--addons-path={self.addons}"] if self.addons else []
        return [*command, "--config", str(CONFIG), "-d", self.name, *addons, "--logfile=", *options]

    @contextlib.contextmanager
    def serve(self):
        """Serve this database over HTTP and yield a :class:`Client` of it."""
        log = LOGS / "lifecycle-server.log"
        url = f"http://127.0.0.1:{(port := free_port.find())}"
        options = ["--http-port", str(port), "--db-filter", f"^{self.name}$", "--max-cron-threads", "0"]
        with log.open("w") as output:
            command = [sys.executable, "-m", "odoo", *self._get_arguments(*options)]
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            is_ready = answers.wait(f"{url}/web/login", lambda: server.poll() is None, START_TIME)
            assert is_ready, f"the server does not answer, see {log}"
            yield Client(url, self.name)
        finally:
            server.terminate()
            server.wait()
        assert known_noise.main([str(log)]) == 0, f"the server logged at WARNING or above, see {log}"


class Client:
    """What the web client asks a server, as one user.

    :param str url: of the server
    """

    def __init__(self, url, database):
        self.url, self.database, self.uid = url, database, None
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        no_proxy = urllib.request.ProxyHandler({})  # the address is on this machine
        self._opener = urllib.request.build_opener(cookies, no_proxy)

    def log_in(self, login):
        """Log in a user whose password is the login."""
        who = {"db": self.database, "login": login, "password": login}
        self.uid = self.post("/web/session/authenticate", who)["uid"]

    def get(self, path):
        """Return a page as text."""
        with self._opener.open(self.url + path) as response:
            return response.read().decode()

    def call(self, model, method, *args, **kwargs):
        """Return what ``method`` of a model returns to the web client."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.post(f"/web/dataset/call_kw/{model}/{method}", params)

    def post(self, path, params):
        """Return what the server answers to JSON.

        :raise AssertionError: when it answers with an error
        """
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"})
        with self._opener.open(request) as response:
            answer = json.load(response)
        assert "error" not in answer, f"{path}: {answer['error']}"
        return answer["result"]
