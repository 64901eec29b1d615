"""Shows what the lanes of a test run do until all have ended, and then what came of it.

``watch_lanes.py FOLDER LOGS``: each lane NAME has a file ``NAME.record`` in FOLDER (see :mod:`pytest_lane`),
which begins with when it was started, and ``NAME.status`` with its exit status when it has ended; its output
is ``LOGS/lane-NAME.log``. Succeeds when every lane did and every test was run.
"""

import json
import sys
import time
from pathlib import Path

PAUSE = 0.5  # seconds
OUTCOMES = ("passed", "failed", "skipped")


class Lane:
    """What is known of a lane."""

    def __init__(self, record, logs):
        self.record, self.name, self.log = record, record.stem, logs / f"lane-{record.stem}.log"
        self.started = json.loads(record.read_text().splitlines()[0])["started"]
        self.files, self.collected, self.status, self.seconds = [], 0, None, 0.0
        self._seen = 1

    @property
    def counts(self):
        """How many tests had which result, ``{outcome: count}``."""
        return {name: sum(file[name] for file in self.files) for name in OUTCOMES}

    @property
    def broke_off(self):
        """Whether it ended in a way that its tests do not explain."""
        return not self.collected or (self.status != 0 and not self.counts["failed"])

    def follow(self):
        """Read what is new.

        :return: the files that have ended since
        """
        status = self.record.with_suffix(".status")  # read before the record: that is complete then
        ended = status.read_text().strip() if status.exists() else ""
        lines = self.record.read_text().split("\n")[:-1]
        new = [json.loads(line) for line in lines[self._seen :]]
        self._seen = len(lines)
        for line in new:
            self.collected = line.get("collected", self.collected)
        files = [line for line in new if "file" in line]
        self.files += files
        if ended and self.status is None:
            self.status, self.seconds = int(ended), time.time() - self.started
        return files


def describe_counts(counts):
    """Return counts as text.

    >>> describe_counts({"passed": 3, "failed": 0, "skipped": 1})
    '3 passed, 0 failed, 1 skipped'
    """
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


def describe_time(seconds):
    """Return a duration as text.

    >>> describe_time(125.4)
    '2 min 5 s'
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def watch(lanes):
    """Print a line for each file that ends, until all lanes have."""
    started = min(lane.started for lane in lanes)
    while any(lane.status is None for lane in lanes):
        time.sleep(PAUSE)
        for lane in lanes:
            was_on = lane.status is None
            for file in lane.follow():
                after = time.time() - started
                mark = "FAILED " if file["failed"] else ""
                print(
                    f"[{int(after) // 60:2d}:{int(after) % 60:02d}] {lane.name}: {mark}{file['file']}:"
                    f" {describe_counts(file)} ({file['seconds']:.0f} s)",
                    flush=True,
                )
            if was_on and lane.status is not None:
                print(f"[{lane.name} has ended]", flush=True)


def find_missing(lanes):
    """Return how many tests were collected and not run, by what ended before its time."""
    missing = 0
    for kind in {get_kind(lane) for lane in lanes}:
        same = [lane for lane in lanes if get_kind(lane) == kind]
        run = sum(sum(lane.counts.values()) for lane in same)
        missing += max(max(lane.collected for lane in same) - run, 0)
    return missing


def get_kind(lane):
    """Return what the lanes have in common that share their tests: ``unit-1`` and ``unit-2`` are ``unit``."""
    return lane.name.rstrip("0123456789-")


def report(lanes):
    """Print what failed, a line for each lane and the total.

    :return: the exit status
    """
    for lane in lanes:
        for file in lane.files:
            for failure in file["failures"]:
                print(f"\n=== FAILED ({failure['phase']}): {failure['test']}\n{failure['text']}")
        if lane.broke_off:
            tail = lane.log.read_text(errors="replace").splitlines()[-40:]
            print(
                f"\n=== {lane.name} broke off or had no tests (status {lane.status}); its log ends with:\n"
                + "\n".join(tail)
            )
    print()
    for lane in lanes:
        print(
            f"{lane.name}: {describe_counts(lane.counts)} in {describe_time(lane.seconds)}"
            f"{', BROKE OFF' if lane.broke_off else ''} ({lane.log})"
        )
    missing = find_missing(lanes)
    if missing:
        print(f"{missing} tests were not run: they count as failed.")
    total = {name: sum(lane.counts[name] for lane in lanes) for name in OUTCOMES}
    total["failed"] += missing or any(lane.broke_off for lane in lanes)
    print(describe_counts(total))
    return 1 if missing or any(lane.status or lane.broke_off for lane in lanes) else 0


def main(folder, logs):
    lanes = [Lane(record, Path(logs)) for record in sorted(Path(folder).glob("*.record"))]
    watch(lanes)
    return report(lanes)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
