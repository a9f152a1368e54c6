"""What clusters, language models, a transaction and the monitoring cost, and what is not in these numbers."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.boards import cost_details
from authoring.dashboards.boards.cost_details import NO_COST
from authoring.dashboards.kit import blocks, cloudwatch, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import cost
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid

NO_WEEK = "Less than a week of history"
curves = partial(panels.curves, no_data=NO_COST)
number = partial(panels.number, no_data=NO_COST)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    counted = cost_details.as_counted(catalog)
    board = Board(
        uid=Uid.COST,
        question="What do clusters and language models cost, who uses them, and what is wasted?",
        variables=(variables.clusters(), variables.systems(), variables.cloudwatch()),
        chosen=(labels.CLUSTER, labels.SYSTEM),
        to=(Uid.EXECUTIVE, Uid.AI, Uid.CAPACITY),
        since="now-7d",
        refresh=cloudwatch.REFRESH,
        rows=(
            Row(
                "Cost of clusters and language models, US dollars per hour", (*_numbers(), *_curves()), collapsed=False
            ),
            Row("By system, team and namespace", cost_details.whose()),
            Row("Idle and over-requested", cost_details.waste()),
            *([Row("Costs that systems measure themselves", counted)] if counted else []),
            Row("Cost drivers of the monitoring", cost_details.monitoring_beside(), width=8),
            cloudwatch.row("Bill of the AWS account, all services", cost_details.bill()),
            Row("Alerts", (blocks.alert_table(labels.CLUSTER, labels.SYSTEM),)),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        number(
            "Clusters",
            f"US dollars per hour, used and idle. {cost.IN_CLUSTERS}",
            targets.now(cost.clusters()),
            unit=units.Dollars,
            decimals=2,
            runbooks=("ClusterCostJumped",),
        ),
        number(
            "Clusters against last week",
            "Change of the clusters' cost against this hour of last week. From 10 % on it is worth a look; an alert "
            f"fires at 40 % above yesterday. {cost.IN_CLUSTERS}",
            targets.now(cost.change("1w")),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.1, bad=0.4),
            no_data=NO_WEEK,
            decimals=0,
            runbooks=("ClusterCostJumped", "SystemCostJumped"),
        ),
        number(
            "Language models",
            "US dollars per hour for calls to language models, as their callers count them.",
            targets.now(cost.models()),
            unit=units.Dollars,
            decimals=2,
            runbooks=("AiCostHigh",),
        ),
        number(
            "Monthly cluster and AI cost",
            "Projected US dollars of clusters and language models, from the last day. "
            f"{cost.IN_CLUSTERS} The bill below has all services.",
            targets.now(cost.projected_month()),
            unit=units.Dollars,
            decimals=0,
            runbooks=("ClusterCostJumped",),
        ),
        number(
            "Requested",
            "Share of the clusters' cost that workloads request; the rest is idle. An alert fires below 40 %.",
            targets.now(cost.allocated()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.4, good=0.6),
            decimals=0,
            runbooks=("ClusterMostlyIdle",),
        ),
        number(
            "Monitoring's share",
            "Share of the clusters' cost that Belfry itself requests. Above 10 % reduce series and logs, above 20 % "
            "now. Its stores outside the clusters (S3, Amazon Managed Prometheus) are not included.",
            targets.now(cost.monitoring_share()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.1, bad=0.2),
            decimals=1,
            runbooks=("SeriesGrowing",),
        ),
    )


def _curves() -> blocks.Panels:
    to_system = (links.for_system_of_series(Uid.BUSINESS),)
    return (
        curves(
            "Clusters, now and a week ago",
            f"US dollars per hour. Without changes both curves are the same. {cost.IN_CLUSTERS}",
            targets.over_time(cost.clusters(), "now"),
            targets.over_time(cost.clusters_before("1w"), "a week ago"),
            unit=units.Dollars,
            runbooks=("ClusterCostJumped",),
        ),
        curves(
            "In-cluster cost by system",
            f"US dollars per hour. {cost.IN_SYSTEMS}",
            targets.over_time(cost.systems(), "{{system}}"),
            unit=units.Dollars,
            stacked=True,
            runbooks=("SystemCostJumped",),
            data_links=to_system,
        ),
        curves(
            "In-cluster and AI cost per transaction",
            "US dollars per transaction as defined in the catalog, such as an order or a payment. It rises at night, "
            f"when the same capacity serves fewer users; compare days. {cost.IN_SYSTEMS} Calls to language models are "
            "included.",
            targets.over_time(cost.per_transaction(), "{{system}}"),
            unit=units.Dollars,
            no_data="No transactions, or no OpenCost",
            runbooks=("SystemCostJumped",),
            data_links=to_system,
            width=8,
        ),
        curves(
            "Language models by system",
            "US dollars per hour for calls to language models, as their callers count them.",
            targets.over_time(cost.models_by_system(), "{{system}}"),
            unit=units.Dollars,
            no_data="No calls to models",
            stacked=True,
            runbooks=("AiCostHigh",),
            data_links=to_system,
            width=8,
        ),
        curves(
            "Monitoring by namespace",
            f"US dollars per hour of Belfry's own namespaces. {cost.IN_SYSTEMS}",
            targets.over_time(cost.monitoring_by_part(), "{{namespace}}"),
            unit=units.Dollars,
            stacked=True,
            runbooks=("SeriesGrowing",),
            width=8,
        ),
    )
