"""The page as HTML, from a snapshot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader
from markupsafe import Markup

from lab.console.cutting import ALERTS
from lab.console.documents import document, rendered, runbooks, title
from lab.console.graph import HEIGHT
from lab.console.health import Health, systems
from lab.console.links import Links
from lab.console.notices import KIND_TITLES, notice
from lab.console.snapshot import Snapshot
from lab.console.sources import AlertState, heartbeat, is_heartbeat
from lab.endpoints import Endpoints
from lab.layout import Layout
from model.catalog.catalog import Catalog
from model.dashboards import Board

FOLDER = Path(__file__).parent
# Columns of the inbox; other kinds share the last one, where there are any.
COLUMNS = ("pagerduty", "slack", "email")
# The page says when a budget is exhausted only if that is sooner.
SOON_SECONDS = 3 * 86400.0


@dataclass(frozen=True, slots=True)
class Preview:
    """A board. ``picture``: whether docs/dashboards has one. ``url``: in Grafana, where one runs."""

    board: Board
    picture: bool
    url: str


def page(layout: Layout, catalog: Catalog, snapshot: Snapshot) -> str:
    """The page itself."""
    at = snapshot.endpoints
    links = Links(layout, at.prometheus, at.loki, at.grafana or "") if at else Links(layout)
    alive, alerts = heartbeat(snapshot.alerts.content)
    known = None if snapshot.alerts.error else alerts
    notices = [notice(item, links) for item in snapshot.notifications.content if not is_heartbeat(item)]
    beats = [item["at"] for item in snapshot.notifications.content if is_heartbeat(item)]
    return _render(
        "page.html",
        snapshot=snapshot,
        links=links,
        alive=alive,
        last_beat=datetime.fromisoformat(beats[0]) if beats else None,
        firing=[alert for alert in alerts if alert.state is AlertState.FIRING],
        quieted=[alert for alert in alerts if alert.state is not AlertState.FIRING],
        systems=systems(catalog, known, snapshot.objectives.content, snapshot.running.content),
        columns=[(KIND_TITLES[kind], [each for each in notices if each.kind == kind]) for kind in COLUMNS],
        others=[each for each in notices if each.kind not in COLUMNS],
        boards=boards(layout, at),
        runbooks=runbooks(layout),
        apis=apis(at) if at else (),
        down=[server for server in snapshot.servers.content if server.state != "running"],
    )


def boards(layout: Layout, at: Endpoints | None) -> list[Preview]:
    """The boards that the project ships."""
    grafana = at.grafana if at else None
    return [
        Preview(
            board=board,
            picture=document(layout, f"dashboards/{board}.png", ".png") is not None,
            url=f"{grafana}{board.path}" if grafana else "",
        )
        for board in Board
        if (layout.root / "dashboards" / "grafana" / f"{board}.json").is_file()
    ]


def apis(at: Endpoints) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The API of each server: its name, then texts and URLs of links."""
    found = [
        (
            "Prometheus",
            [
                ("alerts", f"{at.prometheus}/api/v1/alerts"),
                ("rules", f"{at.prometheus}/api/v1/rules"),
                ("targets", f"{at.prometheus}/api/v1/targets?state=active"),
                ("a query", f"{at.prometheus}/api/v1/query?query=ALERTS"),
            ],
        ),
        (
            "Alertmanager",
            [
                ("alerts", f"{at.alertmanager}/api/v2/alerts"),
                ("silences", f"{at.alertmanager}/api/v2/silences"),
                ("status", f"{at.alertmanager}/api/v2/status"),
                ("its own page", f"{at.alertmanager}/"),
            ],
        ),
        ("Jaeger", [("services", f"{at.jaeger}/api/services")]),
        ("Loki", [("labels", f"{at.loki}/loki/api/v1/labels"), ("rules", f"{at.loki}/loki/api/v1/rules")]),
        ("Blackbox exporter", [("modules", f"{at.blackbox}/config")]),
        ("Inbox", [("notifications", f"{at.inbox}/notifications")]),
    ]
    return [*found, ("Grafana", [("boards", f"{at.grafana}/dashboards")])] if at.grafana else found


def runbook(path: Path, back: str) -> str:
    """A page of the documentation."""
    text = path.read_text(encoding="utf-8")
    return _render("document.html", title=title(text) or path.stem, body=rendered(text), back=back)


def markdown(heading: str, text: str, back: str) -> str:
    """A page that is made as Markdown; HTML in ``text`` is shown and never taken."""
    return _render("document.html", title=heading, body=rendered(text), back=back)


def failure(status: int, text: str) -> str:
    """A page that says what is wrong with the request."""
    return _render("document.html", title=f"{status}", body=Markup("<p>{}</p>").format(text), back="/")


def ago(moment: datetime, now: datetime) -> str:
    """How long before ``now``, in the largest unit."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def duration(seconds: float) -> str:
    """A time to come, in words: ``3 d``, ``5 h``, ``12 min``."""
    for size, unit in ((86400, "d"), (3600, "h")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 60:.0f} min"


def percent(share: float) -> str:
    """``97.3 %``, and never 100 where something is missing."""
    return f"{math.floor(share * 1000) / 10:.4g} %"


_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=ChainableUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"percent": percent, "duration": duration}
_TEMPLATES.globals |= {"ago": ago, "Health": Health, "HEIGHT": HEIGHT, "SOON": SOON_SECONDS, "ALERTS": ALERTS}


def _render(template: str, **content: Any) -> str:
    return _TEMPLATES.get_template(template).render(content)
