"""The deployed forwarder of CloudWatch alarms as a process between moto's queue and the local Alertmanager."""

import json
import sys

from lab.context import Context
from lab.ports import HOST
from lab.servers import aws
from lab.servers.alertmanager import NAME as ALERTMANAGER
from lab.servers.server import Command, Server
from lab.servers.targets import scrape
from model import labels, names

NAME = names.ALARM_FORWARDER


def alarm_forwarder(context: Context) -> Server | None:
    """The server; None where the deployment has none."""
    forwarder = context.deployment.forwarder
    if forwarder is None:
        return None
    away, port = context.url(aws.NAME, aws.PORT), context.ports.of(NAME, names.ALARM_FORWARDER_PORT)
    url = context.url(NAME, names.ALARM_FORWARDER_PORT)
    arguments = (
        *("--queue", aws.queue_url(away, context.deployment)),
        *("--alertmanager", context.url(ALERTMANAGER, names.ALERTMANAGER_PORT)),
        *("--table", str(context.layout.config(NAME))),
        *("--environment", context.environment),
        *("--component", NAME),
        *(word for prefix in forwarder.prefixes for word in ("--prefix", prefix)),
        *("--host", HOST),
        *("--port", str(port)),
    )
    run = Command(
        name=NAME,
        command=(sys.executable, "-u", "-m", "ops.forwarder", *arguments),
        environment={"PYTHONPATH": str(context.layout.root), **aws.environment(away, forwarder.region)},
        ready=f"{url}/-/healthy",
        url=f"{url}/metrics",
    )
    files = {file: _as(context.environment, text) for file, text in forwarder.table.items()}
    return Server(run=run, files=files, notes=("it reads the local queue and posts to the local Alertmanager",))


def watch(context: Context) -> None:
    """Have Prometheus scrape it, by the rules of the deployed monitor."""
    found = context.deployment.forwarder
    addresses = [context.at(NAME, names.ALARM_FORWARDER_PORT)] if found else []
    scrape(context.layout.targets, NAME, addresses, {"pod": f"{NAME}-0"})


def _as(environment: str, text: str) -> str:
    """The table with what alerts say of themselves."""
    document = json.loads(text)
    for alarm in document["alarms"].values():
        alarm["labels"][labels.ENVIRONMENT] = environment
    return json.dumps(document, indent=1, sort_keys=True)
