"""Asks a server until it answers: what it logs before is no promise that it listens.

As a program it succeeds if the address given answers one request.
"""

import http.client
import sys
import time
import urllib.error
import urllib.request

TIMEOUT = 60  # seconds: the first request may load the database
PAUSE = 0.1  # seconds


def does_answer(url, timeout=TIMEOUT):
    """Whether a server answers at this address: with a page, or that there is no such page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the address is on this machine
    try:
        opener.open(url, timeout=timeout).read()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, http.client.HTTPException):
        return False
    return True


def wait(url, is_running, seconds):
    """Ask until a server answers.

    :param is_running: a function that returns whether it may still begin to
    :return: whether it answers; False when it has ended, or does not within ``seconds``
    """
    until = time.monotonic() + seconds
    while not (answers := does_answer(url, seconds)) and is_running() and time.monotonic() < until:
        time.sleep(PAUSE)
    return answers


if __name__ == "__main__":
    sys.exit(0 if does_answer(sys.argv[1]) else 1)
