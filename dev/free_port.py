"""Prints a TCP port that is free on 127.0.0.1."""

import socket


def find():
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    print(find())
