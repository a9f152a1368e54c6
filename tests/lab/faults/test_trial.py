"""What is made of what the servers say, with servers that say what the test wants."""

import dataclasses
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.faults import runner as running
from lab.faults import trial as trials
from lab.faults.fault import Expected, Fault
from lab.faults.gameday import GameDay
from lab.faults.lock import alone, held
from lab.faults.messages import Message
from lab.faults.runner import Runner
from lab.faults.servers import Firing
from lab.faults.table import choose, find
from lab.faults.trial import Plan
from lab.layout import Layout
from model.problems import BadInput
from model.vocabulary import Severity
from tests.lab.faults.fakes import NOW, FakeServers, Workload, begun, made_runner, message, plan


def test_a_fault_is_notified_and_ends(now: list[float]) -> None:
    servers = FakeServers()
    trial = begun(servers)

    trial.look()
    assert (trial.fired, trial.notified) == (None, None)

    servers.alert = Firing(since=NOW + 20)
    servers.inbox = [message(26), message(26.5, kind="slack"), message(27, receiver="shop-lead", kind="email")]
    trial.look()
    trial.ended = NOW + 30
    assert (trial.fired, trial.notified) == (20, 26)
    assert trial.heard == {"shop-page": {"pagerduty", "slack"}, "shop-lead": {"email"}}

    now[0] += 100
    servers.alert = None
    servers.inbox.append(message(130, firing=False))
    trial.look()
    trial.judge()
    assert (trial.cleared, trial.why, trial.over) == (100, "", True)


def test_a_notification_before_the_alert_fired_is_not_counted(now: list[float]) -> None:
    trial = begun(FakeServers(Firing(since=NOW + 20), [message(3), message(26)]))

    trial.look()

    assert trial.notified == 26


def test_another_receiver_is_not_the_one_who_must_hear_it(now: list[float]) -> None:
    trial = begun(FakeServers(Firing(since=NOW + 20), [message(26, receiver="nobody")]))

    trial.look()

    assert trial.notified is None


def test_an_alert_that_fired_before_the_fault_does_not_count(now: list[float]) -> None:
    trial = begun(FakeServers(Firing(since=NOW - 5), [message(3)]))

    trial.look()

    assert (trial.fired, trial.notified) == (None, None)


@pytest.mark.parametrize(
    ("alert", "why"),
    [
        pytest.param(None, "it did not fire within 60 s", id="silence"),
        pytest.param(Firing(since=NOW + 20), "nobody was notified within 60 s", id="an alert nobody hears of"),
        pytest.param(
            Firing(since=NOW + 20, muted="inhibitedBy by x"),
            "nobody was notified within 60 s, inhibitedBy by x",
            id="a muted alert, and by what",
        ),
    ],
)
def test_a_late_notification_has_failed(alert: Firing | None, why: str, now: list[float]) -> None:
    trial = begun(FakeServers(alert))
    trial.look()
    trial.judge()
    assert trial.why == ""

    now[0] += 61
    trial.look()
    trial.judge()

    assert trial.why == why
    assert trial.over


def test_a_missing_resolved_notification_has_failed(now: list[float]) -> None:
    trial = begun(FakeServers(Firing(since=NOW + 20), [message(26)]))
    trial.look()
    trial.ended = NOW + 30

    now[0] += 331
    trial.look()
    trial.judge()

    assert trial.why == "its end was not notified within 300 s"


def test_a_restart_passes_with_the_heartbeat_and_fails_with_a_page(now: list[float]) -> None:
    heartbeat = Expected(alert="Watchdog", severity=Severity.NONE, team="p", system="p", component="prometheus")
    beat = Message(
        at=NOW + 40,
        kind="webhook",
        receiver="shop-page",
        alert="Watchdog",
        system="p",
        component="prometheus",
        firing=True,
    )
    servers = FakeServers(Firing(since=NOW - 500), [beat])
    trial = begun(servers, expected=heartbeat, pause=30)
    trial.look()
    trial.ended = NOW + 41
    assert (trial.notified, trial.over, trial.why) == (40, True, "")

    servers.inbox.append(message(41))
    trial.look()
    assert trial.why == "it paged besides: SloOutage of shop/api"


def test_a_second_fault_is_refused_while_one_runs_and_names_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    said = r"fault: outage of shop/api is running; allowed: one at a time"
    with alone(layout, "outage of shop/api"), pytest.raises(BadInput, match=said), alone(layout, "x"):
        raise AssertionError
    with alone(layout, "another"):
        pass


def test_the_name_of_a_fault_is_known_while_it_runs_and_not_longer(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert held(layout) == ""

    with alone(layout, "outage") as name:
        assert held(layout) == "outage"
        name("crash")
        assert held(layout) == "crash"

    assert held(layout) == ""
    layout.fault.write_text("crash")
    assert held(layout) == "", "one that was killed does not run"


def test_a_fault_ends_whatever_happens_while_it_lasts(workload: Workload, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), trials.broken(Layout(tmp_path), "", plan()):
        raise KeyboardInterrupt

    assert workload.done == ["broken", "repaired"]


def test_a_game_day_waits_for_a_part_to_heal_before_it_breaks_it_again(
    workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)
    monkeypatch.setattr(Runner, "running", {"cloudmart"})
    monkeypatch.setattr(Runner, "plan", lambda self, fault, target, systems: plan(fault.name))
    reported: list[str] = []
    shown: list[str] = []
    day = GameDay(runner=runner, now=shown.append, done=lambda trial: reported.append(trial.plan.fault.name))

    day.run([find("outage"), find("cache-loss"), find("crash")])

    assert workload.done == ["broken", "repaired", "broken", "repaired"]
    assert reported == ["outage", "crash"]
    between = "game day: between two faults"
    assert shown == ["game day: outage of shop/api", between, "game day: crash of shop/api", between]
    assert [(trial.why, trial.cleared) for trial in day.trials] == [("", 100), ("", 100)]
    first, second = day.trials
    assert first.ended is not None
    assert second.began >= first.ended + 100
    assert day.left_out == {"cache-loss": "cache-loss has no target in cloudmart"}


def test_a_game_day_breaks_another_part_while_one_heals(
    workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)
    asked: list[str | None] = []

    def planned(self: Runner, fault: Fault, target: str | None, systems: set[str]) -> Plan:
        asked.append(target)
        found = choose(fault, self.catalog, systems, target)
        return dataclasses.replace(plan(fault.name), target=dataclasses.replace(found, ready="vector(1)"))

    monkeypatch.setattr(Runner, "running", {"alchemorsel", "cloudmart", "generic"})
    monkeypatch.setattr(Runner, "plan", planned)
    monkeypatch.setattr(Message, "is_about", lambda self, expected: True)
    # No alert is over within this test.
    monkeypatch.setattr(Workload, "clear", lambda self, endpoint: None)
    day = GameDay(runner=runner)

    day.run([find("outage"), find("error-burst"), find("ai-costly")])

    # Costs page in two of them; the first is free of what clears only as a part.
    assert list(dict.fromkeys(asked)) == ["alchemorsel/api", "cloudmart/backend", "alchemorsel/ai-service"]


def test_a_game_day_takes_a_part_whose_alert_has_its_history(
    workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)
    asked: list[str | None] = []

    def planned(self: Runner, fault: Fault, target: str | None, systems: set[str]) -> Plan:
        asked.append(target)
        return plan(fault.name)

    monkeypatch.setattr(Runner, "running", {"alchemorsel", "cloudmart", "generic"})
    monkeypatch.setattr(Runner, "plan", planned)
    monkeypatch.setattr(FakeServers, "value", lambda self, query: 1.0 if 'system="generic"' in query else None)
    monkeypatch.setattr(Runner, "wait_until_ready", lambda self, plan: None)

    GameDay(runner=runner).run([find("traffic-stops")])

    assert set(asked) == {"generic/api"}


def test_a_game_day_goes_on_after_a_fault_that_shows_nothing(
    workload: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)

    def planned(self: Runner, fault: Fault, target: str | None, systems: set[str]) -> Plan:
        found = plan(fault.name)
        ready = "nothing" if fault.name == "outage" else "vector(1)"
        return dataclasses.replace(found, target=dataclasses.replace(found.target, ready=ready))

    monkeypatch.setattr(Runner, "running", {"cloudmart"})
    monkeypatch.setattr(Runner, "plan", planned)
    monkeypatch.setattr(running, "_HISTORY_SECONDS", 1)
    monkeypatch.setattr(FakeServers, "value", lambda self, query: None if query == "nothing" else 1.0)
    day = GameDay(runner=runner)

    day.run([find("outage"), find("crash")])

    assert [bool(trial.why) for trial in day.trials] == [True, False]
    assert "has no history" in day.trials[0].why


def test_an_alert_that_fires_already_is_waited_for_and_then_given_up(now: list[float], tmp_path: Path) -> None:
    runner = made_runner(FakeServers(Firing(since=NOW - 5)), tmp_path)

    with pytest.raises(LabError, match="SloOutage of shop/api o fires all the time"):
        runner.wait_until_ready(plan())
