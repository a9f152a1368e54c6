"""DynamoDB's tables: which throttles requests, because of capacity, a hot key, or the account's quota?"""

from functools import partial
from typing import Final

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, cloudwatch, narrowing, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.cloudwatch import ANY, SILENT, alarm
from authoring.dashboards.kit.thresholds import NO_LIMIT, rising
from authoring.dashboards.queries import aws, chosen
from authoring.dashboards.queries import dynamodb as queries
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceKind
from model.dashboards import Board as Uid

NAMESPACE: Final = "AWS/DynamoDB"
TABLE: Final = {"TableName": "$table"}
INDEX: Final = {**TABLE, "GlobalSecondaryIndexName": ANY}
NO_EXPORTER: Final = "CloudWatch's exporter does not answer"
ON_DEMAND: Final = "All tables are on-demand"
BY_ACCESS: Final = "{{system}}/{{component}} {{access}}"
THROTTLES: Final = alarm("read-throttles", "write-throttles")
CAPACITY: Final = alarm("read-capacity", "write-capacity", "read-capacity-exhausted", "write-capacity-exhausted")

CAUSES: Final = (
    ("ProvisionedThroughput", "too little capacity"),
    ("KeyRangeThroughput", "hot key"),
    ("AccountLimit", "quota of the account"),
    ("MaxOnDemandThroughput", "own ceiling"),
)
billed = partial(cloudwatch.curves, no_data=SILENT)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.DYNAMODB,
        question="Which table throttles requests, and why?",
        variables=(
            variables.clusters(),
            variables.systems(),
            variables.components(ResourceKind.DYNAMODB_TABLE),
            variables.cloudwatch(),
            variables.region(),
            variables.in_aws("table", ResourceKind.DYNAMODB_TABLE, "Table (for CloudWatch)"),
        ),
        chosen=chosen.ALL,
        to=(Uid.AWS, Uid.SERVICE, Uid.COST),
        refresh=cloudwatch.REFRESH,
        rows=(
            Row("Tables", (*_numbers(), _tables(), *_curves()), collapsed=False),
            cloudwatch.row("Why $table throttles requests", _throttles()),
            cloudwatch.row("$table: latency and errors by operation", _operations()),
            cloudwatch.row("$table: conflicts, TTL, replication", _changes()),
            cloudwatch.row("The account", _account()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        panels.number(
            "Throttled tables",
            "Tables that throttled a request in the last ten minutes, without their indexes. The SDK retries single "
            "requests; after five minutes users notice, and an alarm fires.",
            targets.now(queries.tables_throttled()),
            thresholds=rising(warn=1),
            no_data=NO_EXPORTER,
            runbooks=THROTTLES,
            width=8,
        ),
        panels.number(
            "Throttled requests in 5 min",
            "Reads and writes of all tables. Anything but 0 is worth a look at the row of causes below.",
            targets.now(queries.throttled_in_all()),
            thresholds=rising(warn=1),
            no_data=NO_EXPORTER,
            runbooks=THROTTLES,
            width=8,
        ),
        panels.number(
            "Highest capacity usage",
            "Of tables with provisioned capacity the fullest, reads or writes. From 80 % on a peak is enough, at 95 % "
            "requests are refused.",
            targets.now(queries.fullest()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.95),
            no_data=ON_DEMAND,
            runbooks=CAPACITY,
            width=8,
        ),
    )


def _tables() -> panels.PanelBuilder:
    def units_of(access: str) -> panels.Column:
        expr = queries.of_access(queries.UNITS, access)
        return panels.Column(
            heading=f"{access.capitalize()} units/s", expr=expr, unit=units.Short, thresholds=NO_LIMIT, decimals=1
        )

    def refused(access: str) -> panels.Column:
        expr = queries.of_access(queries.THROTTLED, access)
        return panels.Column(
            heading=f"{access.capitalize()}s refused", expr=expr, unit=units.Short, thresholds=rising(warn=1)
        )

    return panels.comparison(
        "Tables",
        "Units a second, and requests throttled in five minutes. An empty cell is a table without such requests, or "
        "without provisioned capacity. A click filters the dashboard by this table.",
        units_of(queries.READ),
        units_of(queries.WRITE),
        refused(queries.READ),
        refused(queries.WRITE),
        panels.Column(
            heading="Used of its capacity",
            expr=aws.worst(queries.USED),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.95),
        ),
        names={labels.SYSTEM: "System", labels.COMPONENT: "Table"},
        no_data=NO_EXPORTER,
        runbooks=(*THROTTLES, *CAPACITY),
        data_links=(narrowing.row_link(Uid.DYNAMODB),),
    )


def _curves() -> blocks.Panels:
    return (
        panels.curves(
            "Throttled requests",
            "In five minutes, by table. Constant throttling is too little capacity, short throttling a peak before "
            "scaling; a single table at constant load has a hot key.",
            targets.over_time(queries.by_access(queries.THROTTLED), BY_ACCESS),
            thresholds=rising(warn=1),
            no_data="No throttled requests, or the CloudWatch exporter is down",
            runbooks=THROTTLES,
            data_links=(narrowing.link(Uid.DYNAMODB),),
        ),
        panels.curves(
            "Capacity usage, of provisioned",
            "From 80 % on scaling up is late, at 95 % requests are refused; both hold for a quarter of an hour before "
            "an alert fires.",
            targets.over_time(queries.by_access(queries.USED), BY_ACCESS),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8, bad=0.95),
            no_data=ON_DEMAND,
            runbooks=CAPACITY,
            data_links=(narrowing.link(Uid.DYNAMODB),),
        ),
        *(
            panels.curves(
                f"{access.capitalize()} units",
                f"Units a second, by table: the billed capacity. {surprise}",
                targets.over_time(queries.of_access(queries.UNITS, access), blocks.BY_COMPONENT),
                unit=units.CountsPerSecond,
                no_data="No requests, or the CloudWatch exporter is down",
                runbooks=alarm(runbook),
                data_links=(narrowing.link(Uid.DYNAMODB),),
            )
            for access, surprise, runbook in (
                (queries.READ, "A step without a step in requests is a scan.", "read-surge"),
                (queries.WRITE, "A step without a step in requests is a job, or larger items.", "write-quota"),
            )
        ),
    )


def _throttles() -> blocks.Panels:
    return (
        *(
            billed(
                f"{access}s refused, by cause",
                "The cause decides the fix: capacity for the first, a better key for the second, an AWS quota for "
                "the third.",
                *(
                    cloudwatch.metric(NAMESPACE, f"{access}{cause}ThrottleEvents", TABLE, legend=meaning)
                    for cause, meaning in CAUSES
                ),
                thresholds=rising(warn=1),
                runbooks=alarm(f"{access.lower()}-throttles", "hot-key", "account-limit-throttles"),
            )
            for access in ("Read", "Write")
        ),
        *(
            billed(
                f"{access}s of indexes refused",
                f"By index. {meaning}",
                cloudwatch.metric(NAMESPACE, f"{access}ThrottleEvents", INDEX),
                thresholds=rising(warn=1),
                no_data="None is refused, or the table has no index",
                runbooks=alarm(f"index-{access.lower()}-throttles", "index-hot-key"),
            )
            for access, meaning in (
                ("Read", "The table's metrics exclude its indexes."),
                ("Write", "An index that cannot keep up throttles writes to its table."),
            )
        ),
    )


def _operations() -> blocks.Panels:
    return (
        *(
            billed(
                f"{operation}, {name}",
                meaning,
                cloudwatch.metric(
                    NAMESPACE,
                    "SuccessfulRequestLatency",
                    {**TABLE, "Operation": operation},
                    statistic,
                    legend=operation,
                    period=60,
                ),
                unit=units.Milliseconds,
                thresholds=rising(warn=limit),
                no_data="No such requests",
                runbooks=alarm(runbook),
                width=8,
            )
            for operation, name, statistic, limit, runbook, meaning in (
                (
                    "GetItem",
                    "mean",
                    "Average",
                    10,
                    "get-latency",
                    "AWS documents single-digit milliseconds for an item.",
                ),
                ("PutItem", "mean", "Average", 20, "put-latency", "Two of three copies answer: twice a read is usual."),
                ("Query", "p99", "p99", 50, "query-latency", "A query of one page takes up to 50 ms."),
            )
        ),
        billed(
            "System errors",
            "By operation. Faults of the service: only retries and an AWS support case help.",
            cloudwatch.metric(NAMESPACE, "SystemErrors", {**TABLE, "Operation": ANY}),
            thresholds=rising(bad=1),
            runbooks=alarm("system-errors", "system-errors-batches", "system-errors-transactions"),
        ),
        billed(
            "Throttled requests by operation",
            "Shows which call of the application is throttled. A batch counts once, whatever its number of items.",
            cloudwatch.metric(NAMESPACE, "ThrottledRequests", {**TABLE, "Operation": ANY}),
            thresholds=rising(warn=1),
            runbooks=THROTTLES,
        ),
    )


def _changes() -> blocks.Panels:
    return (
        billed(
            "Conditional check failures",
            "Writes with a failed condition. With optimistic locking some are normal; a step means two writers of "
            "one item.",
            cloudwatch.metric(NAMESPACE, "ConditionalCheckFailedRequests", TABLE),
            runbooks=alarm("conditional-check-failures"),
            width=6,
        ),
        billed(
            "Transaction conflicts",
            "Per minute. Each is retried at double cost; above 100 transactions compete for one item.",
            cloudwatch.metric(NAMESPACE, "TransactionConflict", TABLE, period=60),
            thresholds=rising(warn=100),
            runbooks=alarm("transaction-conflicts"),
            width=6,
        ),
        billed(
            "TTL deletions",
            "In an hour. None in a day, where items have an end, means that writers no longer set it.",
            cloudwatch.metric(NAMESPACE, "TimeToLiveDeletedItemCount", TABLE, period=3600),
            no_data="None expired",
            runbooks=alarm("time-to-live-stopped"),
            width=6,
        ),
        billed(
            "Replication latency",
            "How late writes arrive, by region. Usually a second or two; after three minutes a failover loses data.",
            cloudwatch.metric(NAMESPACE, "ReplicationLatency", {**TABLE, "ReceivingRegion": ANY}, "Average"),
            unit=units.Milliseconds,
            thresholds=rising(warn=180_000),
            no_data="No global table",
            runbooks=alarm("replication-latency"),
            width=6,
        ),
    )


def _account() -> blocks.Panels:
    return (
        billed(
            "User errors",
            "Of all tables: AWS does not report which. Errors of a program or its permissions, which no retry fixes.",
            cloudwatch.metric(NAMESPACE, "UserErrors", {}),
            thresholds=rising(warn=1),
            runbooks=alarm("user-errors"),
        ),
        billed(
            "Account quota usage",
            "Of provisioned capacity. Above 80 % request an increase: it takes AWS a day, and at 100 % no table "
            "scales.",
            *(
                cloudwatch.metric(NAMESPACE, f"{what}CapacityUtilization", {}, "Maximum", legend=legend)
                for what, legend in (
                    ("AccountProvisionedRead", "reads, account"),
                    ("AccountProvisionedWrite", "writes, account"),
                    ("MaxProvisionedTableRead", "reads, largest table"),
                    ("MaxProvisionedTableWrite", "writes, largest table"),
                )
            ),
            unit=units.Percent,
            thresholds=rising(warn=80),
            no_data=ON_DEMAND,
            runbooks=alarm("account-read-utilization", "account-write-utilization", "table-read-utilization"),
        ),
    )
