"""The engine of the local environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model.catalog.catalog import Catalog
from model.vocabulary import Environment
from ops.remediation.actors import local_actors
from ops.remediation.alertmanager import Alertmanager
from ops.remediation.engine import Engine, NoDeployments, Observer
from ops.remediation.facts import Prometheus
from ops.remediation.ledger import Ledger
from ops.remediation.ports import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """URLs without a slash at the end. ``workload`` is empty where none runs. ``environment``: what alerts call it."""

    alertmanager: str
    prometheus: str
    workload: str
    environment: str

    @property
    def called(self) -> Mapping[str, str]:
        """What alerts call the environment -> which one it is."""
        return {self.environment: str(Environment.LOCAL)}


def local_engine(
    root: Path, servers: Servers, store: Store, *, acts: bool = True, observer: Observer | None = None
) -> Engine:
    """``acts``: rules with the modes act and ask do as they say; otherwise all are in shadow. Raises BadInput."""
    return Engine(
        catalog=Catalog.load(root / "catalog"),
        environment=Environment.LOCAL,
        alerts=Alertmanager(servers.alertmanager, servers.called),
        metrics=Prometheus(servers.prometheus, Environment.LOCAL),
        deployments=NoDeployments(),
        ledger=Ledger(store, Environment.LOCAL),
        actors=local_actors(servers.workload) if acts else {},
        observer=observer,
    )
