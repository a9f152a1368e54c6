"""What everything costs: clusters, language models, one transaction, and the monitoring itself."""

from grafana_foundation_sdk.models import units

from authoring.dashboards import blocks, cloudwatch, cost_details, links, panels, targets, variables
from authoring.dashboards.board import Board, Row
from authoring.dashboards.cost_details import NO_COST
from authoring.dashboards.queries import cost
from authoring.dashboards.thresholds import NO_LIMIT, falling, rising
from model import labels
from model.catalog.catalog import Catalog
from model.grafana.dashboards import Board as Uid

NO_WEEK = "Less than a week of history"


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    counted = cost_details.as_counted(catalog)
    board = Board(
        uid=Uid.COST,
        question="What does everything cost, whose is it, and is it worth it?",
        variables=(variables.clusters(), variables.systems(), variables.cloudwatch()),
        chosen=(labels.CLUSTER, labels.SYSTEM),
        to=(Uid.EXECUTIVE, Uid.AI, Uid.CAPACITY),
        since="now-7d",
        refresh=cloudwatch.REFRESH,
        rows=(
            Row("US dollars an hour", (*_numbers(), *_curves()), collapsed=False),
            Row("Whose is it?", cost_details.whose()),
            Row("What is paid for and not used?", cost_details.waste()),
            *([Row("As the systems count it themselves", counted)] if counted else []),
            Row("What does the monitoring cost beside?", cost_details.monitoring_beside()),
            cloudwatch.row("Bill of the AWS account", cost_details.bill()),
            Row("Alerts", (blocks.alert_table(labels.CLUSTER, labels.SYSTEM),)),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        panels.number(
            "Clusters",
            "US dollars an hour: nodes and load balancers at list prices, whoever uses them.",
            targets.now(cost.clusters()),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data=NO_COST,
            decimals=2,
            runbooks=("ClusterCostJumped",),
        ),
        panels.number(
            "Against last week",
            "Clusters now against this hour of last week. From a tenth on it is worth a look, from 40 % on somebody is "
            "told.",
            targets.now(cost.change("1w")),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.1, bad=0.4),
            no_data=NO_WEEK,
            decimals=0,
            runbooks=("ClusterCostJumped", "SystemCostJumped"),
        ),
        panels.number(
            "Models",
            "US dollars an hour for calls to language models, as their callers count them.",
            targets.now(cost.models()),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data=NO_COST,
            decimals=2,
            runbooks=("AiCostHigh",),
        ),
        panels.number(
            "A month like this day",
            "US dollars of clusters and models, if all days are like the last one. Databases and the rest are on the "
            "bill below.",
            targets.now(cost.of_a_month()),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data=NO_COST,
            decimals=0,
            runbooks=("ClusterCostJumped",),
        ),
        panels.number(
            "Asked for",
            "Share of the clusters that workloads asked for; the rest is idle. Below 40 % somebody is told.",
            targets.now(cost.allocated()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.4, good=0.6),
            no_data=NO_COST,
            decimals=0,
            runbooks=("ClusterMostlyIdle",),
        ),
        panels.number(
            "Monitoring's part",
            "Share of the clusters that Belfry itself asks for. Above a tenth it should get leaner, above a fifth now.",
            targets.now(cost.monitoring_share()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.1, bad=0.2),
            no_data=NO_COST,
            decimals=1,
            runbooks=("SeriesGrowing",),
        ),
    )


def _curves() -> blocks.Panels:
    to_system = (links.of_the_series_system(Uid.BUSINESS),)
    return (
        panels.curves(
            "Clusters, now and a week ago",
            "US dollars an hour. The two curves lie on each other when nothing changed but the day.",
            targets.over_time(cost.clusters(), "now"),
            targets.over_time(cost.clusters_before("1w"), "a week ago"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data=NO_COST,
            runbooks=("ClusterCostJumped",),
        ),
        panels.curves(
            "Systems",
            "US dollars an hour that each system's workloads ask for in the clusters.",
            targets.over_time(cost.systems(), "{{system}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data=NO_COST,
            stacked=True,
            runbooks=("SystemCostJumped",),
            data_links=to_system,
        ),
        panels.curves(
            "One transaction",
            "US dollars of clusters and models for what the catalog calls a transaction: an order, a payment. It rises "
            "at night, when the same machines serve fewer people; compare days.",
            targets.over_time(cost.of_a_transaction(), "{{system}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="No transactions, or no OpenCost",
            runbooks=("SystemCostJumped",),
            data_links=to_system,
            width=8,
        ),
        panels.curves(
            "Models by system",
            "US dollars an hour for calls to language models.",
            targets.over_time(cost.models_by_system(), "{{system}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="No calls to models",
            stacked=True,
            runbooks=("AiCostHigh",),
            data_links=to_system,
            width=8,
        ),
        panels.curves(
            "Monitoring itself",
            "US dollars an hour by namespace of Belfry: what it costs to know.",
            targets.over_time(cost.monitoring_by_part(), "{{namespace}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data=NO_COST,
            stacked=True,
            runbooks=("SeriesGrowing",),
            width=8,
        ),
    )
