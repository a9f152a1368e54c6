"""The commands where no lab runs, and what a person is shown."""

import dataclasses
import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from lab.cli import app
from lab.faults import screen
from lab.faults.fault import Expected, Fault, Target
from lab.faults.knowledge import Route
from lab.faults.trial import Plan, Trial
from model.vocabulary import Severity
from tests import widths
from tests.tools import PROJECT

EXPECTED = Expected(
    alert="SloOutage", severity=Severity.CRITICAL, team="shop", system="shop", component="api", objective="error-rate"
)
TARGET = Target(name="shop/api", expected=EXPECTED, detect=45)
PLAN = Plan(
    fault=Fault(name="outage", sentence="It breaks.", targets=lambda catalog: [TARGET]),
    target=TARGET,
    route=Route(receiver="shop-page", wait=5, interval=60),
    notified_within=65,
    over_within=300,
)


class Nobody:
    """Servers that are not asked."""

    class at:  # noqa: N801 (as the endpoints are called)
        inbox = "http://127.0.0.1:1"


def trial(**what: object) -> Trial:
    return Trial(plan=PLAN, servers=Nobody(), since=0, began=0, **what)  # type: ignore[arg-type]


PASSED = trial(fired=30.4, notified=36.0, ended=39.0, cleared=200.0, heard={"shop-page": {"slack", "pagerduty"}})
FAILED = trial(why="it did not fire within 65 s")


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return done.exit_code, done.stdout, done.stderr


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fault", "fire"], "NAME: found unknown fault 'fire'; allowed: slo-slow-burn, outage"),
        (
            ["fault", "outage", "--for", "soon"],
            "--for: found 'soon'; allowed: a whole number and one of ms, s, m, h, d",
        ),
        (["gameday", "--only", "fire"], "--only: found unknown fault 'fire'; allowed: slo-slow-burn, outage"),
        (["fault", "outage"], "no running local environment; allowed: `make up`"),
        (["gameday"], "no running local environment; allowed: `make up`"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(words: list[str], said: str, tmp_path: Path) -> None:
    code, _, reported = run(*words, "--root", tmp_path)

    assert code == 2
    assert said in reported


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Catalog and rules of the project, without a lab that may run there."""
    for folder in ("catalog", "rules"):
        (tmp_path / folder).symlink_to(PROJECT / folder)
    return tmp_path


def test_faults_are_listed_without_a_lab_each_with_its_alert_and_who_hears_it(checkout: Path) -> None:
    code, said, _ = run("faults", "--json", "--root", checkout)
    rows = {row["fault"]: row["targets"] for row in json.loads(said)}

    assert code == 0
    (cloudmart,) = [target for target in rows["outage"] if target["target"] == "cloudmart/backend"]
    assert cloudmart == {
        "target": "cloudmart/backend",
        "alert": "SloOutage",
        "objective": "error-rate",
        "severity": "critical",
        "of": "cloudmart/backend",
        "receiver": "cloudmart-critical-page",
        "notified_within_seconds": 65,
        "lasts_seconds": 180,
        "effects": [{"system": "cloudmart", "component": "backend", "errors": 1.0}],
    }


def test_the_list_fits_a_terminal_and_cuts_no_name(checkout: Path) -> None:
    rows = json.loads(run("faults", "--json", "--root", checkout)[1])
    targets = [row["targets"][0] for row in rows if row["targets"]]
    targets[0] |= {"target": widths.LONG, "receiver": widths.LONG}
    names = [name for target in targets for name in (target["target"], target["alert"], target["receiver"])]

    text = widths.shown(lambda console: screen.show_faults(console, rows))

    widths.whole(text, [*names, *(word for row in rows for word in (row["fault"], *row["sentence"].split()))])


def test_a_game_day_ends_with_a_summary_of_what_passed_failed_and_was_left_out() -> None:
    console = Console(file=io.StringIO(), width=80)
    screen.show_results(console, [PASSED, FAILED], {"cache-loss": "no target in shop"})

    lines = shown(console).splitlines()
    rows = [line.split() for line in lines]
    assert ["outage", "shop/api", "30", "36/65", "200", "pass"] in rows
    assert ["SloOutage", "error-rate"] in rows
    assert ["shop-page:", "pagerduty,", "slack"] in rows
    assert ["outage", "shop/api", "-", "-/65", "-", "fail"] in rows
    assert "outage of shop/api: it did not fire within 65 s" in lines
    assert "Left out: cache-loss: no target in shop" in lines
    assert lines[-1] == "1 of 2 passed."


def test_the_summary_of_long_names_fits_a_terminal_and_cuts_none() -> None:
    long = dataclasses.replace(PLAN, target=dataclasses.replace(TARGET, name=widths.LONG))
    heard = {widths.LONG: {"slack", "pagerduty"}}
    ended = Trial(plan=long, servers=Nobody(), since=0, began=0, fired=3000.4, notified=3600.0, heard=heard)  # type: ignore[arg-type]

    text = widths.shown(lambda console: screen.show_results(console, [ended], {}))

    widths.whole(text, [widths.LONG, "SloOutage", "error-rate", "pagerduty", "slack", "3000", "3600/65"])


def test_a_fault_says_who_was_notified_or_that_no_one_was() -> None:
    console = Console(file=io.StringIO(), width=160)
    screen.show_fault(console, PASSED)
    screen.show_fault(console, FAILED)

    assert shown(console).splitlines() == [
        "SloOutage of shop/api error-rate fired after 30 s, notified after 36 s:",
        "  shop-page by pagerduty, slack",
        "Notifications: http://127.0.0.1:1/notifications",
        "SloOutage of shop/api error-rate did not fire. it did not fire within 65 s",
    ]
