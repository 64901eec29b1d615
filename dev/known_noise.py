"""Which log records of Odoo count against the module, and which are known not to be its own.

As a program: ``known_noise.py LOG…`` prints the records of Odoo's log files that count and fails if
there are any.
"""

import re
import sys
from pathlib import Path

MODULE = "sales_funnel_playbook"

# (logger, message, reason): regular expressions, searched for in the name and in the message.
KNOWN_NOISE: list[tuple[str, str, str]] = []

_RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<message>.*)$"
)


def is_known(logger: str, message: str) -> bool:
    """Whether a record is on the list of known noise."""
    return any(re.search(name, logger) and re.search(text, message) for name, text, _reason in KNOWN_NOISE)


def counts(logger: str, message: str) -> bool:
    """Whether a record at WARNING or above speaks against the module."""
    if is_known(logger, message):
        return False
    if logger == "py.warnings":
        return _is_own_warning(message)
    return logger.split(".")[0] == "odoo"


def _is_own_warning(message: str) -> bool:
    """Whether a Python warning was raised by, or names, the module or an addon beside it.

    The stack below may pass them.
    """
    location, _, text = message.split("\n", 1)[0].partition(": ")
    is_in_addon = re.search(rf"/{MODULE}(_\w+)?/", location)
    return MODULE in text or bool(is_in_addon and "/.odoo-env/" not in location)


def records(lines):
    """Yields (level, logger, message) from the lines of a log file; a message may span lines."""
    level = logger = None
    message: list[str] = []
    for line in lines:
        if match := _RECORD.match(line):
            if logger:
                yield level, logger, "\n".join(message)
            level, logger, message = match["level"], match["logger"], [match["message"]]
        else:
            message.append(line.rstrip("\n"))
    if logger:
        yield level, logger, "\n".join(message)


def find(paths) -> list[tuple[str, str, str]]:
    """Returns the records of log files that count."""
    return [
        (level, logger, message)
        for path in paths
        for level, logger, message in records(Path(path).read_text(errors="replace").splitlines())
        if level in ("WARNING", "ERROR", "CRITICAL") and counts(logger, message)
    ]


def main(paths: list[str]) -> int:
    """Prints the records that count; returns 1 if there are any."""
    found = find(paths)
    for level, logger, message in found:
        print(f"{level} {logger}: {message}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
