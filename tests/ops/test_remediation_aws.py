"""Actions in AWS: what each does, and that its limits hold whoever asks.

moto is the AWS of DynamoDB and auto scaling. It has no zonal shifts, no deployments of AppConfig, no Automation and no
ceilings of on-demand tables: there botocore's Stubber answers, which checks requests and answers by AWS's own models.
"""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.response import StreamingBody

from model.catalog.remediation import Remediation
from model.remediation.zones import TargetHealth, bad_zone
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.remediation.actors import Actor, Refused
from ops.remediation.capacity import CapacityActor
from ops.remediation.flags import BreakerActor
from ops.remediation.runbooks import RunbookActor
from ops.remediation.zones import ZonalShiftActor
from tests.configs.iam.test_remediation import CALLS
from tests.model.catalog.test_remediation import BREAKER
from tests.ops.remediation_targets import (
    ACCOUNT,
    ASKED,
    EDGE,
    REGION,
    capacity,
    make_table,
    rule,
    scaled,
    shop,
    stubbed,
)

pytestmark = pytest.mark.usefixtures("aws")


@pytest.mark.parametrize(
    ("alert", "most", "units"),
    [("ReadCapacityExhausted", 1000, (200, 50)), ("WriteCapacity", 1000, (100, 100)), ("ReadCapacity", 130, (130, 50))],
)
def test_provisioned_capacity_is_at_most_doubled_for_the_side_that_lacks_it(
    alert: str, most: int, units: tuple[int, int]
) -> None:
    tables = make_table()
    CapacityActor.of(REGION).act(shop(), capacity(alert, most))
    now = tables.describe_table(TableName="shop-stock")["Table"]["ProvisionedThroughput"]
    assert (now["ReadCapacityUnits"], now["WriteCapacityUnits"]) == units


def test_where_auto_scaling_sets_the_capacity_its_maximum_is_raised() -> None:
    tables, scaling = make_table(), scaled(400)
    text = CapacityActor.of(REGION).act(shop(), capacity())
    [target] = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (100, 800)
    assert "from 400 to 800" in text
    assert tables.describe_table(TableName="shop-stock")["Table"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 100


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (capacity(most=100), "has 100 read units, and its rule allows 100"),
        (capacity("ReadThrottles"), "does not say that capacity is what lacks"),
        (rule({"kind": "table-capacity", "most_read": 9, "most_write": 9}, "edge"), "edge is no table"),
    ],
)
def test_capacity_is_refused_beyond_its_rule_and_for_other_causes(wanted: Remediation, said: str) -> None:
    tables = make_table()
    with pytest.raises(Refused, match=said):
        CapacityActor.of(REGION).act(shop(), wanted)
    assert tables.describe_table(TableName="shop-stock")["Table"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 100


def test_a_table_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        CapacityActor.of(REGION).act(shop(), capacity())


def described(**values: Any) -> tuple[str, Any, Any]:
    return "describe_table", {"Table": {"TableStatus": "ACTIVE", **values}}, {"TableName": "shop-stock"}


def on_demand(read: int) -> tuple[str, Any, Any]:
    billing = {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
    return described(**billing, OnDemandThroughput={"MaxReadRequestUnits": read, "MaxWriteRequestUnits": 70})


def test_the_ceiling_of_an_on_demand_table_is_doubled_and_the_other_side_stays() -> None:
    actor = CapacityActor.of(REGION)
    asked = {
        "TableName": "shop-stock",
        "OnDemandThroughput": {"MaxReadRequestUnits": 400, "MaxWriteRequestUnits": 70},
    }
    with stubbed(actor.tables, on_demand(200), ("update_table", {}, asked)):
        assert "from 200 to 400" in actor.act(shop(), capacity("ReadMaximum"))


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (on_demand(-1), Refused, "no ceiling of its own"),
        (described(TableStatus="UPDATING"), Refused, "is UPDATING"),
        (("describe_table", "InternalServerError", None), Unreachable, "InternalServerError"),
        (("describe_table", {"Table": {}}, {"TableName": "shop-stock"}), Unreachable, "an answer that AWS does not"),
    ],
)
def test_capacity_is_left_alone_where_nothing_certain_is_known(answer: Any, error: type[Exception], said: str) -> None:
    actor = CapacityActor.of(REGION)
    with stubbed(actor.tables, answer), pytest.raises(error, match=said):
        actor.act(shop(), capacity())


def test_suspended_auto_scaling_is_left_alone() -> None:
    make_table()
    actor = CapacityActor.of(REGION)
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/shop-stock",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 1,
        "MaxCapacity": 100,
        "RoleARN": "r",
        "CreationTime": datetime.now(UTC),
        "SuspendedState": {"DynamicScalingOutSuspended": True},
    }
    answer = ("describe_scalable_targets", {"ScalableTargets": [target]}, None)
    with stubbed(actor.scaling, answer), pytest.raises(Refused, match="suspended"):
        actor.act(shop(), capacity())


GOOD = [TargetHealth(zone, healthy=True) for zone in ("a", "a", "b", "b")]
BAD = [TargetHealth("c", healthy=False)] * 2


@pytest.mark.parametrize(
    ("targets", "zone", "why"),
    [
        ([*GOOD, *BAD], "c", ""),
        (GOOD, "", "in 0 of 2 zones"),
        ([*GOOD, *BAD, TargetHealth("a", healthy=False)], "", "in 2 of 3 zones"),
        ([*GOOD, *BAD, TargetHealth("c", healthy=True)], "", "1 of 3 targets in c are healthy"),
        ([*GOOD[:3], *BAD], "", "no room (healthy targets: a 2, b 1)"),
        ([*GOOD[:2], *BAD], "", "no room (healthy targets: a 2)"),
        ([*GOOD, *BAD, TargetHealth("", healthy=True)], "", "zones of its targets are unknown"),
        ([], "", "zones of its targets are unknown"),
    ],
)
def test_a_zone_is_left_only_where_it_is_the_cause_and_the_others_have_room(
    targets: list[TargetHealth], zone: str, why: str
) -> None:
    found, said = bad_zone(targets)
    assert found == zone
    assert why in said


def shifting() -> ZonalShiftActor:
    return ZonalShiftActor.of(REGION, ACCOUNT)


def managed(**values: Any) -> tuple[str, Any, Any]:
    weights = {"euc1-az1": 1.0, "euc1-az2": 1.0, "euc1-az3": 1.0}
    answer = {"arn": EDGE, "appliedWeights": weights, "zonalShifts": [], **values}
    return "get_managed_resource", answer, {"resourceIdentifier": EDGE}


def health(*zones: tuple[str, str]) -> tuple[str, Any, Any]:
    found = [
        {"Target": {"Id": "10.0.0.1", "AvailabilityZone": zone}, "TargetHealth": {"State": state}}
        for zone, state in zones
    ]
    asked = {"TargetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/web/0123456789abcdef"}
    return "describe_target_health", {"TargetHealthDescriptions": found}, asked


ONE_BAD = [*(("eu-central-1a", "healthy"), ("eu-central-1b", "healthy")) * 2, ("eu-central-1c", "unhealthy")]
ZONE = (
    "describe_availability_zones",
    {"AvailabilityZones": [{"ZoneName": "eu-central-1c", "ZoneId": "euc1-az3"}]},
    {"ZoneNames": ["eu-central-1c"]},
)


def test_a_zone_that_fails_is_left_for_the_time_of_the_rule() -> None:
    actor, now = shifting(), datetime.now(UTC)
    asked = {"resourceIdentifier": EDGE, "awayFrom": "euc1-az3", "expiresIn": "60m", "comment": "belfry: shop/restart"}
    answer = {
        **{key: asked[key] for key in ("resourceIdentifier", "awayFrom", "comment")},
        "zonalShiftId": "shift-1",
        "expiryTime": now,
        "startTime": now,
        "status": "ACTIVE",
    }
    with (
        stubbed(actor.shifts, managed(), ("start_zonal_shift", answer, asked)),
        stubbed(actor.balancers, health(*ONE_BAD)),
        stubbed(actor.zones, ZONE),
    ):
        text = actor.act(shop(), rule({"kind": "zonal-shift"}, "edge"))
    assert text == "shifted edge away from eu-central-1c (euc1-az3) for 60 minutes"


@pytest.mark.parametrize(
    ("answer", "targets", "said"),
    [
        (managed(autoshifts=[{"appliedStatus": "APPLIED", "awayFrom": "z", "startTime": 0}]), [], "a zonal shift alre"),
        (managed(), [("eu-central-1a", "draining")], "zones of its targets are unknown"),
        (managed(), [("all", "healthy")], "zones of its targets are unknown"),
        (managed(appliedWeights={"euc1-az3": 0.0}), ONE_BAD, "sends nothing to eu-central-1c"),
        (("get_managed_resource", "ResourceNotFoundException", None), [], "ResourceNotFoundException"),
    ],
)
def test_no_zone_is_left_where_anything_is_unknown(answer: Any, targets: list[tuple[str, str]], said: str) -> None:
    actor = shifting()
    with (
        stubbed(actor.shifts, answer),
        stubbed(actor.balancers, *([health(*targets)] if targets else [])),
        stubbed(actor.zones, *([ZONE] if targets is ONE_BAD else [])),
        pytest.raises(Refused, match=said),
    ):
        actor.act(shop(), rule({"kind": "zonal-shift"}, "edge"))


def test_the_longest_shift_holds_for_a_rule_that_nobody_checked() -> None:
    wanted = rule({"kind": "zonal-shift"}, "edge")
    long = wanted.action.model_copy(update={"expires": type(wanted.settle)("3d")})
    with pytest.raises(Refused, match="259200 s is longer than 7200 s"):
        shifting().act(shop(), wanted.model_copy(update={"action": long}))


def deployment(number: int, state: str, profile: str = "def5678", version: str = "7") -> dict[str, Any]:
    return {
        "DeploymentNumber": number,
        "State": state,
        "ConfigurationProfileId": profile,
        "ConfigurationVersion": version,
    }


DEPLOYED = [deployment(3, "COMPLETE"), deployment(4, "COMPLETE", "zzz9999"), deployment(2, "COMPLETE", version="9")]
HERE = {"ApplicationId": "abc1234", "ConfigurationProfileId": "def5678"}
FLAGS = {"flags": {"f": {"name": "f"}, "g": {"name": "g"}}, "values": {"f": {"enabled": False}, "g": {"enabled": True}}}


def listed(*items: dict[str, Any]) -> tuple[str, Any, Any]:
    return "list_deployments", {"Items": list(items)}, {"ApplicationId": "abc1234", "EnvironmentId": "ghi9012"}


def stored(document: Any) -> tuple[str, Any, Any]:
    content = json.dumps(document).encode()
    body = StreamingBody(io.BytesIO(content), len(content))
    return "get_hosted_configuration_version", {"Content": body}, {**HERE, "VersionNumber": 7}


def breaking() -> BreakerActor:
    return BreakerActor.of(REGION, Environment.DEV)


def test_a_breaker_turns_its_flag_on_and_leaves_the_others() -> None:
    actor = breaking()
    on = {**FLAGS, "values": {"f": {"enabled": True}, "g": {"enabled": True}}}
    content = json.dumps(on, sort_keys=True).encode()
    made = {**HERE, "Content": content, "ContentType": "application/json", "LatestVersionNumber": 7}
    started = {
        **HERE,
        "EnvironmentId": "ghi9012",
        "DeploymentStrategyId": "AppConfig.AllAtOnce",
        "ConfigurationVersion": "8",
        "Description": "belfry: shop/restart",
        "LatestDeploymentNumber": 4,
    }
    calls = [
        listed(*DEPLOYED),
        stored(FLAGS),
        ("create_hosted_configuration_version", {"VersionNumber": 8}, made),
        ("start_deployment", {"DeploymentNumber": 5}, started),
    ]
    with stubbed(actor.appconfig, *calls):
        assert actor.act(shop(), rule(BREAKER, "api")) == "turned the flag f on, by version 8 of its profile"


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ([listed(*DEPLOYED, deployment(5, "BAKING", "zzz9999"))], "is BAKING"),
        ([listed(deployment(1, "ROLLED_BACK"))], "was never deployed"),
        ([listed(*DEPLOYED), stored({"flags": {"g": {}}})], "has no flag f; it has g"),
        ([listed(*DEPLOYED), stored({**FLAGS, "values": {"f": {"enabled": True}}})], "is on already"),
        (
            [listed(*DEPLOYED), stored(FLAGS), ("create_hosted_configuration_version", "ConflictException", None)],
            "ConflictException",
        ),
    ],
)
def test_a_breaker_is_refused_where_it_would_deploy_something_else(calls: list[Any], said: str) -> None:
    actor = breaking()
    with stubbed(actor.appconfig, *calls), pytest.raises(Refused, match=said):
        actor.act(shop(), rule(BREAKER, "api"))


def test_a_flag_without_a_place_in_the_environment_is_refused() -> None:
    with pytest.raises(Refused, match="has no place in prod"):
        BreakerActor.of(REGION, Environment.PROD).act(shop(), rule(BREAKER, "api"))


RUNBOOK = {"kind": "runbook", "document": "Drain-Node", "parameters": {"Node": ["n1"]}}


def document(*parameters: dict[str, Any], **values: Any) -> tuple[str, Any, Any]:
    found = {"DocumentType": "Automation", "Status": "Active", "Parameters": list(parameters), **values}
    return "describe_document", {"Document": found}, {"Name": "Drain-Node"}


def test_a_runbook_runs_on_one_target_at_a_time_and_ends_with_the_first_error() -> None:
    actor = RunbookActor.of(REGION)
    asked = {
        "DocumentName": "Drain-Node",
        "Parameters": {"Node": ["n1"]},
        "MaxConcurrency": "1",
        "MaxErrors": "0",
    }
    number = "12345678-1234-1234-1234-123456789012"
    known = document({"Name": "Node"}, {"Name": "Grace", "DefaultValue": "30"})
    with stubbed(actor.automation, known, ("start_automation_execution", {"AutomationExecutionId": number}, asked)):
        assert actor.act(shop(), rule(RUNBOOK, "api")) == f"started the runbook Drain-Node ({number})"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (document(DocumentType="Command"), "is Command, Active, not an active"),
        (document({"Name": "Nodes", "DefaultValue": ""}), "has no parameter Node"),
        (document({"Name": "Node"}, {"Name": "Zone"}), "requires the parameter Zone"),
        (("describe_document", "InvalidDocument", None), "InvalidDocument"),
    ],
)
def test_a_runbook_that_is_not_what_the_catalog_means_is_refused(answer: Any, said: str) -> None:
    actor = RunbookActor.of(REGION)
    with stubbed(actor.automation, answer), pytest.raises(Refused, match=said):
        actor.act(shop(), rule(RUNBOOK, "api"))


@pytest.mark.parametrize("actor", [CapacityActor.of, RunbookActor.of], ids=["capacity", "runbook"])
def test_an_actor_does_no_action_of_another_kind(actor: Any) -> None:
    made: list[Actor] = [actor(REGION), shifting(), breaking()]
    for one in made:
        with pytest.raises(Refused):
            one.act(shop(), rule({"kind": "restart-pod"}, "api"))


def test_the_rights_of_a_family_are_those_that_its_actor_asks_for() -> None:
    """Beside its logs, and the role that a runbook takes, which no call shows."""
    runs: dict[str, Callable[[], None]] = {
        "capacity": _raise_everything,
        "shift": test_a_zone_that_fails_is_left_for_the_time_of_the_rule,
        "flag": test_a_breaker_turns_its_flag_on_and_leaves_the_others,
        "runbook": test_a_runbook_runs_on_one_target_at_a_time_and_ends_with_the_first_error,
    }
    for family, run in runs.items():
        ASKED.clear()
        run()
        rights = {action for action, _ in CALLS[family] if not action.startswith(("logs:", "iam:"))}
        assert rights == ASKED, family


def _raise_everything() -> None:
    test_the_ceiling_of_an_on_demand_table_is_doubled_and_the_other_side_stays()
    actor = CapacityActor.of(REGION)
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "t",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 1,
        "MaxCapacity": 9,
        "RoleARN": "r",
        "CreationTime": datetime.now(UTC),
    }
    scaling = ("describe_scalable_targets", {"ScalableTargets": [target]}, None)
    raised: tuple[str, Any, Any] = ("register_scalable_target", {}, None)
    with stubbed(actor.tables, described()), stubbed(actor.scaling, scaling, raised):
        actor.act(shop(), capacity())
