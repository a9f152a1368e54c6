"""The workload as one more server of the lab."""

import hashlib
import sys
from pathlib import Path

from lab.context import Context
from lab.servers.server import Command, Server
from lab.workload.behaviour import FILE
from lab.workload.plan import Plan
from model import names
from model.catalog.catalog import Catalog

NAME = "workload"
PORT = 8080
FOLDER = Path(__file__).parent


def workload(context: Context) -> Server | None:
    """The server; None when nobody asked for one. Raises BadInput for an unknown system."""
    demand = context.demand
    if demand is None:
        return None
    catalog = Catalog.load(context.layout.root / "catalog")
    Plan.of(catalog, demand.systems)
    url = context.url(NAME, PORT)
    arguments = (
        *("--root", str(context.layout.root)),
        *("--port", str(context.ports.of(NAME, PORT))),
        *("--agent", context.at(names.COLLECTOR_AGENT, names.OTLP_GRPC_PORT)),
        *("--demand", demand.model_dump_json()),
    )
    run = Command(
        name=NAME,
        command=(sys.executable, "-m", "lab.workload", *arguments),
        environment={"PYTHONPATH": str(context.layout.root)},
        ready=f"{url}/-/ready",
        url=url,
    )
    # It reads all of them itself; a change in them restarts it.
    program = [file.read_bytes() for file in sorted(FOLDER.glob("*.py"))]
    digest = hashlib.sha256(b"".join([catalog.model_dump_json().encode(), FILE.read_bytes(), *program])).hexdigest()
    shown = ", ".join(demand.systems) or "all systems"
    note = f"demo traffic of {shown} at load {demand.load:g}; exporters of stores and Kubernetes are simulated"
    return Server(run=run, files={"read.sha256": f"{digest}\n"}, notes=(note,))
