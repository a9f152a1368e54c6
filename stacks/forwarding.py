"""CloudWatch alarms into Alertmanager, where pods of the cluster have rights in AWS."""

import pulumi

from components.alarm_forwarder import AlarmForwarder, AlarmForwarderArgs
from model import names
from model.alarms.audit_filters import FILTERS
from model.alerting.aws_alarms import Place, table_files
from model.cluster import workloads
from model.cluster.guard_rails import PLATFORM
from stacks.in_cluster import InCluster
from stacks.platform_settings import SecretSource


def build(target: InCluster) -> None:
    """Register the forwarder."""
    inputs, settings, foundation = target.inputs, target.settings, target.foundation
    queue, jobs = foundation.alarm_events.queue_url, foundation.jobs
    if queue is None or jobs is None:
        return
    role = foundation.role_arns[workloads.ALARM_FORWARDER]
    place = Place(
        environment=settings.environment,
        links=settings.links,
        organization=inputs.catalog.organization,
        boards=inputs.boards,
    )
    AlarmForwarder(
        names.ALARM_FORWARDER,
        AlarmForwarderArgs(
            namespace=target.namespace(names.MONITORING),
            # After the role: a pod that is made before it has rights never gets them.
            archive_url=pulumi.Output.all(jobs.url, role).apply(lambda known: str(known[0])),
            archive_sha256=jobs.sha256,
            queue_url=queue,
            alertmanagers=target.alertmanagers,
            table=table_files(
                inputs.alarm_plan,
                place,
                audit=FILTERS if foundation.cluster.log_group is not None else (),
                region=settings.region,
                own_prefix=inputs.own_prefix,
            ),
            prefixes=inputs.alarm_prefixes,
            environment=settings.environment,
            region=settings.region,
            acknowledging=list(inputs.api_secrets),
            api_keys={team: inputs.secrets.get(secret) for team, secret in inputs.api_secrets.items()}
            if settings.secret_source is SecretSource.STACK
            else None,
            role_arn=target.role_arn(workloads.ALARM_FORWARDER),
            priority_class=PLATFORM.name,
            placement=target.placement,
        ),
        opts=target.opts(),
    )
