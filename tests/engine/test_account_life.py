"""The life of an account under the real engine: deployed, left alone, upgraded, taken down.

Each step goes on where the one before it ended, so the module's account is deployed once. Providers are the offline
ones: their diffs are of inputs, which is all that the program decides.
"""

from dataclasses import replace
from itertools import pairwise, product
from typing import NamedTuple

import pytest

import components.chart
from engine.driver import Outcome
from engine.events import Change, Step
from model.charts import Chart, Charts
from tests.engine.small_account import SmallAccount, changed, properties

pytestmark = pytest.mark.engine

CLUSTER, PROXY, DNS = "cluster-cluster", "node-addons-kube-proxy", "addons-coredns"
NODES = ("nodes-general", "nodes-observability")


class Life(NamedTuple):
    """What each step did. ``order``: begin and end of every resource of the upgrade."""

    first: Outcome
    again: Outcome
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


@pytest.fixture(scope="module")
def life(pulumi_cli: None, tmp_path_factory: pytest.TempPathFactory) -> Life:
    account = SmallAccount.create(tmp_path_factory.mktemp("account") / "belfry")
    account.configure(cluster={"version": "1.34"})
    first, again = account.up(), account.up()
    # One run for two upgrades, whose resources are not the same: a run takes half a minute of a processor.
    account.configure(cluster={"version": "1.35"})
    with pytest.MonkeyPatch.context() as patch:
        newer = newer_charts()
        patch.setattr(components.chart, "chart_table", lambda: newer)
        upgraded = account.up()
    order = account.order
    down = account.down()
    left = (account.root / ".local" / "state").exists()
    return Life(first=first, again=again, upgraded=upgraded, order=order, down=down, left=left)


def releases(outcome: Outcome) -> dict[str, Step]:
    return {step.name: step for step in outcome.steps if step.type == "kubernetes:helm.sh/v3:Release"}


def test_a_second_update_of_unchanged_input_changes_nothing(life: Life) -> None:
    assert set(life.first.changes) == {Change.CREATE}
    assert dict(life.again.changes) == {Change.SAME: life.first.changes[Change.CREATE]}


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
