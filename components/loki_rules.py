"""Bundles of Loki rules, as ConfigMaps that the ruler's sidecar reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from components.base import Component
from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.assets import Bundle
from model.stores.loki import RULE_LABEL, TENANT_ANNOTATION


@dataclass(frozen=True, slots=True, kw_only=True)
class LokiRulesArgs:
    """Bundles and the rules this environment gets of each. ``tenants``: whose logs are watched; none: Loki has none."""

    namespace: pulumi.Input[str]
    bundles: Sequence[tuple[Bundle, RuleFile]]
    tenants: Sequence[str] = ()


@pulumi.type_token("belfry:kubernetes:LokiRules")
class LokiRules(Component):
    """One ConfigMap for each bundle, and for each tenant: the ruler asks a tenant's rules of that tenant's logs alone.

    Deliberately without the chart's own rules: they would lie in the release, and change with it.
    """

    def __init__(self, name: str, args: LokiRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for bundle, rules in args.bundles:
            for tenant in sorted(args.tenants) or [""]:
                suffix = f"-{tenant}" if tenant else ""
                kubernetes.core.v1.ConfigMap(
                    f"{name}-{bundle.name}{suffix}",
                    metadata={
                        "name": f"loki-rules-{bundle.name}{suffix}",
                        "namespace": args.namespace,
                        "labels": {**labels.of_bundle(bundle), RULE_LABEL: "true"},
                        "annotations": {
                            **labels.annotations_of_bundle(bundle),
                            **({TENANT_ANNOTATION: tenant} if tenant else {}),
                        },
                    },
                    # The sidecar puts all files of a tenant into one folder: the bundle's name keeps them apart.
                    data={f"{bundle.name}.yaml": yaml.safe_dump(rules.as_prometheus(), sort_keys=False, width=10**6)},
                    opts=self.child(),
                )
        self.register_outputs({})
