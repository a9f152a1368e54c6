"""The first dashboard for a person on call: what is wrong, who owns it, and is the monitoring reliable?"""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import alerts, monitoring, slo
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.metrics.metric_names import BUDGET_EXHAUSTED, FAST_BURN, SLOW_BURN

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
number = partial(panels.number, no_data="Prometheus does not answer")


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.PLATFORM_HOME,
        question="What is wrong now, who owns it, and is the monitoring reliable?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.API, Uid.SLO, Uid.MONITORING),
        rows=(
            Row("What is wrong now", _wrong_now(), collapsed=False),
            Row("Objectives", blocks.objectives()),
            Row("Targets that are down", _targets_down()),
        ),
    )
    return (board,)


def _wrong_now() -> blocks.Panels:
    return (
        *blocks.firing(*CHOSEN),
        number(
            "Objectives missed",
            "Objectives with an exhausted error budget.",
            targets.now(slo.missed()),
            thresholds=rising(bad=1),
            runbooks=(BUDGET_EXHAUSTED,),
        ),
        number(
            "Burn rate above 1",
            "Objectives with a burn rate above 1 in the last hour.",
            targets.now(slo.burning()),
            thresholds=rising(warn=1),
            runbooks=(FAST_BURN, SLOW_BURN),
        ),
        number(
            "Targets down",
            "Scrape targets that failed the last scrape. Their metrics are missing.",
            targets.now(monitoring.targets_down()),
            thresholds=rising(warn=1),
            runbooks=("TargetDown",),
        ),
        number(
            "Watchdog alerts",
            "One per Prometheus, always firing. 0: no rules are evaluated, and no data here is reliable.",
            targets.now(alerts.watchdogs()),
            thresholds=falling(good=1),
            runbooks=("Watchdog",),
        ),
        blocks.alert_table(*CHOSEN, width=16),
        panels.curves(
            "Firing alerts by team",
            "A step shows when it began; several teams at the same time point to a shared cause.",
            targets.over_time(alerts.by_team(*CHOSEN), "{{team}} {{severity}}"),
            no_data="Nothing fired",
            stacked=True,
            width=8,
        ),
    )


def _targets_down() -> blocks.Panels:
    return (
        panels.rows(
            "Targets that do not answer",
            "Number of targets down per job; if the whole job is down, it is probably a network or DNS problem.",
            targets.rows(monitoring.targets_down_by_job()),
            columns={labels.CLUSTER: "Cluster", "namespace": "Namespace", "job": "Job"},
            value="Down",
            thresholds=rising(warn=1),
            no_data="All targets answer",
            runbooks=("TargetDown",),
        ),
        panels.curves(
            "Share of targets that answer",
            "100 % is normal. A dip during a rollout recovers within minutes.",
            targets.over_time(monitoring.targets_up(), "{{cluster}} {{namespace}}"),
            unit=units.PercentUnit,
            thresholds=falling(good=1, warn=0.9),
            no_data="No scrape targets",
            runbooks=("TargetDown",),
        ),
    )
