"""The other services of AWS: load balancers, functions, topics, gateways. Each store has a board of its own."""

from functools import partial
from typing import Final

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, cloudwatch, narrowing, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.cloudwatch import SILENT, alarm
from authoring.dashboards.kit.thresholds import Steps, falling, rising
from authoring.dashboards.queries import aws, chosen
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceKind
from model.dashboards import Board as Uid

KINDS: Final = (
    ResourceKind.LOAD_BALANCER,
    ResourceKind.LAMBDA_FUNCTION,
    ResourceKind.SNS_TOPIC,
    ResourceKind.API_GATEWAY,
    ResourceKind.NAT_GATEWAY,
    ResourceKind.EC2_INSTANCE,
)
NO_EXPORTER: Final = "CloudWatch's exporter does not answer"
NO_BALANCER: Final = "No load balancer here, or no requests"
NO_FUNCTION: Final = "No function here, or none is called"
FUNCTION: Final = {"FunctionName": "$function"}
BALANCER: Final = {"LoadBalancer": "$load_balancer"}
billed = partial(cloudwatch.curves, no_data=SILENT)
curves = partial(narrowing.curves, Uid.AWS, no_data=NO_BALANCER)


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.AWS,
        question="Which service of AWS fails or refuses?",
        variables=(
            variables.clusters(),
            variables.systems(),
            variables.components("|".join(KINDS)),
            variables.cloudwatch(),
            variables.region(),
            variables.in_aws("load_balancer", ResourceKind.LOAD_BALANCER, "Load balancer (for CloudWatch)"),
            variables.in_aws("function", ResourceKind.LAMBDA_FUNCTION, "Function (for CloudWatch)"),
        ),
        chosen=chosen.ALL,
        to=(Uid.DYNAMODB, Uid.DATABASES, Uid.CACHES, Uid.QUEUES),
        refresh=cloudwatch.REFRESH,
        rows=(
            Row("Services", (*_numbers(), *_balancers(), *_functions()), collapsed=False),
            Row("Targets, topics, gateways, instances", _others(), width=8),
            cloudwatch.row("Load balancer $load_balancer", _balancer(), width=8),
            cloudwatch.row("Function $function", _function()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        _number(
            "Unhealthy targets",
            "Sum over load balancers of the worst target group. Some during a rollout are normal; ten minutes mean a "
            "stuck target.",
            aws.in_all(aws.UNHEALTHY),
            rising(warn=1),
            "alb-unhealthy-hosts",
            "alb-no-healthy-host",
        ),
        _number(
            "Load balancer 5xx",
            "502, 503 and 504 in five minutes that no service counts, for they never got there. A rollout may cost "
            "ten.",
            aws.in_all(aws.ALB_OWN_ERRORS),
            rising(warn=10),
            "alb-own-errors",
        ),
        _number(
            "Throttled functions",
            "Functions that Lambda throttled in the last ten minutes. An alert fires after five minutes.",
            aws.how_many(f"{aws.worst(aws.LAMBDA_THROTTLED)} > 0"),
            rising(warn=1),
            "lambda-throttles",
        ),
        _number(
            "Notifications lost",
            "Failed SNS deliveries in five minutes. AWS alarms use SNS, so any value above 0 matters.",
            aws.in_all(aws.SNS_FAILED),
            rising(warn=1),
            "sns-failed",
        ),
        _number(
            "NAT connections refused",
            "In five minutes, for lack of a port: some calls to one external address fail. After 15 minutes an alarm "
            "pages.",
            aws.in_all(aws.NAT_REFUSED),
            rising(bad=1),
            "nat-port-errors",
        ),
        _number(
            "Instances failing checks",
            "EC2 instances with failed status checks in the last ten minutes. AWS checks the host and the guest.",
            aws.how_many(f"{aws.worst(aws.EC2_FAILED)} > 0"),
            rising(bad=1),
            "instance-status",
        ),
    )


def _number(title: str, description: str, expr: str, limits: Steps, *rows: str) -> panels.PanelBuilder:
    return panels.number(
        title, description, targets.now(expr), thresholds=limits, no_data=NO_EXPORTER, runbooks=alarm(*rows)
    )


def _balancers() -> blocks.Panels:
    return (
        curves(
            "Requests of load balancers",
            "Requests a second. A drop without a known reason means that users cannot reach the service.",
            aws.worst(aws.ALB_REQUESTS),
            unit=units.RequestsPerSecond,
            runbooks=alarm("alb-target-errors"),
        ),
        curves(
            "Errors behind load balancers",
            "Share of requests that targets answered with 5xx. 1 % for a quarter of an hour is ten times the budget "
            "of 99.9 %; 5 % is felt by many within minutes.",
            aws.worst(aws.ALB_ERRORS),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            runbooks=alarm("alb-target-errors", "alb-target-error-rate"),
        ),
        curves(
            "Response time, p95",
            "Of the targets, as the load balancer waits for them. From a second on people notice that they wait.",
            aws.worst(aws.ALB_SECONDS),
            unit=units.Seconds,
            thresholds=rising(warn=1),
            runbooks=alarm("alb-latency"),
        ),
    )


def _functions() -> blocks.Panels:
    return (
        curves(
            "Invocations",
            "Calls of functions a second.",
            aws.worst(aws.LAMBDA_CALLS),
            unit=units.CountsPerSecond,
            no_data=NO_FUNCTION,
            runbooks=alarm("lambda-errors"),
        ),
        curves(
            "Failed invocations",
            "Above 5 % an alarm pages if there are more than 20 calls a minute; with fewer calls a single failure is "
            "already 5 %.",
            aws.worst(aws.LAMBDA_ERRORS),
            unit=units.PercentUnit,
            thresholds=rising(bad=0.05),
            no_data=NO_FUNCTION,
            runbooks=alarm("lambda-errors", "lambda-failures"),
        ),
        curves(
            "Duration, p95",
            "Of invocations. Compare with the function's timeout: the alarm fires at 80 % of it.",
            aws.worst(aws.LAMBDA_SECONDS),
            unit=units.Seconds,
            no_data=NO_FUNCTION,
            runbooks=alarm("lambda-duration"),
        ),
    )


def _others() -> blocks.Panels:
    group, api, name = "dimension_TargetGroup", "dimension_Stage", "{{system}}/{{component}}"
    return (
        panels.curves(
            "Healthy targets",
            "The fewest in five minutes, by target group. At 0 every request gets a 503.",
            targets.over_time(
                aws.last("aws_applicationelb_healthy_host_count_minimum", group), f"{name} {{{{{group}}}}}"
            ),
            thresholds=falling(good=1),
            no_data="No load balancer here",
            runbooks=alarm("alb-no-healthy-host"),
        ),
        panels.curves(
            "Requests of API gateways",
            "Requests a second, by stage.",
            targets.over_time(aws.rate("aws_apigateway_count_sample_count", api), f"{name} {{{{{api}}}}}"),
            unit=units.RequestsPerSecond,
            no_data="No API gateway here",
            runbooks=alarm("rest-api-errors", "http-api-errors"),
        ),
        panels.curves(
            "Latency of API gateways, p95",
            "Of all requests, by stage. The alarms look at p90: above 2.5 s there people give up.",
            targets.over_time(aws.last("aws_apigateway_latency_p95", api), f"{name} {{{{{api}}}}}"),
            unit=units.Milliseconds,
            no_data="No API gateway here",
            runbooks=alarm("rest-api-latency", "http-api-latency"),
        ),
        panels.curves(
            "Packets dropped by NAT gateways",
            "In five minutes. The alarm fires at one in ten thousand of the sent packets.",
            targets.over_time(aws.last("aws_natgateway_packets_drop_count_sum", "dimension_NatGatewayId"), name),
            no_data="No NAT gateway here, or none dropped",
            runbooks=alarm("nat-packets-dropped"),
        ),
        panels.curves(
            "CPU of instances",
            "Of EC2 instances outside the cluster. From 80 % on there is little left for a peak.",
            targets.over_time(aws.last("aws_ec2_cpuutilization_average", "dimension_InstanceId"), name),
            unit=units.Percent,
            thresholds=rising(warn=80),
            no_data="No instance here",
            runbooks=alarm("instance-cpu"),
        ),
        panels.curves(
            "Notifications that failed",
            "In five minutes, by topic: an endpoint that refuses, or a key that may not be used.",
            targets.over_time(aws.worst(aws.SNS_FAILED), name),
            thresholds=rising(warn=1),
            no_data="No topic here, or none failed",
            runbooks=alarm("sns-failed"),
        ),
    )


def _balancer() -> blocks.Panels:
    def of(metric: str, legend: str, period: int = 300) -> targets.Target:
        return cloudwatch.metric("AWS/ApplicationELB", metric, BALANCER, legend=legend, period=period)

    return (
        billed(
            "Connections refused or failed",
            "Rejected: the load balancer is at its limit. Failed: targets cannot be reached. A few during a rollout "
            "are normal.",
            of("RejectedConnectionCount", "refused"),
            of("TargetConnectionErrorCount", "failed"),
            thresholds=rising(warn=1),
            runbooks=alarm("alb-rejected-connections", "alb-target-connection-errors"),
        ),
        billed(
            "Failed TLS handshakes",
            "Scanners always cause some; a jump is a certificate or a policy that real clients do not accept.",
            of("ClientTLSNegotiationErrorCount", "failed handshakes"),
            runbooks=alarm("alb-tls-errors"),
        ),
        billed(
            "Response time, p99",
            "The tail shows waits for locks and cold starts first. From three seconds on it is noted.",
            cloudwatch.metric("AWS/ApplicationELB", "TargetResponseTime", BALANCER, "p99", legend="p99", period=60),
            unit=units.Seconds,
            thresholds=rising(warn=3),
            no_data=NO_BALANCER,
            runbooks=alarm("alb-tail-latency"),
        ),
    )


def _function() -> blocks.Panels:
    def of(metric: str, statistic: str, legend: str) -> targets.Target:
        return cloudwatch.metric("AWS/Lambda", metric, FUNCTION, statistic, legend=legend)

    return (
        billed(
            "Concurrent executions",
            "At its reserved concurrency, or at the account's quota, the function is throttled. The alarm uses the "
            "reserved concurrency.",
            of("ConcurrentExecutions", "Maximum", "running"),
            no_data=NO_FUNCTION,
            runbooks=alarm("lambda-concurrency"),
            width=6,
        ),
        billed(
            "Behind its stream",
            "Age of the newest record read. From a minute on it falls behind; after a day records are lost.",
            of("IteratorAge", "Maximum", "age"),
            unit=units.Milliseconds,
            thresholds=rising(warn=60_000),
            no_data="It reads no stream",
            runbooks=alarm("lambda-iterator-age"),
            width=6,
        ),
        billed(
            "Events lost",
            "Failed events that could not be sent to the dead-letter queue either. A single one pages.",
            of("DeadLetterErrors", "Sum", "lost"),
            thresholds=rising(bad=1),
            runbooks=alarm("lambda-dead-letter-errors"),
            width=6,
        ),
        billed(
            "Concurrent executions of all functions",
            "Of the account, including reserved concurrency. At the quota every function is throttled; the alarm "
            "fires before.",
            cloudwatch.metric("AWS/Lambda", "ClaimedAccountConcurrency", {}, "Maximum", legend="claimed"),
            no_data=NO_FUNCTION,
            runbooks=alarm("lambda-account-concurrency"),
            width=6,
        ),
    )
