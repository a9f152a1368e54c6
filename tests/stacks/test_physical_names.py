"""Every name that a plan gives to something in AWS is one that AWS takes, by botocore's own models."""

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
from tests.stacks.test_browser_ingress import deployed_browsers
from tests.synth import Synth

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
# Of these botocore knows a text; the numbers are the user guides'.
DOCUMENTED: Mapping[str, tuple[str, Limit]] = {
    "aws:cloudwatch/dashboard:Dashboard": ("dashboardName", Limit(255, r"[A-Za-z0-9_-]+")),
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
        shape = shape.members[member]
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


def test_every_kind_of_name_is_looked_at() -> None:
    # A record's name is a host's, an add-on's is AWS's own.
    others = {"aws:route53/record:Record"}
    found = set().union(*(named(result) for result in (*map(deployed, ENVIRONMENTS), deployed_browsers())))
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
