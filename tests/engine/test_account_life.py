"""The life of an account under the real engine: deployed, left alone, edited, upgraded, taken down.

Each step goes on where the one before it ended, so the module's account is deployed once. Providers are the offline
ones: their diffs are of inputs, which is all that the program decides.
"""

import re
from dataclasses import replace
from itertools import pairwise, product
from typing import Any, NamedTuple

import pytest

import components.chart
from engine.driver import Outcome
from engine.events import Change, Step
from model.charts import Chart, Charts
from tests.engine.small_account import SmallAccount, changed, properties

pytestmark = pytest.mark.engine

CLUSTER, PROXY, DNS = "cluster-cluster", "node-addons-kube-proxy", "addons-coredns"
NODES = ("nodes-general", "nodes-observability")
THRESHOLD, ROUTES = "order-processor-assets-read-throttles", "alertmanager-alertmanager-config"
# What knows every system, and so hears of one less.
OF_ALL_SYSTEMS = (
    "alarm-forwarder-deployment",
    "cloudwatch-exporter-exporter-release",
    "gateway-otel-gateway-release",
    "gateway-otel-sampler-release",
    "incident-watch-deployment",
    "incident-watch-scope",
    "reports-input",
    "rules-log-rules",
    "slo-status-schedule",
)


class Life(NamedTuple):
    """What each step did. ``order``: begin and end of every resource of the upgrade."""

    first: Outcome
    again: Outcome
    edited: Outcome
    upgraded: Outcome
    order: list[tuple[str, str]]
    down: Outcome
    left: bool


def bumped(version: str) -> str:
    """The next minor version of a chart."""
    major, minor, _ = version.split(".", 2)
    return f"{major}.{int(minor) + 1}.0"


def newer_charts() -> Charts:
    """The table with every chart one version on."""
    table = components.chart.chart_table()
    newer: dict[str, Chart] = {}
    for key, chart in table.charts.items():
        newer[key] = replace(chart, pin=chart.pin.model_copy(update={"version": bumped(chart.version)}))
    return replace(table, charts=newer)


def a_tenth_more(system: dict[str, Any]) -> None:
    load = part(system["components"], "asset-service")["load"]
    load.update({key: amount * 1.1 if key != "series" else int(amount * 1.1) for key, amount in load.items()})


def another_threshold(system: dict[str, Any]) -> None:
    override = {"alarm": "read-throttles", "threshold": 5, "reason": "Imports retry."}
    part(system["resources"], "assets")["alarms"] = [override]


def part(parts: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in parts if one["name"] == name)


@pytest.fixture(scope="module")
def life(pulumi_cli: None, tmp_path_factory: pytest.TempPathFactory) -> Life:
    account = SmallAccount.create(tmp_path_factory.mktemp("account") / "belfry")
    account.configure(cluster={"version": "1.34"})
    first = account.up()
    account.edit_catalog("order-processor.yaml", a_tenth_more)
    again = account.up()
    # One run for three edits, and one for two upgrades: a run takes ten seconds of a processor. What each of them alone
    # touches is tests/stacks/test_edits.py's.
    account.edit_catalog("order-processor.yaml", another_threshold)
    account.edit_rules("alertmanager/alertmanager.yaml", "group_wait: 15m", "group_wait: 10m")
    account.configure(systems=["order-processor"])
    edited = account.up()
    account.configure(cluster={"version": "1.35"})
    with pytest.MonkeyPatch.context() as patch:
        newer = newer_charts()
        patch.setattr(components.chart, "chart_table", lambda: newer)
        upgraded = account.up()
    order = account.order
    down = account.down()
    left = (account.root / ".local" / "state").exists()
    return Life(
        first=first,
        again=again,
        edited=edited,
        upgraded=upgraded,
        order=order,
        down=down,
        left=left,
    )


def releases(outcome: Outcome) -> dict[str, Step]:
    return {step.name: step for step in outcome.steps if step.type == "kubernetes:helm.sh/v3:Release"}


def test_a_second_update_changes_nothing_even_with_a_load_within_a_tenth(life: Life) -> None:
    assert set(life.first.changes) == {Change.CREATE}
    assert dict(life.again.changes) == {Change.SAME: life.first.changes[Change.CREATE]}


def test_edits_of_a_threshold_and_a_route_and_a_dropped_system_touch_nothing_else(life: Life) -> None:
    deleted = {name for name, change in changed(life.edited).items() if change is Change.DELETE}
    assert len(deleted) > 20
    assert {name for name in deleted if not re.search(r"(^|-)generic($|-)", name)} == set()
    assert changed(life.edited) == {
        **dict.fromkeys(deleted, Change.DELETE),
        **dict.fromkeys((THRESHOLD, ROUTES, *OF_ALL_SYSTEMS), Change.UPDATE),
    }
    assert properties(life.edited)[THRESHOLD] == {"threshold"}


def test_newer_charts_change_the_versions_of_their_releases_and_nothing_of_their_values(life: Life) -> None:
    found = releases(life.upgraded)
    assert len(found) > 10
    for name, step in found.items():
        assert properties(life.upgraded)[name] == {"version"}
        assert step.inputs["version"] == bumped(str(step.before["version"]))


def test_an_upgrade_of_kubernetes_changes_control_plane_network_and_nodes(life: Life) -> None:
    aws = {step.name for step in life.upgraded.steps if step.type.startswith("aws:")}
    assert {name: keys for name, keys in properties(life.upgraded).items() if name in aws} == {
        CLUSTER: {"version"},
        PROXY: {"addonVersion"},
        **{group: {"version", "releaseVersion"} for group in NODES},
        DNS: {"addonVersion"},
    }


def test_the_engine_begins_each_step_of_the_upgrade_when_the_one_before_has_ended(life: Life) -> None:
    place = {event: number for number, event in enumerate(life.order)}
    for before, after in pairwise(((CLUSTER,), (PROXY,), NODES, (DNS,))):
        for done, begun in product(before, after):
            assert place["end", done] < place["begin", begun], f"{begun} waits for {done}"


def test_nothing_else_changes_with_an_upgrade(life: Life) -> None:
    upgraded = {*releases(life.upgraded), CLUSTER, PROXY, *NODES, DNS}
    assert changed(life.upgraded) == dict.fromkeys(upgraded, Change.UPDATE)


def test_taking_it_down_deletes_everything_and_leaves_no_state(life: Life) -> None:
    assert dict(life.down.changes) == {Change.DELETE: len(life.upgraded.steps)}
    assert not life.left
