"""A day of the warehouse: from Prometheus, incidents and the ledger to files, which a second run does not change."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from model.calendar import midnight
from model.incidents.record import Impact, Record, Times
from model.remediation.ledger import Judgement
from model.warehouse.tables import ALERTS, COSTS, INCIDENTS, KPIS, OBJECTIVES, REMEDIATIONS
from ops.cli import app
from ops.incidents.store import as_text
from ops.remediation.ledger import ATTEMPT
from ops.remediation.ports import Change
from ops.remediation.stores import FileStore
from ops.reports.parquet import read
from tests.model.catalogs import good_organization, write_catalog
from tests.model.gate.examples import component
from tests.model.remediation.test_report import entry
from tests.ops.reports.prometheus import FakePrometheus

DAY = "2026-11-30"
START = midnight(DAY, "UTC")
TILES = 288
KPI = {"system": "shop", "component": "api", "kpi": "orders", "cluster": "one"}
GAP = range(START + 7200, START + 10_800)
Table = list[dict[str, Any]]


@pytest.fixture
def shop(project: Path, server: FakePrometheus) -> FakePrometheus:
    """Orders: 1 a minute, 2 in the second half of the day, and an hour that was not recorded. A cluster of 10 USD an
    hour, of which the shop requested 4 and another namespace 1; what was recorded of no system is nobody's."""
    api = component("api", [], ("errors", None))
    api["telemetry"]["metrics"] = [
        {"name": "orders_total", "type": "counter", "unit": "count", "description": "Orders."}
    ]
    kpi = {
        "name": "orders",
        "title": "Orders",
        "description": "Orders that were paid.",
        "component": "api",
        "unit": "count-per-minute",
        "measure": {"kind": "rate", "counter": {"metric": "orders_total"}, "per": "minute"},
        "transaction": True,
    }
    system = {"system": "shop", "title": "Shop", "description": "It.", "owner": "shop", "components": [api]}
    tracing = {"sample_percent": 10, "slow": "1s"}
    write_catalog(project / "catalog", [{**system, "tracing": tracing, "kpis": [kpi]}], good_organization())

    def orders(at: int) -> float | None:
        return None if at <= midnight("2026-11-01", "UTC") or at in GAP else 1.0 + (at > START + 43_200)

    server.series.append(("component:kpi:value", KPI, orders))
    server.series.append(("component:kpi:value", {**KPI, "kpi": "of-another-release"}, lambda _: 1.0))
    for name, labels, usd in (
        ("cluster:cost_usd:per_hour", {"cluster": "one"}, 10.0),
        ("namespace:cost_usd:per_hour", {"cluster": "one"}, 5.0),
        ("system:cost_usd:per_hour", {"cluster": "one", "system": "shop", "team": "shop"}, 4.0),
    ):
        server.series.append((name, labels, lambda _, usd=usd: usd))  # type: ignore[misc]
    return server


def run(root: Path, *words: str) -> Any:
    options = ["--env", "prod", "--root", str(root), "--rows", str(root / "rows"), "--prometheus", "http://127.0.0.1:1"]
    return CliRunner().invoke(app, ["warehouse", *options, *words])


def done(root: Path, *words: str) -> dict[str, str]:
    result = run(root, "--json", *words)
    assert result.exit_code == 0, result.output
    return {f"{one['table']} {one['day']}": one["state"] for one in json.loads(result.stdout)["tables"]}


def rows(root: Path, table: str, day: str = DAY) -> Table:
    file = root / "rows" / table / "environment=prod" / f"day={day}" / "part-0.parquet"
    return [row for _, row in read([file], {file: table})]


def files(root: Path) -> dict[str, bytes]:
    return {str(one.relative_to(root)): one.read_bytes() for one in (root / "rows").rglob("*") if one.is_file()}


def test_a_day_twice_is_the_same_bytes(project: Path, shop: FakePrometheus) -> None:
    first = done(project, "--day", DAY)
    assert {first[f"{table} {DAY}"] for table in (OBJECTIVES, ALERTS, KPIS, COSTS)} == {"written"}
    assert {first[f"{table} {DAY}"] for table in (INCIDENTS, REMEDIATIONS)} == {"no data"}
    before = files(project)
    assert f"rows/{INCIDENTS}/environment=prod/day={DAY}/part-0.parquet" not in before
    assert done(project, "--day", DAY)[f"{KPIS} {DAY}"] == "kept"
    assert done(project, "--day", DAY, "--again")[f"{KPIS} {DAY}"] == "written"
    assert files(project) == before


def test_what_was_not_recorded_is_a_gap_and_adds_nothing(project: Path, shop: FakePrometheus) -> None:
    done(project, "--day", DAY)
    (orders,) = rows(project, KPIS)
    recorded = TILES - 12
    assert orders["covered_seconds"] == recorded * 300
    assert orders["total"] == 5 * (recorded + TILES // 2)
    assert orders["mean"] == pytest.approx((recorded + TILES // 2) / recorded)
    assert (orders["low"], orders["high"], orders["team"], orders["transaction"]) == (1.0, 2.0, "shop", True)


def test_the_days_add_up_to_the_window(project: Path, shop: FakePrometheus) -> None:
    days = [f"2026-11-{day}" for day in range(27, 31)]
    for day in days:
        done(project, "--day", day)
    value = next(value for name, _, value in shop.series if name == "component:kpi:value")
    window = range(midnight(days[0], "UTC") + 300, START + 86_400 + 1, 300)
    assert sum(rows(project, KPIS, day)[0]["total"] for day in days) == sum(5 * (value(at) or 0.0) for at in window)
    usd = [row["usd"] for day in days for row in rows(project, COSTS, day)]
    assert sum(usd) == pytest.approx(10.0 * 24 * len(days))


def test_the_parts_of_a_cluster_are_its_cost(project: Path, shop: FakePrometheus) -> None:
    done(project, "--day", DAY)
    found = {(row["part"], row["system"], row["team"]): row["usd"] for row in rows(project, COSTS)}
    assert found == {("system", "shop", "shop"): 96.0, ("idle", "", ""): 120.0, ("other", "", ""): 24.0}


def test_a_day_without_data_has_no_file_and_says_so(project: Path, shop: FakePrometheus) -> None:
    shop.series = [one for one in shop.series if not one[0].startswith(("cluster", "system", "namespace"))]
    result = run(project, "--day", "2026-10-20")
    assert result.exit_code == 0
    assert "no data: Nothing was recorded: there is no file, which is not zero." in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert files(project) == {}


def test_data_that_comes_late_is_read_by_again_and_what_is_gone_stays(project: Path, shop: FakePrometheus) -> None:
    every, shop.series = shop.series, [one for one in shop.series if "kpi" not in one[0]]
    assert done(project, "--day", DAY)[f"{KPIS} {DAY}"] == "no data"
    shop.series = every
    assert done(project, "--day", DAY)[f"{KPIS} {DAY}"] == "written"
    before = files(project)
    shop.series = [
        (name, labels, lambda at, value=value: None if at < START + 43_200 else value(at))  # type: ignore[misc]
        for name, labels, value in every
    ]
    assert done(project, "--day", DAY, "--again")[f"{KPIS} {DAY}"] == "less"
    shop.series = []
    assert done(project, "--day", DAY, "--again")[f"{COSTS} {DAY}"] == "less"
    assert [name for name, content in before.items() if files(project)[name] != content] == []


def test_a_part_of_the_data_is_never_kept(project: Path, shop: FakePrometheus) -> None:
    shop.warnings = ["a store did not answer"]
    result = run(project, "--day", DAY)
    assert (result.exit_code, files(project)) == (1, {})
    assert "partial: A store behind Prometheus did not answer" in result.stdout


def test_series_of_other_rules_are_one_error(project: Path, shop: FakePrometheus) -> None:
    shop.series.append(("component:kpi:value", {"system": "shop"}, lambda _: 1.0))
    result = run(project, "--day", DAY)
    assert result.exit_code == 1
    assert "the answer is not one of Prometheus with Belfry's rules: KeyError" in result.output


def test_incidents_and_verdicts_of_the_month_are_written_again(project: Path, shop: FakePrometheus) -> None:
    def keep(**values: Any) -> None:
        record = Record.model_validate(
            {
                "id": "2026-11-20-shop-01",
                "environment": "prod",
                "system": "shop",
                "components": ["api", "web"],
                "severity": "critical",
                "status": "open",
                "opened": midnight("2026-11-20", "UTC") + 60.0,
                "alerts": ["SloOutage"],
                "times": Times(onset=midnight("2026-11-20", "UTC"), detected=midnight("2026-11-20", "UTC") + 90.0),
                "impact": [Impact(system="shop", component="api", objective="errors", bad=7.0)],
                **values,
            }
        )
        file = project / ".local/incidents/prod/2026" / record.id / "record.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_text(record.model_dump(mode="json")))

    keep()
    at = float(START + 60)
    verdict = entry(environment="prod", at=at, starts=at - 9, text="ada: 10.0.0.1", judged_by="ada", approved_by="bob")
    book = project / "ledger.sqlite"
    FileStore(book).write([Change((ATTEMPT, "a"), verdict.model_dump(mode="json"), 0)])
    words = ("--day", DAY, "--ledger", str(book))
    assert done(project, *words)[f"{INCIDENTS} 2026-11-20"] == "written"
    (lasting,) = rows(project, INCIDENTS, "2026-11-20")
    assert (lasting["to_detect"], lasting["to_restore"], lasting["bad"], lasting["team"]) == (90.0, None, 7.0, "shop")
    (decided,) = rows(project, REMEDIATIONS)
    assert (decided["rule"], decided["verdict"], decided["judgement"]) == ("restart", "shadow", str(Judgement.OPEN))
    assert not {"ada", "bob", "ada: 10.0.0.1"} & {str(value) for value in decided.values()}

    end = midnight("2026-11-20", "UTC") + 600.0
    keep(status="closed", closed=end + 900, times=Times(onset=end - 600, detected=end - 510, restored=end))
    done(project, *words)
    assert rows(project, INCIDENTS, "2026-11-20")[0]["to_restore"] == 600.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--day", "2026-12-02"], "--day: found 2026-12-02, which is not over; allowed: 2026-12-01 or earlier"),
        (["--day", "2026-02-30"], "--day: found '2026-02-30'; allowed: a day of the calendar"),
    ],
)
def test_a_day_that_is_none_changes_nothing(project: Path, shop: FakePrometheus, words: list[str], said: str) -> None:
    result = run(project, *words)
    assert (result.exit_code, files(project)) == (2, {})
    assert said in result.output


def test_without_prometheus_there_is_one_error(project: Path) -> None:
    result = CliRunner().invoke(app, ["warehouse", "--env", "prod", "--root", str(project)])
    assert result.exit_code == 2
    assert "--prometheus: found nothing to read from; allowed: the URL of Prometheus or Thanos" in result.output


def test_the_last_day_that_is_over_is_the_default_and_zones_that_lag_wait(project: Path, shop: FakePrometheus) -> None:
    shop.now = midnight("2026-12-01", "UTC") + 1200
    catalog = project / "catalog" / "shop.yaml"
    catalog.write_text(catalog.read_text() + "report_time_zone: America/New_York\n")
    found = done(project)
    assert (found[f"{KPIS} {DAY}"], found[f"{OBJECTIVES} {DAY}"]) == ("written", "not over")
    assert rows(project, OBJECTIVES, "2026-11-29")
