"""Bundles of Prometheus rules, as objects of the Prometheus Operator."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels
from model.assets import Bundle
from model.prometheus_rules import RuleFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusRulesArgs:
    """Bundles and the rules this environment gets of each."""

    namespace: pulumi.Input[str]
    bundles: Sequence[tuple[Bundle, RuleFile]]


@pulumi.type_token("belfry:kubernetes:PrometheusRules")
class PrometheusRules(Component):
    """One PrometheusRule for each bundle: fewer, fatter objects are what engine and operator handle best."""

    def __init__(self, name: str, args: PrometheusRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for bundle, rules in args.bundles:
            kubernetes.apiextensions.CustomResource(
                f"{name}-{bundle.name}",
                api_version="monitoring.coreos.com/v1",
                kind="PrometheusRule",
                metadata={
                    "name": bundle.name,
                    "namespace": args.namespace,
                    "labels": labels.of_bundle(bundle),
                    "annotations": labels.annotations_of_bundle(bundle),
                },
                spec=rules.as_prometheus(),
                opts=self.child(),
            )
        self.register_outputs({})
