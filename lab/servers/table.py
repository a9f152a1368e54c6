"""Every server of the local environment, in the order in which one needs another."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from lab.console import server as console
from lab.context import Context, find_tool, missing
from lab.endpoints import Endpoints
from lab.layout import Layout
from lab.remedy import NAME as REMEDIATION
from lab.servers import aws, inbox
from lab.servers.alarm_forwarder import alarm_forwarder
from lab.servers.alertmanager import NAME as ALERTMANAGER
from lab.servers.alertmanager import alertmanager
from lab.servers.blackbox import NAME as BLACKBOX
from lab.servers.blackbox import blackbox
from lab.servers.collectors import COLLECTORS, collectors
from lab.servers.collectors import PROGRAMS as COLLECTOR_PROGRAMS
from lab.servers.grafana import PORT as GRAFANA_PORT
from lab.servers.grafana import grafana
from lab.servers.incidents import incidents
from lab.servers.jaeger import jaeger
from lab.servers.loki import loki
from lab.servers.prometheus import NAME as PROMETHEUS
from lab.servers.prometheus import prometheus
from lab.servers.remediation import PORT as REMEDIATION_PORT
from lab.servers.remediation import remediation
from lab.servers.server import Command, Server
from lab.workload import server as workload
from model import labels, names
from model.problems import Problem

# Programs without which there is nothing to see, and of the other servers, the first that is there of these.
REQUIRED = ("alertmanager", "prometheus")
PROGRAMS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(COLLECTORS, COLLECTOR_PROGRAMS),
    BLACKBOX: ("blackbox_exporter",),
    names.JAEGER: ("jaeger",),
    names.LOKI: ("loki",),
}
WATCH = "watch"
# Those that a deployment may do without.
OPTIONAL = (BLACKBOX, names.LOKI, names.JAEGER, *COLLECTORS, aws.NAME, names.ALARM_FORWARDER)


def missing_tools(layout: Layout) -> list[Problem]:
    """A problem for each required tool that is not there."""
    return [missing(layout, tool) for tool in REQUIRED if not find_tool(layout, tool)]


def waiting(layout: Layout) -> dict[str, str]:
    """Servers whose program is not there, and the tool that would be: the others run without them."""
    return {
        server: programs[-1]
        for server, programs in PROGRAMS.items()
        if not any(find_tool(layout, program) for program in programs)
    }


def servers(context: Context) -> list[Server]:
    """All that the deployment asks for, and those of the lab's own. Raises BadInput."""
    each: Iterable[Callable[[Context], Server | None]] = (_inbox, alertmanager, prometheus, blackbox, loki, jaeger)
    made = [server for make in each if (server := make(context))]
    # Last first: whoever sends finds the next one listening.
    made += reversed(collectors(context))
    each = (aws.aws, alarm_forwarder, grafana, workload.workload, remediation)
    made += [server for make in each if (server := make(context))]
    return [*made, incidents(context), _watch(context), _console(context)]


def endpoints(context: Context) -> Endpoints:
    """Where they listen."""
    agent = names.COLLECTOR_AGENT
    shown, forwarder = grafana(context), context.deployment.forwarder
    away = context.url(aws.NAME, aws.PORT) if forwarder else ""
    return Endpoints(
        environment=context.environment,
        cluster=context.deployment.prometheus.get("externalLabels", {}).get(labels.CLUSTER, ""),
        prometheus=context.url(PROMETHEUS, names.PROMETHEUS_PORT),
        alertmanager=context.url(ALERTMANAGER, names.ALERTMANAGER_PORT),
        loki=context.url(names.LOKI, names.LOKI_PORT),
        jaeger=context.url(names.JAEGER, names.JAEGER_QUERY_PORT),
        jaeger_otlp=context.at(names.JAEGER, names.OTLP_GRPC_PORT),
        otlp_grpc=context.at(agent, names.OTLP_GRPC_PORT),
        otlp_http=context.url(agent, names.OTLP_HTTP_PORT),
        blackbox=context.url(BLACKBOX, names.BLACKBOX_EXPORTER_PORT),
        grafana=context.url("grafana", GRAFANA_PORT) if shown else None,
        inbox=context.url(inbox.NAME, inbox.HTTP_PORT),
        smtp=context.at(inbox.NAME, inbox.SMTP_PORT),
        workload=context.url(workload.NAME, workload.PORT) if context.demand else "",
        aws=away,
        aws_region=forwarder.region if forwarder else "",
        alarm_queue=aws.queue_url(away, context.deployment) if forwarder else "",
        console=context.url(console.NAME, console.PORT),
        remediation=context.url(REMEDIATION, REMEDIATION_PORT) if context.remedy else "",
        targets=context.layout.targets,
        pod_logs=context.layout.pod_logs,
    )


def _inbox(context: Context) -> Server:
    url = context.url(inbox.NAME, inbox.HTTP_PORT)
    arguments = (
        *("--http", str(context.ports.of(inbox.NAME, inbox.HTTP_PORT))),
        *("--smtp", str(context.ports.of(inbox.NAME, inbox.SMTP_PORT))),
        *("--file", str(context.layout.inbox)),
    )
    run = _python(context, inbox.NAME, "lab.servers.inbox", *arguments, ready=f"{url}/-/ready", url=url)
    return Server(run=run)


def _watch(context: Context) -> Server:
    return Server(run=_python(context, WATCH, "lab.watch", "--root", str(context.layout.root)))


def _console(context: Context) -> Server:
    url = context.url(console.NAME, console.PORT)
    arguments = ("--port", str(context.ports.of(console.NAME, console.PORT)), "--root", str(context.layout.root))
    run = _python(context, console.NAME, "lab.console", *arguments, ready=f"{url}/-/ready", url=url)
    return Server(run=run)


def _python(
    context: Context, name: str, module: str, *arguments: str, ready: str | None = None, url: str = ""
) -> Command:
    return Command(
        name=name,
        command=(sys.executable, "-m", module, *arguments),
        # -m looks there; the folder that the process was started in is nobody's business.
        environment={"PYTHONPATH": str(context.layout.root)},
        ready=ready,
        url=url,
    )
