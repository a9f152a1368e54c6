"""Belfry's own programs in the cluster, where its pods have rights in AWS."""

from collections.abc import Sequence
from dataclasses import replace

import pulumi

from components.alarm_forwarder import AlarmForwarder, AlarmForwarderArgs
from components.incident_watch import IncidentWatch, IncidentWatchArgs
from components.scheduled_program import INPUT, ScheduledProgram, ScheduledProgramArgs
from components.security_posture import SecurityPosture
from model import names
from model.account.storage import BucketUse
from model.alarms.audit_filters import FILTERS
from model.alerting.aws_alarms import Place, table_files
from model.catalog.telemetry import OwnProgram
from model.cluster import workloads
from model.incidents.from_catalog import scope
from model.reports.declared import subject
from model.vocabulary import LogDestination
from stacks.in_cluster import InCluster
from stacks.inputs import Inputs
from stacks.platform_settings import SecretSource
from stacks.settings import Settings

EVERY_MINUTES, ROUNDS = 15, 15
# The rounds take 14 minutes; the last one, retries and the start of the pod a few more.
DEADLINE_SECONDS = 20 * 60
# By then the last day is over in every time zone. A run each day: it keeps the daily rows before Prometheus drops them,
# and makes up for a run that failed. The report of a week is there on Monday, that of a month on the first.
REPORTS_SCHEDULE = "0 13 * * *"
# The first run reads all days that Prometheus has, and a review replays thresholds over four weeks.
REPORTS_DEADLINE_SECONDS = 40 * 60
# 5,000 log records, and a series of four weeks at a time.
REPORTS_MEMORY = ("128Mi", "512Mi")
_SUBJECT = "subject.json"


def alarm_forwarder(target: InCluster, copies: Sequence[pulumi.Resource]) -> None:
    """CloudWatch alarms into Alertmanager. ``copies`` bring secrets from outside."""
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


def security_posture(target: InCluster) -> None:
    """The reader of the account's security services, or a warning that parts of the catalog count on it."""
    if target.settings.reads_security_posture:
        program = target.program(workloads.SECURITY_POSTURE)
        SecurityPosture(names.SECURITY_POSTURE, program, opts=target.opts(workloads.SECURITY_POSTURE))
        return
    why = _why(target.settings)
    for system in target.inputs.catalog.systems:
        for component in system.components:
            if component.program is OwnProgram.SECURITY_POSTURE:
                pulumi.warn(f"{system.system}/{component.name} has no numbers: found {why}")


def _why(settings: Settings) -> str:
    if not settings.security.posture:
        return "security.posture false"
    return "no rights of workloads in AWS" if settings.watches_region else f"account_wide {settings.account_wide}"


def slo_status(target: InCluster) -> None:
    """The job that publishes the status of all objectives. Without rights in AWS there is no bucket either."""
    inputs = target.inputs
    if not inputs.runs_programs:
        return
    # Without a priority: where a node is lost, it leaves its room to what notifies people, and runs again later.
    program = replace(target.program(workloads.SLO_STATUS), priority_class=None)
    systems = sorted(system.system for system in inputs.catalog.systems)
    ScheduledProgram(
        names.SLO_STATUS,
        ScheduledProgramArgs(
            name=names.SLO_STATUS,
            module="ops.slo_status",
            schedule=f"*/{EVERY_MINUTES} * * * *",
            program=program,
            deadline_seconds=DEADLINE_SECONDS,
            arguments=[
                *("--environment", str(inputs.settings.environment)),
                *(word for system in systems for word in ("--system", system)),
                *(word for url in target.prometheus for word in ("--prometheus", url)),
                *("--watchdog", names.WATCHDOG),
                *("--bucket", target.foundation.buckets.names[BucketUse.REPORTS]),
                *("--rounds", str(ROUNDS)),
            ],
        ),
        opts=target.opts(workloads.SLO_STATUS),
    )


def reports(target: InCluster) -> None:
    """The job that writes SLO and SLA reports and the review of alerts."""
    inputs = target.inputs
    if not inputs.runs_programs:
        return
    bucket = target.foundation.buckets.names[BucketUse.REPORTS]
    # Loki with tenants answers for one of them only, and a review is about all systems.
    loki = names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http")
    ScheduledProgram(
        names.REPORTS,
        ScheduledProgramArgs(
            name=names.REPORTS,
            module="ops.reports",
            schedule=REPORTS_SCHEDULE,
            # Without a priority: where a node is lost, it leaves its room to what notifies people.
            program=replace(target.program(workloads.REPORTS), priority_class=None),
            deadline_seconds=REPORTS_DEADLINE_SECONDS,
            arguments=[
                *("--subject", f"{INPUT}/{_SUBJECT}"),
                *(word for url in target.prometheus for word in ("--prometheus", url)),
                "--alertmanager",
                names.service(names.ALERTMANAGER, names.MONITORING, names.ALERTMANAGER_PORT, "http"),
                *(() if inputs.settings.logs.tenants else ("--loki", loki)),
                *("--rows", pulumi.Output.concat("s3://", bucket, f"/{names.ROWS_PREFIX}")),
                *("--out", pulumi.Output.concat("s3://", bucket, f"/{names.REPORTS_PREFIX}")),
            ],
            files={_SUBJECT: _subject(inputs)},
            memory=REPORTS_MEMORY,
        ),
        opts=target.opts(workloads.REPORTS),
    )


def _subject(inputs: Inputs) -> str:
    """What the catalog and the settings declare, for a program that has neither."""
    settings = inputs.settings
    declared = subject(inputs.catalog, settings.environment, settings.alerting.maintenance)
    return declared.model_dump_json(exclude_defaults=True)


def incident_watch(target: InCluster, copies: Sequence[pulumi.Resource]) -> None:
    """The program that writes incidents down, into the bucket of reports. ``copies`` bring secrets from outside."""
    inputs = target.inputs
    if not inputs.runs_programs:
        return
    IncidentWatch(
        names.INCIDENT_WATCH,
        IncidentWatchArgs(
            # Without a priority: where a node is lost it waits, and reads later what it missed.
            program=replace(target.program(workloads.INCIDENT_WATCH), priority_class=None),
            environment=str(inputs.settings.environment),
            bucket=target.foundation.buckets.names[BucketUse.REPORTS],
            scope=scope(inputs.catalog).model_dump_json(indent=1) + "\n",
            servers=_servers(target),
            keys=bool(inputs.api_secrets),
        ),
        opts=target.opts(workloads.INCIDENT_WATCH, *copies),
    )


def _servers(target: InCluster) -> dict[str, list[str]]:
    logs = target.settings.logs
    loki = [names.service(names.LOKI_GATEWAY, names.LOGGING, names.LOKI_GATEWAY_PORT, "http")]
    return {
        "prometheus": target.prometheus,
        "alertmanager": target.alertmanagers,
        "jaeger": [names.service(names.JAEGER, names.TRACING, names.JAEGER_QUERY_PORT, "http")],
        "loki": loki if LogDestination.LOKI in logs.backends else [],
        "loki-tenant": [tenant.name for tenant in logs.tenants],
    }
