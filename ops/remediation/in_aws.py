"""The engine of an environment in AWS: its servers by way of the Kubernetes API, its actors by their families.

Prometheus and Alertmanager have no address outside of the cluster. The API server's proxy leads to them, for whoever
signed in and has the right to `services/proxy` of these two: no load balancer, no second sign-on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from model import names
from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.catalog.remediation_checks import has_pods
from model.catalog.system import System
from model.remediation.families import OF_KIND, Family, families
from model.vocabulary import Environment
from ops.http import ask
from ops.remediation.actors import Actor, ByHand, Refused
from ops.remediation.alertmanager import Alertmanager
from ops.remediation.capacity import CapacityActor
from ops.remediation.change_calendar import SystemsManager
from ops.remediation.engine import Engine
from ops.remediation.facts import Prometheus
from ops.remediation.flags import BreakerActor
from ops.remediation.kubernetes import Cluster, KubernetesActor, KubernetesDeployments
from ops.remediation.ledger import Ledger
from ops.remediation.ports import Store
from ops.remediation.runbooks import RunbookActor
from ops.remediation.zones import ZonalShiftActor

E = TypeVar("E", bound=Engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an environment is. ``cluster``: signs in when it is first asked."""

    environment: Environment
    region: str
    account: str
    cluster: Callable[[], Cluster]


@dataclass(frozen=True, slots=True)
class SystemDeployments:
    """Of a component its own Deployment; of what has no pods those of all components of its system, which use it."""

    components: KubernetesDeployments
    catalog: Catalog

    def state(self, system: str, component: str) -> tuple[bool | None, float | None]:
        """Whether one runs, and when the last one ended. One that cannot be read is unknown, and so are all."""
        [home] = [one for one in self.catalog.systems if one.system == system]
        with_pods = [one.name for one in home.components if has_pods(one)]
        names_of = [component] if component in with_pods else with_pods
        states = [self.components.state(system, name) for name in names_of]
        running = [deploying for deploying, _ in states]
        ended = [at for _, at in states if at is not None]
        if not states or None in running or len(ended) != len(states):
            return None, None
        return any(running), max(ended)


class Elsewhere:
    """For the engine, of actions that another function carries out."""

    def act(self, system: System, rule: Remediation) -> str:
        """Always Refused."""
        raise Refused(f"{rule.action.kind} of {system.system} is carried out elsewhere")


def engine(made: type[E], catalog: Catalog, place: Place, store: Store, actors: Mapping[str, Actor]) -> E:
    """An engine of the kind ``made``, whose rules are those of the environment's catalog."""
    cluster = place.cluster()

    def get(url: str) -> Any:
        return ask("GET", url, headers=cluster.headers(), context=cluster.context)

    return made(
        catalog=catalog,
        environment=place.environment,
        alerts=Alertmanager(proxied(cluster, names.ALERTMANAGER, names.ALERTMANAGER_PORT), get=get),
        metrics=Prometheus(
            proxied(cluster, names.PROMETHEUS, names.PROMETHEUS_PORT),
            place.environment,
            SystemsManager.of(place.region),
            get,
        ),
        deployments=SystemDeployments(KubernetesDeployments(cluster, catalog), catalog),
        ledger=Ledger(store, place.environment),
        actors=actors,
    )


def proxied(cluster: Cluster, service: str, port: int) -> str:
    """The URL of a Service of the monitoring, by the API server's proxy."""
    return f"{cluster.url}/api/v1/namespaces/{names.MONITORING}/services/{names.proxied(service, port)}/proxy"


def actors(wanted: tuple[Family, ...], place: Place) -> dict[str, Actor]:
    """Kind of action -> its actor, for the kinds of these families."""
    made: Mapping[Family, Callable[[], Actor]] = {
        Family.KUBERNETES: lambda: KubernetesActor(place.cluster()),
        Family.CAPACITY: lambda: CapacityActor.of(place.region),
        Family.SHIFT: lambda: ZonalShiftActor.of(place.region, place.account),
        Family.FLAG: lambda: BreakerActor.of(place.region, place.environment),
        Family.RUNBOOK: lambda: RunbookActor.of(place.region),
        Family.PERSON: ByHand,
    }
    ready = {family: made[family]() for family in wanted}
    return {kind: ready[family] for kind, family in OF_KIND.items() if family in ready}


def elsewhere(catalog: Catalog, environment: Environment) -> dict[str, Actor]:
    """Kind of action -> a stand-in, for the kinds that the machine has functions for."""
    wanted = families(catalog, environment)
    return {kind: Elsewhere() for kind, family in OF_KIND.items() if family in wanted}
