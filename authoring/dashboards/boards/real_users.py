"""What people in front of browsers get: do pages feel fast, do they break, do people still come?"""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, links, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import NO_LIMIT, SAYS, falling, rising, shared
from authoring.dashboards.queries import logs, real_users
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import ComponentKind, Signal

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
NO_BROWSERS = "No browser reports"
# The threshold of the alert BrowserErrorsSurge; a browser's extensions alone make less than a hundredth.
BROKEN = rising(warn=0.01, bad=0.05)

VITALS = (
    (
        "LCP",
        "Largest Contentful Paint (LCP), p75: time until the main content is visible.",
        real_users.PAINT,
        real_users.PAINTS,
        units.Seconds,
        Signal.LARGEST_CONTENTFUL_PAINT,
        "SlowPageLoad",
    ),
    (
        "INP",
        "Interaction to Next Paint (INP), p75: time until the page responds to an input.",
        real_users.INTERACTION,
        real_users.INTERACTIONS,
        units.Seconds,
        Signal.INTERACTION_TO_NEXT_PAINT,
        "SlowPageInteraction",
    ),
    (
        "CLS",
        "Cumulative Layout Shift, p75, a score: how far pages jump under the reader.",
        real_users.SHIFT,
        real_users.SHIFTS,
        "none",
        Signal.CUMULATIVE_LAYOUT_SHIFT,
        "UnstablePageLayout",
    ),
)
curves = partial(panels.curves, no_data=NO_BROWSERS)
number = partial(panels.number, no_data=NO_BROWSERS)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.REAL_USERS,
        question="Do pages feel fast, do they break, and do people still come?",
        variables=(
            variables.clusters(),
            variables.systems(),
            variables.components(ComponentKind.FRONTEND),
            variables.loki(),
        ),
        chosen=CHOSEN,
        to=(Uid.API, Uid.BUSINESS, Uid.TRACES),
        since="now-24h",
        rows=(
            Row("Visitors", (*_numbers(catalog), *_vitals(catalog), *_visits()), collapsed=False),
            Row("Pages and devices", _pages(catalog)),
            Row("Errors in browsers", _errors()),
            Row("Objectives", blocks.objectives()),
            Row("Alerts", (*blocks.firing(*CHOSEN), blocks.alert_table(*CHOSEN, width=16))),
        ),
    )
    return (board,)


def _numbers(catalog: Catalog) -> blocks.Panels:
    return (
        number(
            "Good LCP",
            "Share of page views with LCP within 2.5 s. The Core Web Vitals rate 75 % or more as good.",
            targets.now(real_users.good_in_all()),
            unit=units.PercentUnit,
            thresholds=falling(warn=0.5, good=0.75),
            decimals=0,
            runbooks=("SlowPageLoad",),
        ),
        *(
            number(
                title,
                f"{says} Of the worst frontend. {SAYS}",
                targets.now(real_users.worst(record)),
                unit=unit,
                thresholds=shared(catalog, signal),
                runbooks=(alert,),
            )
            for title, says, record, _, unit, signal, alert in VITALS
        ),
        number(
            "Views with errors",
            "Uncaught errors and failed calls as a share of page views. From 5 % on an alert fires.",
            targets.now(real_users.errors_in_all()),
            unit=units.PercentUnit,
            thresholds=BROKEN,
            decimals=2,
            runbooks=("BrowserErrorsSurge",),
        ),
        number(
            "Page views",
            "Pages shown a second.",
            targets.now(real_users.views_in_all()),
            unit=units.CountsPerSecond,
            runbooks=("PageViewsStopped",),
        ),
    )


def _vitals(catalog: Catalog) -> blocks.Panels:
    return tuple(
        curves(
            title,
            f"{says} {SAYS}",
            targets.over_time(real_users.vital(record), blocks.BY_COMPONENT),
            unit=unit,
            thresholds=shared(catalog, signal),
            runbooks=(alert,),
            data_links=(links.of_series(Uid.SLO, labels.SYSTEM, labels.COMPONENT),),
            width=8,
        )
        for title, says, record, _, unit, signal, alert in VITALS
    )


def _visits() -> blocks.Panels:
    return (
        curves(
            "Page views, now and a week ago",
            "Views a second. A drop that last week did not have means that users cannot open the page.",
            targets.over_time(real_users.views(), f"{blocks.BY_COMPONENT}, now"),
            targets.over_time(real_users.views_before("1w"), f"{blocks.BY_COMPONENT}, a week ago"),
            unit=units.CountsPerSecond,
            runbooks=("PageViewsStopped",),
            data_links=(links.for_system_of_series(Uid.BUSINESS),),
        ),
        curves(
            "Views with errors",
            "Uncaught errors and failed calls as a share of page views. A step at a release is the release.",
            targets.over_time(real_users.errors(), blocks.BY_COMPONENT),
            unit=units.PercentUnit,
            thresholds=BROKEN,
            runbooks=("BrowserErrorsSurge",),
        ),
    )


def _pages(catalog: Catalog) -> blocks.Panels:
    return (
        _by_page(catalog),
        *(
            curves(
                f"{title} by device",
                f"{says} {SAYS}",
                targets.over_time(real_users.vital_by("device", histogram), "{{device}}"),
                unit=unit,
                thresholds=shared(catalog, signal),
                runbooks=(alert,),
                width=8,
            )
            for title, says, _, histogram, unit, signal, alert in VITALS
        ),
    )


def _by_page(catalog: Catalog) -> panels.PanelBuilder:
    return panels.comparison(
        "Pages",
        "Web vitals, p75 of the last minutes, by page; pages with few views are not significant.",
        panels.Column(
            heading="Views", expr=real_users.views_by("page"), unit=units.CountsPerSecond, thresholds=NO_LIMIT
        ),
        *(
            panels.Column(
                heading=title,
                expr=real_users.vital_by("page", histogram),
                unit=unit,
                thresholds=shared(catalog, signal),
                decimals=2,
            )
            for title, _, _, histogram, unit, signal, _ in VITALS
        ),
        panels.Column(
            heading="Views with errors",
            expr=real_users.errors_per_page_view(),
            unit=units.PercentUnit,
            thresholds=BROKEN,
            decimals=2,
        ),
        names={"page": "Page"},
        no_data=NO_BROWSERS,
        runbooks=("SlowPageLoad", "BrowserErrorsSurge"),
    )


def _errors() -> blocks.Panels:
    return (
        curves(
            "Errors by page",
            "Errors a second. If one page fails, its code is the cause; if all fail, shared code is.",
            targets.over_time(real_users.errors_by("page"), "{{page}}"),
            unit=units.CountsPerSecond,
            no_data="No errors",
            stacked=True,
            runbooks=("BrowserErrorsSurge",),
            width=panels.WIDTH,
            height=6,
        ),
        panels.log_lines(
            "Newest errors in browsers",
            "As reported by browsers, with page and browser. Open a line for its trace.",
            targets.logs(logs.browser_errors()),
            unit="string",
            no_data="No errors",
            runbooks=("BrowserErrorsSurge",),
        ),
    )
