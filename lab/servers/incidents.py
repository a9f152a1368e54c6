"""The program that writes incidents down, as the cluster runs it, into the checkout's folder of incidents."""

import sys

from lab.context import Context
from lab.ports import HOST
from lab.servers import inbox
from lab.servers.alertmanager import NAME as ALERTMANAGER
from lab.servers.prometheus import NAME as PROMETHEUS
from lab.servers.server import Command, Server
from model import names
from model.catalog.catalog import Catalog
from model.incidents.from_catalog import scope
from model.vocabulary import Environment
from ops.incidents.places import INCIDENTS, LOCAL_LEDGER

NAME = names.INCIDENT_WATCH
# As objectives are evaluated. In the cluster it is half as often: nobody waits for a page there.
EVERY_SECONDS = 15
_SCOPE = "scope.json"


def incidents(context: Context) -> Server:
    """The server. It needs only Prometheus and Alertmanager; whatever else does not run is not asked."""
    layout, port = context.layout, context.ports.of(NAME, names.INCIDENT_WATCH_PORT)
    url = context.url(NAME, names.INCIDENT_WATCH_PORT)
    stores = ((names.LOKI, names.LOKI_PORT), (names.JAEGER, names.JAEGER_QUERY_PORT))
    arguments = (
        *("--environment", str(Environment.LOCAL)),
        *("--scope", str(layout.config(NAME) / _SCOPE)),
        *("--store", str(layout.root / INCIDENTS / str(Environment.LOCAL))),
        *("--prometheus", context.url(PROMETHEUS, names.PROMETHEUS_PORT)),
        *("--alertmanager", context.url(ALERTMANAGER, names.ALERTMANAGER_PORT)),
        *(w for name, at in stores if context.deployment.release(name) for w in (f"--{name}", context.url(name, at))),
        *("--inbox", context.url(inbox.NAME, inbox.HTTP_PORT)),
        *("--events", str(layout.events)),
        *(("--ledger", str(layout.root / LOCAL_LEDGER.parent / context.remedy.ledger)) if context.remedy else ()),
        *("--every", str(EVERY_SECONDS)),
        *("--host", HOST),
        *("--port", str(port)),
    )
    run = Command(
        name=NAME,
        command=(sys.executable, "-u", "-m", "ops.incidents", *arguments),
        environment={"PYTHONPATH": str(layout.root)},
        ready=f"{url}/-/healthy",
        url=f"{url}/metrics",
    )
    catalog = Catalog.load(layout.root / "catalog")
    return Server(run=run, files={_SCOPE: scope(catalog).model_dump_json(indent=1) + "\n"})
