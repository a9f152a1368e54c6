"""What Grafana proves itself with to the company's single sign-on."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels, names


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaSignOnArgs:
    """``client_secret`` is the provider's, for this Grafana alone. ``namespace`` is Grafana's own."""

    namespace: pulumi.Input[str]
    client_secret: pulumi.Input[str]


@pulumi.type_token("belfry:kubernetes:GrafanaSignOn")
class GrafanaSignOn(Component):
    """The client's secret in a Secret that Grafana mounts. It must be there before Grafana, which waits for it."""

    def __init__(self, name: str, args: GrafanaSignOnArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        kubernetes.core.v1.Secret(
            f"{name}-secret",
            metadata={
                "name": names.GRAFANA_SIGN_ON_SECRET,
                "namespace": args.namespace,
                "labels": labels.of_object(names.GRAFANA_SIGN_ON_SECRET),
            },
            string_data={names.GRAFANA_SIGN_ON_KEY: pulumi.Output.secret(args.client_secret)},
            opts=self.child(),
        )
        self.register_outputs({})
