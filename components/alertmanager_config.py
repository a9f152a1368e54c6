"""Alertmanager's configuration and the receivers' secrets, as the two Secrets that its pods mount."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from model import labels, names


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerConfigArgs:
    """``config`` is the whole ``alertmanager.yaml``; it names secrets by file only.

    ``templates``: file name -> text of every template that the configuration names one of; they lie beside it.
    ``secrets``: name -> value. None: the receivers' Secret is made by somebody else, as External Secrets does.
    """

    namespace: pulumi.Input[str]
    config: pulumi.Input[str]
    templates: Mapping[str, str]
    secrets: Mapping[str, pulumi.Output[str]] | None


@pulumi.type_token("belfry:kubernetes:AlertmanagerConfig")
class AlertmanagerConfig(Component):
    """Two Secrets: the configuration under the key that the operator reads, and one key for each receiver's secret.

    The operator mounts the other keys of the first beside the configuration: there the templates lie.

    Nothing of it passes through Helm values, which Helm stores, and Pulumi shows, in plain text.
    """

    config_secret: pulumi.Output[str]
    receivers_secret: pulumi.Output[str]

    def __init__(self, name: str, args: AlertmanagerConfigArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        config = self._secret(
            name,
            names.ALERTMANAGER_CONFIG_SECRET,
            args.namespace,
            {"alertmanager.yaml": args.config, **args.templates},
        )
        self.config_secret = config.metadata.name.apply(str)
        self.receivers_secret = pulumi.Output.from_input(names.ALERTMANAGER_RECEIVERS_SECRET)
        if args.secrets is not None:
            receivers = self._secret(name, names.ALERTMANAGER_RECEIVERS_SECRET, args.namespace, args.secrets)
            self.receivers_secret = receivers.metadata.name.apply(str)
        self.register_outputs({"config_secret": self.config_secret, "receivers_secret": self.receivers_secret})

    def _secret(
        self, name: str, secret: str, namespace: pulumi.Input[str], data: Mapping[str, pulumi.Input[str]]
    ) -> kubernetes.core.v1.Secret:
        return kubernetes.core.v1.Secret(
            f"{name}-{secret}",
            metadata={"name": secret, "namespace": namespace, "labels": labels.of_object(secret)},
            # Marked as a whole, so that the state encrypts it and no diff ever shows a part.
            string_data=pulumi.Output.secret(dict(sorted(data.items()))),
            opts=self.child(),
        )
