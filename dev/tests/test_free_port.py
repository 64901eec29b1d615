"""A port that was found stays ours."""

import socket
import subprocess
import sys

import free_port


def bind(port, reuse):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    server.bind(("127.0.0.1", port))
    server.listen()
    return server


def find_in_other_process():
    return subprocess.Popen([sys.executable, free_port.__file__], stdout=subprocess.PIPE, text=True)


def can_bind(port):
    try:
        bind(port, False).close()
    except OSError:
        return False
    return True


def test_a_port_is_reserved_until_who_found_it_ends():
    """Nobody else is given it, and a server as Odoo's are listens on it, also after a restart."""
    process = find_in_other_process()
    port = int(process.stdout.readline())
    assert not can_bind(port)
    for _start in range(2):
        with bind(port, True), socket.create_connection(("127.0.0.1", port)):
            pass
    assert not can_bind(port)
    process.stdout.close()
    assert process.wait(30) == 0
    with bind(port, True):
        pass


def test_ports_differ():
    ports = [free_port.find() for _time in range(200)]
    assert len(set(ports)) == len(ports)
    assert not any(can_bind(port) for port in ports)
