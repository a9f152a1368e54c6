"""From addresses in the cluster to addresses on this machine, in any configuration."""

import re
from collections.abc import Callable
from typing import Any

from lab.ports import HOST, Ports
from model import names
from model.problems import BadInput, Problem

# Server of this machine -> what the names of its Services and pods begin with. The first that fits counts.
_HOSTS = {
    "alertmanager": (names.ALERTMANAGER, f"alertmanager-{names.ALERTMANAGER}-"),
    "prometheus": (names.PROMETHEUS, f"prometheus-{names.PROMETHEUS}-"),
    names.LOKI: (names.LOKI_GATEWAY, names.LOKI),
    names.JAEGER: (names.JAEGER,),
    names.COLLECTOR_AGENT: (names.COLLECTOR_AGENT,),
    names.COLLECTOR_GATEWAY: (names.COLLECTOR_GATEWAY,),
    names.COLLECTOR_SAMPLER: (names.COLLECTOR_SAMPLER,),
    "blackbox": (names.BLACKBOX_EXPORTER,),
    "grafana": (names.GRAFANA,),
    names.ALARM_FORWARDER: (names.ALARM_FORWARDER,),
}
# Services whose port is not the one that the process listens on.
_BEHIND = {(names.LOKI, names.LOKI_GATEWAY_PORT): names.LOKI_PORT}

_IN_CLUSTER = re.compile(r"(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)\.svc(?:\.cluster\.local)?\.?(?::(?P<port>[0-9]+))?")
# What is not spelled as a name of the cluster must be this machine.
_OUTWARD = re.compile(r"^(?:[a-z+]+://)(?P<host>[^/:]+)")


def server_of(host: str) -> str | None:
    """The local server that stands for a host name of the cluster (``otel-gateway.collectors``)."""
    service = host.split(".", maxsplit=1)[0]
    return next(
        (
            server
            for server, prefixes in _HOSTS.items()
            if any(service == each or (each.endswith("-") and service.startswith(each)) for each in prefixes)
        ),
        None,
    )


def local(text: str, ports: Ports, where: str) -> str:
    """``text`` with each host:port of the cluster replaced. Raises BadInput for one that nobody here stands for."""

    def replaced(match: re.Match[str]) -> str:
        server, port = server_of(match["host"]), int(match["port"] or 80)
        if server is None:
            raise BadInput([Problem(where, f"found the address {match[0]}", f"one of {', '.join(_HOSTS)}")])
        return ports.at(server, _BEHIND.get((server, port), port))

    return _IN_CLUSTER.sub(replaced, text)


def everywhere(config: Any, change: Callable[[str], str]) -> Any:
    """``config`` with every string (values, not keys) changed."""
    if isinstance(config, dict):
        return {key: everywhere(value, change) for key, value in config.items()}
    if isinstance(config, list):
        return [everywhere(value, change) for value in config]
    return change(config) if isinstance(config, str) else config


def refuse_outward(config: Any, where: str) -> None:
    """Raise BadInput when a URL in ``config`` leads away from this machine: no data leaves it."""
    found: set[str] = set()

    def look(text: str) -> str:
        if (match := _OUTWARD.match(text)) and match["host"] not in (HOST, "localhost"):
            found.add(match[0])
        return text

    everywhere(config, look)
    if found:
        raise BadInput([Problem(where, f"found the address {each}", "only this machine") for each in sorted(found)])
