"""The monthly cost of a plan: what is billed how, what is named instead of guessed, and the traps."""

from decimal import Decimal
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from tests.model.cost.plans import (
    ALARM,
    GROUP,
    MATH,
    RELEASE,
    cost,
    in_region,
    nodes,
    only,
    query,
    resource,
)

# --- The forwarder of alarms


def test_the_alarm_forwarder_costs_a_metric_its_heartbeats_and_its_polls(quiet: Catalog) -> None:
    found = cost(quiet, resource("kubernetes:apps/v1:Deployment", metadata={"name": "alarm-forwarder"}))

    assert {line.price: line.usd.quantize(Decimal("0.01")) for line in found.lines} == {
        "custom-metric": Decimal("0.30"),
        "metric-put": Decimal("0.44"),
        "sqs-requests": Decimal("0.05"),
    }
    other = cost(quiet, resource("kubernetes:apps/v1:Deployment", metadata={"name": "thanos-query"}))
    assert other.lines == ()


def test_a_web_acl_costs_by_its_rules(quiet: Catalog) -> None:
    found = cost(quiet, resource("aws:wafv2/webAcl:WebAcl", rules=[{"name": "path"}, {"name": "flood"}]))
    assert sum(line.usd for line in found.lines) == 5 + 2 * 1


def test_reading_the_security_posture_is_free(quiet: Catalog) -> None:
    found = cost(quiet, resource("kubernetes:apps/v1:Deployment", metadata={"name": "security-posture"}))

    assert (found.lines, found.by_use, found.unknown) == ((), (), ())


def test_a_workspace_of_managed_prometheus_is_billed_by_use(quiet: Catalog) -> None:
    found = cost(quiet, resource("aws:amp/workspace:Workspace", alias="belfry-prod"))

    assert found.lines == ()
    assert found.by_use[0].why.startswith("samples that are written")


def test_what_karpenter_may_add_is_named_and_not_in_the_total(quiet: Catalog) -> None:
    requirements = [{"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["m7i.large"]}]
    spec = {"limits": {"nodes": "6"}, "template": {"spec": {"requirements": requirements}}}
    found = cost(quiet, resource("kubernetes:karpenter.sh/v1:NodePool", spec=spec))

    assert found.lines == ()
    (unpriced,) = found.by_use
    assert unpriced.why.startswith("up to 6 nodes of m7i.large more than the group has")


# --- Alarms, as infracost's golden files price them


def test_an_alarm_on_a_metric_costs_a_metric(quiet: Catalog) -> None:
    line = only(cost(quiet, resource(ALARM, metricName="Errors", period=60)))
    assert (line.price, line.quantity, line.usd) == ("alarm-metric", Decimal(1), Decimal("0.10"))


def test_metric_math_is_billed_by_each_metric_in_it_and_not_by_the_result(quiet: Catalog) -> None:
    found = cost(quiet, resource(ALARM, "sum", metricQueries=[query("a"), query("b"), MATH]))
    assert only(found).usd == Decimal("0.20")
    assert found.warnings == ("metric math is billed by the metric: 1 alarms count as 2 (most: sum 2)",)


def test_anomaly_detection_counts_as_three_metrics(quiet: Catalog) -> None:
    band = {"id": "band", "expression": "ANOMALY_DETECTION_BAND(m, 2)"}
    line = only(cost(quiet, resource(ALARM, metricQueries=[query("m"), band], thresholdMetricId="band")))
    assert (line.quantity, line.usd) == (Decimal(3), Decimal("0.30"))
    assert "anomaly detection counted as three" in line.formula


@pytest.mark.parametrize("inputs", [{"metricName": "m", "period": 10}, {"metricQueries": [query("m", 30)]}])
def test_an_alarm_of_high_resolution_costs_three_times_as_much_and_is_a_trap(
    quiet: Catalog, inputs: dict[str, Any]
) -> None:
    found = cost(quiet, resource(ALARM, "fast", **inputs))
    assert only(found).usd == Decimal("0.30")
    assert found.warnings == ("alarms of high resolution cost three times as much: fast",)


def test_a_query_of_metrics_insights_is_not_guessed(quiet: Catalog) -> None:
    search = {"id": "q", "expression": "SELECT SUM(Errors) FROM SCHEMA(x)", "period": 60}
    found = cost(quiet, resource(ALARM, "search", metricQueries=[search]))
    assert not found.lines
    assert [each.resource for each in found.by_use] == ["search"]
    assert found.by_use[0].prices == ("$0.1 for alarm metric-month (alarm-metric)",)


def test_composites_dashboards_and_keys_have_one_price_each(quiet: Catalog) -> None:
    found = cost(
        quiet,
        resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", "shop-critical"),
        resource("aws:cloudwatch/dashboard:Dashboard", "board"),
        resource("aws:kms/key:Key", "key"),
    )
    assert {line.resource: line.usd for line in found.lines} == {
        "shop-critical": Decimal("0.5"),
        "board": 3,
        "key": 1,
    }


# --- Logs


def test_a_log_group_of_a_system_is_priced_by_the_expected_load_of_the_catalog(catalog: Catalog) -> None:
    found = cost(catalog, resource(GROUP, name="/belfry/shop", retentionInDays=30))
    ingested, stored = found.lines
    # 2 GiB a day: 60.83 a month at $0.50, and 30 days of it kept, compressed to 15 %, at $0.03.
    assert (ingested.price, round(ingested.usd, 2)) == ("log-ingest", Decimal("30.42"))
    assert (stored.price, stored.quantity, stored.usd) == ("log-storage", Decimal(9), Decimal("0.27"))
    assert ingested.formula == "2.0 GiB a day of shop in the catalog x 30.42 days"
    assert found.warnings == ()


def test_a_log_group_of_one_component_is_priced_by_its_own_load(catalog: Catalog) -> None:
    name = catalog.systems[0].components[0].name
    ingested, _ = cost(catalog, resource(GROUP, name=f"/belfry/shop/{name}", retentionInDays=1)).lines
    assert ingested.formula.startswith("0.5 GiB a day of shop")


def test_infrequent_access_halves_what_taking_logs_in_costs(catalog: Catalog) -> None:
    usual, _ = cost(catalog, resource(GROUP, name="/belfry/shop")).lines
    rare, _ = cost(catalog, resource(GROUP, name="/belfry/shop", logGroupClass="INFREQUENT_ACCESS")).lines
    assert round(rare.usd * 2, 6) == round(usual.usd, 6)


def test_a_log_group_without_retention_is_a_trap(catalog: Catalog) -> None:
    found = cost(catalog, resource(GROUP, "forever", name="/belfry/shop"))
    assert found.warnings == ("log groups without retention are paid forever: forever",)
    assert "kept forever, priced after 365 days" in found.lines[1].formula


def test_a_log_group_that_the_catalog_knows_nothing_of_is_billed_by_use(quiet: Catalog) -> None:
    found = cost(quiet, resource(GROUP, name="/aws/eks/main/cluster", retentionInDays=90))
    assert not found.lines
    assert found.by_use[0].why == "the catalog does not declare the volume written here"
    assert found.by_use[0].prices == ("$0.5 for GB (log-ingest)", "$0.03 for GB-month (log-storage)")


def test_logs_that_go_to_cloudwatch_past_the_plan_are_reported(catalog: Catalog) -> None:
    (warning,) = cost(catalog).warnings
    assert warning.startswith("shop sends 2.0 GiB of logs a day to CloudWatch, about $30 a month")


def test_a_metric_filter_costs_a_custom_metric_and_one_with_dimensions_many(quiet: Catalog) -> None:
    type_ = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
    plain = resource(type_, "plain", metricTransformation={"name": "n"})
    many = resource(type_, "many", metricTransformation={"name": "n", "dimensions": {"user": "$.user"}})
    found = cost(quiet, plain, many)
    assert (only(found).resource, only(found).usd) == ("plain", Decimal("0.30"))
    assert [each.resource for each in found.by_use] == ["many"]
    assert found.warnings == ("custom metrics with dimensions are billed by each combination of values: many",)


# --- The cluster and its network


def test_gateways_addresses_and_the_control_plane_are_billed_by_the_hour(quiet: Catalog) -> None:
    found = cost(
        quiet,
        resource("aws:ec2/natGateway:NatGateway", "nat"),
        resource("aws:ec2/eip:Eip", "address"),
        resource("aws:eks/cluster:Cluster", "cluster"),
    )
    assert {line.resource: line.usd for line in found.lines} == {
        "nat": Decimal("32.85"),
        "address": Decimal("3.65"),
        "cluster": 73,
    }
    assert [each.prices for each in found.by_use] == [("$0.045 for GB (nat-gateway-data)",)]


def test_an_interface_endpoint_is_billed_in_each_zone_and_a_gateway_endpoint_is_free(quiet: Catalog) -> None:
    type_ = "aws:ec2/vpcEndpoint:VpcEndpoint"
    inside = resource(type_, "inside", vpcEndpointType="Interface", subnetIds=["a", "b", "c"])
    open_ = resource(type_, "open", vpcEndpointType="Interface", subnetIds="known-after-deployment")
    found = cost(quiet, inside, resource(type_, "bucket"), open_)
    assert (only(found).resource, only(found).usd) == ("inside", Decimal("21.90"))
    assert found.free == 1
    assert [each.resource for each in found.unknown] == ["open"]


# --- What costs more than expected


@pytest.mark.parametrize("interval", [60, "60"])
def test_polling_cloudwatch_each_minute_is_a_trap(quiet: Catalog, interval: object) -> None:
    chart = "prometheus-yet-another-cloudwatch-exporter"
    often = resource(RELEASE, "often", chart=chart, values={"extraArgs": {"scraping-interval": interval}})
    found = cost(quiet, often, resource(RELEASE, "usual", chart=chart), resource(RELEASE, "other", chart="loki"))
    assert [each.resource for each in found.by_use] == ["often", "usual"]
    (warning,) = found.warnings
    assert warning == "CloudWatch is polled more often than every 300 s, and each metric of each poll is billed: often"


def test_polling_of_named_metrics_is_priced_and_of_discovered_ones_is_not(quiet: Catalog) -> None:
    chart = "prometheus-yet-another-cloudwatch-exporter"
    named = "static: [{regions: [x], metrics: [{name: One}, {name: Two}]}]"
    found = cost(
        quiet,
        resource(RELEASE, "named", chart=chart, values={"config": named}),
        resource(RELEASE, "discovered", chart=chart, values={"config": f"{named}\ndiscovery: {{jobs: []}}"}),
        resource(RELEASE, "unknown", chart=chart, values={"config": None}),
    )
    # 2 metrics, 8,760 polls, 0.01 USD for 1,000.
    assert {line.resource: line.usd for line in found.lines} == {"named": Decimal("0.1752")}
    assert found.lines[0].formula == "17520 requests to CloudWatch"
    assert [each.resource for each in found.by_use] == ["discovered", "unknown"]


def test_container_insights_and_the_collectors_cloudwatch_exporter_are_traps(quiet: Catalog) -> None:
    found = cost(
        quiet,
        resource("aws:eks/addon:Addon", "insights", addonName="amazon-cloudwatch-observability"),
        resource("aws:eks/addon:Addon", "cni", addonName="vpc-cni"),
        resource(RELEASE, "collector", values={"config": {"exporters": {"awsemf/apps": {"region": "x"}}}}),
        resource("aws:cloudwatch/metricStream:MetricStream", "all"),
        resource("aws:cloudwatch/metricStream:MetricStream", "some", includeFilters=[{"namespace": "AWS/SQS"}]),
    )
    assert found.warnings == (
        "the CloudWatch exporter of the collector creates a metric for each label set: collector",
        "Container Insights monitors every pod, which Prometheus already does: insights",
        "a metric stream without a list of metrics sends all: all",
    )
    assert {each.resource for each in found.by_use} == {"insights", "all", "some"}


def test_a_trap_names_three_and_counts_the_rest(quiet: Catalog) -> None:
    fast = [resource(ALARM, f"fast-{n}", metricName="m", period=10) for n in range(5)]
    (warning,) = cost(quiet, *fast).warnings
    assert warning.endswith(": fast-0, fast-1, fast-2 and 2 more")


# --- The whole


def test_the_region_is_the_providers_and_multiplies_the_prices(quiet: Catalog) -> None:
    nat = resource("aws:ec2/natGateway:NatGateway")
    found = cost(quiet, in_region("eu-central-1"), nat)
    assert (found.region, found.known_region) == ("eu-central-1", True)
    assert only(found).usd == Decimal("32.85") * Decimal("1.156")
    assert found.factors["network"] == Decimal("1.156")
    assert cost(quiet, nat).region == "us-east-1"


def test_an_unknown_region_is_reported(quiet: Catalog) -> None:
    found = cost(quiet, in_region("mars-north-1"), resource("aws:ec2/natGateway:NatGateway"))
    assert not found.known_region
    assert only(found).usd == Decimal("32.85")


def test_every_type_is_priced_free_by_use_or_named_as_unknown(quiet: Catalog) -> None:
    found = cost(
        quiet,
        resource("aws:iam/role:Role", "role"),
        resource("aws:sns/topic:Topic", "topic"),
        resource("aws:redshift/cluster:Cluster", "warehouse"),
    )
    assert (found.free, len(found.lines), found.total) == (1, 0, Decimal(0))
    assert [each.resource for each in found.by_use] == ["topic"]
    assert [(each.resource, each.why) for each in found.unknown] == [("warehouse", "no price, and not listed as free")]


def test_cost_is_summed_by_the_outermost_component_the_dearest_first(quiet: Catalog) -> None:
    inner = "belfry:aws:Network$belfry:aws:Exit"
    found = cost(
        quiet,
        resource(ALARM, "shop-orders-errors", inside="pulumi:pulumi:Stack$belfry:aws:ResourceAlarms", metricName="m"),
        resource("aws:ec2/natGateway:NatGateway", "nat", inside=inner),
        resource("aws:kms/key:Key", "alone"),
    )
    assert found.by_component == {"Network": Decimal("32.85"), "aws:kms/key:Key": 1, "ResourceAlarms": Decimal("0.10")}
    assert found.total == Decimal("33.95")


def test_a_line_knows_its_system_by_tag_or_by_the_beginning_of_its_name(quiet: Catalog) -> None:
    found = cost(
        quiet,
        resource(ALARM, "shop-orders-errors", metricName="m"),
        resource(ALARM, "tagged", metricName="m", tags={"system": "shop"}),
        resource(ALARM, "shopping-errors", metricName="m"),
    )
    assert {line.resource: line.system for line in found.lines} == {
        "shop-orders-errors": "shop",
        "tagged": "shop",
        "shopping-errors": None,
    }


def test_the_order_of_the_plan_changes_nothing(catalog: Catalog) -> None:
    plan = [in_region("eu-west-1"), nodes(), resource(GROUP, name="/a/shop"), resource(ALARM, metricName="m")]
    assert cost(catalog, *plan) == cost(catalog, *reversed(plan))


def test_only_sources_of_what_is_priced_are_reported_as_unchecked(catalog: Catalog, quiet: Catalog) -> None:
    assert cost(quiet, resource(ALARM, metricName="m")).unchecked == ()
    assert cost(quiet, in_region("eu-central-1"), nodes()).unchecked == ("compute-ratio",)
    assert cost(catalog, resource(GROUP, name="/belfry/shop")).unchecked == ("log-archive",)
