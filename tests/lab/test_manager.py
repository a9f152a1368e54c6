"""Up is idempotent, leaves nothing half-way, and down keeps what servers hold."""

import fcntl
import os
import shutil
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from lab import manager as module
from lab.context import Context
from lab.deployment import Deployment
from lab.errors import LabError
from lab.layout import Layout
from lab.manager import Action, Manager, Outcome
from lab.output import errors
from lab.process import Record, request, strays
from lab.servers.server import Server
from model.problems import BadInput
from tests.lab import resources as given
from tests.lab.pretenders import alive, pretender


@dataclass
class Lab:
    """A lab of servers that pretend: name -> text."""

    layout: Layout
    texts: dict[str, str] = field(default_factory=lambda: {"a": "one", "b": "one"})
    without_reload: set[str] = field(default_factory=set)

    def servers(self, context: Context) -> Sequence[Server]:
        return [
            pretender(self.layout, name, text, reloads=name not in self.without_reload, ports=context.ports)
            for name, text in self.texts.items()
        ]

    @property
    def manager(self) -> Manager:
        return Manager(layout=self.layout)

    def up(self) -> Outcome:
        return self.manager.up(lambda: Deployment.of(given.resources()), "prod")


@pytest.fixture
def lab(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Lab:
    made = Lab(layout)
    monkeypatch.setattr(module, "servers", made.servers)
    monkeypatch.setattr(module, "missing_tools", lambda layout: [])
    monkeypatch.setattr(module, "silence_absent", lambda context: None)
    return made


def pids(lab: Lab) -> dict[str, int]:
    return {name: record.pid for name, record in alive(lab.layout).items()}


def test_a_second_up_leaves_everything_running_as_it_is(lab: Lab) -> None:
    assert set(lab.up().actions.values()) == {Action.STARTED}
    before = pids(lab)

    assert set(lab.up().actions.values()) == {Action.KEPT}
    assert pids(lab) == before


def test_what_the_deployment_has_not_is_named(lab: Lab) -> None:
    lab.texts = {"loki": "one"}

    absent = {"alarm-forwarder", "aws", "blackbox", "jaeger", "otel-agent", "otel-gateway", "otel-sampler"}
    assert set(lab.up().absent) == absent


def test_a_changed_file_is_reloaded_and_the_process_stays(lab: Lab) -> None:
    lab.up()
    before, lab.texts["a"] = pids(lab), "two"

    outcome = lab.up()

    assert outcome.actions == {"a": Action.RELOADED, "b": Action.KEPT}
    assert pids(lab) == before
    assert request("GET", alive(lab.layout)["a"].run.url + "/")[1] == "two"
    assert set(lab.up().actions.values()) == {Action.KEPT}


def test_a_server_that_cannot_reload_starts_again(lab: Lab) -> None:
    lab.without_reload = {"a"}
    lab.up()
    before, lab.texts["a"] = pids(lab), "two"

    outcome = lab.up()

    assert outcome.actions == {"a": Action.RESTARTED, "b": Action.KEPT}
    assert pids(lab)["a"] != before["a"]
    assert pids(lab)["b"] == before["b"]


def test_a_crashed_server_is_started_again(lab: Lab) -> None:
    lab.up()
    crashed = pids(lab)["a"]
    os.kill(crashed, signal.SIGKILL)
    os.waitpid(crashed, 0)

    assert lab.up().actions == {"a": Action.STARTED, "b": Action.KEPT}


def test_a_server_that_the_deployment_has_no_more_is_stopped(lab: Lab) -> None:
    lab.up()
    del lab.texts["b"]

    lab.up()

    assert set(pids(lab)) == {"a"}


def test_a_failure_half_way_leaves_nothing_of_this_up_behind(lab: Lab) -> None:
    lab.texts["b"] = "die"

    with pytest.raises(LabError, match="b exited immediately"):
        lab.up()

    assert alive(lab.layout) == {}
    assert not lab.layout.endpoints.exists()


def test_a_failure_half_way_leaves_what_ran_before(lab: Lab) -> None:
    lab.up()
    before = pids(lab)
    lab.texts["c"] = "die"

    with pytest.raises(LabError, match="c exited immediately"):
        lab.up()

    assert pids(lab) == before


def test_down_stops_all_and_keeps_what_they_have(lab: Lab) -> None:
    lab.up()
    kept = lab.layout.data("a") / "blocks"
    kept.write_text("metrics")

    assert sorted(lab.manager.down()) == ["a", "b"]

    assert alive(lab.layout) == {}
    assert kept.read_text() == "metrics"
    assert not lab.layout.endpoints.exists()
    assert lab.manager.down() == []


def test_the_addresses_are_those_of_the_next_run_too(lab: Lab) -> None:
    first = lab.up().endpoints
    lab.manager.down()

    assert lab.up().endpoints == first


def test_a_port_that_was_taken_in_between_is_replaced_and_reported(lab: Lab) -> None:
    lab.up()
    port = int(alive(lab.layout)["a"].run.url.rpartition(":")[2])
    lab.manager.down()
    with socket.create_server(("127.0.0.1", port)):
        outcome = lab.up()

    assert any(str(port) in note for note in outcome.notes["a"])


def test_restart_runs_the_same_again_without_asking_the_deployment(lab: Lab) -> None:
    lab.up()
    before = alive(lab.layout)["a"]

    again = lab.manager.restart("a")

    assert again.pid != before.pid
    assert again.run == before.run
    assert request("GET", again.run.url + "/")[1] == "one"


def test_restart_by_a_stale_record_ends_the_process_that_holds_the_port(lab: Lab) -> None:
    lab.up()
    before = alive(lab.layout)["a"]
    stale = before.model_copy(update={"pid": 4194303})
    lab.layout.write(lab.layout.record("a"), stale.model_dump_json())

    again = lab.manager.restart("a")

    assert before.process() is None
    assert again.process() is not None


def test_an_unknown_server_is_refused_with_the_names_of_the_others(lab: Lab) -> None:
    lab.up()

    with pytest.raises(BadInput, match="'z'; allowed: a, b"):
        lab.manager.restart("z")


def test_a_full_disk_is_refused_before_anything_starts(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free=5 * 1024**2))

    with pytest.raises(BadInput, match=r"5 MiB are free; allowed: 1024 MiB"):
        lab.up()

    assert alive(lab.layout) == {}


def test_all_required_programs_that_are_missing_are_named_at_once(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(BadInput, match="make tools TOOL=prometheus") as refused:
        Manager(layout=layout).up(lambda: Deployment.of(given.resources()), "prod")

    assert [problem.where for problem in refused.value.problems] == ["alertmanager", "prometheus"]


@pytest.mark.parametrize("text", ["{", "", "[1]", '{"a": "x"}', '{"a/80": 99999}', "\xff"])
@pytest.mark.parametrize("damaged", ["ports.json", "servers/a/process.json"])
def test_a_damaged_file_is_set_aside_and_nothing_runs_twice(lab: Lab, damaged: str, text: str) -> None:
    first = lab.up().endpoints
    before = alive(lab.layout)
    file = lab.layout.folder / damaged
    file.write_bytes(text.encode("latin-1"))

    outcome = lab.up()

    assert f"{file} was damaged and is now {file.name}.damaged-1" in outcome.moved
    assert file.with_name(f"{file.name}.damaged-1").read_bytes() == text.encode("latin-1")
    assert set(pids(lab)) == {"a", "b"}
    assert before["a"].process() is None
    assert strays(lab.layout) == {}
    assert outcome.endpoints == first


@pytest.mark.parametrize("damaged", ["ports.json", "servers/a/process.json"])
def test_down_stops_all_though_a_file_is_damaged(lab: Lab, damaged: str) -> None:
    lab.up()
    before = alive(lab.layout)
    (lab.layout.folder / damaged).write_text("{")

    assert lab.manager.down() == ["a", "b"]

    assert [record.process() for record in before.values()] == [None, None]


def test_a_server_that_a_killed_command_left_is_stopped_before_its_like_is_started(lab: Lab) -> None:
    lab.up()
    before = alive(lab.layout)["a"]
    lab.layout.record("a").unlink()

    lab.up()

    assert before.process() is None
    assert set(pids(lab)) == {"a", "b"}


@pytest.mark.parametrize("signals", [["SIGTERM"], ["SIGINT", "SIGTERM", "SIGTERM"], ["SIGHUP"]])
def test_a_start_that_is_asked_to_end_stops_what_it_started(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, signals: list[str]
) -> None:
    def asked(layout: Layout, record: Record) -> None:
        for number in signals:
            os.kill(os.getpid(), signal.Signals[number])

    monkeypatch.setattr(module, "wait_ready", asked)

    with pytest.raises(KeyboardInterrupt), errors(as_json=False):
        lab.up()

    assert alive(lab.layout) == {}
    assert strays(lab.layout) == {}


def test_two_at_once_do_not_start_everything_twice(lab: Lab) -> None:
    (lab.layout.folder.parent).mkdir(parents=True)
    with (lab.layout.folder.parent / "lab.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(LabError, match="another `python -m lab`"):
            lab.up()


def test_only_the_user_can_read_what_the_lab_keeps(lab: Lab) -> None:
    lab.up()

    assert lab.layout.folder.stat().st_mode & 0o777 == 0o700
