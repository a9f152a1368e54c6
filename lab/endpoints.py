"""Where the servers of the local environment listen: the file that demo workload, faults and console read.

``python -m lab up`` writes it when every server is ready, ``python -m lab down`` takes it away.
"""

from pathlib import Path

import pydantic
from pydantic import Field

from lab.layout import ROOT, Layout
from model.base import Model
from model.problems import BadInput, Problem


class Endpoints(Model):
    """URLs without a slash at the end; ``host:port`` where the protocol is not HTTP. All of them on 127.0.0.1."""

    environment: str = Field(description="Label `environment` of alerts.")
    cluster: str = Field(description="The label `cluster` of every series.")
    prometheus: str
    alertmanager: str
    loki: str
    jaeger: str = Field(description="Jaeger's query API.")
    jaeger_otlp: str = Field(description="host:port, OTLP over gRPC past all collectors; for tests.")
    otlp_grpc: str = Field(description="host:port of the agent: where services send, as on a node.")
    otlp_http: str = Field(description="The same over HTTP; SDKs add /v1/traces, /v1/metrics, /v1/logs.")
    blackbox: str
    grafana: str | None = None
    inbox: str = Field(description="GET /notifications")
    smtp: str = Field(description="host:port of the inbox for mail.")
    workload: str = Field(description="Control API, see `lab.workload.control`; empty when no workload runs.")
    aws: str = Field(default="", description="moto's server; empty when the deployment forwards no alarms.")
    aws_region: str = ""
    alarm_queue: str = Field(default="", description="URL of the queue of alarms' state changes.")
    console: str = Field(description="The page for people.")
    remediation: str = Field(default="", description="GET /verdicts; the page for approvals is at /.")
    targets: Path = Field(description="Folder of scrape and probe targets: see `lab.servers.targets`.")
    pod_logs: Path = Field(description="Folder of container logs, <namespace>_<pod>_<uid>/<container>/0.log.")

    def write(self, layout: Layout) -> None:
        """Write the file."""
        layout.write(layout.endpoints, self.model_dump_json(indent=2) + "\n")


def read_endpoints(root: Path = ROOT) -> Endpoints:
    """The servers' addresses. Raises BadInput when the lab is not up."""
    file = Layout(root).endpoints
    try:
        return Endpoints.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, pydantic.ValidationError):
        raise BadInput([Problem(str(file), "no running local environment", "`make up`")]) from None
