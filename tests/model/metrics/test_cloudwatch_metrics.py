"""What of AWS comes into Prometheus: enough for every rule, and nothing that nobody named."""

from decimal import Decimal

import promql_parser
import pytest

from checks.rules.inference.syntax import selectors
from model.catalog.catalog import Catalog
from model.catalog.resources import RESOURCE_MODELS
from model.dimensions import objections, shipped
from model.metrics.cloudwatch_metrics import (
    POLL_SECONDS,
    Export,
    Job,
    configuration,
    jobs,
    load,
    requests_per_month,
    series,
    series_name,
)
from model.metrics.metric_inventory import load as inventory
from tests.rules.test_metric_inventory import RULES
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
JOBS = jobs(CATALOG)
REGION = "eu-central-1"
CONFIG = configuration(JOBS, REGION)


def of(system: str, component: str) -> list[Job]:
    return [job for job in JOBS if (job.system, job.component) == (system, component)]


def test_every_metric_of_aws_that_a_rule_reads_is_exported() -> None:
    read = {
        selector.name
        for rules in RULES.values()
        for group in rules.groups
        for rule in group.rules
        for selector in selectors(promql_parser.parse(rule.expr))
        if selector.name and selector.name.startswith("aws_")
    }

    # Of the kinds that the shipped catalog has none of, too: a board is there for the day when there is one.
    exported = {
        series_name(export.namespace, metric, statistic)
        for export in load().exports
        for metric, statistics in export.metrics.items()
        for statistic in statistics
    }
    assert "aws_sqs_number_of_messages_deleted_sum" in read
    assert read <= exported
    assert exported >= series(JOBS)


def test_the_inventory_lists_what_the_allow_list_leads_to_with_the_same_dimensions() -> None:
    expected: dict[str, set[str]] = {}
    for export in load().exports:
        for metric, statistics in export.metrics.items():
            for statistic in statistics:
                labels = expected.setdefault(series_name(export.namespace, metric, statistic), set())
                labels |= {f"dimension_{name}" for name in export.dimensions} | {"name", "region", "account_id"}
    listed = inventory().exporters["cloudwatch-exporter"].metrics

    assert {name: set(labels) for name, labels in listed.items() if name.startswith("aws_")} == expected


@pytest.mark.parametrize("export", load().exports, ids=lambda export: f"{export.kind}-{export.each}")
def test_every_row_asks_for_what_aws_sends(export: Export) -> None:
    resource = RESOURCE_MODELS[export.kind]
    assert export.each == "resource" or export.each in resource.PARTS
    assert export.when.keys() <= resource.words()
    for metric, statistics in export.metrics.items():
        for statistic in statistics:
            found = objections(
                shipped(),
                export.namespace,
                metric,
                dimensions=export.dimensions,
                statistic=statistic,
                period_seconds=POLL_SECONDS,
            )
            assert list(found) == []


@pytest.mark.parametrize(
    ("namespace", "metric", "statistic", "name"),
    [
        ("AWS/SQS", "NumberOfMessagesDeleted", "Sum", "aws_sqs_number_of_messages_deleted_sum"),
        ("AWS/EC2", "CPUUtilization", "Average", "aws_ec2_cpuutilization_average"),
        ("AWS/ApplicationELB", "TargetResponseTime", "p95", "aws_applicationelb_target_response_time_p95"),
        ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", "aws_applicationelb_httpcode_elb_5_xx_count_sum"),
        ("AWS/ES", "ClusterStatus.red", "SampleCount", "aws_es_cluster_status_red_sample_count"),
        ("AWS/RDS", "EBSByteBalance%", "Average", "aws_rds_ebsbyte_balance_percent_average"),
    ],
)
def test_series_are_named_as_the_exporter_names_them(namespace: str, metric: str, statistic: str, name: str) -> None:
    assert series_name(namespace, metric, statistic) == name


def test_no_metric_begins_with_a_part_of_its_namespace_which_the_exporter_would_cut_off() -> None:
    for export in load().exports:
        for metric in export.metrics:
            parts = series_name(export.namespace, "x", "Sum").split("_")[:-2]
            assert not any(metric.lower().startswith(part) for part in parts), metric


def test_a_queue_and_its_dead_letters_are_asked_for_apart() -> None:
    assert [(dict(job.dimensions), sorted(job.metrics)) for job in of("bakhmach", "queue")] == [
        (
            {"QueueName": "bakhmach-jobs"},
            [
                "ApproximateAgeOfOldestMessage",
                "ApproximateNumberOfMessagesVisible",
                "NumberOfMessagesDeleted",
                "NumberOfMessagesSent",
            ],
        ),
        ({"QueueName": "bakhmach-jobs-dead"}, ["ApproximateNumberOfMessagesVisible"]),
    ]


def test_each_node_of_a_cache_is_asked_for() -> None:
    clusters = {job.dimensions["CacheClusterId"] for job in of("alchemorsel", "cache")}

    assert clusters == {"alchemorsel-production-001", "alchemorsel-production-002"}
    assert {job.name for job in of("alchemorsel", "cache")} == {f"alchemorsel/cache/{node}" for node in clusters}


def test_kinds_of_resource_without_a_resource_cost_nothing() -> None:
    namespaces = {job.namespace for job in JOBS}

    assert "AWS/NATGateway" in {export.namespace for export in load().exports}
    assert "AWS/NATGateway" not in namespaces
    assert jobs(Catalog.of(CATALOG.organization, ())) == ()


def test_every_job_says_whose_it_is_and_names_every_dimension() -> None:
    for made, job in zip(CONFIG["static"], JOBS, strict=True):
        assert made["regions"] == [REGION]
        assert made["customTags"] == [
            {"key": "system", "value": job.system},
            {"key": "component", "value": job.component},
        ]
        assert made["dimensions"] == [{"name": name, "value": value} for name, value in job.dimensions.items()]
        assert all("{" not in dimension["value"] for dimension in made["dimensions"])
    assert "discovery" not in CONFIG


def test_trap_a_static_job_ignores_a_delay_and_warns_of_it() -> None:
    assert all("delay" not in metric for job in CONFIG["static"] for metric in job["metrics"])


def test_trap_a_length_below_the_period_is_refused_and_what_is_sent_every_five_minutes_comes_late() -> None:
    lengths = {
        (job["namespace"], metric["name"]): metric["length"] for job in CONFIG["static"] for metric in job["metrics"]
    }

    assert {metric["period"] for job in CONFIG["static"] for metric in job["metrics"]} == {POLL_SECONDS}
    assert lengths["AWS/SQS", "NumberOfMessagesSent"] == POLL_SECONDS
    assert lengths["AWS/DynamoDB", "ProvisionedReadCapacityUnits"] == 3 * POLL_SECONDS


def test_one_metric_of_one_resource_is_8760_requests_a_month_whatever_its_statistics() -> None:
    metric = {"name": "Duration", "statistics": ["Average", "p95"]}

    assert requests_per_month([{"regions": [REGION], "metrics": [metric]}]) == Decimal(8760)
    # A guard on the bill: 0.01 USD for 1,000 requests. More metrics must be meant.
    assert requests_per_month(CONFIG["static"]) / 1000 * Decimal("0.01") < Decimal(10)
