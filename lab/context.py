"""What every server's configuration is made from."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.addresses import everywhere, local
from lab.deployment import Deployment
from lab.layout import Layout
from lab.ports import Ports
from lab.remedy import Remedy
from lab.workload.demand import Demand
from model.problems import BadInput, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """``environment``: what alerts say of themselves, see `lab.servers.table`. ``demand``: None for no workload.
    ``remedy``: what auto-remediation may do; None: there is none.
    """

    layout: Layout
    deployment: Deployment
    ports: Ports
    environment: str
    demand: Demand | None = None
    remedy: Remedy | None = None

    def at(self, server: str, port: int) -> str:
        """host:port here, of a port in the cluster."""
        return self.ports.at(server, port)

    def url(self, server: str, port: int) -> str:
        """The same as a URL."""
        return f"http://{self.at(server, port)}"

    def localized(self, config: Any, where: str) -> Any:
        """``config`` with every address of the cluster replaced by that of the local server."""
        return everywhere(config, lambda text: local(text, self.ports, where))

    def program(self, *tools: str) -> str:
        """The path of the first of the tools that is there. Raises BadInput when none is."""
        found = [path for tool in tools if (path := find_tool(self.layout, tool))]
        if not found:
            raise BadInput([missing(self.layout, tools[0])])
        return str(found[0])


def find_tool(layout: Layout, tool: str) -> Path | None:
    """The built tool, or the one on PATH."""
    built = layout.tools / tool
    found = str(built) if built.exists() else shutil.which(tool)
    return Path(found) if found else None


def missing(layout: Layout, tool: str) -> Problem:
    """What is said of a tool that is not there."""
    return Problem(tool, f"neither in {layout.tools} nor on PATH", f"make tools TOOL={tool}")
