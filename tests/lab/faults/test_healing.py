"""What a game day says of auto-remediation: the verdict on each fault, and seconds with and without it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.faults import healing, screen
from lab.faults.fault import Expected
from lab.faults.healing import Engine, Healing, healings
from lab.faults.knowledge import Knowledge
from lab.faults.trial import Trial
from lab.layout import Layout
from lab.remedy import Acts
from model.catalog.catalog import Catalog
from model.catalog.teams import Organization
from model.vocabulary import Severity
from tests import widths
from tests.lab.faults.fakes import EXPECTED, NOW, Workload, begun, made_runner, plan
from tests.model.catalogs import good_organization
from tests.ops.remediation_world import shop

CATALOG = Catalog.of(Organization.model_validate(good_organization()), [shop()])
OTHER = Expected(alert="SloFastBurn", severity=Severity.CRITICAL, team="shop", system="shop", component="api")


def engine(monkeypatch: pytest.MonkeyPatch, verdicts: list[dict[str, Any]], acts: Acts = Acts.ACT) -> Engine:
    at: Any = SimpleNamespace(remediation="http://engine")
    asked = {"http://engine/verdicts": (200, json.dumps(verdicts))}
    monkeypatch.setattr(healing, "request", lambda method, url: asked[url])
    return Engine(at, CATALOG, acts)


def verdict(after: float, outcome: str = "healed", **values: str) -> dict[str, Any]:
    of = {"alert": "SloOutage", "system": "shop", "component": "api", "verdict": "act", "reason": "passed"}
    return {**of, "at": NOW + after, "outcome": outcome, **values}


def over(seconds: float, **what: Any) -> Trial:
    trial = begun(None, **what)  # type: ignore[arg-type]
    trial.ended, trial.cleared = NOW + 30, seconds - 30
    return trial


def test_a_fault_lasts_until_its_verdict_is_there_and_no_longer_where_no_rule_is(
    workload: Workload, tmp_path: Path, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)
    began = now[0]
    monkeypatch.setattr(Engine, "verdict", lambda self, expected, since: verdict(0) if now[0] - began >= 50 else None)
    runner.engine = engine(monkeypatch, [])
    trial = runner.until_notified(plan())
    assert trial.ended is not None
    assert trial.ended - trial.began == pytest.approx(50, abs=2)
    runner.engine = Engine(runner.engine.at, Catalog.of(CATALOG.organization, []), Acts.ACT)
    trial = runner.until_notified(plan())
    assert trial.ended is not None
    assert trial.ended - trial.began == pytest.approx(29, abs=2)


def test_a_verdict_that_never_comes_is_waited_for_a_minute(
    workload: Workload, tmp_path: Path, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = made_runner(workload.servers, tmp_path)
    runner.engine = engine(monkeypatch, [verdict(-1)])  # of an earlier fault
    trial = runner.until_notified(plan())
    assert trial.ended is not None
    assert trial.ended - trial.began == pytest.approx(20 + 60, abs=2)


def test_each_fault_has_its_verdict_and_the_seconds_of_both_modes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(tmp_path)
    shadow = engine(monkeypatch, [verdict(20, "recorded", verdict="shadow", reason="in-shadow")], Acts.SHADOW)
    healings(layout, shadow, [over(200)])
    # The newest first, as the engine answers: the second firing of the same fault is another verdict.
    acting = engine(monkeypatch, [verdict(300, "recorded", verdict="escalate", reason="repeated"), verdict(20)])
    found = healings(layout, acting, [over(120), over(90, expected=OTHER)])
    assert [(one.verdict, one.reason, one.outcome, one.seconds) for one in found] == [
        ("act", "passed", "healed", {"shadow": 200.0, "act": 120.0}),
        ("no rule", "", "", {"shadow": 200.0, "act": 90.0}),
    ]
    # Both plans here have one label.
    assert engine(monkeypatch, [verdict(20, "acted")]).pends(over(120)) is True
    assert acting.pends(over(120, expected=OTHER)) is False


def test_a_damaged_file_of_earlier_game_days_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(tmp_path)
    file = layout.folder.parent / "remediation" / "gamedays.json"
    layout.write(file, "[1")
    [found] = healings(layout, engine(monkeypatch, [verdict(20)]), [over(120)])
    assert found.seconds == {"act": 120.0}
    assert json.loads(file.read_text()) == {"outage of shop/api": {"act": 120.0}}


def test_the_table_fits_a_terminal_and_cuts_no_name() -> None:
    long = Healing(
        fault=widths.LONG,
        target=widths.LONG,
        verdict="stand-down",
        reason="component-budget",
        outcome="recorded",
        seconds={"act": 1234.5},
    )
    text = widths.shown(lambda console: screen.show_healings(console, [long]))
    widths.whole(text, [widths.LONG, "stand-down", "component-budget", "recorded", "1234", "-"])


def test_a_route_of_a_program_is_not_who_is_notified() -> None:
    machine = {"receiver": "remediation", "matchers": ['alertname="SloOutage"'], "continue": True}
    people = {"receiver": "shop-page", "matchers": ['team="shop"'], "group_wait": "7s"}
    known = Knowledge(rules=(), alertmanager={"route": {"receiver": "all", "routes": [machine, people]}})
    assert (known.route(EXPECTED).receiver, known.route(EXPECTED).wait) == ("shop-page", 7)
