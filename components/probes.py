"""What is asked from outside a component, as Probe objects of the Prometheus Operator."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels, names
from model.quantities import Duration
from model.vocabulary import ProbeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTarget:
    """One question. ``probe`` tells the probes of a component apart; ``target`` is as the kind asks for it."""

    system: str
    component: str
    probe: str
    kind: ProbeKind
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
        for target in args.targets:
            probe = f"{target.system}-{target.component}-{target.probe}"
            kubernetes.apiextensions.CustomResource(
                f"{name}-{probe}",
                api_version="monitoring.coreos.com/v1",
                kind="Probe",
                metadata={"name": probe, "namespace": args.namespace, "labels": labels.of_object(probe)},
                spec=_spec(target),
                opts=self.child(),
            )
        self.register_outputs({})


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
                },
            }
        },
    }
