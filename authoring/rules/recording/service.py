"""Recorded series of the service board: connections that clients hold open, whatever the component calls them."""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule
from authoring.rules.signals.query import Measured
from model import labels
from model.catalog.system import System

CONNECTIONS: Final = "component:active_connections:sum"
"""Client connections that are open now, over all replicas."""

_GAUGES: Final = ("(.*_)?active_connections", "nginx_connections_active", "haproxy_frontend_current_sessions")


def rules(system: System) -> Iterator[Rule]:
    """For every component that has such a gauge in its telemetry."""
    for part in system.components:
        measured = Measured(system, part)
        if gauge := measured.find(*_GAUGES):
            own = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
            yield Rule("record", CONNECTIONS, f"sum by (cluster) ({measured.series(gauge)})", own)
