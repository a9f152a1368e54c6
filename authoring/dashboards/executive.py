"""One page for those who decide: promises kept, business numbers, cost, by system, over the last weeks."""

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Panel

from authoring import kpis
from authoring.dashboards import blocks, business, links, panels, targets, variables
from authoring.dashboards.board import Board, Row
from authoring.dashboards.queries import alerts, cost, real_users, red, slo
from authoring.dashboards.queries import business as numbers
from authoring.dashboards.slo_tracking import LEFT
from authoring.dashboards.thresholds import NO_LIMIT, falling, rising
from model import labels
from model.catalog.catalog import Catalog
from model.grafana.dashboards import Board as Uid
from model.metrics import metric_names as names
from model.vocabulary import Severity

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
_TO_BUSINESS = links.of_the_series_system(Uid.BUSINESS)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.EXECUTIVE,
        question="Do we keep what we promise, is business as usual, and what does it cost?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=CHOSEN,
        to=(Uid.BUSINESS, Uid.SLO_HISTORY, Uid.COST),
        since="now-30d",
        refresh="5m",
        rows=(
            Row("In one look", (*_numbers(catalog), _systems(catalog), _history()), collapsed=False),
            Row("Money", _money(catalog)),
            Row("People", _people(catalog)),
            Row("Promises", blocks.objectives()),
            Row("Alerts", _alerts()),
        ),
    )
    return (board,)


def _numbers(catalog: Catalog) -> blocks.Panels:
    return (
        panels.number(
            "Promises kept",
            "Share of objectives with something left of their error budget.",
            targets.now(slo.kept()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.9, good=1),
            no_data="No objectives",
            decimals=0,
            runbooks=(names.BUDGET_EXHAUSTED,),
        ),
        panels.number(
            "Promises broken",
            "Objectives with nothing left. Releases wait until they recover.",
            targets.now(slo.broken()),
            unit=units.Short,
            thresholds=rising(bad=1),
            no_data="No objectives",
            runbooks=(names.BUDGET_EXHAUSTED,),
        ),
        panels.number(
            "Critical components",
            "Components with a firing critical alert, each counted once in each cluster.",
            targets.now(alerts.components(Severity.CRITICAL, *CHOSEN)),
            unit=units.Short,
            thresholds=rising(bad=1),
            no_data="Prometheus does not answer",
            runbooks=("Watchdog",),
        ),
        panels.number(
            "Numbers worse by a fifth",
            "Business numbers whose last hour was more than 20 % worse than usual at this hour of the week.",
            targets.now(numbers.worse_than_usual(0.2)),
            unit=units.Short,
            thresholds=rising(warn=1),
            no_data="Prometheus does not answer",
            runbooks=(kpis.DROPPED,),
        ),
        panels.number(
            "Turnover an hour",
            "US dollars that pass through all chosen systems: revenue and volume of trade alike.",
            targets.now(numbers.total(business.money(catalog))),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="No system counts money",
            runbooks=(kpis.DROPPED,),
        ),
        panels.number(
            "Cost, a month like this day",
            "US dollars of clusters and language models, if all days are like the last one.",
            targets.now(cost.of_a_month()),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="OpenCost does not answer",
            decimals=0,
            runbooks=("ClusterCostJumped",),
        ),
    )


def _systems(catalog: Catalog) -> Builder[Panel]:
    return panels.comparison(
        "Systems",
        "Budget: the least that is left of any promise of the system; below 25 % releases should wait, below 0 the "
        "promise is broken. Worst number: how far the worst business number is below its usual. A click opens them.",
        panels.Column(
            heading="Budget left",
            expr=slo.budget_by_system(),
            unit=units.PercentUnit,
            thresholds=LEFT,
            decimals=0,
        ),
        panels.Column(
            heading="Critical components",
            expr=alerts.components_by_system(Severity.CRITICAL, *CHOSEN),
            unit=units.Short,
            thresholds=rising(bad=1),
        ),
        panels.Column(
            heading="Worst number",
            expr=numbers.against_usual(labels.SYSTEM),
            unit=units.PercentUnit,
            thresholds=falling(warn=-0.3, good=-0.1),
            decimals=0,
        ),
        panels.Column(
            heading="Turnover an hour",
            expr=numbers.by_system(business.money(catalog)),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            decimals=0,
        ),
        panels.Column(
            heading="Cost an hour", expr=cost.systems_in_all(), unit=units.Dollars, thresholds=NO_LIMIT, decimals=2
        ),
        names={labels.SYSTEM: "System"},
        no_data="No system reports",
        runbooks=(names.BUDGET_EXHAUSTED, kpis.DROPPED, "SystemCostJumped"),
        data_links=(links.of_the_rows_system(Uid.BUSINESS), links.of_row(Uid.SLO, labels.SYSTEM)),
    )


def _history() -> Builder[Panel]:
    return panels.curves(
        "Budget left, the least of each system",
        "A cliff is an incident, a slope a constant trickle. Below 0 a promise was broken.",
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
            "Turnover an hour",
            "US dollars by system: revenue and volume of trade alike.",
            targets.over_time(numbers.by_system(business.money(catalog)), "{{system}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="No system counts money",
            runbooks=(kpis.DROPPED,),
            data_links=(_TO_BUSINESS,),
            width=8,
        ),
        panels.curves(
            "Cost an hour",
            "US dollars of clusters and language models, by system.",
            targets.over_time(cost.systems_in_all(), "{{system}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="OpenCost does not answer",
            stacked=True,
            runbooks=("SystemCostJumped",),
            data_links=(_TO_BUSINESS,),
            width=8,
        ),
        panels.curves(
            "Cost of one transaction",
            "US dollars for what the catalog calls a transaction of the system: an order, a payment.",
            targets.over_time(cost.of_a_transaction(), "{{system}}"),
            unit=units.Dollars,
            thresholds=NO_LIMIT,
            no_data="No transactions, or no OpenCost",
            runbooks=("SystemCostJumped",),
            data_links=(_TO_BUSINESS,),
            width=8,
        ),
    )


def _people(catalog: Catalog) -> blocks.Panels:
    return (
        panels.curves(
            "Active users",
            "By system, each by its own count.",
            targets.over_time(numbers.by_system(business.people(catalog)), "{{system}}"),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data="No system counts its users",
            runbooks=(kpis.DROPPED,),
            data_links=(_TO_BUSINESS,),
            width=8,
        ),
        panels.curves(
            "Pages that feel fast",
            "Share of page views whose main content is there within 2.5 s; above 75 % a page counts as good.",
            targets.over_time(real_users.good(), blocks.BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.5, good=0.75),
            no_data="No pages are measured",
            runbooks=("SlowPageLoad",),
            width=8,
        ),
        panels.curves(
            "Content users (Apdex)",
            "Share of content users, slow answers counted half. Above 0.94 people are content, below 0.7 they are not.",
            targets.over_time(red.apdex(), blocks.BY_COMPONENT),
            unit="none",
            thresholds=falling(warn=0.7, good=0.94),
            no_data=blocks.NO_REQUESTS,
            runbooks=("HighLatency",),
            data_links=(blocks.TO_SERVICE,),
            width=8,
        ),
    )


def _alerts() -> blocks.Panels:
    return (
        blocks.alert_table(*CHOSEN, width=15),
        panels.curves(
            "Firing alerts by team",
            "Hills that stay are work that nobody does; needles are noise.",
            targets.over_time(alerts.by_team(*CHOSEN), "{{team}} {{severity}}"),
            unit=units.Short,
            thresholds=NO_LIMIT,
            no_data="Nothing fired",
            stacked=True,
            width=9,
        ),
    )
