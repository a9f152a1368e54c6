"""Bundles of Loki rules, as ConfigMaps that the ruler's sidecar reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from configs.stores.loki import RULE_LABEL, TENANT_ANNOTATION
from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.alerting.rule_objects import divide
from model.assets import Bundle
from model.size_limits import CONFIG_MAP
from model.yaml_text import to_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class LokiRulesArgs:
    """Bundles and the rules this environment gets of each. ``tenants``: whose logs are watched; none: Loki has none."""

    namespace: pulumi.Input[str]
    bundles: Sequence[tuple[Bundle, RuleFile]]
    tenants: Sequence[str] = ()


@pulumi.type_token("belfry:kubernetes:LokiRules")
class LokiRules(Component):
    """One ConfigMap for each bundle, and for each tenant: the ruler asks a tenant's rules of that tenant's logs alone.

    A bundle that is larger than a ConfigMap is divided over several, one for each component.

    Deliberately without the chart's own rules: they would lie in the release, and change with it.
    """

    def __init__(self, name: str, args: LokiRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for bundle, rules in args.bundles:
            for part, some in divide(bundle.name, rules, CONFIG_MAP, system=bool(bundle.system)).items():
                for tenant in sorted(args.tenants) or [""]:
                    self._config_map(f"{name}-{part}", args, bundle, (part, some), tenant)
        self.register_outputs({})

    def _config_map(
        self, name: str, args: LokiRulesArgs, bundle: Bundle, rules: tuple[str, RuleFile], tenant: str
    ) -> None:
        part, file = rules
        suffix = f"-{tenant}" if tenant else ""
        kubernetes.core.v1.ConfigMap(
            f"{name}{suffix}",
            metadata={
                "name": f"loki-rules-{part}{suffix}",
                "namespace": args.namespace,
                "labels": {**labels.of_bundle(bundle), RULE_LABEL: "true"},
                "annotations": {
                    **labels.annotations_of_bundle(bundle),
                    **({TENANT_ANNOTATION: tenant} if tenant else {}),
                },
            },
            # The sidecar puts all files of a tenant into one folder: the part's name keeps them apart.
            data={f"{part}.yaml": to_yaml(file.as_prometheus())},
            opts=self.child(),
        )
