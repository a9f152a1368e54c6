"""CloudWatch alarms into Alertmanager, where pods of the cluster have rights in AWS."""

from collections.abc import Sequence

import pulumi

from components.alarm_forwarder import AlarmForwarder, AlarmForwarderArgs
from model import names
from model.alarms.audit_filters import FILTERS
from model.alerting.aws_alarms import Place, table_files
from model.cluster import workloads
from stacks.in_cluster import InCluster
from stacks.platform_settings import SecretSource


def build(target: InCluster, copies: Sequence[pulumi.Resource]) -> None:
    """Register the forwarder. ``copies`` bring secrets from outside."""
    inputs, settings = target.inputs, target.settings
    queue = target.foundation.alarm_events.queue_url
    if queue is None:
        return
    place = Place(
        environment=settings.environment,
        links=settings.links,
        organization=inputs.catalog.organization,
        boards=inputs.boards,
    )
    AlarmForwarder(
        names.ALARM_FORWARDER,
        AlarmForwarderArgs(
            program=target.program(workloads.ALARM_FORWARDER),
            queue_url=queue,
            alertmanagers=target.alertmanagers,
            table=table_files(
                inputs.alarm_plan,
                place,
                audit=FILTERS if target.foundation.cluster.log_group is not None else (),
                region=settings.region,
                own_prefix=inputs.own_prefix,
            ),
            prefixes=inputs.alarm_prefixes,
            environment=settings.environment,
            acknowledging=list(inputs.api_secrets),
            api_keys={team: inputs.secrets.get(secret) for team, secret in inputs.api_secrets.items()}
            if settings.secret_source is SecretSource.STACK
            else None,
        ),
        opts=target.opts(workloads.ALARM_FORWARDER, *copies),
    )
