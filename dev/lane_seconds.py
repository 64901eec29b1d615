"""How long each test file took when that was last noted: the longest are begun first.

``lane_seconds.py RECORD…`` notes it anew from the records of lanes (see :mod:`pytest_lane`).
"""

import json
import sys
from pathlib import Path

PATH = Path(__file__).with_suffix(".txt")
HEADING = (
    "# Seconds that each test file took, written by `dev/env test-durations`: what is long is begun first.\n"
)


def read():
    """Return what was noted, ``{path: seconds}``."""
    lines = PATH.read_text().splitlines() if PATH.exists() else []
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {path: int(seconds) for seconds, path in pairs}


def note(records):
    """Note what these records say, the longest file first."""
    lines = [json.loads(line) for record in records for line in record.read_text().splitlines()]
    files = [line for line in lines if "file" in line]
    files.sort(key=lambda line: (-round(line["seconds"]), line["file"]))
    PATH.write_text(HEADING + "".join(f"{round(line['seconds'])} {line['file']}\n" for line in files))


if __name__ == "__main__":
    note([Path(record) for record in sys.argv[1:]])
