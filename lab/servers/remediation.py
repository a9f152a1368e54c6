"""Auto-remediation of the local environment: a server that Alertmanager notifies, with a page for approvals.

It listens on this machine alone, so whoever answers is the machine's user. Behind a sign-on of one's own,
``--sign-on-header`` names the header that says who it is.
"""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from lab.context import Context
from lab.layout import ROOT
from lab.remedy import NAME, Acts, Remedy
from lab.servers.server import Command, Server
from lab.web import application, listening
from lab.workload import server as workload
from model import names
from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.vocabulary import Environment
from ops.remediation.local import Servers, local_engine
from ops.remediation.metrics import Metrics
from ops.remediation.service import Service, person_of
from ops.remediation.stores import FileStore

PORT = 8082  # nowhere in the cluster: a key of `lab.ports`
FOLDER = Path(".local/remediation")


def remediation(context: Context) -> Server | None:
    """The server; None where there is none."""
    if context.remedy is None:
        return None
    url = context.url(NAME, PORT)
    arguments = (
        *("--port", str(context.ports.of(NAME, PORT))),
        *("--root", str(context.layout.root)),
        *("--alertmanager", context.url("alertmanager", names.ALERTMANAGER_PORT)),
        *("--prometheus", context.url("prometheus", names.PROMETHEUS_PORT)),
        *("--workload", context.url(workload.NAME, workload.PORT) if context.demand else ""),
        *("--environment", context.environment),
        *("--remedy", context.remedy.model_dump_json()),
    )
    run = Command(
        name=NAME,
        command=(sys.executable, "-m", "lab.servers.remediation", *arguments),
        environment={"PYTHONPATH": str(context.layout.root)},
        ready=f"{url}/-/healthy",
        url=url,
    )
    note = f"in {context.remedy.acts}: the rules of the catalog, for {', '.join(alerts(context)) or 'no alert'}"
    # It reads the catalog once: other rules start it again.
    rules = {f"{system}.json": "\n".join(one.model_dump_json() for one in own) for system, own in _rules(context)}
    return Server(run=run, files=rules, notes=(note,))


def alerts(context: Context) -> list[str]:
    """Names of the alerts that its rules are about; none without an engine."""
    return sorted({rule.alert for _, own in _rules(context) for rule in own}) if context.remedy else []


def _rules(context: Context) -> list[tuple[str, tuple[Remediation, ...]]]:
    systems = Catalog.load(context.layout.root / "catalog").systems
    return [(system.system, system.remediation) for system in systems if system.remediation]


def webhook(context: Context) -> dict[str, object]:
    """How Alertmanager reaches it."""
    return {"webhook_configs": [{"url": f"{context.url(NAME, PORT)}/alertmanager", "send_resolved": True}]}


async def listen(service: Service, port: int) -> None:
    """Answer and decide; forever. Raises OSError when the port is taken."""
    made = application()
    service.add_to(made)
    async with listening(made, port):
        await service.work()


def serve(
    *,
    port: Annotated[int, typer.Option(min=0)],
    alertmanager: Annotated[str, typer.Option()],
    prometheus: Annotated[str, typer.Option()],
    workload_url: Annotated[str, typer.Option("--workload")],
    environment: Annotated[str, typer.Option()],
    remedy: Annotated[str, typer.Option()],
    sign_on_header: Annotated[str | None, typer.Option()] = None,
    root: Annotated[Path, typer.Option()] = ROOT,
) -> None:
    """Serve it until the process is ended."""
    wanted = Remedy.model_validate_json(remedy)
    servers = Servers(alertmanager=alertmanager, prometheus=prometheus, workload=workload_url, environment=environment)
    metrics = Metrics(Catalog.load(root / "catalog"), Environment.LOCAL)
    store = FileStore(root / FOLDER / wanted.ledger)
    engine = local_engine(root, servers, store, acts=wanted.acts is Acts.ACT, observer=metrics)
    try:
        asyncio.run(listen(Service(engine=engine, metrics=metrics, person=person_of(sign_on_header)), port))
    except OSError as error:
        sys.exit(f"the engine of auto-remediation cannot listen: {error}")


if __name__ == "__main__":
    typer.run(serve)
