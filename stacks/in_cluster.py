"""What every part of the cluster's layer needs: settings, provider, nodes to run on, rights, and what comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.archive_program import IMAGE, ProgramArgs
from components.namespaces import Namespaces
from model import labels, names
from model.account.node_pools import Pool, placement
from model.cluster.guard_rails import PLATFORM
from model.cluster.workloads import Workload
from stacks.account_settings import CreatedCluster
from stacks.foundation import Foundation
from stacks.inputs import Inputs
from stacks.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class InCluster:
    """``guards`` must be there before the first pod: policies and quotas change nothing for one that runs."""

    inputs: Inputs
    foundation: Foundation
    namespaces: Namespaces
    guards: Sequence[pulumi.Resource]

    @property
    def settings(self) -> Settings:
        """The environment's."""
        return self.inputs.settings

    @property
    def placement(self) -> dict[str, Any]:
        """Where what watches runs; without nodes of its own the scheduler decides."""
        return watching_nodes(self.settings)

    @property
    def mirror(self) -> str | None:
        """The repository that holds every chart."""
        return self.settings.charts.mirror

    @property
    def storage_class(self) -> str:
        """The class of every volume: Belfry's own, or the one that the settings name of an adopted cluster."""
        return self.settings.storage.class_ or names.STORAGE_CLASS

    @property
    def prometheus(self) -> list[str]:
        """URL of each Prometheus."""
        return names.prometheus_replicas(self.settings.metrics.replicas)

    @property
    def alertmanagers(self) -> list[str]:
        """URL of each Alertmanager."""
        return names.alertmanager_replicas(self.settings.alerting.replicas)

    def namespace(self, name: str) -> pulumi.Output[str]:
        """A namespace that is there."""
        return self.namespaces.names[name]

    def program(self, workload: Workload) -> ProgramArgs:
        """What a program from the job archive is deployed with; ``workload`` has a role, and the archive exists."""
        jobs = self.foundation.jobs
        assert jobs is not None
        return ProgramArgs(
            namespace=self.namespace(workload.namespace),
            archive_url=jobs.url,
            archive_sha256=jobs.sha256,
            region=self.settings.region,
            role_arn=self.role_arn(workload),
            pod_annotations=self.pod_annotations(workload),
            priority_class=PLATFORM.name,
            placement=self.placement,
            compute=self.settings.compute,
            image=self.settings.jobs.image or IMAGE,
        )

    def opts(self, *after: pulumi.Resource | Workload) -> pulumi.ResourceOptions:
        """Options of a part that comes ``after`` others, and after the rights of its workloads.

        Pods that come before their rights never get credentials; and when all is deleted, a role that goes first takes
        the bucket from a store that is writing what it has in memory.
        """
        identities = self.foundation.identities
        first = [identities.get(one) if isinstance(one, Workload) else one for one in after]
        return pulumi.ResourceOptions(
            provider=self.foundation.kubernetes, depends_on=[*self.guards, *(one for one in first if one is not None)]
        )

    def has_rights(self, workload: Workload) -> bool:
        """Whether the workload has rights in AWS."""
        return workload in self.foundation.identities

    def role_arn(self, workload: Workload) -> pulumi.Output[str] | None:
        """What the service account is annotated with: only IRSA wants that, with Pod Identity it must not be."""
        irsa = self.settings.cluster.identity == "irsa" and self.has_rights(workload)
        return self.foundation.identities[workload].role_arn if irsa else None

    def pod_annotations(self, workload: Workload) -> dict[str, pulumi.Output[str]]:
        """What changes when the workload is first given rights: pods that run already must be replaced to get them."""
        return {labels.IDENTITY: self.foundation.identities[workload].version} if self.has_rights(workload) else {}


def watching_nodes(settings: Settings) -> dict[str, Any]:
    """``nodeSelector`` and ``tolerations`` of what watches. Of an adopted cluster's nodes nothing is known."""
    cluster = settings.cluster
    apart = isinstance(cluster, CreatedCluster) and cluster.observability_nodes is not None
    return placement(Pool.OBSERVABILITY) if apart else {}
