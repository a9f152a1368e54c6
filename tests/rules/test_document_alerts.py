"""Every alert that the teams' documents ask for fires on the shipped rules: at this value, within this time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from authoring.promql import equals, number, selector
from authoring.rules import kpis, slo, thresholds
from authoring.rules.signals import Part
from authoring.text import to_yaml
from model.catalog.components import Component
from model.catalog.objectives import AvailabilitySli, HistogramSli, LatencySli, Objective, ProbeSli, RatioSli
from model.catalog.system import System
from model.vocabulary import Unit
from model.yaml_file import read_yaml
from tests.rules import test_kpis, test_thresholds
from tests.rules.promtool import Case, check, counter, gauge
from tests.rules.test_thresholds import SAMPLES, SYSTEMS
from tests.tools import PROJECT

ROWS = read_yaml(PROJECT / "tests" / "rules" / "document_alerts.yaml")
CHANGE = test_thresholds.CHANGE  # minute from which the value is bad
A_MINUTE = 4  # samples of objectives' events
EVENTS = 12_000  # of an objective in a minute, so that a tenth of a percent is a dozen
Series = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One sentence of a document."""

    given: Mapping[str, Any]

    @property
    def system(self) -> System:
        return SYSTEMS[self.given["document"]]

    @property
    def part(self) -> Part:
        name = self.given["place"].split(".")[0]
        return next(part for part in (*self.system.components, *self.system.resources) if part.name == name)

    @property
    def until(self) -> int:
        return CHANGE + int(self.given["minutes"])

    def case(self, component: str, series: Series, step: int = 60) -> Case:
        labels = {
            "cluster": "eu",
            "severity": self.given["severity"],
            "system": self.system.system,
            "component": component,
        }
        return Case(
            self.given["sentence"],
            series,
            quiet=(CHANGE - 1,),
            loud=CHANGE + int(self.given["within"]),
            alert=self.given["alert"],
            labels=labels,
            step=step,
        )


def named(row: Mapping[str, Any]) -> str:
    return f"{row['document']}-{row['place']}-{row['alert']}"


def counted(good: float, bad: float, row: Row) -> str:
    """A counter in samples of 15 seconds, with so many events a minute before the change and after it."""
    return counter(good / A_MINUTE, bad / A_MINUTE, CHANGE * A_MINUTE, row.until * A_MINUTE)


def events(row: Row, objective: Objective) -> Series:
    """Series that put an objective at the row's value: percent of good events, or seconds of the slow tenth."""
    system, part, value = row.system, row.part, float(row.given["value"])
    own = ['cluster="eu"', f'system="{system.system}"', f'component="{part.name}"', 'job="it"', 'instance="a"']
    sli = objective.sli
    match sli:
        case ProbeSli():
            # Runs twice a minute; of each ten the bad ones come first.
            bad = round((100 - value) / 10)
            runs = " ".join(["0 0"] * bad + ["1 1"] * (10 - bad))
            again = " ".join([runs] * (int(row.given["minutes"]) // 5 + 1))
            probe = [f'probe="{sli.probe}"'] if sli.probe else ['probe="health"']
            return {selector("probe_success", [*own, *probe]): f"1x{CHANGE * A_MINUTE} {again}"}
        case AvailabilitySli():
            assert isinstance(part, Component)
            http = part.telemetry.requests
            assert http
            good = EVENTS * value / 100
            return {
                selector(http.requests, [*own, f'{http.status_label}="200"']): counted(EVENTS, good, row),
                selector(http.requests, [*own, f'{http.status_label}="503"']): counted(0, EVENTS - good, row),
            }
        case RatioSli() if sli.good:
            good = EVENTS * value / 100
            return {
                selector(sli.total.metric, [*own, *sli.good.where]): counted(EVENTS, good, row),
                selector(sli.total.metric, [*own, 'result="other"']): counted(0, EVENTS - good, row),
            }
        case LatencySli() | HistogramSli():
            return slow(row, objective, sli, own)
    raise AssertionError(sli.kind)


def slow(row: Row, objective: Objective, sli: LatencySli | HistogramSli, own: list[str]) -> Series:
    """A share of the requests, a tenth unless the row says another, takes the row's seconds; the others no time."""
    requests = row.part.telemetry.requests if isinstance(row.part, Component) else None
    metric = sli.histogram if isinstance(sli, HistogramSli) else requests and requests.duration
    slowly = EVENTS * float(row.given.get("share", 10)) / 100
    at = objective.alert_at
    edges = [sli.threshold.seconds, *([at.threshold.seconds] if at and at.threshold else [])]
    chosen = [*own, *sli.where]
    found = {selector(f"{metric}_count", chosen): counted(EVENTS, EVENTS, row)}
    for edge in edges:
        within = EVENTS if float(row.given["value"]) <= edge else EVENTS - slowly
        found[selector(f"{metric}_bucket", [*chosen, f'le="{number(edge)}"'])] = counted(EVENTS, within, row)
    return found


def shipped_group(path: str, name: str, folder: Path) -> Path:
    """One group of a shipped file, as it stands there: the others would take most of the time."""
    groups = [group for group in read_yaml(PROJECT / path)["groups"] if group["name"] == name]
    assert groups, name
    file = folder / "group.yaml"
    file.write_text(to_yaml({"groups": groups}, ""), encoding="utf-8")
    return file


def of_objective(row: Row, name: str, folder: Path) -> None:
    objective = next(one for one in row.part.objectives if one.name == name)
    group = f"belfry.slo.{row.system.system}.{row.part.name}.{name}"
    rules = shipped_group(slo.path(row.system), group, folder)
    check(rules, [row.case(row.part.name, events(row, objective), step=60 // A_MINUTE)], folder)


def of_threshold(row: Row, signal: str, folder: Path) -> None:
    bound = next(t for p, t, _ in thresholds.bound(row.system) if p.name == row.part.name and t.signal == signal)
    value = float(row.given["value"]) / (100 if bound.unit is Unit.PERCENT else 1)
    first = float(next(line for line in (bound.warning, bound.critical) if line is not None))
    usual = first / (100 if bound.unit is Unit.PERCENT else 1) * (0.5 if bound.signal.bad == "above" else 1.2)
    series = SAMPLES[bound.signal](row.system, row.part, usual, value)
    check(thresholds.path(row.system), [row.case(row.part.name, series)], folder)


def of_kpi(row: Row, name: str, folder: Path) -> None:
    kpi = next(kpi for kpi in row.system.kpis if kpi.name == name)
    value, length = float(row.given["value"]), row.until
    assert kpi.alerts
    usual = 100.0 if kpi.alerts.drop_percent else float(kpi.alerts.ceiling or 0) / 2
    series = {
        **test_kpis.measured(row.system, kpi, usual, value, change=CHANGE, length=length),
        **(test_kpis.usual(row.system, kpi, usual, length) if kpi.alerts.drop_percent else {}),
    }
    check(kpis.path(row.system), [row.case(kpi.component, series)], folder)


def of_rules(row: Row, folder: Path) -> None:
    given = row.given
    component = given.get("component", given["place"])
    own = {"system": row.system.system, "component": component}
    series = {}
    for text, values in given["series"].items():
        good, bad = (float(value) for value in values.split())
        name = (
            text.replace("{", '{cluster="eu", ')
            if "{" in text
            else selector(text, equals({"cluster": "eu", **own, "instance": "a", "probe": "it"}))
        )
        series[name] = gauge(good, bad, CHANGE, row.until)
    owner = equals({**own, "team": "team", "kind": given.get("kind", "resource")})
    series[selector("component:owner:info", owner)] = f"1x{row.until}"
    check(f"rules/prometheus/{given['rules']}.yaml", [row.case(component, series)], folder)


@pytest.mark.parametrize("given", ROWS, ids=named)
def test_at_this_value_for_so_long_this_alert_fires_in_time(given: Mapping[str, Any], tmp_path: Path) -> None:
    row = Row(given)
    match given["place"].split("."):
        case _ if "rules" in given:
            of_rules(row, tmp_path)
        case ["kpis", name]:
            of_kpi(row, name, tmp_path)
        case [_, "objectives", name]:
            of_objective(row, name, tmp_path)
        case [_, "thresholds", signal]:
            of_threshold(row, signal, tmp_path)
        case _:
            raise AssertionError(given["place"])


def test_the_table_knows_every_system_and_every_alert_threshold_of_an_objective() -> None:
    assert {row["document"] for row in ROWS} == set(SYSTEMS)
    asked = {
        (system.system, f"{part.name}.objectives.{objective.name}")
        for system in SYSTEMS.values()
        for part in (*system.components, *system.resources)
        for objective in part.objectives
        if objective.alert_at
    }
    assert asked <= {(row["document"], row["place"]) for row in ROWS}


def test_one_error_in_ten_requests_is_no_alert(tmp_path: Path) -> None:
    own = 'cluster="eu", system="alchemorsel", component="api", job="it", instance="a"'
    metric = "http_server_request_duration_seconds_count"
    few = {
        f'{metric}{{{own}, http_response_status_code="200"}}': "0x60 1 2 3 4 5 6 7 8 9x140",
        f'{metric}{{{own}, http_response_status_code="503"}}': "0x60 1x148",
    }
    rules = shipped_group(slo.path(SYSTEMS["alchemorsel"]), "belfry.slo.alchemorsel.api.error-rate", tmp_path)
    check(rules, [Case("few", few, quiet=range(15, 50), alert="HighErrorRate", labels={}, step=15)], tmp_path)
