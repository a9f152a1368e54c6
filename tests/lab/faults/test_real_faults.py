"""Faults against the real servers and the real workload; what only waits, waits a tenth of its time."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.state import deployed
from lab.deployment import Deployment
from lab.endpoints import read_endpoints
from lab.faults.hurry import demand, hurried
from lab.faults.runner import Runner
from lab.faults.table import find
from lab.manager import Manager
from lab.process import records, request
from lab.workload import control
from lab.workload.demand import Demand
from tests.lab.running_lab import RunningLab, copy_of_project, must

pytestmark = pytest.mark.engine

# The smallest system.
DEMAND = Demand(systems=("generic",))
PAGED = "platform-critical-page"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    root = copy_of_project(tmp_path_factory.mktemp("faults"))
    made = RunningLab(root, None)  # type: ignore[arg-type]
    must(made.run("engine", "up", "local", "--json"))
    manager = Manager(layout=made.layout)
    try:
        manager.up(lambda: hurried(Deployment.of(deployed(root, os.environ)), 10), "prod", DEMAND)
        yield RunningLab(root, read_endpoints(root))
    finally:
        started = records(made.layout)
        manager.down()
        assert [name for name, record in started.items() if record.process()] == []


def alert(name: str) -> dict[str, Any]:
    labels = {"severity": "critical", "team": "platform", "system": "platform", "component": name.lower()}
    now = datetime.now(UTC)
    return {
        "labels": {"alertname": name, "cluster": "belfry-local", "environment": "prod", **labels},
        "annotations": {"summary": name},
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(minutes=5)).isoformat(),
    }


def pages_of(lab: RunningLab, name: str) -> list[dict[str, Any]]:
    found = lab.notifications(kind="pagerduty", receiver=PAGED)
    return [one["payload"] for one in found if one["payload"]["payload"]["class"] == name]


def test_an_outage_fires_pages_and_resolves_as_the_game_day_sees_it(lab: RunningLab) -> None:
    runner = Runner(layout=lab.layout)
    plan = runner.plan(find("outage"), "generic/api", runner.running)
    # How fast it is, the benchmark measures: here a busy machine may take its time.
    plan = dataclasses.replace(plan, notified_within=300, over_within=600)
    runner.wait_until_ready(plan)

    trial = runner.until_notified(plan)
    assert control.present(lab.at.workload) == ()
    while not trial.over:
        trial.look()
        trial.judge()
        time.sleep(1)

    assert trial.why == ""
    assert trial.fired is not None
    assert trial.notified is not None
    assert trial.fired < trial.notified
    assert trial.heard[PAGED] == {"pagerduty", "slack"}
    opened, closed = pages_of(lab, "SloOutage")
    assert (opened["event_action"], closed["event_action"]) == ("trigger", "resolve")
    assert opened["dedup_key"] == closed["dedup_key"]
    assert opened["payload"]["component"] == "api"


def test_a_restart_of_alertmanager_keeps_silences_and_repeats_no_notification(lab: RunningLab) -> None:
    alerts, silences = f"{lab.at.alertmanager}/api/v2/alerts", f"{lab.at.alertmanager}/api/v2/silences"
    period = {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
    matcher = {"name": "alertname", "value": "Muted", "isRegex": False}
    silence = {"matchers": [matcher], **period, "createdBy": "test", "comment": "test"}
    assert request("POST", silences, body=json.dumps(silence))[0] == 200
    firing = [alert("Notified"), alert("Muted")]
    assert request("POST", alerts, body=json.dumps(firing))[0] == 200
    lab.until(lambda: pages_of(lab, "Notified"))
    before = {one["id"] for one in lab.ask(silences)}

    Manager(layout=lab.layout).restart("alertmanager")
    # As Prometheus does: it sends what fires again and again.
    assert request("POST", alerts, body=json.dumps(firing))[0] == 200
    # Its group is made after theirs, so they have had their turn when it is notified.
    assert request("POST", alerts, body=json.dumps([alert("Later")]))[0] == 200
    lab.until(lambda: pages_of(lab, "Later"))

    assert {one["id"] for one in lab.ask(silences)} == before
    assert len(pages_of(lab, "Notified")) == 1
    assert pages_of(lab, "Muted") == []


def test_a_fault_refuses_a_second_one_and_ends_when_it_is_stopped(lab: RunningLab) -> None:
    # One whose alert does not still fire because of another test's fault: that would be waited for.
    command = [sys.executable, "-m", "lab", "fault", "login-brute-force", "--target", "generic/api"]
    # As a terminal starts it: what a shell starts in the background, and all below it, does not hear Ctrl-C.
    with subprocess.Popen(
        command,
        cwd=lab.root,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 (nothing runs beside it yet)
    ) as running:
        lab.until(lambda: control.present(lab.at.workload))

        second = lab.run("lab", "fault", "outage")
        assert (second.returncode, "login-brute-force is running" in second.stderr) == (2, True), second.stderr

        running.send_signal(signal.SIGINT)
        _, said = running.communicate()

    assert (running.returncode, "Stopped; the fault is over." in said) == (130, True), said
    assert control.present(lab.at.workload) == ()


def test_a_fault_that_was_killed_is_reported_and_the_next_one_takes_it_back_and_ends_at_two_signals(
    lab: RunningLab,
) -> None:
    command = [sys.executable, "-m", "lab", "fault", "sql-injection", "--target", "generic/api", "--for", "10m"]
    with subprocess.Popen(command, cwd=lab.root, stderr=subprocess.DEVNULL) as killed:
        lab.until(lambda: control.present(lab.at.workload))
        killed.kill()
    status = lab.run("lab", "status")
    assert status.returncode == 1
    assert "A fault that was killed still affects generic/api." in " ".join(status.stderr.split())

    with subprocess.Popen(command, cwd=lab.root, stderr=subprocess.PIPE, text=True) as again:
        lab.until(lambda: not control.present(lab.at.workload))
        lab.until(lambda: control.present(lab.at.workload), seconds=600)
        for _ in range(2):
            again.send_signal(signal.SIGTERM)
        _, said = again.communicate()

    assert "taking back the effects of a fault that was killed" in said
    assert (again.returncode, "Stopped; the fault is over." in said) == (130, True), said
    assert control.present(lab.at.workload) == ()


def test_a_target_that_does_not_run_is_bad_input_and_breaks_nothing(lab: RunningLab) -> None:
    refused = lab.run("lab", "fault", "outage", "--target", "cloudmart/backend")

    assert refused.returncode == 2
    assert (
        "'cloudmart/backend', in a system that does not run; running: generic; allowed: generic/api"
    ) in refused.stderr
    assert control.present(lab.at.workload) == ()


def test_the_list_shows_only_what_the_running_workload_has(lab: RunningLab) -> None:
    rows = {row["fault"]: row["targets"] for row in json.loads(must(lab.run("lab", "faults", "--json")))}

    assert [target["target"] for target in rows["outage"]] == ["generic/api"]
    assert rows["outage"][0]["receiver"] == PAGED
    assert rows["cache-loss"] == []


def test_a_hurried_lab_goes_on_with_the_same_demand(lab: RunningLab) -> None:
    assert demand(lab.layout) == DEMAND
