"""`python -m engine cost`: what a person and a machine read, and the budget."""

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

import engine.cli
from engine.cli import app
from engine.cost import BUDGET, _table, budget_of, machine_readable, over, priced, show
from model.plan import Plan, PlannedResource
from tests import widths
from tests.engine.sample import driver, write_project
from tests.plans import plan_document, planned_resource

CLI = CliRunner()
STACK = "urn:pulumi:prod::belfry::pulumi:pulumi:Stack$"


def resource(type_: str, name: str, inside: str = "belfry:aws:Parts", **inputs: Any) -> PlannedResource:
    return planned_resource(type_, name, urn=f"{STACK}{inside}${type_}::{name}", inputs=inputs)


def plan(*more: PlannedResource, region: str = "us-east-1", budget: int | None = None) -> Plan:
    """A month of 73 dollars for a control plane and 3.10 for a dashboard and an alarm."""
    return plan_document(
        resource("pulumi:providers:aws", "aws", region=region),
        resource("aws:eks/cluster:Cluster", "cluster", "belfry:aws:EksCluster"),
        resource("aws:cloudwatch/dashboard:Dashboard", "board"),
        resource("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm", metricName="m"),
        *([] if budget is None else [resource(BUDGET, "budget", limitAmount=str(budget))]),
        *more,
    )


def screen(planned: Plan, budget: str | None = None) -> str:
    console = Console(file=io.StringIO(), width=120)
    show(console, "prod", priced(planned), None if budget is None else Decimal(budget))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_sums_each_component_and_all() -> None:
    text = screen(plan())
    assert "cost prod: US dollars a month" in text
    rows = [" ".join(line.replace("│", " ").split()) for line in text.splitlines()]
    assert "EksCluster eks-cluster 730 hour 73.00" in rows
    assert "Parts alarm-metric 1 alarm metric-month 0.10" in rows
    assert "dashboard 1 dashboard-month 3.00" in rows
    assert "together 3.10" in rows
    assert "all 1 resources are free 76.10" in rows


def test_the_screen_says_of_when_the_prices_are_which_factors_it_used_and_what_is_missing() -> None:
    table = resource("aws:dynamodb/table:Table", "orders", billingMode="PROVISIONED", writeCapacity=5, readCapacity=5)
    text = screen(plan(table, region="eu-central-1"))
    assert "Prices: us-east-1, as of 2026-08-21; factors for eu-central-1:" in text
    assert "network x 1.156" in text
    assert "Not included: data transfer" in text
    assert "warning price sources that have not been checked again: frankfurt-tables" in text


def test_a_region_without_factors_is_a_warning() -> None:
    assert "warning no factors for mars-north-1: priced like us-east-1" in screen(plan(region="mars-north-1"))


def test_usage_based_and_unknown_costs_are_listed_with_names() -> None:
    topics = [resource("aws:sns/topic:Topic", f"topic-{number}") for number in range(4)]
    text = screen(plan(*topics, resource("aws:redshift/cluster:Cluster", "warehouse[red]")))
    assert "Billed by use, not in the total:" in text
    assert "aws:sns/topic:Topic: topic-0, topic-1, topic-2 and 1 more: billed by use; $0.5 for million requests" in text
    assert "aws:redshift/cluster:Cluster: warehouse[red]: no price, and not listed as free" in text


def test_a_trap_is_a_warning() -> None:
    fast = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "fast", metricName="m", period=10)
    assert "warning alarms of high resolution cost three times as much: fast" in screen(plan(fast))


def test_the_budget_is_compared_with_the_total() -> None:
    assert "Within the budget of $100 a month." in screen(plan(), "100")
    assert "Over the budget of $70 a month by $6.10." in screen(plan(), "70")
    assert "udget" not in screen(plan())
    assert over(priced(plan()), Decimal(70))
    assert not over(priced(plan()), None)


def test_a_budget_comes_from_the_command_or_else_is_the_environments_own() -> None:
    assert budget_of(plan(), None) is None
    assert budget_of(plan(budget=900), None) == 900
    assert over(priced(plan(budget=76)), budget_of(plan(budget=76), None)), "the platform alone costs more than that"
    assert budget_of(plan(budget=900), 12.5) == Decimal("12.5")


def test_machines_get_every_line_with_its_formula_and_dollars_in_cents() -> None:
    found = json.loads(json.dumps(machine_readable("prod", priced(plan()), Decimal(70))))
    assert (found["usd_per_month"], found["over_budget"], found["budget_usd"]) == (76.1, True, 70)
    assert found["components"] == {"EksCluster": 73, "Parts": 3.1}
    (line,) = (line for line in found["lines"] if line["resource"] == "cluster")
    assert (line["quantity"], line["unit"], line["usd"], line["formula"]) == (730, "hour", 73, "730 hours a month")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample project in the place of Belfry's."""
    root = write_project(tmp_path)
    monkeypatch.setattr(engine.cli, "make_driver", lambda: driver(root))


@pytest.mark.engine
def test_the_command_prices_a_plan_of_the_real_engine(pulumi_cli: None, project: None) -> None:
    result = CLI.invoke(app, ["cost", "dev", "--offline", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [(line["price"], line["usd"]) for line in found["lines"]] == [("alarm-metric", 0.1)]
    assert found["unknown"] == []
    assert [each["resource"] for each in found["by_use"]] == ["orders", "orders", "alarms"]


@pytest.mark.engine
def test_over_the_budget_the_exit_code_is_1_and_the_table_is_still_shown(pulumi_cli: None, project: None) -> None:
    result = CLI.invoke(app, ["cost", "dev", "--offline", "--budget", "0.05"])
    assert result.exit_code == 1
    assert "Over the budget of $0.05 a month by $0.05." in result.stdout


@pytest.mark.parametrize("budget", ["0", "-5"])
def test_a_budget_of_nothing_is_bad_input(budget: str) -> None:
    result = CLI.invoke(app, ["cost", "dev", "--budget", budget])
    assert result.exit_code == 2


def test_the_table_fits_a_terminal_and_cuts_no_name() -> None:
    planned = plan(resource("aws:rds/instance:Instance", "db", "belfry:aws:Parts", instanceClass="db.r6g.2xlarge"))
    cost = priced(planned)

    text = widths.shown(lambda console: console.print(_table("staging", cost)))

    widths.whole(text, [name for line in cost.lines for name in (line.component, line.price)])
