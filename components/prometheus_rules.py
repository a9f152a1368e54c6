"""Bundles of Prometheus rules, as objects of the Prometheus Operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.base import Component
from components.operator_objects import OperatorObject, operator_objects
from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.alerting.rule_objects import divide
from model.assets import Bundle
from model.size_limits import PROMETHEUS_RULE


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
    """One PrometheusRule for each bundle: fewer, fatter objects are what engine and operator handle best.

    A bundle that the operator would refuse for its size is divided over several, one for each component.
    """

    def __init__(self, name: str, args: PrometheusRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for bundle, rules in args.bundles:
            files = divide(bundle.name, rules, PROMETHEUS_RULE, system=bool(bundle.system))
            objects = [_object(bundle, *one) for one in files.items()]
            divided = [one for one in objects if one.name != bundle.name]
            parts = operator_objects(self, name, "PrometheusRule", args.namespace, divided)
            whole = [one for one in objects if one.name == bundle.name]
            # What leaves the bundle's first object is elsewhere before: each rule is always in some object.
            operator_objects(self, name, "PrometheusRule", args.namespace, whole, after=parts)
        own = (
            OperatorObject(name=key, labels=labels.of_object(key), spec=rules.as_prometheus())
            for key, rules in sorted(args.own.items())
        )
        operator_objects(self, name, "PrometheusRule", args.namespace, own)
        self.register_outputs({})


def _object(bundle: Bundle, name: str, rules: RuleFile) -> OperatorObject:
    return OperatorObject(
        name=name,
        labels=labels.of_bundle(bundle),
        annotations=labels.annotations_of_bundle(bundle),
        spec=rules.as_prometheus(),
    )
