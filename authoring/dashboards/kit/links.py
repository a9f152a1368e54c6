"""Ways out of a panel: to its runbook, to the board of a row, to the logs and traces. Time and variables go along."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

from model import labels
from model.dashboards import REPORTS_TITLE, REPORTS_UNSET, RUNBOOKS_VARIABLE, Board

Link = builders.DashboardLink

# What every board understands. A board that has no such variable ignores it.
_KEPT = "${__url_time_range}&${datasource:queryparam}&${cluster:queryparam}"


def runbook(alert: str) -> Link:
    """The page of the alert whose subject the panel shows; alarms of CloudWatch are ``cloudwatch/<page>#<alarm>``."""
    page, hash_mark, section = alert.partition("#")
    url = f"${{{RUNBOOKS_VARIABLE}}}/{page}.md{hash_mark}{section}"
    return (
        Link(f"Runbook: {section or page.rsplit('/', 1)[-1]}").type(DashboardLinkType.LINK).url(url).target_blank(True)
    )


def board(to: Board, title: str = "", **variables: str) -> Link:
    """Another board, same time range, data source and clusters; ``variables`` set more, as ``system="$system"``."""
    more = "".join(f"&var-{name}={value}" for name, value in sorted(variables.items()))
    return Link(title or f"Open {to.heading}").type(DashboardLinkType.LINK).url(f"{to.path}?{_KEPT}{more}")


def of_row(to: Board, *names: str, title: str = "") -> Link:
    """For tables: the board of the row, by its labels (``system``, ``component``)."""
    return board(to, title, **{name: f"${{__data.fields.{name}}}" for name in names})


def of_series(to: Board, *names: str, title: str = "") -> Link:
    """For curves: the board of the series that was clicked, by its labels."""
    return board(to, title, **{name: f"${{__field.labels.{name}}}" for name in names})


def for_system_of_row(to: Board, title: str = "") -> Link:
    """For tables: the board that is about the row's system alone."""
    return _for_system(to, "${__data.fields.system}", title)


def for_system_of_series(to: Board, title: str = "") -> Link:
    """For curves: the board that is about the clicked series' system alone."""
    return _for_system(to, "${__field.labels.system}", title)


def _for_system(to: Board, system: str, title: str) -> Link:
    url = f"{to.path_of(system)}?{_KEPT}"
    return Link(title or f"Open {to.heading} of the system").type(DashboardLinkType.LINK).url(url)


def all_boards() -> Link:
    """At the top of each board: the way to every other, with time range and variables."""
    return (
        Link("Belfry")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([labels.PROJECT])
        .as_dropdown(True)
        .include_vars(True)
        .keep_time(True)
    )


def at_top(to: Board) -> Link:
    """At the top of a board: one other that is wanted often, with time range and variables."""
    return Link(to.heading).type(DashboardLinkType.LINK).url(to.path).include_vars(True).keep_time(True)


def reports() -> Link:
    """At the top of a board about objectives: the written reports. Deployment knows the address."""
    return Link(REPORTS_TITLE).type(DashboardLinkType.LINK).url(REPORTS_UNSET).target_blank(True)
