"""What Prometheus scrapes of the watched systems, as objects of the Prometheus Operator."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.base import Component
from components.operator_objects import OperatorObject, operator_objects
from model import labels
from model.quantities import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrapeTarget:
    """A component's Services, found by the labels that Kubernetes recommends: part-of is the system, name it.

    ``program``: one of Belfry's own programs, whose Service is found in the component's place.
    """

    system: str
    component: str
    namespace: str
    port: str
    path: str
    interval: Duration
    program: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceMonitorsArgs:
    """``namespace`` is where the objects live; the targets may live anywhere."""

    namespace: pulumi.Input[str]
    targets: Sequence[ScrapeTarget]


@pulumi.type_token("belfry:kubernetes:ServiceMonitors")
class ServiceMonitors(Component):
    """One ServiceMonitor for each component; it writes the labels ``system`` and ``component`` on every series."""

    def __init__(self, name: str, args: ServiceMonitorsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        operator_objects(self, name, "ServiceMonitor", args.namespace, map(_monitor, args.targets))
        self.register_outputs({})


def _monitor(target: ScrapeTarget) -> OperatorObject:
    return OperatorObject(
        name=f"{target.system}-{target.component}",
        # Not the monitor's name: it may be longer than the 63 characters of a label's value.
        labels=labels.of_object(target.component),
        spec=_spec(target),
    )


def _spec(target: ScrapeTarget) -> dict[str, object]:
    part_of, name = (labels.PROJECT, target.program) if target.program else (target.system, target.component)
    return {
        "namespaceSelector": {"matchNames": [target.namespace]},
        "selector": {"matchLabels": {labels.PART_OF: part_of, labels.OBJECT_NAME: name}},
        "endpoints": [
            {
                "port": target.port,
                "path": target.path,
                "interval": str(target.interval),
                # A target's own `system` label must not replace ours: routing rests on it.
                "honorLabels": False,
                "relabelings": [
                    {"targetLabel": labels.SYSTEM, "replacement": target.system},
                    {"targetLabel": labels.COMPONENT, "replacement": target.component},
                ],
            }
        ],
    }
