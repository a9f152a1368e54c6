"""What is written for people and programs on a disk that may be full."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lab.events import Events, append
from lab.layout import Layout
from lab.process import read_record
from lab.watch import look
from lab.workload.lines import PodLog
from lab.workload.plan import Plan
from model.catalog.catalog import Catalog
from tests.tools import PROJECT


def fill(file: Path) -> None:
    """Have the file on a device that is full."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.symlink_to("/dev/full")


def events(layout: Layout) -> list[tuple[str, str]]:
    return [(each["event"], each["text"]) for each in map(json.loads, layout.events.read_text().splitlines())]


def test_events_of_a_full_disk_are_counted_and_the_next_one_has_their_number(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    fill(layout.events)
    written = Events(layout)
    written.say("a", "crashed", "one")
    written.say("b", "crashed", "two")
    assert written.dropped == 2

    layout.events.unlink()
    written.say("a", "back", "three")
    written.say("b", "back", "four")

    assert events(layout) == [
        ("events-dropped", "2 events were not written: no room"),
        ("back", "three"),
        ("back", "four"),
    ]


def test_the_watch_goes_on_when_the_disk_is_full(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    record = {"pid": 4194303, "created": 1.0, "fingerprint": "", "run": {"name": "a", "command": ["a"]}}
    layout.write(layout.record("a"), json.dumps(record))
    assert read_record(layout, "a")
    fill(layout.events)

    assert look(Events(layout), frozenset()) == {"a"}


def test_log_lines_of_a_full_disk_are_dropped_and_counted(tmp_path: Path) -> None:
    plan = Plan.of(Catalog.load(PROJECT / "catalog"), ("generic",))
    part = next(part for part in plan.parts.values() if part.in_cluster)
    log = PodLog(tmp_path, part)
    log.write("first")
    log.flush()
    (file,) = tmp_path.rglob("0.log")
    file.unlink()
    fill(file)

    for _ in range(3):
        log.write("lost")
    log.flush()
    file.unlink()
    log.write("last")
    log.flush()

    assert (log.lines, log.dropped) == (5, 3)
    assert file.read_text().endswith("stdout F last\n")


def test_a_log_does_not_make_the_folder_of_a_moved_checkout_again(tmp_path: Path) -> None:
    plan = Plan.of(Catalog.load(PROJECT / "catalog"), ("generic",))
    log = PodLog(tmp_path / "gone" / "pods", next(part for part in plan.parts.values() if part.in_cluster))
    log.write("lost")
    log.flush()

    assert log.dropped == 1
    assert not (tmp_path / "gone").exists()


def test_a_line_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from lab.events import append; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (30, 30)); append(Path(sys.argv[1]), 'x' * 40)"
    )
    file = tmp_path / "lines"
    append(file, "first\n")
    done = subprocess.run([sys.executable, "-c", program, str(file)], cwd=PROJECT, capture_output=True, check=False)

    assert b"File too large" in done.stderr
    assert file.read_text() == "first\n"


@pytest.mark.parametrize("torn", ["torn", "whole\n"])
def test_a_torn_line_is_ended_before_the_next_one(tmp_path: Path, torn: str) -> None:
    file = tmp_path / "lines"
    file.write_text(torn)

    append(file, "next\n")

    assert file.read_text().splitlines() == [torn.strip(), "next"]
