"""Reserves a TCP port on 127.0.0.1 for a server that is about to start.

A socket that is bound to the port and does not listen holds it for as long as this process lives: nobody
else is given the port, whichever checkout or program asks. A server that sets SO_REUSEADDR, as all of Odoo's
do, can listen on it all the same, and again after a restart.

As a program it prints the port and holds it until its standard output is closed.
"""

import select
import socket
import sys

_held: list[socket.socket] = []


def find():
    """Return a port that stays this process's."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    # only now: a holder that had asked before would be given a port that another one holds
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _held.append(holder)
    return holder.getsockname()[1]


if __name__ == "__main__":
    print(find(), flush=True)
    reader_is_gone = select.poll()
    reader_is_gone.register(sys.stdout, 0)
    reader_is_gone.poll()
