"""EKS's add-ons, in the two steps that work for a first installation and for an upgrade alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam import policies
from configs.iam.policy import cluster_arn, trust_of_pod
from configs.kubeconfig import kubeconfig
from model import names
from model.account.identity import AwsIdentity
from model.versions import EksPins

# EKS refuses a key that an add-on's schema does not have, so tests/components/addon_schemas holds the schemas.
# DaemonSets: EKS calls them active without a node, and a node without the first is never ready.
NODE_ADDONS: Mapping[str, Mapping[str, Any]] = {
    # Prefixes of addresses instead of single ones: a large node of the default kind stops at 29 pods.
    # And the switch without which network policies are there but do nothing.
    "vpc-cni": {
        "enableNetworkPolicy": "true",
        "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
    },
    # It listens on 127.0.0.1, and the add-on's schema has no key for another address: it is not scraped.
    "kube-proxy": {},
    "eks-pod-identity-agent": {},
}
# Deployments: without a node EKS waits for them until it gives up.
VOLUMES_ADDON = "aws-ebs-csi-driver"
WORKLOAD_ADDONS: Mapping[str, Mapping[str, Any]] = {
    "coredns": {"autoScaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 10}},
    names.METRICS_SERVER: {},
    # Its own storage class makes volumes that are unencrypted and end with their claim: Belfry brings another one.
    VOLUMES_ADDON: {},
}
VOLUMES_SERVICE_ACCOUNT = "ebs-csi-controller-sa"
# Container Insights. Without the key its Fluent Bit sends every log line to CloudWatch, beside Belfry's own way.
INSIGHTS_ADDON = "amazon-cloudwatch-observability"
INSIGHTS: Mapping[str, Any] = {"containerLogs": {"enabled": False}}
INSIGHTS_NAMESPACE, INSIGHTS_SERVICE_ACCOUNT = "amazon-cloudwatch", "cloudwatch-agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAddonsArgs:
    """The cluster that the nodes are about to join, and what is pinned for its version."""

    cluster_name: pulumi.Input[str]
    pins: EksPins


@pulumi.type_token("belfry:aws:NodeAddons")
class NodeAddons(Component):
    """What must be there before the first node: network, service proxy, and the way pods get a role.

    Versions come from the table of pins. ``cluster_name`` is known after an upgrade of the control plane, and what
    depends on this component after that of the add-ons: AWS's order.
    """

    cluster_name: pulumi.Output[str]  # known once they are there

    def __init__(self, name: str, args: NodeAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        addons = [
            _addon(self, name, args.cluster_name, key, version=args.pins.addon(key), values=values)
            for key, values in NODE_ADDONS.items()
        ]
        self.cluster_name = _known_after(addons)
        self.register_outputs({"cluster_name": self.cluster_name})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAddonsArgs:
    """``cluster_name`` is known once there are nodes, ``cluster`` is the same name as the settings have it.

    Endpoint and authority go into the kubeconfig.

    ``volume_key_arn``: the key that volumes are encrypted with. ``container_insights`` is billed by the metric.
    ``identity``: as whom the kubeconfig asks for tokens.
    """

    cluster_name: pulumi.Input[str]
    pins: EksPins
    volume_key_arn: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    authority: pulumi.Input[str]
    region: str
    account_id: pulumi.Input[str]
    cluster: str
    container_insights: bool = False
    identity: AwsIdentity = field(default_factory=AwsIdentity)


@pulumi.type_token("belfry:aws:ClusterAddons")
class ClusterAddons(Component):
    """Names, resource metrics and volumes, which need nodes to run on.

    ``kubeconfig`` is known once all of it is there: a chart that is installed before would wait for volumes until its
    timeout, and one that is deleted after them could not run its hooks.
    """

    cluster_name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterAddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        driver = role(
            self,
            f"{name}-volumes",
            trust=_trust(args, names.KUBE_SYSTEM, VOLUMES_SERVICE_ACCOUNT),
            managed=("service-role/AmazonEBSCSIDriverPolicy",),
            # AWS's policy leaves keys out: without this a claim of an encrypted class waits forever.
            policy=pulumi.Output.from_input(args.volume_key_arn).apply(lambda key: policies.volume_driver(key=key)),
        )
        identities = {VOLUMES_ADDON: [{"role_arn": driver, "service_account": VOLUMES_SERVICE_ACCOUNT}]}
        addons = [
            _addon(
                self,
                name,
                args.cluster_name,
                key,
                version=args.pins.addon(key),
                values=values,
                identities=identities.get(key),
            )
            for key, values in WORKLOAD_ADDONS.items()
        ]
        if args.container_insights:
            addons.append(self._insights(name, args))
        self.cluster_name = _known_after(addons)
        self.kubeconfig = pulumi.Output.all(
            name=self.cluster_name, endpoint=args.endpoint, authority=args.authority
        ).apply(lambda known: kubeconfig(**known, region=args.region, identity=args.identity))
        self.register_outputs({"cluster_name": self.cluster_name, "kubeconfig": self.kubeconfig})

    def _insights(self, name: str, args: ClusterAddonsArgs) -> aws.eks.Addon:
        """The CloudWatch agent. Of AWS's default version: no public source says which versions a cluster takes."""
        agent = role(
            self,
            f"{name}-insights",
            trust=_trust(args, INSIGHTS_NAMESPACE, INSIGHTS_SERVICE_ACCOUNT),
            managed=("CloudWatchAgentServerPolicy",),
        )
        return _addon(
            self,
            name,
            args.cluster_name,
            INSIGHTS_ADDON,
            version=None,
            values=INSIGHTS,
            identities=[{"role_arn": agent, "service_account": INSIGHTS_SERVICE_ACCOUNT}],
        )


def _trust(args: ClusterAddonsArgs, namespace: str, service_account: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(args.account_id).apply(
        lambda id_: trust_of_pod(
            account=id_,
            cluster=cluster_arn(args.region, id_, args.cluster),
            namespace=namespace,
            service_account=service_account,
        )
    )


def _known_after(addons: Sequence[aws.eks.Addon]) -> pulumi.Output[str]:
    return pulumi.Output.all(*(addon.cluster_name for addon in addons)).apply(lambda names: str(names[0]))


def _addon(
    parent: Component,
    prefix: str,
    cluster: pulumi.Input[str],
    key: str,
    *,
    version: str | None,
    values: Mapping[str, Any],
    identities: Any = None,
) -> aws.eks.Addon:
    return aws.eks.Addon(
        f"{prefix}-{key}",
        cluster_name=cluster,
        addon_name=key,
        addon_version=version,
        configuration_values=json.dumps(values, sort_keys=True) if values else None,
        pod_identity_associations=identities,
        # A first installation wins over leftovers; later, what a person changed by hand in an emergency stays.
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="PRESERVE",
        opts=parent.child(),
    )
