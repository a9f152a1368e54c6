"""The rows of the cost board below the first: whose it is, what is wasted, what others count, what AWS bills."""

from collections.abc import Iterator
from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, cloudwatch, links, panels, targets
from authoring.dashboards.kit.kpi_panels import UNITS, description, limits, title
from authoring.dashboards.kit.thresholds import NO_LIMIT, falling, rising
from authoring.dashboards.kit.variables import literal
from authoring.dashboards.queries import business, cost, monitoring
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.kpis import Kpi
from model.catalog.system import System
from model.dashboards import Board as Uid
from model.vocabulary import Direction, Unit

NO_COST = "OpenCost does not answer, or is not installed"
_MONEY = (Unit.USD, Unit.USD_PER_HOUR, Unit.USD_PER_DAY)
_DAY = 86_400
curves = partial(panels.curves, no_data=NO_COST)


def as_counted(catalog: Catalog) -> blocks.Panels:
    """Business numbers that are money and bad when they rise: what systems count as their cost."""
    return tuple(_own_number(system, kpi) for system, kpi in _own_numbers(catalog))


def whose() -> blocks.Panels:
    """By system, team and namespace."""
    jumped = rising(warn=0.2, bad=0.5)
    return (
        panels.comparison(
            "Systems",
            f"US dollars per hour. {cost.IN_SYSTEMS} An alert fires at 50 % above last week.",
            panels.Column(heading="In-cluster and AI", expr=cost.systems_in_all(), unit=units.Dollars, decimals=2),
            panels.Column(
                heading="In-cluster", expr=cost.systems(), unit=units.Dollars, thresholds=NO_LIMIT, decimals=2
            ),
            panels.Column(
                heading="Against last week",
                expr=cost.systems_change("1w"),
                unit=units.PercentUnit,
                thresholds=jumped,
                decimals=0,
            ),
            panels.Column(
                heading="AI", expr=cost.models_by_system(), unit=units.Dollars, thresholds=NO_LIMIT, decimals=2
            ),
            panels.Column(heading="Per transaction", expr=cost.per_transaction(), unit=units.Dollars, decimals=4),
            panels.Column(
                heading="Per 1,000 requests", expr=cost.per_thousand_requests(), unit=units.Dollars, decimals=4
            ),
            names={labels.SYSTEM: "System"},
            no_data=NO_COST,
            runbooks=("SystemCostJumped",),
            data_links=(links.for_system_of_row(Uid.BUSINESS),),
        ),
        panels.rows(
            "In-cluster cost by team",
            f"US dollars per hour, by the team that owns the namespace. {cost.IN_SYSTEMS}",
            targets.rows(cost.teams()),
            columns={labels.TEAM: "Team", labels.SYSTEM: "System"},
            value="Per hour",
            unit=units.Dollars,
            no_data=NO_COST,
            decimals=2,
            runbooks=("SystemCostJumped",),
        ),
        curves(
            "In-cluster cost by namespace",
            f"US dollars per hour, also of namespaces that no system of the catalog owns. {cost.IN_SYSTEMS}",
            targets.over_time(cost.namespaces(), "{{namespace}}"),
            unit=units.Dollars,
            stacked=True,
            runbooks=("SystemCostJumped",),
        ),
    )


def waste() -> blocks.Panels:
    """What is idle or requested and not used."""
    return (
        curves(
            "Idle capacity",
            "US dollars per hour of nodes and load balancers that no workload requests.",
            targets.over_time(cost.idle(), "idle"),
            unit=units.Dollars,
            runbooks=("ClusterMostlyIdle",),
            width=8,
        ),
        panels.rows(
            "Workloads that request too much CPU",
            "CPU in the busiest five minutes of seven days, as a share of the request. Below 20 % an alert fires if "
            "more than two cores are requested.",
            targets.rows(cost.least_used()),
            columns={"namespace": "Namespace", "workload": "Workload"},
            value="Peak",
            unit=units.PercentUnit,
            thresholds=falling(warn=0.2, good=0.4),
            no_data="No workloads",
            decimals=0,
            runbooks=("WorkloadOversized",),
            width=8,
        ),
        curves(
            "Nodes by type of instance",
            "US dollars per hour at list prices. A type that should have been removed by a migration still shows here.",
            targets.over_time(cost.nodes(), "{{instance_type}}"),
            unit=units.Dollars,
            stacked=True,
            runbooks=("ClusterCostJumped",),
            width=8,
        ),
        curves(
            "Volumes",
            "US dollars per hour of the clusters' volumes at list prices, mounted or not.",
            targets.over_time(cost.volumes(), "{{cluster}}"),
            unit=units.Dollars,
            no_data="No volumes, or no OpenCost",
            runbooks=("ClusterCostJumped",),
        ),
        curves(
            "Load balancers",
            "US dollars per hour by the Service that created them. Others of the account are on the bill below.",
            targets.over_time(cost.load_balancers(), "{{service_name}}"),
            unit=units.Dollars,
            no_data="No Service of type LoadBalancer",
            runbooks=("ClusterCostJumped",),
        ),
    )


def monitoring_beside() -> blocks.Panels:
    """What drives the cost of the monitoring."""
    return (
        curves(
            "Series in memory",
            "Prometheus needs about 8 GB of memory for a million.",
            targets.over_time(monitoring.head_series(), "{{cluster}} {{pod}}"),
            no_data="Prometheus does not answer",
            runbooks=("SeriesGrowing",),
        ),
        curves(
            "Delivered to the stores",
            "Spans, log lines and data points per second, the billing units of the stores.",
            targets.over_time(monitoring.sent(), "{{signal}} {{exporter}}"),
            unit=units.CountsPerSecond,
            no_data="No collector reports",
            runbooks=("CollectorNotDelivering",),
        ),
        curves(
            "Requests to CloudWatch",
            "Requests per second of the exporter. CloudWatch bills 0.01 USD for 1,000 requested metrics.",
            targets.over_time(cost.cloudwatch_requests(), "{{api_name}}"),
            unit=units.RequestsPerSecond,
            no_data="No exporter of CloudWatch reports",
            runbooks=("CloudWatchExporterFailing",),
        ),
    )


def bill() -> blocks.Panels:
    """Of the whole account since the first of the month; AWS writes it every six hours and in one region only."""
    return tuple(
        cloudwatch.curves(
            heading,
            f"US dollars since the first of the month, {what}. AWS writes it about four times a day; billing alerts "
            "must be switched on in the account.",
            targets.cloudwatch(
                "AWS/Billing",
                "EstimatedCharges",
                {"Currency": "USD", **more},
                statistic="Maximum",
                legend=legend,
                period=_DAY,
                region="us-east-1",
            ),
            unit=units.Dollars,
            no_data="No bill in this account: it may be paid by another one",
            runbooks=cloudwatch.alarm("bill-near-budget", "bill-over-budget"),
        )
        for heading, what, more, legend in (
            ("Bill so far", "all services together", {}, "all services"),
            ("Bill by service", "by service of AWS", {"ServiceName": cloudwatch.ANY}, "${PROP('Dim.ServiceName')}"),
        )
    )


def _own_numbers(catalog: Catalog) -> Iterator[tuple[System, Kpi]]:
    """Business numbers that are money and bad when they rise: what a system counts as its cost."""
    for system in catalog.systems:
        for kpi in system.kpis:
            if kpi.unit in _MONEY and kpi.bad is Direction.ABOVE:
                yield system, kpi


def _own_number(system: System, kpi: Kpi) -> panels.PanelBuilder:
    return curves(
        f"{title(kpi)}, {literal(system.title)}",
        f"{description(kpi)}, in US dollars.",
        targets.over_time(business.of_one_system(system, kpi), "{{system}}"),
        unit=UNITS[kpi.unit],
        thresholds=limits(system, kpi),
        no_data="Not measured, or the system is not chosen",
        runbooks=("KpiAboveCeiling",),
        data_links=(links.for_system_of_series(Uid.BUSINESS),),
    )
