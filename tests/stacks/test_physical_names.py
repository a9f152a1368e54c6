"""Every name that a plan gives to something is one that AWS, by botocore's own models, and Kubernetes take.

The limits stand here, with what they are of; the two that the program shortens names by are in model/fitted_names.py.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.account.aws_regions import REGIONS
from model.alarms.alarm import alarm_name
from model.fitted_names import ALARM, BUCKET, fitted
from tests.stacks.deployment import ENVIRONMENTS, deployed, stack_config
from tests.stacks.foundation import deploy as foundation
from tests.stacks.longest import deployed_longest
from tests.stacks.test_browser_ingress import deployed_browsers
from tests.synth import Resource, Synth

RANDOM = "-0123456"  # what Pulumi puts behind the name of a resource that is given none


@dataclass(frozen=True)
class Limit:
    longest: int
    pattern: str = ".*"
    shortest: int = 1

    def takes(self, name: str) -> bool:
        return self.shortest <= len(name) <= self.longest and re.fullmatch(self.pattern, name) is not None


# Type -> the input with the name ("" where Pulumi makes it of the resource's own), and where botocore has its limit.
MODELLED: Mapping[str, tuple[str, str, str, str]] = {
    "aws:amp/workspace:Workspace": ("alias", "amp", "CreateWorkspace", "alias"),
    "aws:budgets/budget:Budget": ("name", "budgets", "CreateBudget", "Budget.BudgetName"),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": ("name", "cloudwatch", "PutAlarmMuteRule", "Name"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("alarmName", "cloudwatch", "PutCompositeAlarm", "AlarmName"),
    "aws:cloudwatch/eventRule:EventRule": ("name", "events", "PutRule", "Name"),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "logs", "CreateLogGroup", "logGroupName"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("name", "logs", "PutMetricFilter", "filterName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("name", "cloudwatch", "PutMetricAlarm", "AlarmName"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": ("name", "logs", "PutQueryDefinition", "name"),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": (
        "name",
        "ce",
        "CreateAnomalyMonitor",
        "AnomalyMonitor.MonitorName",
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": (
        "name",
        "ce",
        "CreateAnomalySubscription",
        "AnomalySubscription.SubscriptionName",
    ),
    "aws:eks/cluster:Cluster": ("name", "eks", "CreateCluster", "name"),
    "aws:iam/instanceProfile:InstanceProfile": ("name", "iam", "CreateInstanceProfile", "InstanceProfileName"),
    "aws:iam/role:Role": ("", "iam", "CreateRole", "RoleName"),
    "aws:iam/rolePolicy:RolePolicy": ("", "iam", "PutRolePolicy", "PolicyName"),
    "aws:kms/alias:Alias": ("name", "kms", "CreateAlias", "AliasName"),
    "aws:pipes/pipe:Pipe": ("name", "pipes", "CreatePipe", "Name"),
    "aws:wafv2/webAcl:WebAcl": ("name", "wafv2", "CreateWebACL", "Name"),
}
# Texts beside the names, which grow with what they name: type -> inputs, and where botocore has their limits.
TEXTS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
        "alarmDescription": ("cloudwatch", "PutCompositeAlarm", "AlarmDescription"),
        "alarmRule": ("cloudwatch", "PutCompositeAlarm", "AlarmRule"),
    },
    "aws:cloudwatch/eventRule:EventRule": {"description": ("events", "PutRule", "Description")},
    "aws:cloudwatch/eventTarget:EventTarget": {"targetId": ("events", "PutTargets", "Targets.Id")},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {"pattern": ("logs", "PutMetricFilter", "filterPattern")},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "alarmDescription": ("cloudwatch", "PutMetricAlarm", "AlarmDescription"),
        "metricName": ("cloudwatch", "PutMetricAlarm", "MetricName"),
    },
    "aws:cloudwatch/queryDefinition:QueryDefinition": {"queryString": ("logs", "PutQueryDefinition", "queryString")},
    "aws:kms/key:Key": {"description": ("kms", "CreateKey", "Description")},
    "aws:pipes/pipe:Pipe": {"description": ("pipes", "CreatePipe", "Description")},
    "aws:wafv2/webAcl:WebAcl": {"description": ("wafv2", "CreateWebACL", "Description")},
}
# Of these botocore knows a text; the numbers are the user guides': CloudWatch API reference, PutDashboard; EC2 API
# reference, CreateLaunchTemplate; EKS API reference, CreateNodegroup; S3 user guide, bucket naming rules; SNS API
# reference, CreateTopic; SQS developer guide, queue quotas; DynamoDB developer guide, naming rules.
DOCUMENTED: Mapping[str, tuple[str, Limit]] = {
    "aws:cloudwatch/dashboard:Dashboard": ("dashboardName", Limit(255, r"[A-Za-z0-9_-]+")),
    "aws:dynamodb/table:Table": ("name", Limit(255, r"[a-zA-Z0-9_.-]+", 3)),
    "aws:ec2/launchTemplate:LaunchTemplate": ("", Limit(128, r"[a-zA-Z0-9().\-/_]+", 3)),
    "aws:eks/nodeGroup:NodeGroup": ("", Limit(63, r"[0-9A-Za-z][A-Za-z0-9_-]*")),
    "aws:s3/bucket:Bucket": ("bucket", Limit(BUCKET, r"[a-z0-9][a-z0-9-]*[a-z0-9]", 3)),
    "aws:sns/topic:Topic": ("name", Limit(256, r"[A-Za-z0-9_-]+")),
    "aws:sqs/queue:Queue": ("name", Limit(80, r"[A-Za-z0-9_-]+")),
}


@functools.cache
def modelled(service: str, operation: str, path: str) -> Limit:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    for member in path.split("."):
        shape = (shape.member if shape.type_name == "list" else shape).members[member]
    facts: Mapping[str, Any] = shape.metadata
    # botocore keeps Java's patterns: flags may stand in the middle there.
    pattern = str(facts.get("pattern", ".*")).replace("(?i)", "")
    return Limit(int(facts["max"]), pattern, int(facts.get("min", 1)))


def refused(result: Synth) -> Iterator[str]:
    """Names of a plan that AWS would refuse."""
    for (type_, own), resource in result.resources.items():
        if type_ in MODELLED:
            key, *where = MODELLED[type_]
            limit = modelled(*where)
        elif type_ in DOCUMENTED:
            key, limit = DOCUMENTED[type_]
        else:
            continue
        name = resource.inputs.get(key) if key else f"{own}{RANDOM}"
        if not isinstance(name, str) or not limit.takes(name):
            yield f"{type_} {own}: {name!r} does not fit {limit}"
        yield from _refused_texts(resource)


def _refused_texts(resource: Resource) -> Iterator[str]:
    for key, where in TEXTS.get(resource.type, {}).items():
        text, longest = str(resource.inputs.get(key) or ""), modelled(*where).longest
        if len(text) > longest:
            yield f"{resource.type} {resource.name}: {key} of {len(text)} does not fit {longest}"
    tags = resource.inputs.get("tags")
    for key, value in tags.items() if isinstance(tags, Mapping) else ():
        if len(key) > 128 or len(str(value)) > 256:
            yield f"{resource.type} {resource.name}: the tag {key} is too long"


# Kubernetes, "Object names and IDs", and "Labels and selectors".
OBJECT = Limit(253, r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
LABEL = Limit(63, r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?", 0)
# Names that become a part of a host's, or a label.
SHORT = ("kubernetes:core/v1:Namespace", "kubernetes:core/v1:Service", "kubernetes:apps/v1:StatefulSet")


def refused_by_kubernetes(result: Synth) -> Iterator[str]:
    """Names and labels of a plan that the API server would refuse."""
    for (type_, own), resource in result.resources.items():
        metadata = resource.inputs.get("metadata")
        if not type_.startswith("kubernetes:") or not isinstance(metadata, Mapping):
            continue
        name = str(metadata.get("name"))
        if not (LABEL if type_ in SHORT else OBJECT).takes(name) or (type_ in SHORT and "." in name):
            yield f"{type_} {own}: {name!r}"
        for key, value in (metadata.get("labels") or {}).items():
            if not LABEL.takes(str(value)):
                yield f"{type_} {own}: the label {key} is {value!r}"


def named(result: Synth) -> set[str]:
    """Types of AWS's resources that are given a name of their own."""
    return {
        type_
        for (type_, _), resource in result.resources.items()
        if type_.startswith("aws:") and resource.inputs.keys() & {"name", "alarmName", "dashboardName"}
    }


@pytest.mark.parametrize("stack", ENVIRONMENTS)
def test_aws_takes_every_name_of_a_shipped_environment(stack: str) -> None:
    assert list(refused(deployed(stack))) == []


def test_aws_takes_every_name_of_the_load_balancers_parts() -> None:
    assert list(refused(deployed_browsers())) == []


def test_aws_takes_every_name_and_text_of_the_longest_catalog_and_settings() -> None:
    assert list(refused(deployed_longest())) == []


def test_kubernetes_takes_every_name_and_label_of_the_longest_catalog_and_settings() -> None:
    assert list(refused_by_kubernetes(deployed_longest())) == []


def test_every_kind_of_name_is_looked_at() -> None:
    # A record's name is a host's, a scaling policy's is always the same word.
    others = {"aws:appautoscaling/policy:Policy", "aws:route53/record:Record"}
    plans = (*map(deployed, ENVIRONMENTS), deployed_browsers(), deployed_longest())
    found = set().union(*map(named, plans))
    assert found - MODELLED.keys() - DOCUMENTED.keys() - others == set()


long_names = st.from_regex(r"[a-z][a-z0-9]{30,38}[a-z0-9]", fullmatch=True)


# Each example deploys the whole first layer.
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    stack=st.sampled_from(["staging", "prod"]),
    cluster=long_names,
    peer=long_names,
    principal=long_names,
    region=st.sampled_from(sorted(REGIONS, key=len)[-4:]),
)
def test_aws_takes_every_name_with_the_longest_names_and_regions(
    stack: str, cluster: str, peer: str, principal: str, region: str
) -> None:
    access = {principal: {"principal": "arn:aws:iam::123456789012:role/people", "level": "view"}}
    wanted = {
        **stack_config(stack)["belfry:cluster"],
        "name": cluster,
        "peer_cidrs": {peer: "10.128.0.0/16"},
        "access": access,
    }
    assert list(refused(foundation(stack, region=region, cluster=wanted))) == []


@given(prefix=st.text("abcdef-", min_size=1, max_size=120), key=st.text("ghijk-", min_size=1, max_size=300))
def test_a_long_alarm_keeps_its_beginning_and_stays_apart_from_others(prefix: str, key: str) -> None:
    name = alarm_name(prefix, key)

    assert len(name) <= ALARM
    assert name == alarm_name(prefix, key)
    assert name == f"{prefix}-{key}" or name.startswith(prefix)
    assert name != alarm_name(prefix, f"{key}x")


@given(st.text("abc-", min_size=1, max_size=63))
def test_a_name_that_fits_is_never_changed(name: str) -> None:
    assert fitted(name, BUCKET) == name
