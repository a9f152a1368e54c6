"""For managers: objectives, KPIs and cost by system, over the last weeks."""

from grafana_foundation_sdk.models import units

from authoring.dashboards.boards import business
from authoring.dashboards.boards.slo_tracking import LEFT
from authoring.dashboards.kit import blocks, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import alerts, cost, real_users, red, slo
from authoring.dashboards.queries import business as numbers
from authoring.rules import kpis
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.metrics import metric_names as names
from model.vocabulary import Severity

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
_TO_BUSINESS = links.for_system_of_series(Uid.BUSINESS)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.EXECUTIVE,
        question="Are objectives met, are KPIs as usual, and what do clusters and language models cost?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.BUSINESS, Uid.SLO_HISTORY, Uid.COST),
        reports=True,
        since="now-30d",
        refresh="5m",
        rows=(
            Row("Overview", (*_numbers(catalog), _systems(catalog), _history()), collapsed=False),
            Row("Revenue and cost", _money(catalog), width=8),
            Row("Users", _people(catalog), width=8),
            Row("Objectives", blocks.objectives()),
            Row("Alerts", _alerts()),
        ),
    )
    return (board,)


def _numbers(catalog: Catalog) -> blocks.Panels:
    return (
        panels.number(
            "Objectives met",
            "Share of objectives with error budget remaining.",
            targets.now(slo.kept()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.9, good=1),
            no_data="No objectives",
            decimals=0,
            runbooks=(names.BUDGET_EXHAUSTED,),
        ),
        panels.number(
            "Objectives missed",
            "Objectives whose error budget is exhausted. Releases wait until it recovers.",
            targets.now(slo.missed()),
            thresholds=rising(bad=1),
            no_data="No objectives",
            runbooks=(names.BUDGET_EXHAUSTED,),
        ),
        panels.number(
            "Critical components",
            "Components with a firing critical alert, counted once per cluster.",
            targets.now(alerts.components(Severity.CRITICAL, *CHOSEN)),
            thresholds=rising(bad=1),
            no_data="Prometheus does not answer",
            runbooks=("Watchdog",),
        ),
        panels.number(
            "KPIs 20 % below usual",
            "KPIs whose last hour was more than 20 % worse than usual at this hour of the week.",
            targets.now(numbers.worse_than_usual(0.2)),
            thresholds=rising(warn=1),
            no_data="Prometheus does not answer",
            runbooks=(kpis.DROPPED,),
        ),
        panels.number(
            "Revenue and trade volume",
            "US dollars per hour, of all chosen systems: revenue of shops and the volume that is traded.",
            targets.now(numbers.total(business.money(catalog))),
            unit=units.Dollars,
            no_data="No system counts money",
            runbooks=(kpis.DROPPED,),
        ),
        panels.number(
            "Monthly cluster and AI cost",
            f"Projected US dollars, from the last day. {cost.IN_CLUSTERS} Calls to language models are included.",
            targets.now(cost.projected_month()),
            unit=units.Dollars,
            no_data="OpenCost does not answer",
            decimals=0,
            runbooks=("ClusterCostJumped",),
        ),
    )


def _systems(catalog: Catalog) -> panels.PanelBuilder:
    return panels.comparison(
        "Systems",
        "Error budget remaining: the lowest of the system; below 25 % releases should wait, below 0 an objective is "
        "missed. Largest KPI deviation: how far the worst KPI is below its usual value. A click opens them. Cost: "
        f"{cost.IN_SYSTEMS}",
        panels.Column(
            heading="Error budget remaining",
            expr=slo.budget_by_system(),
            unit=units.PercentUnit,
            thresholds=LEFT,
            decimals=0,
        ),
        panels.Column(
            heading="Critical components",
            expr=alerts.components_by_system(Severity.CRITICAL, *CHOSEN),
            thresholds=rising(bad=1),
        ),
        panels.Column(
            heading="Largest KPI deviation",
            expr=numbers.against_usual(labels.SYSTEM),
            unit=units.PercentUnit,
            thresholds=falling(warn=-0.3, good=-0.1),
            decimals=0,
        ),
        panels.Column(
            heading="Revenue, trade volume",
            expr=numbers.by_system(business.money(catalog)),
            unit=units.Dollars,
            decimals=0,
        ),
        panels.Column(heading="In-cluster and AI cost", expr=cost.systems_in_all(), unit=units.Dollars, decimals=2),
        names={labels.SYSTEM: "System"},
        no_data="No system reports",
        runbooks=(names.BUDGET_EXHAUSTED, kpis.DROPPED, "SystemCostJumped"),
        data_links=(links.for_system_of_row(Uid.BUSINESS), links.of_row(Uid.SLO, labels.SYSTEM)),
    )


def _history() -> panels.PanelBuilder:
    return panels.curves(
        "Error budget remaining, lowest of each system",
        "A cliff is an outage, a slope a constant share of errors. Below 0 an objective is missed.",
        targets.over_time(slo.budget_by_system(), "{{system}}"),
        unit=units.PercentUnit,
        thresholds=LEFT,
        no_data="No objectives",
        from_zero=False,
        runbooks=(names.BUDGET_EXHAUSTED,),
        data_links=(links.of_series(Uid.SLO_HISTORY, labels.SYSTEM),),
        width=panels.WIDTH,
    )


def _money(catalog: Catalog) -> blocks.Panels:
    return (
        panels.curves(
            "Revenue and trade volume",
            "US dollars per hour by system: revenue of shops and the volume that is traded.",
            targets.over_time(numbers.by_system(business.money(catalog)), "{{system}}"),
            unit=units.Dollars,
            no_data="No system counts money",
            runbooks=(kpis.DROPPED,),
            data_links=(_TO_BUSINESS,),
        ),
        panels.curves(
            "In-cluster and AI cost",
            f"US dollars per hour by system. {cost.IN_SYSTEMS} Calls to language models are included.",
            targets.over_time(cost.systems_in_all(), "{{system}}"),
            unit=units.Dollars,
            no_data="OpenCost does not answer",
            stacked=True,
            runbooks=("SystemCostJumped",),
            data_links=(_TO_BUSINESS,),
        ),
        panels.curves(
            "In-cluster and AI cost per transaction",
            "US dollars per transaction of the system as defined in the catalog, such as an order or a payment. "
            f"{cost.IN_SYSTEMS} Calls to language models are included.",
            targets.over_time(cost.per_transaction(), "{{system}}"),
            unit=units.Dollars,
            no_data="No transactions, or no OpenCost",
            runbooks=("SystemCostJumped",),
            data_links=(_TO_BUSINESS,),
        ),
    )


def _people(catalog: Catalog) -> blocks.Panels:
    return (
        panels.curves(
            "Active users",
            "By system, from each system's own count.",
            targets.over_time(numbers.by_system(business.people(catalog)), "{{system}}"),
            no_data="No system counts its users",
            runbooks=(kpis.DROPPED,),
            data_links=(_TO_BUSINESS,),
        ),
        panels.curves(
            "Good LCP",
            "Share of page views with a Largest Contentful Paint within 2.5 s; Core Web Vitals call 75 % good.",
            targets.over_time(real_users.good(), blocks.BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.5, good=0.75),
            no_data="No pages are measured",
            runbooks=("SlowPageLoad",),
        ),
        panels.curves(
            "Apdex",
            "Share of satisfied requests, tolerable ones counted half. Above 0.94 is excellent, below 0.7 is poor.",
            targets.over_time(red.apdex(), blocks.BY_COMPONENT),
            unit="none",
            thresholds=falling(warn=0.7, good=0.94),
            no_data=blocks.NO_REQUESTS,
            runbooks=("HighLatency",),
            data_links=(blocks.TO_SERVICE,),
        ),
    )


def _alerts() -> blocks.Panels:
    return (
        blocks.alert_table(*CHOSEN, width=15),
        panels.curves(
            "Firing alerts by team",
            "A plateau is an alert that nobody acts on; spikes are noise.",
            targets.over_time(alerts.by_team(*CHOSEN), "{{team}} {{severity}}"),
            no_data="Nothing fired",
            stacked=True,
            width=9,
        ),
    )
