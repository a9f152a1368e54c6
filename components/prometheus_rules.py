"""Bundles of Prometheus rules, as objects of the Prometheus Operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.base import Component
from components.operator_objects import OperatorObject, operator_objects
from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.assets import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusRulesArgs:
    """Bundles and the rules this environment gets of each.

    ``own``: object's name -> rules that no bundle has, because the settings make them.
    """

    namespace: pulumi.Input[str]
    bundles: Sequence[tuple[Bundle, RuleFile]]
    own: Mapping[str, RuleFile] = field(default_factory=dict)


@pulumi.type_token("belfry:kubernetes:PrometheusRules")
class PrometheusRules(Component):
    """One PrometheusRule for each bundle: fewer, fatter objects are what engine and operator handle best."""

    def __init__(self, name: str, args: PrometheusRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        objects = (
            OperatorObject(
                name=bundle.name,
                labels=labels.of_bundle(bundle),
                annotations=labels.annotations_of_bundle(bundle),
                spec=rules.as_prometheus(),
            )
            for bundle, rules in args.bundles
        )
        own = (
            OperatorObject(name=key, labels=labels.of_object(key), spec=rules.as_prometheus())
            for key, rules in sorted(args.own.items())
        )
        operator_objects(self, name, "PrometheusRule", args.namespace, [*objects, *own])
        self.register_outputs({})
