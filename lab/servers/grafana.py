"""Grafana, where one is installed: with the deployed data sources and dashboards, readable without a password."""

import shutil
from pathlib import Path
from typing import Any

from lab.console import server as console
from lab.context import Context
from lab.servers.server import Command, Server
from model.dashboards import reports_at
from model.yaml_text import to_yaml

NAME = "grafana"
PORT = 80  # of its Service

# Kinds of data sources that lead to what is not on this machine.
_ELSEWHERE = {"cloudwatch", "elasticsearch"}


def grafana(context: Context) -> Server | None:
    """The server; None when no Grafana is on PATH."""
    found = shutil.which("grafana")
    if found is None:
        return None
    layout, url = context.layout, context.url(NAME, PORT)
    folder = layout.config(NAME)
    deployed: list[dict[str, Any]] = context.deployment.stack.get("grafana", {}).get("additionalDataSources", [])
    sources = [each for each in deployed if each["type"] not in _ELSEWHERE]
    reports = f"{context.url(console.NAME, console.PORT)}/reports/"
    boards = {
        "name": "deployed",
        "type": "file",
        "options": {"path": str(folder / "boards"), "foldersFromFilesStructure": True},
    }
    files = {
        "provisioning/datasources/deployed.yaml": to_yaml(
            {"apiVersion": 1, "datasources": context.localized(sources, "Grafana's data sources")}
        ),
        "provisioning/dashboards/deployed.yaml": to_yaml({"apiVersion": 1, "providers": [boards]}),
        **{f"boards/{path}": reports_at(text, reports) for path, text in context.deployment.dashboards.items()},
    }
    settings = {
        "SERVER_HTTP_ADDR": "127.0.0.1",
        "SERVER_HTTP_PORT": str(context.ports.of(NAME, PORT)),
        "PATHS_DATA": str(layout.data(NAME)),
        "PATHS_LOGS": str(layout.data(NAME)),
        "PATHS_PROVISIONING": str(folder / "provisioning"),
        "AUTH_ANONYMOUS_ENABLED": "true",
        "AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
        # Nothing leaves this machine.
        "ANALYTICS_REPORTING_ENABLED": "false",
        "ANALYTICS_CHECK_FOR_UPDATES": "false",
        "ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "NEWS_NEWS_FEED_ENABLED": "false",
        "SECURITY_DISABLE_GRAVATAR": "true",
    }
    run = Command(
        name=NAME,
        command=(found, "server", "--homepath", str(_home(Path(found)))),
        environment={f"GF_{key}": value for key, value in settings.items()},
        ready=f"{url}/api/health",
        url=url,
    )
    left = sorted({each["type"] for each in deployed} & _ELSEWHERE)
    return Server(run=run, files=files, notes=tuple(f"without the data source {kind}: not here" for kind in left))


def _home(program: Path) -> Path:
    """Where its pages lie: beside the program, or where its packages put them."""
    beside = program.resolve().parent.parent
    return beside if (beside / "public").is_dir() else Path("/usr/share/grafana")
