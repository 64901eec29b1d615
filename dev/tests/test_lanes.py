"""Lanes share the tests of a run, and what came of them is told as it is."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

DEV = Path(__file__).parents[1]
FILES = {
    "test_one.py": "def test_a(): pass\ndef test_b(): pass\n",
    "room/test_two.py": "import unittest\nclass TestTwo(unittest.TestCase):\n    def test_c(self): pass\n",
    "room/test_three.py": "import pytest\ndef test_d(): pytest.skip('not here')\n",
}


class Run:
    """A run of its own over test files in a folder."""

    def __init__(self, folder):
        self.folder, self.lanes, self.logs = folder / "tests", folder / "lanes", folder / "logs"
        for path in (self.folder, self.lanes / "queue", self.logs):
            path.mkdir(parents=True)

    def write(self, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def start(self, name, **environ):
        """Start a lane, as ``dev/lib/lanes.sh`` does."""
        record = self.lanes / f"{name}.record"
        record.write_text(json.dumps({"started": time.time()}) + "\n")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "pytest_lane",
            "-p",
            "no:odoo",
            "-p",
            "no:cacheprovider",
        ]
        with (self.logs / f"lane-{name}.log").open("w") as log:
            return subprocess.Popen(
                [*command, "--rootdir", self.folder, self.folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={
                    **os.environ,
                    "PYTHONPATH": f"{DEV}:{os.environ['PYTHONPATH']}",
                    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # what others bring takes as long as all the rest
                    "LANE_RECORD": str(record),
                    "LANE_QUEUE": str(self.lanes / "queue"),
                    **environ,
                },
            )

    def end(self, **lanes):
        """Wait for lanes by their names, and return the exit status and the output of what watches them."""
        for name, process in lanes.items():
            (self.lanes / f"{name}.status").write_text(f"{process.wait()}\n")
        watch = [sys.executable, DEV / "watch_lanes.py", self.lanes, self.logs]
        process = subprocess.run(watch, capture_output=True, text=True)
        return process.returncode, process.stdout


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    run.write(FILES)
    return run


def test_each_test_is_run_by_one_lane(run):
    status, output = run.end(unit1=run.start("unit1"), unit2=run.start("unit2"))
    assert (status, output.splitlines()[-1]) == (0, "3 passed, 0 failed, 1 skipped"), output
    for name in FILES:
        assert len(re.findall(rf": {name}: ", output)) == 1, output


def test_a_failure_is_told_in_full(run):
    run.write({"room/test_wrong.py": "def test_e():\n    assert 'this' == 'that'\n"})
    status, output = run.end(unit1=run.start("unit1"), unit2=run.start("unit2"))
    assert (status, output.splitlines()[-1]) == (1, "3 passed, 1 failed, 1 skipped"), output
    assert "FAILED (call): room/test_wrong.py::test_e" in output
    assert "assert 'this' == 'that'" in output


def test_a_lane_that_is_killed_fails_the_run(run):
    """So do the tests that nobody has run because of it."""
    run.write({"test_kill.py": "import os\ndef test_f(): os.kill(os.getpid(), 9)\ndef test_g(): pass\n"})
    status, output = run.end(unit1=run.start("unit1"), unit2=run.start("unit2"))
    assert status == 1
    assert "broke off or had no tests" in output
    assert "2 tests were not run" in output
    assert output.splitlines()[-1] == "3 passed, 2 failed, 1 skipped", output


def test_a_file_that_cannot_be_read_fails_the_run(run):
    run.write({"test_broken.py": "import nothing_of_this_name\n"})
    status, output = run.end(unit1=run.start("unit1"))
    assert (status, output.splitlines()[-1]) == (1, "0 passed, 1 failed"), output
    assert "nothing_of_this_name" in output


def test_browsers_are_for_one_lane(run):
    code = "class TestTour:\n    start_tour = print\n    def test_h(self): self.start_tour()\n"
    run.write({"test_tours.py": code})
    status, output = run.end(unit1=run.start("unit1"), unit2=run.start("unit2"))
    assert status == 1
    assert "test_tours.py" not in output
    assert "1 tests were not run" in output
    run.start("unit0", LANE_BROWSER="1").wait()
    [taken] = [
        path
        for path in (run.lanes / "queue").iterdir()
        if path.name not in {name.replace("/", "+") for name in FILES}
    ]
    assert taken.name == "test_tours.py"


def test_a_lane_without_tests_fails_the_run(run):
    """Nothing was said of what it was to look at."""
    for name in FILES:
        (run.folder / name).unlink()
    status, output = run.end(unit1=run.start("unit1"))
    assert (status, output.splitlines()[-1]) == (1, "0 passed, 1 failed"), output
