"""Odoo's command line in processes that are forked from this one. What they all import is imported once,
before: it takes each of them seconds. The registry is each one's own, and so is the module that is tested.
"""

import importlib
import os
import signal
import sys
import traceback

import odoo.cli.command
import odoo.cli.server
import odoo.cli.shell
import odoo.http


def load(addons):
    """Import the code of Odoo's addons with these names, for all processes to come."""
    for name in addons:
        importlib.import_module(f"odoo.addons.{name}")


def run(arguments, stdin, output):
    """Run a command to its end.

    :param list arguments: of the command line, without the program
    :param stdin: the file that it reads
    :param output: the file that it writes into
    :return: its exit status
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        os._exit(_run_here(arguments, stdin, output))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _run_here(arguments, stdin, output):
    """Take over this process, a child, and return the exit status."""
    for number, file in enumerate((stdin, output, output)):
        os.dup2(file.fileno(), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["odoo", *arguments]
    status = 0
    try:
        odoo.cli.command.main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status
