"""Who answers for what, as series: rules join them to give an alert its team, system and component.

Exporters know namespaces, pods and queues; only the catalog knows whose they are. These series are the bridge, so that
one hand-written rule serves every system and still reaches the right team.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from authoring.rule_file import Rule, rule_file
from model import labels
from model.catalog.catalog import Catalog, owner_of
from model.catalog.resources import SqsQueue
from model.catalog.system import System
from model.metrics import metric_inventory
from model.problems import Problem, raise_if_any

_HEAD = """\
Who answers for what in {0}, generated from catalog/{0}.yaml by `make assets`; do not edit.
Rules join these series to give an alert its team, system and component. They have no label cluster: each Prometheus
evaluates them for its own cluster, and every join lists its labels. A component has its own series, a namespace covers
workloads in it without a series, and the platform team owns everything else (see kubernetes-workloads.yaml)."""


def generate(catalog: Catalog) -> dict[str, str]:
    """Path below the project -> rule file of each system.

    Raises BadInput for two components of one name in one namespace: nobody could tell them apart.
    """
    raise_if_any(_problems(catalog))
    homes = Counter(name for system in catalog.systems for name in namespaces(system))
    return {path(system.system): _file(system, homes) for system in catalog.systems}


def path(system: str) -> str:
    """Where the owners of a system's parts lie."""
    return f"rules/prometheus/catalog-{system}.yaml"


def _file(system: System, homes: Mapping[str, int]) -> str:
    name = f"belfry.catalog.{system.system}"
    return rule_file(
        _HEAD.format(system.system),
        [
            (f"{name}.components", _components(system)),
            (f"{name}.namespaces", _namespaces(system, homes)),
            (f"{name}.queues", _queues(system)),
        ],
    )


def namespaces(system: System) -> tuple[str, ...]:
    """Namespaces that the system's components run in, sorted."""
    return tuple(sorted({component.namespace or system.system for component in system.components}))


def _info(record: str, **values: str) -> Rule:
    return Rule("record", record, "vector(1)", values)


def _components(system: System) -> Iterator[Rule]:
    for component in system.components:
        yield _info(
            metric_inventory.COMPONENT_OWNER,
            system=system.system,
            component=component.name,
            team=owner_of(system, component),
            kind=component.kind,
            namespace=component.namespace or system.system,
        )
    for resource in system.resources:
        yield _info(
            metric_inventory.COMPONENT_OWNER,
            system=system.system,
            component=resource.name,
            team=owner_of(system, resource),
            kind=resource.kind,
        )


def _namespaces(system: System, homes: Mapping[str, int]) -> Iterator[Rule]:
    """``homes``: namespace -> how many systems have components there."""
    for name in namespaces(system):
        # A namespace of two systems stands for neither; their components have lines of their own.
        if homes[name] == 1:
            yield _info(metric_inventory.NAMESPACE_OWNER, namespace=name, system=system.system, team=system.owner)


def _queues(system: System) -> Iterator[Rule]:
    for resource in system.resources:
        if isinstance(resource, SqsQueue):
            for queue, role in _roles(resource).items():
                yield _info(
                    metric_inventory.QUEUE_OWNER,
                    dimension_QueueName=queue,
                    role=role,
                    system=system.system,
                    component=resource.name,
                    team=owner_of(system, resource),
                )


def _roles(resource: SqsQueue) -> dict[str, str]:
    """Queue as any environment names it -> what it is for. A Prometheus has series of its own environment's alone."""
    named = [
        (queue, role)
        for variant in resource.variants()
        for queue, role in ((variant.queue, "main"), (variant.dead_letter_queue, "dead-letter"))
        if queue
    ]
    return dict(named)


def _problems(catalog: Catalog) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for system in catalog.systems:
        for component in system.components:
            key = (component.namespace or system.system, component.name)
            if key in seen:
                yield Problem(
                    f"{system.file_of(component.name)}: {component.name}",
                    f"found the name in namespace {key[0]} also in system {seen[key]}",
                    f"another name, or another {labels.COMPONENT} namespace",
                )
            seen[key] = system.system
