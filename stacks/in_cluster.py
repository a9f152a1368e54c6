"""What every part of the cluster's layer needs: settings, provider, nodes to run on, rights, and what comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.archive_program import ProgramArgs
from components.namespaces import Namespaces
from model import names
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
        jobs, role = self.foundation.jobs, self.foundation.role_arns[workload]
        assert jobs is not None
        return ProgramArgs(
            namespace=self.namespace(workload.namespace),
            # After the role: a pod that is made before it has rights never gets them.
            archive_url=pulumi.Output.all(jobs.url, role).apply(lambda known: str(known[0])),
            archive_sha256=jobs.sha256,
            region=self.settings.region,
            role_arn=self.role_arn(workload),
            priority_class=PLATFORM.name,
            placement=self.placement,
        )

    def opts(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of a part that comes ``after`` others."""
        return pulumi.ResourceOptions(provider=self.foundation.kubernetes, depends_on=[*self.guards, *after])

    def role_arn(self, workload: Workload) -> pulumi.Output[str] | None:
        """What the service account is annotated with: only IRSA wants that, with Pod Identity it must not be."""
        roles: Mapping[Workload, pulumi.Output[str]] = self.foundation.role_arns
        return roles[workload] if self.settings.cluster.identity == "irsa" else None


def watching_nodes(settings: Settings) -> dict[str, Any]:
    """``nodeSelector`` and ``tolerations`` of what watches. Of an adopted cluster's nodes nothing is known."""
    cluster = settings.cluster
    apart = isinstance(cluster, CreatedCluster) and cluster.observability_nodes is not None
    return placement(Pool.OBSERVABILITY) if apart else {}
