"""What Belfry asks of its boards beyond Grafana's linter. Pure: a board's JSON in, findings out."""

import re
from collections.abc import Iterator, Set
from typing import Final

from promql_parser import VectorSelector

from checks import escalated_copies
from checks.boards import promql
from checks.boards.document import Document, Json
from checks.boards.panel_rules import WITHOUT_QUERIES
from checks.boards.target_rules import parsed
from checks.rules.inference.syntax import selectors
from model import labels
from model.dashboards import REPORTS_UNSET, RUNBOOKS_VARIABLE
from model.metrics import metric_inventory
from model.metrics.metric_names import OBJECTIVE_RATIO, WARNING_THRESHOLD

# Of a browser's six connections to Grafana each waits for the one before: more are seconds.
FIRST_VIEW: Final = 12
REFRESH_SECONDS: Final = 30

# Angular panels that Grafana removed in version 12; "graph" and "singlestat" are the ones people still copy.
REMOVED: Final = frozenset(
    {
        "graph",
        "singlestat",
        "table-old",
        "grafana-worldmap-panel",
        "grafana-piechart-panel",
        "grafana-polystat-panel",
        "heatmap-old",
        "natel-discrete-panel",
    }
)

# Written by the catalog's rules without a cluster; everything else has one.
WITHOUT_CLUSTER: Final = frozenset(
    {
        metric_inventory.COMPONENT_OWNER,
        metric_inventory.NAMESPACE_OWNER,
        metric_inventory.QUEUE_OWNER,
        OBJECTIVE_RATIO,
        WARNING_THRESHOLD,
    }
)
# Raw series that are as few as recorded ones.
CHEAP: Final = frozenset({"ALERTS", "up"})

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


def findings(json: Json) -> list[str]:
    """Everything that is wrong, as sentences that begin with the place."""
    board = Document(json)
    found = (*_of_board(board), *_of_panels(board), *_of_queries(board), *_of_alerts(board))
    return [f"{board.uid}: {message}" for message in found]


def unknown_metrics(json: Json, known: Set[str]) -> list[str]:
    """Metrics that are not exposed, declared or recorded, in queries, variables and annotations."""
    board = Document(json)
    return [
        f"{board.uid}: {where} names {promql.metric(selector) or 'a pattern of metrics'}"
        for where, selector in _everywhere(board)
        if promql.metric(selector) not in known
    ]


def links(json: Json) -> Iterator[tuple[str, str]]:
    """Title of the panel (or of the board) and address of every link."""
    board = Document(json)
    for link in json.get("links", []):
        if link.get("url"):
            yield json["title"], link["url"]
    for panel in board.panels:
        for link in (*panel.get("links", ()), *panel["fieldConfig"]["defaults"].get("links", ())):
            yield panel["title"], link["url"]


def first_view(json: Json) -> int:
    """Queries of the panels that are open when the board opens."""
    return sum(len(panel.get("targets", ())) for panel in json["panels"] if panel["type"] != "row")


def dead_links(json: Json, boards: Set[str], alerts: Set[str]) -> list[str]:
    """Links to boards that are not shipped and runbooks that are not written."""
    return [
        f"{json['uid']}: {title} leads to {url}"
        for title, url in links(json)
        if not (
            url == REPORTS_UNSET
            or ((board := re.match(r"/d/([a-z0-9-]+)(\?|$)", url)) and board[1] in boards)
            # A row or a curve leads to the board of its own system.
            or ((kind := re.match(r"/d/([a-z0-9-]+)-\$\{__\w+\.\w+\.system\}\?", url)) and _kind(kind[1], boards))
            or (
                (page := re.fullmatch(rf"\$\{{{RUNBOOKS_VARIABLE}\}}/([\w/-]+)\.md(#[\w-]+)?", url))
                and page[1] + (page[2] or "") in alerts
            )
        )
    ]


def _kind(uid: str, boards: Set[str]) -> bool:
    return any(board.startswith(f"{uid}-") for board in boards)


def _of_board(board: Document) -> Iterator[str]:
    refresh = re.fullmatch(r"(\d+)([smh])", board.json.get("refresh", ""))
    if refresh is None or int(refresh[1]) * _SECONDS[refresh[2]] < REFRESH_SECONDS:
        yield f"is refreshed every {board.json.get('refresh')!r}; allowed: {REFRESH_SECONDS}s and more"
    if (count := first_view(board.json)) > FIRST_VIEW:
        yield f"asks {count} queries on its first view; allowed: {FIRST_VIEW}"


def _of_panels(board: Document) -> Iterator[str]:
    for panel in board.panels:
        where = f"panel {panel['title']!r}"
        if panel["type"] in REMOVED:
            yield f"{where} is of type {panel['type']}, which Grafana removed"
        if panel["type"] in WITHOUT_QUERIES:
            continue
        defaults = panel["fieldConfig"]["defaults"]
        if not panel["description"].endswith("."):
            yield f"{where} has a description that is no sentence"
        if not defaults.get("noValue"):
            yield f"{where} has no text for missing data"
        if not defaults.get("thresholds", {}).get("steps"):
            yield f"{where} has no thresholds"
        if not panel.get("maxDataPoints"):
            yield f"{where} has no limit on data points"
        sources = {str(target.get("datasource")) for target in panel.get("targets", ())}
        if len(sources) > 1:
            yield f"{where} queries several data sources"


def _of_queries(board: Document) -> Iterator[str]:
    open_panels = {panel["id"] for panel in board.json["panels"] if panel["type"] != "row"}
    for panel, selector in _selectors(board):
        metric = promql.metric(selector)
        chosen = {matcher.name: matcher.value for matcher in selector.matchers.matchers}
        # Expanding left the variable's name in its place.
        if metric not in WITHOUT_CLUSTER and chosen.get(labels.CLUSTER) != labels.CLUSTER:
            yield f"panel {panel['title']!r} reads {metric} of all clusters, whatever is chosen"
    for panel, target in board.targets:
        tree = parsed(board, panel, target)
        if panel["id"] in open_panels and tree and not target.get("exemplar"):
            for selector in selectors(tree):
                metric = promql.metric(selector)
                if ":" not in metric and metric not in CHEAP:
                    yield f"panel {panel['title']!r} reads the raw series {metric} on the first view; record it"


def _of_alerts(board: Document) -> Iterator[str]:
    for where, selector in _everywhere(board):
        if escalated_copies.may_choose(selector):
            yield f'{where} reads ALERTS without level="": an escalated alert is counted once per level'


def _everywhere(board: Document) -> Iterator[tuple[str, VectorSelector]]:
    """Place and selector of all queries: of panels, annotations and variables."""
    yield from ((f"panel {panel['title']!r}", selector) for panel, selector in _selectors(board))
    queries = [(f"annotation {one['name']!r}", str(one.get("expr", ""))) for one in board.json["annotations"]["list"]]
    queries += [(f"variable {v['name']}", re.sub(r"^\w+\(|,\s*\w+\)$", "", v["query"])) for v in board.of_type("query")]
    for where, query in queries:
        tree = parsed(board, {}, {"datasource": {"type": "prometheus"}, "expr": query})
        yield from ((where, selector) for selector in (selectors(tree) if tree else ()))


def _selectors(board: Document) -> Iterator[tuple[Json, VectorSelector]]:
    for panel, target in board.targets:
        tree = parsed(board, panel, target)
        for selector in selectors(tree) if tree else ():
            yield panel, selector
