"""Business numbers: one board over all systems, and one for each system that has numbers in the catalog."""

from collections.abc import Callable
from functools import partial
from typing import Final

from grafana_foundation_sdk.builders import text
from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, kpi_panels, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, falling, rising
from authoring.dashboards.kit.variables import literal
from authoring.dashboards.queries import business
from authoring.rules import kpis
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.kpis import Kpi, ValueMeasure
from model.catalog.system import System
from model.dashboards import Board as Uid
from model.vocabulary import Direction, Unit

# The tiles ask once, and so does the table: ten curves fill the rest of the first view.
ON_FIRST_VIEW: Final = 10
CHOSEN: Final = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)

_BETTER = falling(warn=-0.3, good=-0.1)
_BETTER_TEXT = (
    "The last hour against the same hour of other weeks: above 0 is better than usual, below is worse, whichever way "
    "the number counts. Weeks differ by a tenth; from 30 % on something happened."
)
_YOUNG = "Less than a week of history"
number = partial(panels.number, no_data="Prometheus does not answer")


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The overview, then the boards of the systems."""
    return (_overview(catalog), *(_of_system(system) for system in catalog.systems if system.kpis))


def left_out(catalog: Catalog) -> tuple[System, ...]:
    """Systems that get no board, because the catalog names no business numbers of theirs."""
    return tuple(system for system in catalog.systems if not system.kpis)


def money(catalog: Catalog) -> list[str]:
    """Names of the KPIs that are revenue or trade volume, in USD per hour."""
    return _named(catalog, lambda kpi: kpi.unit is Unit.USD_PER_HOUR and kpi.bad is Direction.BELOW)


def people(catalog: Catalog) -> list[str]:
    """Names of the numbers that count people who are there now."""
    return _named(catalog, lambda k: isinstance(k.measure, ValueMeasure) and k.unit is Unit.COUNT and "users" in k.name)


def _named(catalog: Catalog, wanted: Callable[[Kpi], bool]) -> list[str]:
    return sorted({kpi.name for system in catalog.systems for kpi in system.kpis if wanted(kpi)})


def _overview(catalog: Catalog) -> Board:
    missing = left_out(catalog)
    return Board(
        uid=Uid.BUSINESS,
        question="Which KPIs of which system are not as usual?",
        variables=(variables.clusters(), variables.systems()),
        chosen=(labels.CLUSTER, labels.SYSTEM),
        to=(Uid.EXECUTIVE, Uid.SLO, Uid.PLATFORM_HOME),
        since="now-24h",
        rows=(
            Row(
                "All systems",
                (
                    *_numbers(catalog),
                    _all_numbers(),
                    *_curves(catalog),
                    *([_note_of_missing(missing)] if missing else []),
                ),
                collapsed=False,
            ),
            Row("KPI alerts", (_alerts(labels.SYSTEM),)),
        ),
    )


def _numbers(catalog: Catalog) -> blocks.Panels:
    return (
        number(
            "KPI alerts",
            "Firing alerts on KPIs.",
            targets.now(business.firing()),
            thresholds=rising(warn=1),
            runbooks=(kpis.BELOW_FLOOR, kpis.ABOVE_CEILING, kpis.DROPPED),
        ),
        number(
            "Outside their band",
            "KPIs with an unusual last hour for this hour of the week, better or worse.",
            targets.now(business.outside_band()),
            thresholds=rising(warn=1),
            runbooks=(kpis.OUTSIDE_BAND,),
        ),
        number(
            "KPIs 20 % below usual",
            "KPIs whose last hour was more than 20 % worse than usual at this hour of the week.",
            targets.now(business.worse_than_usual(0.2)),
            thresholds=rising(warn=1),
            runbooks=(kpis.DROPPED,),
        ),
        number(
            "Revenue and trade volume",
            "US dollars per hour, of all chosen systems: revenue of shops and the volume that is traded.",
            targets.now(business.total(money(catalog))),
            unit=units.Dollars,
            no_data="No system counts money",
            runbooks=(kpis.DROPPED,),
        ),
        number(
            "Active users",
            "Active users of all selected systems, by each system's own count.",
            targets.now(business.total(people(catalog))),
            no_data="No system counts its users",
            runbooks=(kpis.DROPPED,),
        ),
        number(
            "KPIs measured",
            "KPIs of the chosen systems that have a value now. One that the catalog names and that is not counted here "
            "is not watched: look at its query.",
            targets.now(business.measured()),
            runbooks=("TargetDown",),
        ),
    )


def _all_numbers() -> panels.PanelBuilder:
    return panels.comparison(
        "All KPIs, worst first",
        f"{_BETTER_TEXT} A click opens the system's board, which has the units.",
        panels.Column(
            heading="Better or worse",
            expr=business.against_usual(labels.SYSTEM, kpis.KPI),
            unit=units.PercentUnit,
            thresholds=_BETTER,
            decimals=0,
        ),
        panels.Column(heading="Last hour", expr=business.last_hour(), unit=units.Short, thresholds=NO_LIMIT),
        panels.Column(heading="Usual at this hour", expr=business.usual(), unit=units.Short, thresholds=NO_LIMIT),
        names={labels.SYSTEM: "System", kpis.KPI: "KPI"},
        no_data=_YOUNG,
        runbooks=(kpis.DROPPED, kpis.OUTSIDE_BAND),
        data_links=(links.for_system_of_row(Uid.BUSINESS), links.of_row(Uid.SLO, labels.SYSTEM)),
    )


def _curves(catalog: Catalog) -> blocks.Panels:
    to_system = (links.for_system_of_series(Uid.BUSINESS),)
    return (
        panels.curves(
            "Largest KPI deviations",
            _BETTER_TEXT,
            targets.over_time(business.worst(), "{{system}} {{kpi}}"),
            unit=units.PercentUnit,
            thresholds=_BETTER,
            no_data=_YOUNG,
            from_zero=False,
            runbooks=(kpis.DROPPED,),
            data_links=to_system,
            width=8,
        ),
        panels.curves(
            "Revenue and trade volume by system",
            "US dollars per hour. The system's dashboard shows the usual range.",
            targets.over_time(business.by_system(money(catalog)), "{{system}}"),
            unit=units.Dollars,
            no_data="No system counts money",
            runbooks=(kpis.DROPPED,),
            data_links=to_system,
            width=8,
        ),
        panels.curves(
            "Active users by system",
            "Active users, by each system's own count.",
            targets.over_time(business.by_system(people(catalog)), "{{system}}"),
            no_data="No system counts its users",
            runbooks=(kpis.DROPPED,),
            data_links=to_system,
            width=8,
        ),
    )


def _note_of_missing(missing: tuple[System, ...]) -> panels.PanelBuilder:
    """A board that is missing without a word looks like a mistake."""
    names = ", ".join(f"{literal(system.title)} ({system.system})" for system in missing)
    panel = (
        text.Panel()
        .title("Systems without a board")
        .content(
            f"The catalog names no business numbers of: {names}. Add `kpis` to the system's file, and it gets a board."
        )
    )
    return panel.description("Systems of the catalog that have no `kpis`.").span(panels.WIDTH).height(3)


def _of_system(system: System) -> Board:
    first, more = system.kpis[:ON_FIRST_VIEW], system.kpis[ON_FIRST_VIEW:]
    splits = tuple(kpi_panels.split(system, kpi) for kpi in system.kpis if kpi.by)
    return Board(
        uid=Uid.BUSINESS,
        system=system,
        question=f"How do the KPIs of {literal(system.title)} do, and are they as usual?",
        variables=(variables.clusters(), variables.only_system(system), variables.components()),
        chosen=CHOSEN,
        to=(Uid.BUSINESS, Uid.EXECUTIVE, Uid.SLO),
        since="now-24h",
        rows=(
            Row(
                "Now, and against the usual",
                (kpi_panels.tiles("Now", system), _against_usual(), *(kpi_panels.curve(system, kpi) for kpi in first)),
                collapsed=False,
            ),
            *([Row("More KPIs", tuple(kpi_panels.curve(system, kpi) for kpi in more))] if more else []),
            *([Row("By label", splits)] if splits else []),
            Row("KPI alerts", (_alerts(labels.SYSTEM),)),
            Row("Requests", blocks.rate_errors_duration()),
            Row("Objectives", blocks.objectives()),
        ),
    )


def _against_usual() -> panels.PanelBuilder:
    return panels.rows(
        "Better or worse than usual",
        _BETTER_TEXT,
        targets.rows(business.against_usual(kpis.KPI)),
        columns={kpis.KPI: "KPI"},
        value="Better or worse",
        unit=units.PercentUnit,
        thresholds=_BETTER,
        no_data=_YOUNG,
        decimals=0,
        runbooks=(kpis.DROPPED, kpis.OUTSIDE_BAND),
        width=8,
    )


def _alerts(*by: str) -> panels.PanelBuilder:
    return panels.rows(
        "Firing KPI alerts",
        "One row per alert and KPI. The runbook has the alert's name.",
        targets.rows(business.firing_table(*by)),
        columns={labels.SEVERITY: "Severity", "alertname": "Alert", labels.SYSTEM: "System", kpis.KPI: "KPI"},
        value="Series",
        no_data="Nothing fires",
        runbooks=(kpis.BELOW_FLOOR, kpis.ABOVE_CEILING, kpis.DROPPED, kpis.OUTSIDE_BAND),
        data_links=(links.of_row(Uid.SLO, labels.SYSTEM),),
        width=panels.WIDTH,
    )
