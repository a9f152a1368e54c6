"""What runs: the parts of the chosen systems, who calls whom, and where visitors come in. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from model.catalog.catalog import Catalog
from model.catalog.components import Component
from model.catalog.databases import ElastiCache, RdsDatabase
from model.catalog.resources import ResourceBase, SqsQueue
from model.catalog.system import System
from model.catalog.telemetry import Metric
from model.problems import Problem, raise_if_any
from model.vocabulary import ComponentKind

Key = tuple[str, str]

# Kinds that answer requests of visitors or of other parts over HTTP; "load-balancer" is a component or a resource.
SERVING = frozenset({"load-balancer", "http-service", "ai-service"})
# Kinds that listen, if only for their health.
LISTENING = SERVING | {"frontend", "worker", "external-service"}
# Kinds whose pods are in the cluster.
IN_CLUSTER = frozenset({"load-balancer", "http-service", "ai-service", "worker"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component or resource. ``calls``: the parts it depends on, of those that run."""

    system: str
    name: str
    kind: str
    namespace: str
    declared: Component | ResourceBase
    calls: tuple[Key, ...]

    @property
    def key(self) -> Key:
        """System and name."""
        return self.system, self.name

    @property
    def component(self) -> Component | None:
        """What the catalog says, if it is a component."""
        return self.declared if isinstance(self.declared, Component) else None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those that the catalog declares in addition to a preset's."""
        declared = self.declared
        return declared.telemetry.metrics if isinstance(declared, Component) else declared.metrics

    def metric(self, pattern: str) -> str | None:
        """The name of the declared metric that matches the whole ``pattern``."""
        return next((metric.name for metric in self.metrics if re.fullmatch(pattern, metric.name)), None)

    @property
    def in_cluster(self) -> bool:
        """Whether Kubernetes runs it."""
        return self.component is not None and self.kind in IN_CLUSTER

    @property
    def traces(self) -> bool:
        """Whether it sends spans of its own; a load balancer of AWS adds its part to a trace too."""
        return self.component.telemetry.traces if self.component else self.kind == ComponentKind.LOAD_BALANCER

    @property
    def pod(self) -> str:
        """The name that its pod would have."""
        return f"{self.name}-5d8f7c9b64-x7k2p"

    @property
    def queue(self) -> SqsQueue | None:
        """The queue that it is."""
        return self.declared if isinstance(self.declared, SqsQueue) else None

    @property
    def database(self) -> RdsDatabase | None:
        """The database that it is."""
        return self.declared if isinstance(self.declared, RdsDatabase) else None

    @property
    def cache(self) -> ElastiCache | None:
        """The cache that it is."""
        return self.declared if isinstance(self.declared, ElastiCache) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where visitors come in. ``path``: that part, and those behind which the first service stands."""

    part: Part
    path: tuple[Part, ...]
    share: float  # of the system's visitors


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All parts by key, and the systems they are of."""

    systems: tuple[System, ...]
    parts: Mapping[Key, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, wanted: Sequence[str]) -> "Plan":
        """The ``wanted`` systems, all when it is empty. Raises BadInput for an unknown one."""
        known = [system.system for system in catalog.systems]
        raise_if_any(
            Problem("--system", f"found unknown system {name!r}", ", ".join(known))
            for name in wanted
            if name not in known
        )
        systems = tuple(system for system in catalog.systems if not wanted or system.system in wanted)
        keys = {(system.system, one.name) for system in systems for one in (*system.components, *system.resources)}
        parts = [_part(system, one, keys) for system in systems for one in (*system.components, *system.resources)]
        return cls(systems=systems, parts={part.key: part for part in parts})

    def entries(self, system: str) -> tuple[Entry, ...]:
        """Browsers where there are any, and services that no other part leads to; by the load that is expected.

        Where there is no browser at all, every service has callers of its own outside.
        """
        parts = [part for part in self.parts.values() if part.system == system]
        called = {key for part in parts for key in part.calls if part.kind in LISTENING}
        browsers = any(part.kind == ComponentKind.FRONTEND for part in parts)
        found = [
            part
            for part in parts
            if part.kind == ComponentKind.FRONTEND
            or (part.kind in SERVING and part.component and (part.key not in called or not browsers))
        ]
        weights = [_expected(part) for part in found]
        return tuple(
            Entry(part=part, path=tuple(self._path(part)), share=weight / sum(weights))
            for part, weight in zip(found, weights, strict=True)
        )

    def front_of(self, part: Part) -> Part:
        """The first load balancer on the way of a visitor to ``part``; itself when there is none."""
        for entry in self.entries(part.system):
            if part in entry.path:
                return next(one for one in entry.path if one.kind in SERVING)
        return part

    def _path(self, part: Part) -> Iterator[Part]:
        """Through browsers and load balancers, up to the first part that does something itself."""
        while True:
            yield part
            behind = [self.parts[key] for key in part.calls if self.parts[key].kind in SERVING]
            if part.kind not in (ComponentKind.FRONTEND, ComponentKind.LOAD_BALANCER) or not behind:
                return
            part = behind[0]


def _part(system: System, declared: Component | ResourceBase, keys: set[Key]) -> Part:
    namespace = declared.namespace if isinstance(declared, Component) else None
    wanted = [_key(system, name) for name in declared.depends_on]
    return Part(
        system=system.system,
        name=declared.name,
        kind=str(declared.kind),
        namespace=namespace or system.system,
        declared=declared,
        calls=tuple(key for key in wanted if key in keys),
    )


def _key(system: System, name: str) -> Key:
    other, _, short = name.rpartition("/")
    return other or system.system, short


def _expected(part: Part) -> float:
    return max(float(part.component.load.requests_per_second), 1.0) if part.component else 1.0
