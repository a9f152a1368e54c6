"""The engine in shadow, against an Alertmanager that answers, lies or is away, and a real Prometheus."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.catalog.teams import Organization
from model.remediation.decision import Facts, Stop
from model.remediation.ledger import Entry, Judgement
from model.vocabulary import Environment
from ops.cli import app
from ops.http import Unreachable
from ops.remediation.alertmanager import Alertmanager, Firing
from ops.remediation.engine import Engine, NoDeployments
from ops.remediation.facts import Prometheus
from ops.remediation.ledger import Ledger
from ops.remediation.stores import FileStore, MemoryStore
from tests.model.catalog.test_remediation import RULE, system_with
from tests.model.catalogs import good_organization, write_catalog
from tests.model.remediation.examples import NOW, alert, facts
from tests.ops.test_gate_prometheus import prometheus, wait_for

ACTING = {**RULE, "mode": {"local": "act", "dev": "act", "prod": "act"}}
DOG = Firing(alert=alert(name="Watchdog", system="platform", component="", fingerprint="w"), stops=frozenset())


def shop() -> System:
    return System.model_validate(system_with(ACTING))


@dataclass
class Alerts:
    found: list[Firing] = field(default_factory=list)
    away: bool = False

    def firing(self) -> list[Firing]:
        if self.away:
            raise Unreachable("http://am: refused")
        return [DOG, *self.found]


@dataclass
class Metrics:
    known: Facts = field(default_factory=facts)

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        return replace(self.known, read_at=now, sampled_at=now, stops=None, deploying=None, deployed_at=None)


@dataclass
class Away(MemoryStore):
    """A store that takes no more writes."""

    away: bool = False

    def write(self, changes: Any) -> bool:
        if self.away:
            raise Unreachable("TransactWriteItems: throttled")
        return super().write(changes)


@dataclass
class World:
    alerts: Alerts = field(default_factory=Alerts)
    metrics: Metrics = field(default_factory=Metrics)
    store: Away = field(default_factory=Away)

    @property
    def engine(self) -> Engine:
        return Engine(
            catalog=Catalog.of(Organization.model_validate(good_organization()), [shop()]),
            environment=Environment.DEV,
            alerts=self.alerts,
            metrics=self.metrics,
            deployments=NoDeployments(),
            ledger=Ledger(self.store, Environment.DEV),
        )

    def step(self, now: float = NOW) -> list[tuple[str, str]]:
        return [(entry.verdict, entry.reason) for entry in self.engine.step(now)]

    @property
    def kept(self) -> list[Entry]:
        return self.engine.ledger.entries()


def firing(**values: Any) -> Firing:
    return Firing(**{"alert": alert(), "stops": frozenset(), **values})


def test_a_rule_that_may_act_stays_in_shadow_and_its_verdict_is_kept() -> None:
    world = World(Alerts([firing()]))
    assert world.step() == [("shadow", "in-shadow")]
    [entry] = world.kept
    assert (entry.key, entry.rule, entry.action) == (alert().key, "restart", "restart-pod")


def test_a_firing_is_decided_once_and_the_next_one_again() -> None:
    world = World(Alerts([firing()]))
    world.step()
    assert world.step(NOW + 15) == []
    world.alerts.found = [firing(alert=alert(starts=NOW + 10))]
    assert world.step(NOW + 30) == [("shadow", "in-shadow")]


def test_what_no_rule_names_leaves_no_trace() -> None:
    world = World(Alerts([firing(alert=alert(name="SloTrickle"))]))
    assert (world.step(), world.kept) == ([], [])


@pytest.mark.parametrize(
    ("found", "known", "reason"),
    [
        (firing(stops=frozenset({Stop.SILENCE})), facts(), "stopped"),
        (firing(stops=None), facts(), "unknown"),
        (firing(), facts(watchdog=None), "unknown"),
        (firing(), facts(firing=4), "common-cause"),
    ],
)
def test_what_is_stopped_or_unknown_stands_down(found: Firing, known: Facts, reason: str) -> None:
    assert World(Alerts([found]), Metrics(known)).step() == [("stand-down", reason)]


def test_without_alertmanager_nothing_is_decided_and_nothing_has_ended(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(Alerts([firing()]))
    world.step()
    world.alerts.away = True
    assert world.step(NOW + 60) == []
    assert world.kept[0].ended is None
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["level"], line["error"]) == ("warning", "http://am: refused")


def test_an_alertmanager_that_has_just_started_knows_of_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(Alerts([firing()]))
    world.step()
    monkeypatch.setattr(Alerts, "firing", lambda _: [])
    assert world.step(NOW + 60) == []
    assert world.kept[0].ended is None


def test_without_the_ledger_nothing_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(Alerts([firing()]))
    world.store.away = True
    assert world.step() == []
    assert "the ledger does not answer" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "judgement"), [(200, Judgement.NEEDLESS), (400, Judgement.OPEN)])
def test_an_alert_that_is_gone_has_ended(seconds: int, judgement: Judgement) -> None:
    world = World(Alerts([firing()]))
    world.step()
    world.alerts.found = []
    world.step(NOW + seconds)
    assert [(entry.ended, entry.judgement) for entry in world.kept] == [(NOW + seconds, judgement)]


def test_a_silence_by_a_person_makes_the_action_wrong_whenever_the_alert_ends() -> None:
    world = World(Alerts([firing()]))
    world.step()
    world.alerts.found = [firing(silenced_by="ada")]
    world.step(NOW + 30)
    assert [(one.judgement, one.ended) for one in world.kept] == [(Judgement.WRONG, None)]
    world.alerts.found = []
    world.step(NOW + 60)
    [entry] = world.kept
    assert (entry.judgement, entry.judged_by, entry.ended) == (Judgement.WRONG, "the silence of ada", NOW + 60)


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, Any]

    def do_GET(self) -> None:
        body = json.dumps(self.answers[self.path.split("?")[0]]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Any]]]:
    """An address, and what it answers by path."""
    answers: dict[str, Any] = {}
    handler = type("Handler", (_Handler,), {"answers": answers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", answers
        running.shutdown()


def api_alert(**status: Any) -> dict[str, Any]:
    return {
        "labels": {"alertname": "SloOutage", "system": "shop", "component": "api", "environment": "local"},
        "annotations": {},
        "startsAt": datetime.fromtimestamp(NOW, UTC).isoformat().replace("+00:00", "Z"),
        "endsAt": "2030-01-01T00:00:00Z",
        "fingerprint": "f1",
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": [], **status},
    }


def test_alertmanager_says_what_stops_an_alert_and_who_silenced_it(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    every = {"silencedBy": ["s1"], "inhibitedBy": ["f9"], "mutedBy": ["nights"]}
    old = api_alert()
    del old["status"]["mutedBy"]
    answers["/api/v2/alerts"] = [api_alert(), api_alert(**every), old]
    answers["/api/v2/silences"] = [{"id": "s1", "createdBy": "ada"}]
    found = Alertmanager(url).firing()
    assert [one.stops for one in found] == [
        frozenset(),
        frozenset({Stop.SILENCE, Stop.INHIBITION, Stop.MAINTENANCE}),
        None,
    ]
    assert [one.silenced_by for one in found] == ["", "ada", ""]
    assert found[0].alert == alert(environment="local", starts=NOW)


def test_another_answer_than_alertmanagers_is_unreachable(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    answers["/api/v2/alerts"] = [{"labels": {}}]
    with pytest.raises(Unreachable, match="does not answer as Alertmanager does"):
        Alertmanager(url).firing()


def test_an_answer_of_a_part_of_the_data_is_unknown(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    answers["/api/v1/query"] = {"data": {"result": [{"value": [1, "1"]}]}, "warnings": ["a store is away"]}
    found = Prometheus(url).facts(shop(), shop().remediation[0], NOW)
    assert (found.watchdog, found.sampled_at, found.firing) == (None, None, None)
    assert found.unknown == (f"{url} has only a part of the data",)


RULES = """
groups:
  - name: all
    interval: 1s
    rules:
      - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
      - record: component:slo_error_budget_remaining:ratio
        expr: vector(0.5)
        labels: {system: shop, component: api, objective: availability}
      - {alert: SloOutage, expr: vector(1), labels: {severity: critical, system: shop, component: api, objective: a}}
      - {alert: SloFastBurn, expr: vector(1), labels: {severity: critical, system: shop, component: api, objective: b}}
      - {alert: ServiceDown, expr: vector(1), labels: {severity: critical, system: shop, component: worker}}
      - {alert: SloTrickle, expr: vector(1), labels: {severity: warning, system: shop, component: payments}}
      - {alert: SloOutage, expr: vector(1), labels: {severity: critical, system: bank, component: ledger}}
"""


def test_facts_are_read_from_a_real_prometheus(tmp_path: Path) -> None:
    with prometheus(tmp_path, {"all": RULES}) as (address, _):
        read = Prometheus(address)
        wait_for(lambda: read.facts(shop(), shop().remediation[0], NOW).firing == 2)
        found = read.facts(shop(), shop().remediation[0], NOW)
        other = Remediation.model_validate({**RULE, "proof": {"component": "worker", "objective": "x"}})
        without = read.facts(shop(), other, NOW)
    assert found.watchdog is True
    assert found.sampled_at is not None
    assert abs(found.sampled_at - time.time()) < 60
    assert (found.firing, found.components) == (2, len(shop().components) + len(shop().resources))
    assert without.sampled_at is None


def run(project: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["remediation", *words, "--root", str(project)], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_catalog(tmp_path / "catalog", [system_with(ACTING)], good_organization())
    return tmp_path


def test_the_local_runner_decides_and_reports(project: Path, server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    dog = {**api_alert(), "labels": {"alertname": "Watchdog"}, "fingerprint": "w"}
    answers["/api/v2/alerts"] = [dog, api_alert()]
    now = time.time()
    answers["/api/v1/query"] = {"data": {"result": [{"value": [now, str(now)]}]}}
    endpoints = project / ".local/lab/endpoints.json"
    endpoints.parent.mkdir(parents=True)
    endpoints.write_text(json.dumps({"alertmanager": url, "prometheus": url}))
    assert run(project, "run", "--env", "local", "--once")[0] == 0
    code, out = run(project, "report", "--env", "local", "--json")
    assert code == 0
    [found] = json.loads(out)
    assert (found["rule"], found["verdicts"], found["armable"]) == ("restart", 1, False)


def test_bad_options_are_told_together_and_change_nothing(project: Path) -> None:
    assert run(project, "report", "--env", "qa")[0] == 2
    code, out = run(project, "report", "--env", "prod")
    assert (code, "--ledger: it is missing; allowed: the ledger of prod" in out) == (2, True)
    assert "--env: found dev; allowed: local" in run(project, "run", "--env", "dev")[1]
    assert "no running local environment; allowed: `make up`" in run(project, "run", "--env", "local")[1]
    code, out = run(project, "judge", "--env", "local", "--key", "x", "--as", "good", "--by", " ")
    assert code == 2
    assert all(text in out for text in ("--as: found 'good'", "--by: found no name", "--key: found unknown verdict"))
    code, out = run(project, "arm", "--env", "local", "--rule", "shop/x", "--by", "")
    assert (code, "found unknown rule 'shop/x'; allowed: shop/restart" in out) == (2, True)


def test_arming_wants_twenty_judged_verdicts(project: Path) -> None:
    world = World()
    ledger = Ledger(FileStore(project / "l.sqlite"), Environment.PROD)
    keys = []
    for number in range(20):
        world.alerts.found = [firing(alert=alert(fingerprint=f"f{number}"))]
        [entry] = world.engine.step(NOW + number)
        ledger.record(entry)
        keys.append(entry.key)
    place = ("--env", "prod", "--ledger", str(project / "l.sqlite"))
    for key in keys[:19]:
        assert run(project, "judge", *place, "--key", key, "--as", "right", "--by", "ada")[0] == 0
    arm = ("arm", *place, "--rule", "shop/restart", "--by", "ada")
    code, out = run(project, *arm)
    assert (code, "found 19 judged verdicts of shop/restart, 0 wrong; allowed: at least 20" in out) == (2, True)
    run(project, "judge", *place, "--key", keys[19], "--as", "wrong", "--by", "ada")
    assert run(project, *arm) == (0, "shop/restart is armed in prod: 20 judged verdicts, 1 wrong\n")
    kept = ledger.book(alert(), shop().remediation[0]).arming
    assert kept is not None
    assert (kept.by, kept.verdicts, kept.wrong) == ("ada", 20, 1)
    assert " yes" in run(project, "report", *place)[1]
