"""What is asked from outside a component, as Probe objects of the Prometheus Operator."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.base import Component
from components.operator_objects import OperatorObject, operator_objects
from model import labels, names
from model.quantities import Duration
from model.vocabulary import ProbeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTarget:
    """One question. ``probe`` tells the probes of a component apart; ``target`` is as the kind asks for it.

    ``group`` is what an answer stands for, and the label ``probe_kind``: alerts on a component take health endpoints,
    public addresses, TLS handshakes and other companies' services apart.
    """

    system: str
    component: str
    probe: str
    kind: ProbeKind
    group: str
    target: str
    interval: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbesArgs:
    """``namespace`` is where the objects live; the targets may be anywhere."""

    namespace: pulumi.Input[str]
    targets: Sequence[ProbeTarget]


@pulumi.type_token("belfry:kubernetes:Probes")
class Probes(Component):
    """One Probe for each question; objectives find its series by the labels system, component and probe."""

    def __init__(self, name: str, args: ProbesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        operator_objects(self, name, "Probe", args.namespace, map(_probe, args.targets))
        self.register_outputs({})


def _probe(target: ProbeTarget) -> OperatorObject:
    name = f"{target.system}-{target.component}-{target.probe}"
    return OperatorObject(name=name, labels=labels.of_object(target.component), spec=_spec(target))


def _spec(target: ProbeTarget) -> dict[str, object]:
    return {
        "jobName": "probe",
        "module": str(target.kind),
        "interval": str(target.interval),
        "prober": {
            "url": names.service(names.BLACKBOX_EXPORTER, names.MONITORING, names.BLACKBOX_EXPORTER_PORT),
        },
        "targets": {
            "staticConfig": {
                "static": [target.target],
                "labels": {
                    labels.SYSTEM: target.system,
                    labels.COMPONENT: target.component,
                    labels.PROBE: target.probe,
                    labels.PROBE_KIND: target.group,
                },
            }
        },
    }
