"""The shipped rows of CloudWatch alarms, as data: each can fire, none fires on a gap, none that matters is missing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from authoring.docs import cloudwatch as cloudwatch_docs
from model.alarms.alarm import MAX_METRICS, RESULT, AlarmFile, AlarmRow, MissingData, Pack, doubled_names
from model.alarms.runbooks import page, runbook_url
from model.dimensions import shipped
from model.vocabulary import Severity
from model.yaml_file import read_yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "rules" / "cloudwatch"

FILES = {path.stem: AlarmFile.model_validate(read_yaml(path, path.name)) for path in sorted(FOLDER.glob("*.yaml"))}
ROWS = [pytest.param(file, row, id=f"{name}/{row.name}") for name, file in FILES.items() for row in file.alarms]
ALL = [(file, row) for file in FILES.values() for row in file.alarms]
MATH = [param for param in ROWS if isinstance(row := param.values[1], AlarmRow) and row.expression]

every_file = pytest.mark.parametrize("file", FILES.values(), ids=FILES)
every_row = pytest.mark.parametrize(("file", "row"), ROWS)
every_expression = pytest.mark.parametrize(("file", "row"), MATH)

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
DYNAMODB_NEEDS_OPERATION = {"SystemErrors", "SuccessfulRequestLatency", "ThrottledRequests"}
DYNAMODB_OF_THE_ACCOUNT = re.compile("^(Account|MaxProvisioned|UserErrors)")

# Identifiers in metric math are lower case, functions upper case.
IDS = re.compile(r"\b[a-z][a-zA-Z0-9_]*\b")

# What AWS recommends, or what practice adds, for the services we watch: namespace, then "metric" or "metric severity".
# `!` marks a must-have, which every environment keeps, however small its budget.
WANTED = {
    "Belfry": "AlarmsForwarded!",
    "AWS/DynamoDB": """
        ReadThrottleEvents! WriteThrottleEvents! ReadKeyRangeThroughputThrottleEvents
        WriteKeyRangeThroughputThrottleEvents ReadAccountLimitThrottleEvents WriteAccountLimitThrottleEvents
        SystemErrors! UserErrors! SuccessfulRequestLatency ConsumedReadCapacityUnits! ConsumedWriteCapacityUnits!
        ProvisionedReadCapacityUnits! ProvisionedWriteCapacityUnits! AccountMaxTableLevelReads
        AccountMaxTableLevelWrites OnDemandMaxReadRequestUnits OnDemandMaxWriteRequestUnits
        AccountProvisionedReadCapacityUtilization! AccountProvisionedWriteCapacityUtilization!
        MaxProvisionedTableReadCapacityUtilization MaxProvisionedTableWriteCapacityUtilization ReplicationLatency!
        ConditionalCheckFailedRequests TransactionConflict TimeToLiveDeletedItemCount AgeOfOldestUnreplicatedRecord
        FailedToReplicateRecordCount! ThrottledPutRecordCount OnlineIndexThrottleEvents OnlineIndexPercentageProgress
    """,
    "AWS/EKS": """
        apiserver_storage_size_bytes! apiserver_request_total_5XX! apiserver_request_total! apiserver_request_total_429
        scheduler_schedule_attempts_ERROR! scheduler_pending_pods_UNSCHEDULABLE!
        apiserver_admission_webhook_rejection_count apiserver_request_duration_seconds_GET_P99
        apiserver_request_duration_seconds_POST_P99 apiserver_request_duration_seconds_LIST_P99
    """,
    "ContainerInsights": """
        node_cpu_utilization! node_memory_utilization! node_filesystem_utilization! node_cpu_reserved_capacity
        node_memory_reserved_capacity pod_cpu_utilization pod_memory_utilization pod_cpu_reserved_capacity
        pod_memory_reserved_capacity pod_cpu_utilization_over_pod_limit pod_memory_utilization_over_pod_limit
        pod_status_pending container_cpu_utilization_over_container_limit
        container_memory_utilization_over_container_limit container_filesystem_utilization
        apiserver_request_duration_seconds rest_client_request_duration_seconds etcd_request_duration_seconds
        apiserver_request_total_5xx cluster_failed_node_count!
    """,
    "AWS/ApplicationELB": """
        HealthyHostCount! UnHealthyHostCount! HTTPCode_Target_5XX_Count! RequestCount! HTTPCode_ELB_5XX_Count!
        TargetResponseTime RejectedConnectionCount TargetConnectionErrorCount ClientTLSNegotiationErrorCount
    """,
    "AWS/NetworkELB": "HealthyHostCount! UnHealthyHostCount! PortAllocationErrorCount! TCP_ELB_Reset_Count",
    "AWS/RDS": """
        CPUUtilization! DatabaseConnections! FreeableMemory! FreeStorageSpace! EBSByteBalance% EBSIOBalance%
        ReplicaLag! ReadLatency WriteLatency DBLoad MaximumUsedTransactionIDs! BufferCacheHitRatio
        RollbackSegmentHistoryListLength EngineUptime! BlockedTransactions AuroraVolumeBytesLeftTotal!
        AuroraBinlogReplicaLag
    """,
    "AWS/ElastiCache": """
        EngineCPUUtilization! CPUUtilization! DatabaseMemoryUsagePercentage! CurrConnections ReplicationLag! Evictions
        CacheHits CacheMisses
    """,
    "AWS/Lambda": """
        Errors! Invocations! Throttles! Duration! ConcurrentExecutions! ClaimedAccountConcurrency! IteratorAge!
        DeadLetterErrors!
    """,
    "LambdaInsights": "memory_utilization",
    "AWS/SQS": """
        ApproximateAgeOfOldestMessage! ApproximateNumberOfMessagesNotVisible! ApproximateNumberOfMessagesVisible!
        NumberOfMessagesSent
    """,
    "AWS/SNS": """
        NumberOfNotificationsFailed! NumberOfNotificationsRedrivenToDlq! NumberOfNotificationsFailedToRedriveToDlq!
        NumberOfNotificationsFilteredOut-InvalidAttributes!
    """,
    "AWS/ApiGateway": "5XXError! 5xx! ExecutionError! 4XXError 4xx ClientError Latency IntegrationLatency Count",
    "AWS/NATGateway": "ErrorPortAllocation! PacketsDropCount",
    "AWS/CertificateManager": "DaysToExpiry!",
    "AWS/EC2": "StatusCheckFailed! StatusCheckFailed_AttachedEBS! CPUUtilization",
    "AWS/EBS": "VolumeStalledIOCheck!",
    "AWS/ES": """
        ClusterStatus.red! ClusterStatus.yellow! FreeStorageSpace! ClusterIndexWritesBlocked! Nodes!
        AutomatedSnapshotFailure! CPUUtilization JVMMemoryPressure! KMSKeyInaccessible! KMSKeyError
    """,
    "AWS/WAFV2": "BlockedRequests!",
    "AWS/Billing": "EstimatedCharges!",
}


def read_by(namespace: str, *, must_have: bool) -> set[str]:
    """Metrics that any row reads, or any must-have row."""
    return {
        metric.metric
        for file, row in ALL
        for metric in row.metrics
        if (metric.namespace or file.namespace) == namespace and (row.pack is Pack.MUST_HAVE or not must_have)
    }


def measured(file: AlarmFile, row: AlarmRow) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(id, metric, dimensions) of a row."""
    for metric in row.metrics:
        yield metric.id, metric.metric, file.dimensions_of(metric)


@pytest.mark.parametrize("namespace", WANTED)
def test_everything_that_is_worth_an_alarm_has_one(namespace: str) -> None:
    wanted = {name.removesuffix("!") for name in WANTED[namespace].split()}
    assert wanted <= read_by(namespace, must_have=False)


@pytest.mark.parametrize("namespace", WANTED)
def test_a_must_have_alarm_is_in_the_reduced_pack_too(namespace: str) -> None:
    wanted = {name.removesuffix("!") for name in WANTED[namespace].split() if name.endswith("!")}
    assert wanted <= read_by(namespace, must_have=True)


def test_the_table_of_wanted_metrics_knows_every_namespace_of_the_rows() -> None:
    assert {file.namespace for file in FILES.values()} == set(WANTED)


@every_file
def test_every_alarm_can_fire_for_all_that_the_dimension_catalogue_knows(file: AlarmFile) -> None:
    assert list(file.mistakes()) == []


def test_the_dimension_catalogue_has_no_namespace_that_no_alarm_reads() -> None:
    heartbeat = "AWS/Events"  # read by the alarm on the path itself, which is no row
    assert set(shipped().namespaces) == {file.namespace for file in FILES.values()} | {heartbeat}


def test_an_alarms_name_and_so_its_runbook_is_its_own() -> None:
    assert doubled_names(list(FILES.values())) == []


@every_row
def test_every_alarm_has_its_runbook(file: AlarmFile, row: AlarmRow) -> None:
    where, _, section = runbook_url("docs/runbooks", file.namespace, row.name).partition("#")
    text = (ROOT / where).read_text(encoding="utf-8")
    (about,) = re.findall(rf"^## {section}\n(.+?)^## ", text, re.MULTILINE | re.DOTALL)
    assert row.summary in about
    assert all(text in about for text in (row.impact, *row.checks, *row.mitigation))


def test_no_runbook_is_about_a_service_that_has_no_alarm() -> None:
    written = {path.stem for path in (ROOT / "docs" / "runbooks" / "cloudwatch").glob("*.md")}
    assert written == {page(file.namespace) for file, _ in ALL} == set(cloudwatch_docs.pages())


def test_the_list_of_alarms_has_each_of_them_with_its_reason() -> None:
    text = (ROOT / "docs" / "cloudwatch-alarms.md").read_text(encoding="utf-8")
    assert [row.name for _, row in ALL if f"[{row.name}]" not in text or row.reason not in text] == []


@every_row
def test_a_metric_has_the_dimensions_that_aws_emits_it_with(file: AlarmFile, row: AlarmRow) -> None:
    if file.namespace == "AWS/DynamoDB":
        for _, metric, dimensions in measured(file, row):
            assert (dimensions.get("TableName") is None) == bool(DYNAMODB_OF_THE_ACCOUNT.match(metric))
            assert ("Operation" in dimensions) == (metric in DYNAMODB_NEEDS_OPERATION)
            assert dimensions.get("GlobalSecondaryIndexName") == ("{index}" if row.each == "index" else None)


@every_expression
def test_the_ids_of_an_expression_and_of_the_metrics_are_the_same(file: AlarmFile, row: AlarmRow) -> None:
    assert set(IDS.findall(row.expression or "")) == {metric.id for metric in row.metrics}
    assert RESULT not in {metric.id for metric in row.metrics}


@every_expression
def test_a_gap_of_a_sparse_counter_counts_as_zero(file: AlarmFile, row: AlarmRow) -> None:
    # In PERIOD(m) the metric stands for its period and not for its values; a divisor is filled with 1 behind a gate.
    values = re.sub(r"PERIOD\(\w+\)", "", row.expression or "")
    for metric in row.metrics:
        facts = shipped().facts(file.namespace, metric.metric)
        assert facts
        uses = len(re.findall(rf"\b{metric.id}\b", values))
        if facts.sparse:
            assert uses == len(re.findall(rf"FILL\({metric.id},[01]\)", values)) > 0
            assert f"FILL({metric.id},0)" in values


@every_expression
def test_a_ratio_looks_at_enough_requests_only(file: AlarmFile, row: AlarmRow) -> None:
    if "100*" in (row.expression or "") and row.metrics[-1].statistic in ("Sum", "SampleCount"):
        assert re.match(r"IF\(.+ > [0-9]{2,}, ", row.expression or "")


@every_row
def test_cloudwatch_takes_the_number_of_metrics(file: AlarmFile, row: AlarmRow) -> None:
    assert len(row.metrics) <= MAX_METRICS


@every_row
def test_what_arrives_every_five_minutes_is_asked_for_every_five_minutes(file: AlarmFile, row: AlarmRow) -> None:
    if any(metric.metric.startswith("Provisioned") for metric in row.metrics):
        assert row.period_seconds == 300


@every_row
def test_consumption_is_a_rate_before_it_is_compared_with_what_is_provisioned(file: AlarmFile, row: AlarmRow) -> None:
    for metric in row.metrics:
        if metric.metric.startswith("Consumed") and row.expression:
            assert metric.statistic == "Sum"
            assert f"FILL({metric.id},0)/PERIOD({metric.id})" in row.expression


@every_row
def test_an_alarm_looks_back_no_further_than_cloudwatch_does(file: AlarmFile, row: AlarmRow) -> None:
    assert row.period_seconds * row.periods <= 24 * 3600


@every_row
def test_silence_of_a_counter_of_faults_is_good(file: AlarmFile, row: AlarmRow) -> None:
    # How often a check was made says whether anybody is there, whatever the check finds.
    faults = (metric.metric for metric in row.metrics if metric.statistic != "SampleCount")
    if any(re.search("Error|Throttle|Failed|5XX|5xx|Drop", fault) for fault in faults):
        assert row.missing_data is MissingData.NOT_BREACHING


@every_row
def test_no_dynamodb_alarm_sticks_because_data_is_missing(file: AlarmFile, row: AlarmRow) -> None:
    if file.namespace == "AWS/DynamoDB":
        assert row.missing_data in (MissingData.NOT_BREACHING, MissingData.BREACHING)


@pytest.mark.parametrize(
    "name",
    ["alb-no-healthy-host", "nlb-no-healthy-host", "rds-cpu", "aurora-writer-down", "certificate-expires"],
)
def test_silence_of_what_must_live_is_bad(name: str) -> None:
    (row,) = [row for _, row in ALL if row.name == name]
    assert row.missing_data is MissingData.BREACHING
    assert row.pack is Pack.MUST_HAVE


@every_row
def test_a_row_about_provisioned_capacity_is_for_provisioned_tables_only(file: AlarmFile, row: AlarmRow) -> None:
    if file.applies_to == "dynamodb-table" and any("Provisioned" in metric.metric for metric in row.metrics):
        assert row.when == {"billing": "provisioned"}


@every_row
def test_a_table_and_its_indexes_are_alarmed_apart(file: AlarmFile, row: AlarmRow) -> None:
    if re.search("^(Read|Write)(KeyRangeThroughput)?ThrottleEvents", row.metrics[0].metric):
        partners = {
            other.each
            for other in file.alarms
            if [metric.metric for metric in other.metrics] == [metric.metric for metric in row.metrics]
        }
        assert partners == {"resource", "index"}


@every_row
def test_every_number_has_its_reason_and_its_source(file: AlarmFile, row: AlarmRow) -> None:
    assert row.reason.endswith((".", "!"))
    # The description of an alarm is "summary. reason": AWS takes 1024 characters, the link needs some of them.
    assert len(f"{row.summary}. {row.reason}") < 700
    assert not row.summary.endswith(".")
    assert all(text.endswith((".", "?")) for text in (row.impact, *row.checks, *row.mitigation))


@pytest.mark.parametrize("word", ["reason", "source", "summary"])
def test_no_row_is_excused_with_the_words_of_another(word: str) -> None:
    texts = [getattr(row, word) for _, row in ALL]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


@every_row
def test_a_reason_says_more_than_the_summary(file: AlarmFile, row: AlarmRow) -> None:
    assert len({row.reason, row.summary, row.source}) == 3
    assert len(row.reason.split()) >= 8


def test_a_failure_of_our_own_topics_is_notified_by_another_topic() -> None:
    for row in FILES["alarm-topics"].alarms:
        broken = row.when["severity"]
        assert not isinstance(broken, bool)
        assert row.severity in (Severity.CRITICAL, Severity.WARNING)
        assert str(row.severity) not in ((broken,) if isinstance(broken, str) else broken)


@every_row
def test_use_of_a_limit_is_that_of_the_fullest_pod_or_container(file: AlarmFile, row: AlarmRow) -> None:
    """Each is throttled or killed at its own limit, however empty its neighbours are; an average hides it."""
    found = {m.statistic for m in row.metrics if m.metric.endswith(("_over_pod_limit", "_over_container_limit"))}
    assert found <= {"Maximum"}


@every_row
def test_pods_in_a_state_are_added_up(file: AlarmFile, row: AlarmRow) -> None:
    """Each pod sends 0 or 1: no other statistic exceeds 1."""
    assert {m.statistic for m in row.metrics if m.metric.startswith("pod_status_")} <= {"Sum"}
