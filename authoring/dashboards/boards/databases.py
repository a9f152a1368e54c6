"""Databases: do they answer, are they slow, is a replica behind, and how many connections are left?"""

from functools import partial
from typing import Final

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, narrowing, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.cloudwatch import alarm
from authoring.dashboards.kit.thresholds import Steps, rising
from authoring.dashboards.queries import aws, chosen
from authoring.dashboards.queries import databases as queries
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceKind
from model.dashboards import Board as Uid
from model.vocabulary import Signal

NO_EXPORTER: Final = "No database here has an exporter"
NO_AWS: Final = "Not on Amazon RDS, or the CloudWatch exporter is down"
BY_DATABASE: Final = "{{system}}/{{component}} {{datname}}"
BY_INSTANCE: Final = "{{system}} {{dimension_DBInstanceIdentifier}}"
component_curves = partial(narrowing.curves, Uid.DATABASES)
curves = partial(panels.curves, no_data=NO_EXPORTER)
number = partial(panels.number, no_data=NO_EXPORTER)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    lag = thresholds.shared(catalog, Signal.REPLICATION_LAG)
    connections = thresholds.shared(catalog, Signal.CONNECTION_POOL_USAGE)
    board = Board(
        uid=Uid.DATABASES,
        question="Do the databases answer, and what do they wait for?",
        variables=(variables.clusters(), variables.systems(), variables.components(ResourceKind.RDS_DATABASE)),
        chosen=chosen.ALL,
        to=(Uid.DYNAMODB, Uid.SERVICE, Uid.CAPACITY),
        rows=(
            Row("Databases", (*_numbers(lag, connections), *_curves(catalog, lag, connections)), collapsed=False),
            Row("Slow statements", _statements()),
            Row("Sessions and locks", _sessions()),
            Row("Amazon RDS", _instances()),
            Row("Size and exporter", _size()),
            Row("Alerts", (*blocks.firing(*chosen.ALL), blocks.alert_table(*chosen.ALL, width=16))),
        ),
    )
    return (board,)


def _numbers(lag: Steps, connections: Steps) -> blocks.Panels:
    return (
        number(
            "Databases down",
            "They refuse the exporter's connection. Two minutes of it are an outage.",
            targets.now(queries.down()),
            thresholds=rising(bad=1),
            runbooks=("DatabaseDown", "DatabaseUnwatched"),
        ),
        number(
            "Longest replication lag",
            f"How much data a failover would lose, and how stale a reader's answers are. {thresholds.SAYS}",
            targets.now(queries.longest_lag()),
            unit=units.Seconds,
            thresholds=lag,
            no_data="No replica reports",
            runbooks=("ReplicationLagging",),
        ),
        number(
            "Most used connections",
            "Share of the pool, or of the database's maximum; at 100 % no client can connect. A rollout doubles them "
            f"for a minute. {thresholds.SAYS}",
            targets.now(aws.highest(queries.CONNECTIONS)),
            unit=units.PercentUnit,
            thresholds=connections,
            no_data="No pool is measured",
            runbooks=("ConnectionPoolNearlyUsed", "ConnectionsWillRunOut"),
        ),
        number(
            "Oldest transaction",
            "Open, or idle with locks held. After half an hour it blocks vacuum.",
            targets.now(aws.highest(queries.OLDEST)),
            unit=units.Seconds,
            thresholds=rising(warn=1800),
            runbooks=("PostgresLongTransaction",),
        ),
        number(
            "Most rolled back",
            "Share of transactions. Above 10 % applications give up often, mostly over errors they hide.",
            targets.now(aws.highest(queries.ROLLBACKS)),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.1),
            no_data="Fewer than one transaction in five seconds",
            runbooks=("PostgresManyRollbacks",),
        ),
        number(
            "Deadlocks in 15 minutes",
            "Of the worst database. Each is a failed transaction; five in 15 minutes are two programs that lock in "
            "different orders.",
            targets.now(aws.highest(queries.DEADLOCKS)),
            thresholds=rising(warn=4.5),
            runbooks=("PostgresDeadlocks",),
        ),
    )


def _curves(catalog: Catalog, lag: Steps, connections: Steps) -> blocks.Panels:
    return (
        component_curves(
            "Query duration, p95",
            f"As clients measure it, the network included. {thresholds.SAYS}",
            aws.worst(queries.QUERY_SECONDS),
            unit=units.Seconds,
            thresholds=thresholds.shared(catalog, Signal.QUERY_LATENCY_P95),
            no_data="No client measures its queries",
            runbooks=("HighQueryLatency",),
        ),
        component_curves(
            "Mean time of a statement",
            "Counted by PostgreSQL, over an hour. Three times last week's value means a changed plan or a missing "
            "index.",
            aws.worst(queries.STATEMENT_SECONDS),
            unit=units.Seconds,
            no_data="pg_stat_statements is not on",
            runbooks=("PostgresStatementsSlower",),
        ),
        component_curves(
            "Transactions",
            "A second, committed and rolled back. A fall with slow queries is a database that is stuck.",
            aws.worst(queries.TRANSACTIONS),
            unit=units.CountsPerSecond,
            no_data=NO_EXPORTER,
            runbooks=("PostgresManyRollbacks",),
        ),
        component_curves(
            "Replication lag",
            f"Of the replica that is furthest behind. A steady rise is a replica that is too small. {thresholds.SAYS}",
            queries.lag(),
            unit=units.Seconds,
            thresholds=lag,
            no_data="No replica reports",
            runbooks=("ReplicationLagging",),
        ),
        component_curves(
            "Connections used",
            f"Of clients' pools and of databases themselves. A step that stays is a leak. {thresholds.SAYS}",
            aws.worst(queries.CONNECTIONS),
            unit=units.PercentUnit,
            thresholds=connections,
            no_data="No pool is measured",
            runbooks=("ConnectionPoolNearlyUsed", "ConnectionsWillRunOut"),
        ),
        component_curves(
            "CPU",
            "Of the busiest instance. Above 90 % queries wait for CPU; find the statement below.",
            aws.worst(queries.CPU),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.9),
            no_data=NO_AWS,
            runbooks=alarm("rds-cpu", "aurora-cpu"),
        ),
    )


def _statements() -> blocks.Panels:
    columns = {
        "system": "System",
        "component": "Database",
        "instance": "Instance",
        "datname": "Name",
        "queryid": "Statement",
    }
    where = "The number is PostgreSQL's: SELECT query FROM pg_stat_statements WHERE queryid = it."
    return (
        panels.rows(
            "Time spent per statement",
            f"Seconds spent per second: 1 is one permanently busy session. {where}",
            targets.rows(queries.statements_by_time()),
            columns=columns,
            value="Seconds a second",
            unit="none",
            no_data="pg_stat_statements is not on",
            decimals=3,
            runbooks=("PostgresStatementsSlower",),
            width=panels.WIDTH,
        ),
        panels.rows(
            "Slowest statements",
            f"Mean time of those that are called more than once a minute. {where}",
            targets.rows(queries.statements_by_mean()),
            columns=columns,
            value="Mean",
            unit=units.Seconds,
            no_data="pg_stat_statements is not on",
            runbooks=("PostgresStatementsSlower", "HighQueryLatency"),
            width=panels.WIDTH,
        ),
    )


def _sessions() -> blocks.Panels:
    return (
        curves(
            "Sessions by state",
            "Idle sessions use memory; sessions idle in a transaction hold locks.",
            targets.over_time(queries.sessions(), "{{component}} {{instance}} {{state}}"),
            runbooks=("ConnectionPoolNearlyUsed",),
        ),
        curves(
            "Oldest transaction",
            "By database. After half an hour it blocks vacuum.",
            targets.over_time(queries.oldest_by_database(), BY_DATABASE),
            unit=units.Seconds,
            thresholds=rising(warn=1800),
            no_data="No transaction is open",
            runbooks=("PostgresLongTransaction",),
        ),
        curves(
            "Locks",
            "Held locks, by mode. Many exclusive locks mean a schema change during normal use.",
            targets.over_time(queries.locks(), "{{component}} {{instance}} {{mode}}"),
            no_data="No locks are held",
            runbooks=("PostgresDeadlocks",),
        ),
        curves(
            "Buffer cache hit ratio",
            "Share of blocks that PostgreSQL had in its buffers; the rest may still come from the system's memory. A "
            "fall is a new scan.",
            targets.over_time(queries.memory_hits(), "{{system}}/{{component}} {{instance}}"),
            unit=units.PercentUnit,
            runbooks=("PostgresStatementsSlower",),
            from_zero=False,
        ),
    )


def _instances() -> blocks.Panels:
    return (
        curves(
            "Free memory",
            "Below a quarter of the instance's memory (Aurora: 5 %) an alarm fires and reads go to disk.",
            targets.over_time(queries.of_instance("aws_rds_freeable_memory_minimum"), BY_INSTANCE),
            unit=units.BytesIEC,
            no_data=NO_AWS,
            runbooks=alarm("rds-memory", "aurora-memory"),
            width=8,
        ),
        curves(
            "Free disk",
            "At a tenth of the disk an alarm pages: a full disk stops the database.",
            targets.over_time(queries.of_instance("aws_rds_free_storage_space_minimum"), BY_INSTANCE),
            unit=units.BytesIEC,
            no_data="Aurora (grows automatically), or no RDS",
            runbooks=alarm("rds-storage"),
            width=8,
        ),
        curves(
            "Connections",
            "At 90 % of the parameter group's maximum an alarm pages.",
            targets.over_time(queries.of_instance("aws_rds_database_connections_average"), BY_INSTANCE),
            no_data=NO_AWS,
            runbooks=alarm("rds-connections", "aurora-connections"),
            width=8,
        ),
        *(
            curves(
                f"Disk: {access}s",
                "Mean time. SSD answers within milliseconds; above 20 ms the volume is at its limit or out of credit.",
                targets.over_time(queries.of_instance(f"aws_rds_{access}_latency_average"), BY_INSTANCE),
                unit=units.Seconds,
                thresholds=rising(warn=0.02),
                no_data=NO_AWS,
                runbooks=alarm(f"rds-{access}-latency"),
            )
            for access in ("read", "write")
        ),
    )


def _size() -> blocks.Panels:
    return (
        curves(
            "Size",
            "By database. A step without a release is an import, or a table without cleanup.",
            targets.over_time(queries.sizes(), BY_DATABASE),
            unit=units.BytesIEC,
            runbooks=alarm("rds-storage"),
        ),
        panels.rows(
            "Failing collectors of the exporter",
            "Groups of queries that failed last time: mostly a right that the exporter's user lacks.",
            targets.rows(queries.missed_by_exporter()),
            columns={labels.SYSTEM: "System", labels.COMPONENT: "Database", "collector": "Group"},
            value="Asked",
            no_data="All collectors work",
            runbooks=("PostgresScrapeFailing",),
        ),
    )
