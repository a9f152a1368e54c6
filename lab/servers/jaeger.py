"""Jaeger with the deployed configuration, on this machine's ports."""

import copy
import json
import re
from typing import Any

from configs.stores.jaeger import UI_FILE
from lab.addresses import everywhere
from lab.context import Context
from lab.ports import HOST
from lab.servers.server import Command, Server
from model import names
from model.yaml_text import to_yaml

NAME = names.JAEGER
# Traces in memory: about 50 KiB each, so this many stay far below the limit of a process.
MOST_TRACES = 5000
LIMIT_MIB = 512

Config = dict[str, Any]

_LISTENS = re.compile(r"^0\.0\.0\.0:([0-9]+)$")


def jaeger(context: Context) -> Server | None:
    """The server; None when the deployment has none."""
    release = context.deployment.release(NAME)
    if release is None:
        return None
    folder = context.layout.config(NAME)
    config, notes = _in_memory(copy.deepcopy(release.values["userconfig"]))
    config["processors"]["memory_limiter"] = {"check_interval": "1s", "limit_mib": LIMIT_MIB}
    reader = config["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]
    reader |= {"host": HOST, "port": context.ports.of(NAME, reader["port"])}

    def here(text: str) -> str:
        if listens := _LISTENS.match(text):
            return context.at(NAME, int(listens[1]))
        return str(folder / "ui.json") if text == UI_FILE else text

    config = everywhere(context.localized(config, "Jaeger's configuration"), here)
    url = context.url(NAME, names.JAEGER_QUERY_PORT)
    run = Command(
        name=NAME,
        command=(context.program("jaeger"), f"--config={folder / 'jaeger.yaml'}"),
        ready=f"{context.url(NAME, names.COLLECTOR_HEALTH_PORT)}/status",
        url=url,
    )
    files = {"jaeger.yaml": to_yaml(config), "ui.json": json.dumps(release.values["uiconfig"], indent=2)}
    return Server(run=run, files=files, notes=tuple(notes))


def _in_memory(config: Config) -> tuple[Config, list[str]]:
    """Traces in memory, whatever they are kept in there."""
    backends = config["extensions"]["jaeger_storage"]["backends"]
    notes = []
    for name, backend in backends.items():
        (kind,) = backend
        traces = backend["memory"].get("max_traces", MOST_TRACES) if kind == "memory" else MOST_TRACES
        if kind != "memory":
            notes.append(f"traces are kept in memory: there is no {kind} here")
        if traces > MOST_TRACES:
            notes.append(f"keeps {MOST_TRACES} traces, not {traces}: its memory is bounded")
        backends[name] = {"memory": {"max_traces": min(traces, MOST_TRACES)}}
    config["extensions"].pop("sigv4auth", None)
    config["service"]["extensions"] = [each for each in config["service"]["extensions"] if each != "sigv4auth"]
    return config, notes
