"""How each type of resource is billed: one rule for a type, from the inputs of the plan to units of a price."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import yaml

from model import names
from model.cost import tables, volumes
from model.cost.charges import (
    ByUse,
    Charge,
    Context,
    InstanceCharge,
    Item,
    PlannedResource,
    Unknown,
)
from model.metrics.cloudwatch_metrics import requests_per_month
from model.plan import mapping, number, sequence
from model.quantities import DAYS_A_MONTH, HOURS_A_MONTH

# Below a minute an alarm is billed as one of high resolution.
MINUTE = 60
# The actual metric, and the upper and lower edge of the band.
BAND_METRICS = 3
# What a managed node group gets where nobody says: EKS, "Create a managed node group", disk size.
DEFAULT_DISK_GIB = Decimal(20)
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
FOR_EVER_DAYS = Decimal(365)
# How long the forwarder of alarms waits for messages (ops/forwarder/aws.py).
POLL_SECONDS = 20

Rule = Callable[[PlannedResource, Context], Iterator[Item]]


def alarm_metrics(resource: PlannedResource) -> int | None:
    """How many metrics an alarm is billed for; None for a query of Metrics Insights, which is billed by what it finds.

    Metric math is billed by each metric in it, and anomaly detection as three metrics where there is one.
    """
    queries = sequence(resource["inputs"], "metricQueries")
    if not queries:
        return 1
    if any(str(query.get("expression", "")).lstrip().upper().startswith("SELECT") for query in queries):
        return None
    metrics = sum(bool(query.get("metric")) for query in queries)
    return metrics + BAND_METRICS - 1 if resource["inputs"].get("thresholdMetricId") else metrics


def high_resolution(resource: PlannedResource) -> bool:
    """Whether an alarm looks more often than each minute."""
    inputs = resource["inputs"]
    periods = [number(inputs, "period")]
    for query in sequence(inputs, "metricQueries"):
        periods += [number(query, "period"), number(mapping(query, "metric"), "period")]
    return any(period is not None and period < MINUTE for period in periods)


def _metric_alarm(resource: PlannedResource, context: Context) -> Iterator[Item]:
    metrics = alarm_metrics(resource)
    price = "alarm-metric-high-resolution" if high_resolution(resource) else "alarm-metric"
    if metrics is None:
        yield ByUse((price,), "a query of Metrics Insights is billed by the metrics it finds")
        return
    band = ", anomaly detection counted as three" if resource["inputs"].get("thresholdMetricId") else ""
    yield Charge(price=price, quantity=Decimal(metrics), formula=f"{metrics} metrics in the alarm{band}")


def _one(price: str, what: str) -> Rule:
    """A rule for what has one price a month."""

    def rule(resource: PlannedResource, context: Context) -> Iterator[Item]:
        yield Charge(price=price, quantity=Decimal(1), formula=what)

    return rule


def _hours(price: str, also: tuple[str, ...] = (), why: str = "") -> Rule:
    """A rule for what is billed by the hour, and perhaps by use besides."""

    def rule(resource: PlannedResource, context: Context) -> Iterator[Item]:
        yield Charge(price=price, quantity=HOURS_A_MONTH, formula=f"{HOURS_A_MONTH} hours a month")
        if also:
            yield ByUse(also, why)

    return rule


def _endpoint(resource: PlannedResource, context: Context) -> Iterator[Item]:
    # Gateway endpoints (S3, DynamoDB) are free; without a type AWS makes one of those.
    if resource["inputs"].get("vpcEndpointType", "Gateway") == "Gateway":
        return
    zones = len(sequence(resource["inputs"], "subnetIds"))
    if not zones:
        yield Unknown("an endpoint in zones that are not known before the update")
        return
    yield Charge(
        price="vpc-endpoint", quantity=zones * HOURS_A_MONTH, formula=f"{zones} zones x {HOURS_A_MONTH} hours a month"
    )
    yield ByUse(("vpc-endpoint-data",), "bytes through the endpoint")


def _log_group(resource: PlannedResource, context: Context) -> Iterator[Item]:
    inputs = resource["inputs"]
    ingest = "log-ingest-infrequent" if inputs.get("logGroupClass") == "INFREQUENT_ACCESS" else "log-ingest"
    found = context.logged_system(str(inputs.get("name", "")))
    if found is None:
        yield ByUse((ingest, "log-storage"), "the catalog does not declare the volume written here")
        return
    system, gib = found
    source = f"{gib} GiB a day of {system.system} in the catalog"
    yield Charge(price=ingest, quantity=gib * DAYS_A_MONTH, formula=f"{source} x {DAYS_A_MONTH:.2f} days")
    days = number(inputs, "retentionInDays") or FOR_EVER_DAYS
    share = context.table.archived_share.value
    kept = f"{days} days kept" if inputs.get("retentionInDays") else f"kept forever, priced after {days} days"
    yield Charge(price="log-storage", quantity=gib * days * share, formula=f"{source} x {kept} x {share} compressed")


def _node_group(resource: PlannedResource, context: Context) -> Iterator[Item]:
    inputs = resource["inputs"]
    templates = context.of_type(LAUNCH_TEMPLATE, resource["dependencies"])
    template = templates[0]["inputs"] if templates else {}
    types = [str(type_) for type_ in sequence(inputs, "instanceTypes") or [template.get("instanceType")] if type_]
    scaling = mapping(inputs, "scalingConfig")
    nodes = number(scaling, "desiredSize")
    nodes = number(scaling, "minSize") if nodes is None else nodes
    if nodes is None or not types:
        yield Unknown("a node group whose size or instance type is not known before the update")
        return
    if inputs.get("capacityType") == "SPOT":
        yield Unknown(f"{nodes} spot instances: their price changes by the hour")
    else:
        known = {type_: context.table.instances.usd_per_hour.get(type_) for type_ in types}
        lacking = sorted(type_ for type_, usd in known.items() if usd is None)
        if lacking:
            yield Unknown(f"{nodes} nodes: no price of {', '.join(lacking)} in the table")
        else:
            dearest = max(types, key=lambda type_: known[type_] or Decimal(0))
            which = " (the dearest of its types)" if len(types) > 1 else ""
            yield InstanceCharge(
                dearest, nodes, f"{nodes} x {dearest}{which} x {HOURS_A_MONTH} hours; autoscaling adds more"
            )
    yield from _node_disks(inputs, template, nodes)


def _node_disks(inputs: Mapping[str, object], template: Mapping[str, object], nodes: Decimal) -> Iterator[Item]:
    devices = sequence(template, "blockDeviceMappings")
    if not devices:
        gib = number(inputs, "diskSize") or DEFAULT_DISK_GIB
        yield Charge(price="ebs-gp2", quantity=gib * nodes, formula=f"{nodes} root volumes x {gib} GiB")
    for device in devices:
        disk = mapping(device, "ebs")
        kind, gib = str(disk.get("volumeType", "gp2")), number(disk, "volumeSize") or DEFAULT_DISK_GIB
        if kind in ("gp2", "gp3"):
            yield Charge(price=f"ebs-{kind}", quantity=gib * nodes, formula=f"{nodes} volumes x {gib} GiB")
        else:
            yield Unknown(f"{nodes} volumes of type {kind}")


def _ebs_volume(resource: PlannedResource, context: Context) -> Iterator[Item]:
    inputs = resource["inputs"]
    kind, gib = str(inputs.get("type", "gp2")), number(inputs, "size")
    if kind not in ("gp2", "gp3") or gib is None:
        yield Unknown(f"a volume of type {kind} and size {gib}")
        return
    yield Charge(price=f"ebs-{kind}", quantity=gib, formula=f"{gib} GiB")


def _metric_filter(resource: PlannedResource, context: Context) -> Iterator[Item]:
    transformation = mapping(resource["inputs"], "metricTransformation")
    if mapping(transformation, "dimensions"):
        yield ByUse(("custom-metric",), "one metric for each combination of values of its dimensions")
        return
    yield Charge(price="custom-metric", quantity=Decimal(1), formula="one metric, when anything matched in the month")


def _add_on(resource: PlannedResource, context: Context) -> Iterator[Item]:
    if resource["inputs"].get("addonName") == "amazon-cloudwatch-observability":
        yield ByUse(("custom-metric",), "Container Insights: metrics of the cluster, each node, pod and service")


def _service(resource: PlannedResource, context: Context) -> Iterator[Item]:
    if mapping(resource["inputs"], "spec").get("type") == "LoadBalancer":
        yield from _load_balancer()


def _load_balancer() -> Iterator[Item]:
    yield Charge(price="load-balancer", quantity=HOURS_A_MONTH, formula=f"{HOURS_A_MONTH} hours a month")
    yield ByUse(("load-balancer-capacity",), "capacity units: the largest of connections, bytes and rules")


def _ingress_class(resource: PlannedResource, context: Context) -> Iterator[Item]:
    """One load balancer for the group of Ingress objects that the class joins, which its controller makes."""
    yield from _load_balancer()
    spec = mapping(resource["inputs"], "spec")
    if spec.get("scheme") == "internet-facing":
        zones = len(sequence(mapping(spec, "subnets"), "ids"))
        hours = zones * HOURS_A_MONTH
        yield Charge(price="public-ipv4", quantity=hours, formula=f"{zones} zones x {HOURS_A_MONTH} hours a month")


def _web_acl(resource: PlannedResource, context: Context) -> Iterator[Item]:
    rules = len(sequence(resource["inputs"], "rules"))
    yield Charge(price="web-acl", quantity=Decimal(1), formula="1 web ACL")
    yield Charge(price="web-acl-rule", quantity=Decimal(rules), formula=f"{rules} rules")
    yield ByUse(("web-acl-requests",), "requests that it looks at")


def _release(resource: PlannedResource, context: Context) -> Iterator[Item]:
    yield from volumes.of_release(resource)
    if names.CLOUDWATCH_EXPORTER in str(resource["inputs"].get("chart", "")):
        yield _polling(mapping(resource["inputs"], "values").get("config"))


def _polling(config: object) -> Item:
    """What the CloudWatch exporter asks for; how much that is where it looks for resources itself, nobody knows."""
    given = yaml.safe_load(config) if isinstance(config, str) else {}
    if not given.get("static") or {"discovery", "customNamespace"} & given.keys():
        return ByUse(("metric-polled",), "metrics asked for, times polls")
    requests = requests_per_month(given["static"])
    return Charge(price="metric-polled", quantity=requests / 1000, formula=f"{requests:.0f} requests to CloudWatch")


def _deployment(resource: PlannedResource, context: Context) -> Iterator[Item]:
    """Of the forwarder of alarms, what it asks of AWS; pods themselves run on nodes that are priced apart.

    The reader of the security posture asks nothing that is billed: reading findings and compliance is free.
    """
    if mapping(resource["inputs"], "metadata").get("name") != names.ALARM_FORWARDER:
        return
    minutes = HOURS_A_MONTH * 60
    yield Charge(price="custom-metric", quantity=Decimal(1), formula="the heartbeat of the alarm forwarder")
    yield Charge(price="metric-put", quantity=minutes / 1000, formula=f"a heartbeat in each of {minutes} minutes")
    polls = minutes * 60 / POLL_SECONDS
    yield Charge(price="sqs-requests", quantity=polls / 10**6, formula=f"{polls:.0f} polls, one each {POLL_SECONDS} s")


def _workspace(resource: PlannedResource, context: Context) -> Iterator[Item]:
    yield ByUse(
        ("prometheus-samples",), "samples that are written, kept and queried, in the tiers of Amazon Managed Prometheus"
    )


def _claim(resource: PlannedResource, context: Context) -> Iterator[Item]:
    yield from volumes.of_claim(resource)


def _stateful_set(resource: PlannedResource, context: Context) -> Iterator[Item]:
    yield from volumes.of_stateful_set(resource)


def _node_pool(resource: PlannedResource, _: Context) -> Iterator[Item]:
    spec = mapping(resource["inputs"], "spec")
    requirements = sequence(mapping(mapping(spec, "template"), "spec"), "requirements")
    types = [value for each in requirements if "instance-type" in str(each.get("key")) for value in each["values"]]
    more = mapping(spec, "limits").get("nodes", "any number of")
    yield ByUse((), f"up to {more} nodes of {' or '.join(types)} more than the group has, as long as pods need them")


RULES: Mapping[str, Rule] = {
    "aws:appautoscaling/policy:Policy": tables.of_scaling,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _one("composite-alarm", "1 composite alarm"),
    "aws:cloudwatch/dashboard:Dashboard": _one("dashboard", "1 dashboard"),
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _metric_filter,
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:ebs/volume:Volume": _ebs_volume,
    "aws:ec2/eip:Eip": _hours("public-ipv4"),
    "aws:ec2/natGateway:NatGateway": _hours("nat-gateway", ("nat-gateway-data",), "bytes through the gateway"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:eks/addon:Addon": _add_on,
    "aws:amp/workspace:Workspace": _workspace,
    "aws:dynamodb/contributorInsights:ContributorInsights": tables.of_insights,
    "aws:dynamodb/table:Table": tables.of_table,
    "aws:eks/cluster:Cluster": _hours("eks-cluster"),
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "aws:kms/key:Key": _one("kms-key", "1 key; each of the first two rotations adds another price"),
    "kubernetes:apps/v1:Deployment": _deployment,
    "kubernetes:apps/v1:StatefulSet": _stateful_set,
    "kubernetes:core/v1:PersistentVolumeClaim": _claim,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams": _ingress_class,
    "kubernetes:helm.sh/v3:Release": _release,
    "kubernetes:karpenter.sh/v1:NodePool": _node_pool,
}
