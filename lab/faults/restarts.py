"""Restarts of the servers that alert. The alert that always fires must be notified again."""

from collections.abc import Iterator

from lab.faults.fault import Expected, Fault, Target
from lab.servers.alertmanager import NAME as ALERTMANAGER
from lab.servers.prometheus import NAME as PROMETHEUS
from model import labels
from model.catalog.catalog import Catalog
from model.vocabulary import Severity

HEARTBEAT = Expected(
    alert="Watchdog", severity=Severity.NONE, team="platform", system=labels.OWN_SYSTEM, component="prometheus"
)
# The heartbeat comes once a minute, and after a start Prometheus waits up to one before it sends an alert again.
_DETECT = 150.0


def _prometheus(_: Catalog) -> Iterator[Target]:
    yield Target(name=PROMETHEUS, expected=HEARTBEAT, detect=_DETECT)


def _alertmanager(_: Catalog) -> Iterator[Target]:
    yield Target(name=ALERTMANAGER, expected=HEARTBEAT, detect=_DETECT)


FAULTS = (
    Fault(name="prometheus-restart", sentence="Prometheus is down for half a minute.", targets=_prometheus, pause=30),
    Fault(
        name="alertmanager-restart", sentence="Alertmanager is down for half a minute.", targets=_alertmanager, pause=30
    ),
)
