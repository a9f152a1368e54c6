"""The table of faults against the catalog, the shipped rules and Alertmanager's own routing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.faults.fault import Burn, Fault, Target
from lab.faults.knowledge import Knowledge, Route, shipped
from lab.faults.table import FAULTS, choose, find
from lab.workload.effects import unfit
from model.catalog.catalog import Catalog
from model.problems import BadInput
from model.vocabulary import Severity
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")
SYSTEMS = {system.system for system in CATALOG.systems}
ROUTES = PROJECT / "rules" / "alertmanager" / "alertmanager.yaml"
KINDS = {
    (system.system, part.name): str(part.kind)
    for system in CATALOG.systems
    for part in (*system.components, *system.resources)
}


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return shipped(PROJECT, "prod")


def every_target() -> Iterator[tuple[Fault, Target]]:
    for fault in FAULTS:
        for target in fault.of(CATALOG):
            yield fault, target


def test_every_documented_fault_exists_and_has_a_target() -> None:
    documented = {
        *("outage", "error-burst", "slow-database", "cache-loss", "queue-backlog", "traffic-stops"),
        *("memory-pressure", "ai-slow", "ai-costly", "login-brute-force", "sql-injection", "slo-slow-burn"),
        *("prometheus-restart", "alertmanager-restart"),
    }

    assert documented <= {fault.name for fault in FAULTS}
    assert [fault.name for fault in FAULTS if not fault.of(CATALOG)] == []


def test_every_alert_that_a_fault_must_raise_is_raised_by_a_shipped_rule(known: Knowledge) -> None:
    missing = [
        f"{fault.name}: {target.expected}" for fault, target in every_target() if not known.rule(target.expected)
    ]

    assert missing == []


def test_every_effect_means_something_for_the_part_it_is_done_to() -> None:
    without = [
        (fault.name, effect.system, effect.component, unfit(KINDS[effect.system, effect.component], effect))
        for fault, target in every_target()
        for effect in target.effects
        if unfit(KINDS[effect.system, effect.component], effect)
    ]

    assert without == []


def test_a_fault_reaches_those_whom_alertmanager_itself_names(known: Knowledge) -> None:
    """One process for each alert would take a minute: one for each way through the routes."""
    asked: dict[tuple[str, str], Target] = {}
    for _, target in every_target():
        asked.setdefault((target.expected.team, target.expected.severity), target)
    assert len(asked) > 5

    for target in asked.values():
        labels = {
            "alertname": target.expected.alert,
            "severity": str(target.expected.severity),
            "team": target.expected.team,
            "system": target.expected.system,
            "component": target.expected.component,
            "environment": "prod",
        }
        words = [f"{key}={value}" for key, value in labels.items()]
        said = run("amtool", "config", "routes", "test", f"--config.file={ROUTES}", *words).strip()
        assert known.route(target.expected).receiver == said, target


def test_the_waits_of_a_route_are_inherited_from_above(known: Knowledge) -> None:
    outage = choose(find("outage"), CATALOG, {"cloudmart"}).expected

    assert known.route(outage) == Route(receiver="cloudmart-critical-page", wait=5, interval=60)


def test_a_slow_burn_lies_between_the_lines_of_both_burn_rates() -> None:
    # 99.9 % over 30 days: the workbook's factors 6 and 14.4.
    (effect,) = choose(find("slo-slow-burn"), CATALOG, {"cloudmart"}).effects
    assert 6 * 0.001 < effect.errors < 14.4 * 0.001
    # The alert threshold of 99.5 % changes no burn rate.
    (effect,) = choose(find("slo-slow-burn"), CATALOG, {"alchemorsel"}).effects
    assert 6 * 0.001 < effect.errors < 14.4 * 0.001


@pytest.mark.parametrize(
    ("history", "seconds"),
    [
        pytest.param(0, 0, id="without a history at once"),
        pytest.param(600, 600, id="as long again as nothing was wrong, when half must be bad"),
        pytest.param(10**6, 1800, id="half of the window at most"),
    ],
)
def test_a_budget_burns_for_as_long_as_its_window_needs(history: float, seconds: float) -> None:
    assert Burn(ratio=0.5, window=3600).seconds(history) == seconds


def test_the_first_target_of_the_running_systems_is_the_default() -> None:
    assert choose(find("cache-loss"), CATALOG, SYSTEMS).name == "alchemorsel/cache"
    assert choose(find("cache-loss"), CATALOG, {"bakhmach", "cloudmart"}).name == "bakhmach/cache"
    assert choose(find("cache-loss"), CATALOG, SYSTEMS, "bakhmach/cache").name == "bakhmach/cache"


def test_attacks_hit_first_where_they_page() -> None:
    assert choose(find("login-brute-force"), CATALOG, SYSTEMS).expected.severity is Severity.CRITICAL
    assert choose(find("login-brute-force"), CATALOG, {"cloudmart"}).expected.alert == "LoginFailuresOfOneAccount"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("backend", "found 'backend', which is not of the form system/component"),
        ("shop/backend", "found 'shop/backend', in an unknown system; known systems: alchemorsel, bakhmach"),
        ("cloudmart/nothing", "found 'cloudmart/nothing', and cloudmart has no such component or resource"),
        ("alchemorsel/api", "found 'alchemorsel/api', in a system that does not run; running: cloudmart"),
        ("cloudmart/frontend", "found 'cloudmart/frontend', which this fault cannot hit; allowed: cloudmart/backend"),
    ],
)
def test_a_wrong_target_is_reported_with_the_allowed_ones(target: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        choose(find("outage"), CATALOG, {"cloudmart"}, target)

    assert f"--target: {said}" in str(caught.value)


def test_a_fault_without_a_target_here_names_the_systems_that_have_one() -> None:
    with pytest.raises(BadInput, match=r"cache-loss has no target in cloudmart; allowed: .*alchemorsel, bakhmach"):
        choose(find("cache-loss"), CATALOG, {"cloudmart"})


def test_an_unknown_fault_is_reported_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="NAME: found unknown fault 'fire'; allowed: slo-slow-burn, outage, "):
        find("fire")


def test_an_alert_that_no_rule_raises_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "rules" / "alertmanager").mkdir(parents=True)
    (tmp_path / "rules" / "alertmanager" / "alertmanager.yaml").write_text("route: {receiver: a}")
    outage = choose(find("outage"), CATALOG, {"cloudmart"}).expected

    assert shipped(tmp_path, "prod").rule(outage) is None
