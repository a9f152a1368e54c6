"""Grafana's first account, with a password that nobody chose."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.base import Component
from model import labels, names

# 32 letters and digits are more than 190 bits; no punctuation, so that it survives a shell and a URL.
PASSWORD_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaAdminArgs:
    """``namespace`` is Grafana's own."""

    namespace: pulumi.Input[str]


@pulumi.type_token("belfry:kubernetes:GrafanaAdmin")
class GrafanaAdmin(Component):
    """A random password in a Secret. Without one the chart would roll another at each rendering."""

    secret: pulumi.Output[str]

    def __init__(self, name: str, args: GrafanaAdminArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        password = random.RandomPassword(f"{name}-password", length=PASSWORD_LENGTH, special=False, opts=self.child())
        secret = kubernetes.core.v1.Secret(
            f"{name}-secret",
            metadata={
                "name": names.GRAFANA_ADMIN_SECRET,
                "namespace": args.namespace,
                "labels": labels.of_object(names.GRAFANA_ADMIN_SECRET),
            },
            string_data={names.GRAFANA_ADMIN_USER_KEY: "admin", names.GRAFANA_ADMIN_PASSWORD_KEY: password.result},
            opts=self.child(),
        )
        self.secret = secret.metadata.name.apply(str)
        self.register_outputs({"secret": self.secret})
