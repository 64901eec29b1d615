"""What talks to a server: programs with an API key over JSON-2, and the web client with a session."""

import json
import threading
from collections import defaultdict

import requests

# What a server may say no with; anything else is a fault of the server.
REFUSALS = (
    "UserError",
    "ValidationError",
    "AccessError",
    "MissingError",
    "RedirectWarning",
    "PlaybookGateError",
)
TIMEOUT = 120  # seconds
MAX_OPEN = 8


class Refused(Exception):
    """The server said no, as it may: ``name`` is the exception's, ``message`` what the user reads."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


class Fault(Exception):
    """The server failed."""


class Client:
    """One user of one server.

    As behind a proxy, so many requests are open at a server at a time and the others wait.

    :param str url: the server's address
    """

    _gates = defaultdict(lambda: threading.BoundedSemaphore(MAX_OPEN))

    def __init__(self, url):
        self.url, self._gate = url, self._gates[url]
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy: the address is on this machine

    def _post(self, path, body):
        try:
            with self._gate:
                return self._session.post(self.url + path, json=body, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Fault(f"{path}: {error}") from error

    def _raise(self, path, error):
        """Raise what the server answered instead of a result."""
        name = (error.get("name") or "").rsplit(".", 1)[-1]
        if name in REFUSALS:
            raise Refused(name, error.get("message") or "")
        raise Fault(f"{path}: {json.dumps(error)[:2000]}")


class Program(Client):
    """A program that calls JSON-2.

    :param str key: the user's API key
    """

    def __init__(self, url, key):
        super().__init__(url)
        self._session.headers["Authorization"] = f"Bearer {key}"

    def call(self, model, method, ids=None, **kwargs):
        """Return what a method returns, called on ``ids``, or on the model where there are none.

        :raise Refused: when the server says no
        :raise Fault: when it fails
        """
        path = f"/json/2/{model}/{method}"
        body = kwargs if ids is None else {"ids": ids, **kwargs}
        response = self._post(path, body)
        try:
            answer = response.json()
        except ValueError:
            raise Fault(f"{path}: {response.status_code} {response.text[:2000]}") from None
        if response.ok:
            return answer
        return self._raise(path, answer)

    press = call  # a program has no buttons

    def log_in(self):
        """A program has its key."""


class WebClient(Client):
    """The calls of Odoo's web client, in a session."""

    def __init__(self, url, database, login, password="secret"):
        super().__init__(url)
        self.who = {"db": database, "login": login, "password": password}

    def log_in(self):
        return self._ask("/web/session/authenticate", self.who)["uid"]

    def call(self, model, method, ids=None, **kwargs):
        """See :meth:`Program.call`."""
        return self._call("call_kw", model, method, ids, kwargs)

    def press(self, model, method, ids=None, **kwargs):
        """Press the button that calls ``method``."""
        return self._call("call_button", model, method, ids, kwargs)

    def upload(self, model, record_id, name, content):
        """Return what the server answers to a file, as the web client's upload field sends it."""
        page = self._session.get(f"{self.url}/odoo", timeout=TIMEOUT).text
        token = page.split('csrf_token: "', 1)[1].split('"', 1)[0]
        response = self._session.post(
            f"{self.url}/web/binary/upload_attachment",
            data={"csrf_token": token, "model": model, "id": record_id},
            files={"ufile": (name, content)},
            timeout=TIMEOUT,
        )
        return response.text

    def _call(self, route, model, method, ids, kwargs):
        args = [] if ids is None else [ids]
        if method == "create":
            args.append(kwargs.pop("vals_list"))
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._ask(f"/web/dataset/{route}/{model}/{method}", params)

    def _ask(self, path, params):
        response = self._post(path, {"jsonrpc": "2.0", "method": "call", "params": params})
        try:
            answer = response.json()
        except ValueError:
            raise Fault(f"{path}: {response.status_code} {response.text[:2000]}") from None
        if error := answer.get("error"):
            return self._raise(path, error["data"])
        return answer.get("result")  # what is None is left out
