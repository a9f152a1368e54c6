"""From running servers to an incident's folder: written as it happens, again after a crash, and without secrets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from model.incidents.entry import Kind
from model.incidents.record import Record, Status
from model.incidents.scope import Scope
from model.vocabulary import Environment
from ops.incidents.metrics import IncidentCollector, Numbers
from ops.incidents.servers import Servers, collector
from ops.incidents.watch import Watch
from tests.ops.incidents.world import SECRET, T0, World, collecting, project, served, written


@pytest.fixture
def world() -> Iterator[World]:
    with served(World()) as found:
        yield found


@pytest.fixture
def root(tmp_path: Path, world: World) -> Path:
    return project(tmp_path, world)


def watching(root: Path, world: World) -> Watch:
    teams = frozenset({"shop", "platform"})
    return Watch(collector=collecting(root), teams=teams, every=15, now=lambda: world.now, sleep=lambda _: None)


def test_an_outage_is_written_with_its_times_and_its_impact(root: Path, world: World) -> None:
    ((folder, made),) = collecting(root).round(world.now)
    assert folder.id == "2027-01-15-shop-01"
    assert (made.title, made.status, made.reopened) == ("SloOutage of shop/api", Status.CLOSED, 0)
    times = made.times
    assert (times.onset, times.to_detect, times.to_acknowledge, times.to_restore) == (T0, 45, 75, 600)
    (impact,) = made.impact
    assert (impact.bad, impact.total, impact.bad_minutes) == (270.0, 660.0, 10.0)
    assert impact.budget == pytest.approx(0.45)


def test_an_incident_with_a_security_alert_is_measured_apart_and_without_an_sli_by_its_alerts() -> None:
    def closed(name: str, **given: Any) -> Record:
        of = {"id": "x", "environment": "local", "system": "shop", "components": ("api",), "severity": "critical"}
        rest = {"status": "closed", "opened": T0, "closed": T0 + 900 + 240, "closed_by": "alerts", "times": {}}
        return Record.model_validate({**of, **rest, "alerts": (name,), **given})

    by_sli = {"closed_by": "sli", "times": {"onset": T0, "restored": T0 + 60}}
    metrics = IncidentCollector()
    metrics.numbers = Numbers(
        records=(closed("FalcoCriticalEvent"), closed("RequestFlood", **by_sli), closed("SloOutage", **by_sli))
    )
    registry = CollectorRegistry()
    registry.register(metrics)
    value = registry.get_sample_value
    assert value("security_incident_seconds", {"system": "shop", "quantile": "0.5"}) == 150
    assert value("security_incidents_measured", {"system": "shop"}) == 2
    assert value("incident_times_measured", {"system": "shop", "time": "restore"}) == 2


def test_a_young_service_is_measured_by_the_budget_of_its_whole_window(root: Path, world: World) -> None:
    world.age = 6 * 3600
    ((_, made),) = collecting(root).round(world.now)
    (impact,) = made.impact
    # 600,000 events in 6 h are 72 million in 30 days, of which the objective allows 72,000.
    assert impact.covered == pytest.approx(6 / 720, rel=1e-4)
    assert impact.budget == pytest.approx(270 / 72_000, rel=1e-3)


def test_the_timeline_has_the_change_before_and_what_people_did_cause_first(root: Path, world: World) -> None:
    ((folder, _),) = collecting(root).round(world.now)
    lines = folder.timeline()
    kinds = [line.kind for line in lines if line.source != "Alertmanager" or line.kind is not Kind.ALERT]
    assert kinds[:4] == [Kind.CHANGE, Kind.CHANGE, Kind.SLI, Kind.LOG]
    assert "Deployment shop/api changed: generation 4" in lines[0].text
    assert "outage of shop/api" in lines[1].text
    assert {Kind.TRACE, Kind.ALERT, Kind.NOTIFICATION, Kind.HUMAN} <= set(kinds)
    assert not any("level" in json.dumps(line.raw) for line in lines)


def test_no_file_and_no_line_of_the_log_has_a_planted_secret(
    root: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    watching(root, world).run(1)
    text = written(root / ".local" / "incidents")
    assert "password=****" in text
    assert "trace-abc123" in "".join(map(str, (root / ".local").rglob("*")))
    assert SECRET not in text
    assert SECRET not in capsys.readouterr().out


def test_round_after_round_is_the_same_as_one_at_the_end(root: Path, world: World, tmp_path: Path) -> None:
    ((folder, whole),) = collecting(root).round(world.now)
    other = project(tmp_path / "other", world)
    for after in (40, 60, 130, 400, 700, 960, 1790, 1815, 7200):
        world.now = T0 + after
        ((again, made),) = collecting(other).round(world.now)
        assert made.status is (Status.CLOSED if after >= 1800 else Status.OPEN)
    assert again.id == folder.id
    # Who was there has Alertmanager's own start too, which ends with the alert.
    assert made == whole.model_copy(update={"opened": T0 + 29})
    kept = {one.identity for one in folder.timeline()}
    more = [one for one in again.timeline() if one.identity not in kept]
    assert [(one.source, one.at) for one in more] == [("Alertmanager", T0 + 29)]
    assert kept < {one.identity for one in again.timeline()}


def test_a_crash_in_the_middle_of_a_line_loses_nothing(root: Path, world: World) -> None:
    ((folder, made),) = collecting(root).round(world.now)
    before = folder.timeline()
    at = Path(folder.shown(""))
    file = at / "timeline.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-4]) + lines[-4][:30])
    (at / "evidence" / ".gathered").unlink()  # written after the timeline
    ((again, made_again),) = collecting(root).round(world.now)
    assert (again.id, made_again) == (folder.id, made)
    assert again.timeline() == before
    assert file.read_text().startswith("".join(lines[:-4]))


def test_what_is_written_stays_when_its_source_forgets_it(root: Path, world: World) -> None:
    world.now = T0 + 200
    ((folder, _),) = collecting(root).round(world.now)
    before = folder.timeline()
    world.away = {"/notifications", "/api/v2/alerts"}
    world.now = T0 + 2000
    collector = collecting(root)
    ((_, made),) = collector.round(world.now)
    assert set(collector.failures) == {"Inbox", "Alertmanager"}
    assert made.times.to_detect == 45
    assert {one.identity for one in before} <= {one.identity for one in folder.timeline()}


def test_without_prometheus_an_incident_is_still_opened_and_its_times_are_unknown(root: Path, world: World) -> None:
    world.away = {"/api/v1/query_range", "/api/v1/query"}
    world.now = T0 + 60
    ((_, made),) = collecting(root).round(world.now)
    assert (made.status, made.times.onset, made.times.to_detect) == (Status.OPEN, None, None)
    assert made.times.detected == T0 + 45


def test_the_other_replica_is_asked_where_one_does_not_answer(root: Path, world: World) -> None:
    found = collecting(root)
    gone = "http://127.0.0.1:9"
    servers = Servers(prometheus=[gone, world.url], alertmanager=[gone, world.url], loki=world.url, tenants=["shop"])
    replicated = collector(Environment.LOCAL, Scope(), servers, found.store)
    ((_, made),) = replicated.round(world.now)
    assert (made.times.onset, replicated.failures) == (T0, {})
    assert world.tenants == {"shop"}


def test_evidence_that_was_not_there_is_asked_for_again(root: Path, world: World) -> None:
    world.away = {"/api/traces"}
    ((folder, _),) = collecting(root).round(world.now)
    assert not (Path(folder.shown("")) / "evidence").exists()
    world.away = set()
    collecting(root).round(world.now)
    assert {path.name for path in (Path(folder.shown("")) / "evidence").iterdir()} == {
        ".gathered",
        "logs.jsonl",
        "trace-abc123.json",
    }


def test_the_watch_says_what_changed_drafts_what_is_over_and_counts(
    root: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = watching(root, world)
    world.now = T0 + 200
    watch.step()
    watch.served.registry.register(watch.metrics)
    value = watch.served.registry.get_sample_value
    assert value("incident_open_seconds", {"system": "shop"}) == 171
    world.now = T0 + 2000
    watch.run(2)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one.get("status", one["message"]) for one in said] == ["open", "closed", "draft written"]
    of = {"system": "shop", "time": "restore"}
    assert value("incident_time_seconds", {**of, "quantile": "0.5"}) == 600
    assert value("incident_times_measured", of) == 1
    assert value("incidents_open", {"system": "shop"}) == 0
    assert value("incident_open_seconds", {"system": "shop"}) is None
    assert value("incidents_last_read_timestamp_seconds") == T0 + 2000
    world.away = {"/notifications"}
    world.now += 15
    watch.step()
    assert value("incident_source_failures_total", {"source": "Inbox"}) == 1
    assert value("incidents_last_read_timestamp_seconds") == T0 + 2000
