"""The CloudWatch dashboards: one for each system that uses AWS, one for the cluster, one for cost and quotas.

What alarms watch is drawn with their thresholds. Where a graph of traffic is needed to understand those, ``TRAFFIC``
has it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from string import Formatter

from authoring.cloudwatch.board import BILLING_REGION, Curve, Graph, Section, body
from authoring.cloudwatch.graphs import graphs
from model.alarms.alarm import AlarmFile
from model.alarms.scopes import Account, Cluster
from model.assets import MANIFEST, Asset, Bundle, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.catalog.resources import ResourceBase, ResourceKind
from model.catalog.system import System
from model.file import MAX_ASSET_BYTES, read_text
from model.problems import Problem, or_problems, raise_if_any

FOLDER = "dashboards/cloudwatch"
# Five minutes: long enough that a quiet service draws a line, short enough to see an incident begin.
PERIOD_SECONDS = 300
# Charges are published some times a day.
BILLING_PERIOD_SECONDS = 21_600

# Kind -> title, namespace, metric, statistic, dimensions (words of the resource in brackets).
TRAFFIC: Mapping[ResourceKind, Sequence[tuple[str, str, str, str, Mapping[str, str]]]] = {
    ResourceKind.DYNAMODB_TABLE: (
        ("Read units", "AWS/DynamoDB", "ConsumedReadCapacityUnits", "Sum", {"TableName": "{table}"}),
        ("Write units", "AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Sum", {"TableName": "{table}"}),
    ),
    ResourceKind.SQS_QUEUE: (
        ("Messages sent", "AWS/SQS", "NumberOfMessagesSent", "Sum", {"QueueName": "{queue}"}),
        ("Messages received", "AWS/SQS", "NumberOfMessagesReceived", "Sum", {"QueueName": "{queue}"}),
    ),
    ResourceKind.LAMBDA_FUNCTION: (
        ("Invocations", "AWS/Lambda", "Invocations", "Sum", {"FunctionName": "{function}"}),
    ),
    ResourceKind.SNS_TOPIC: (
        ("Messages published", "AWS/SNS", "NumberOfMessagesPublished", "Sum", {"TopicName": "{topic}"}),
    ),
}

# The services a monitored system and its monitoring are billed for, as the billing metrics name them.
BILLED_SERVICES = ("AmazonCloudWatch", "AmazonDynamoDB", "AmazonEC2", "AmazonEKS", "AmazonRDS", "AmazonS3", "AmazonSNS")


def generate(catalog: Catalog, files: Sequence[AlarmFile]) -> dict[str, str]:
    """Path below the project -> body of every dashboard. Raises BadInput for a board that CloudWatch refuses."""
    boards = {system_board(system.system): list(_system(system, files)) for system in catalog.systems}
    boards["cloudwatch-eks"] = list(_cluster(catalog, files))
    boards["cloudwatch-cost"] = list(_cost(catalog, files))
    return {f"{FOLDER}/{name}.json": body(name, sections) for name, sections in sorted(boards.items()) if sections}


def system_board(system: str) -> str:
    """The name of a system's dashboard. Short, for it is a bundle's name too, and those have 40 characters at most."""
    return f"aws-{system}"


def alarm_files(root: Path) -> tuple[AlarmFile, ...]:
    """The rows below ``root``, locked or not: boards are made before anything is locked. None without a manifest."""
    if not (root / "rules" / MANIFEST).is_file():
        return ()
    bundles = [b for b in read_manifest(root, "rules").bundles if b.kind is BundleKind.CLOUDWATCH]
    paths = [(bundle, f"rules/{bundle.path}") for bundle in sorted(bundles, key=lambda bundle: bundle.name)]
    problems = [
        Problem(f"rules/{MANIFEST}: {bundle.name}", f"found no file {path}", "an existing file, or remove the entry")
        for bundle, path in paths
        if not (root / path).is_file()
    ]
    found = [or_problems(partial(_alarm_file, root, b, path), problems) for b, path in paths if (root / path).is_file()]
    raise_if_any(problems)
    return tuple(file for file in found if file)


def _alarm_file(root: Path, bundle: Bundle, path: str) -> AlarmFile:
    return AlarmFile.parse(Asset(bundle, path, read_text(root / path, path, MAX_ASSET_BYTES)))


def _system(system: System, files: Sequence[AlarmFile]) -> Iterator[Section]:
    for resource in system.resources:
        drawn = [*_traffic(resource), *graphs(files, system.with_thresholds(resource))]
        if drawn:
            heading = f"## {system.title}: {resource.name}\n{resource.description}"
            yield Section(heading=heading, graphs=drawn)


def _traffic(resource: ResourceBase) -> Iterator[Graph]:
    for title, namespace, metric, statistic, dimensions in TRAFFIC.get(resource.kind, ()):
        words = {name for value in dimensions.values() for _, name, _, _ in Formatter().parse(value) if name}
        known = {word: getattr(resource, word) for word in words}
        curve = Curve(
            id="m0",
            label=metric,
            namespace=namespace,
            metric=metric,
            dimensions={key: value.format_map(known) for key, value in dimensions.items()},
            statistic=statistic,
        )
        unit = f"Count in {PERIOD_SECONDS // 60} minutes"
        yield Graph(title=f"{title} ({statistic})", unit=unit, period_seconds=PERIOD_SECONDS, curves=[curve])


def _cluster(catalog: Catalog, files: Sequence[AlarmFile]) -> Iterator[Section]:
    """Without Container Insights: those metrics cost, and Prometheus has them."""
    cluster = Cluster(name="cluster", cluster="{cluster}")
    requests = Curve(
        id="m0",
        label="requests",
        namespace="AWS/EKS",
        metric="apiserver_request_total",
        dimensions={"ClusterName": "{cluster}"},
        statistic="Sum",
    )
    traffic = Graph(
        title="Requests to the Kubernetes API (Sum)",
        unit="Count in 5 minutes",
        period_seconds=PERIOD_SECONDS,
        curves=[requests],
    )
    heading = "## EKS control plane\nThe control plane that AWS runs; nodes and pods are in Grafana."
    yield Section(heading=heading, graphs=[traffic, *graphs(files, cluster)])


def _cost(catalog: Catalog, files: Sequence[AlarmFile]) -> Iterator[Section]:
    total = _charges("Estimated charges of the month", [("all", {"Currency": "USD"})])
    services = _charges(
        "Estimated charges by service",
        [(service, {"Currency": "USD", "ServiceName": service}) for service in BILLED_SERVICES],
    )
    yield Section(
        heading="## Cost\nGrows from 0 through each month. Requires billing alerts in the payer account.",
        graphs=[total, services],
    )
    logs = Curve(id="m0", label="bytes", namespace="AWS/Logs", metric="IncomingBytes", statistic="Sum")
    polled = Curve(
        id="m0",
        label="GetMetricData",
        namespace="AWS/Usage",
        metric="CallCount",
        dimensions={"Class": "None", "Resource": "GetMetricData", "Service": "CloudWatch", "Type": "API"},
        statistic="Sum",
    )
    yield Section(
        heading="## What drives the cost of monitoring\nLogs are billed when they arrive, metrics when polled.",
        graphs=[
            Graph(title="Logs ingested (Sum)", unit="Bytes in 5 minutes", period_seconds=PERIOD_SECONDS, curves=[logs]),
            Graph(
                title="Calls for metric data (Sum)",
                unit="Count in 5 minutes",
                period_seconds=PERIOD_SECONDS,
                curves=[polled],
            ),
        ],
    )
    kinds = frozenset(resource.kind for system in catalog.systems for resource in system.resources)
    quotas = graphs(files, Account(name="account", region="{region}", uses=kinds))
    if quotas:
        yield Section(
            heading="## Quotas of the account\nShared by all systems: one system can use up the quota of all.",
            graphs=quotas,
        )


def _charges(title: str, what: Sequence[tuple[str, Mapping[str, str]]]) -> Graph:
    return Graph(
        title=title,
        unit="USD",
        period_seconds=BILLING_PERIOD_SECONDS,
        region=BILLING_REGION,
        curves=[
            Curve(
                id=f"m{number}",
                label=label,
                namespace="AWS/Billing",
                metric="EstimatedCharges",
                dimensions=dimensions,
                statistic="Maximum",
            )
            for number, (label, dimensions) in enumerate(what)
        ],
    )
