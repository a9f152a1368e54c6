"""Rights of auto-remediation: each role can do its action's calls on its target, and nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import pytest

from configs.iam import remediation as policies
from model.account.iam_actions import WITHOUT_RESOURCE
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from model.policies.documents import statements
from model.remediation.cloud import Cloud
from model.remediation.families import Family, families
from model.vocabulary import Environment
from tests.model.catalog.test_remediation import BREAKER, RULE, system_with
from tests.model.catalogs import good_organization

REGION, ACCOUNT = "eu-central-1", "123456789012"
CLOUD = Cloud(region=REGION, account=ACCOUNT, prefix="belfry-dev", cluster="main")
TOPIC, KEY = f"arn:aws:sns:{REGION}:{ACCOUNT}:belfry-dev-warning", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/topics"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/runbooks"
OF_SHOP = f"{REGION}:{ACCOUNT}"
Call = tuple[str, str]
"""Action and resource."""


def rule(name: str, component: str, action: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    mode = {"dev": "act"}
    return {**RULE, "name": name, "component": component, "action": action, "alert": f"A{name}", "mode": mode, **values}


def catalog(*rules: Mapping[str, Any]) -> Catalog:
    table = {"kind": "dynamodb-table", "description": "It.", "billing": "provisioned"}
    units = {"capacity": {"read": 1, "write": 1}}
    balancer = {"kind": "load-balancer", "description": "It.", "target_groups": [GROUP]}
    system = system_with()
    resources = [
        *system["resources"],
        {**table, "name": "stock", "table": "shop-stock", **units},
        {**table, "name": "carts", "table": "shop-carts", **units},
        {**balancer, "name": "edge", "arn_suffix": "app/edge/0123456789abcdef"},
        {**balancer, "name": "inner", "arn_suffix": "app/inner/0123456789abcdef"},
    ]
    found = System.model_validate({**system, "resources": resources, "remediation": list(rules)})
    return Catalog.of(Organization.model_validate(good_organization()), [found])


GROUP = {"name": "web", "arn_suffix": "targetgroup/web/0123456789abcdef"}
RUNBOOK = {"kind": "runbook", "document": "Drain", "parameters": {"AutomationAssumeRole": [ROLE]}}
EVERY = catalog(
    rule("restart", "api", {"kind": "restart-pod"}),
    rule("more", "stock", {"kind": "table-capacity", "most_read": 9, "most_write": 9}),
    rule("shift", "edge", {"kind": "zonal-shift"}),
    rule("break", "api", BREAKER),
    rule("run", "api", RUNBOOK),
    rule("back", "api", {"kind": "rollback", "how": "By hand."}, mode={"dev": "ask"}),
    # In shadow here: no right for it.
    rule("other", "carts", {"kind": "table-capacity", "most_read": 9, "most_write": 9}, mode={"prod": "act"}),
)
APP = f"arn:aws:appconfig:{OF_SHOP}:application/abc1234"
PROFILE, PLACE = f"{APP}/configurationprofile/def5678", f"{APP}/environment/ghi9012"
STRATEGY = f"arn:aws:appconfig:{OF_SHOP}:deploymentstrategy/AppConfig.AllAtOnce"
STOCK, EDGE = f"arn:aws:dynamodb:{OF_SHOP}:table/shop-stock", f"arn:aws:elasticloadbalancing:{OF_SHOP}:loadbalancer"
LEDGER, SCALED = CLOUD.table, f"arn:aws:application-autoscaling:{OF_SHOP}:scalable-target/0ec5"
NETWORK = tuple(f"arn:aws:ec2:{OF_SHOP}:{kind}/x" for kind in ("network-interface", "security-group", "subnet"))
DRAIN = f"arn:aws:ssm:{OF_SHOP}:document/Drain"
STARTED = f"arn:aws:ssm:{OF_SHOP}:automation-definition/Drain:$DEFAULT"
IN_CLUSTER: tuple[Call, ...] = (
    ("eks:DescribeCluster", CLOUD.cluster_arn),
    *((f"ec2:{verb}NetworkInterface", arn) for verb in ("Create", "Delete") for arn in NETWORK),
    ("ec2:DescribeNetworkInterfaces", "*"),
    ("ec2:DescribeSubnets", "*"),
)
NOTIFIES: tuple[Call, ...] = (("sns:Publish", TOPIC), ("kms:Decrypt", KEY), ("kms:GenerateDataKey", KEY))


def logged(family: str) -> tuple[Call, ...]:
    stream = f"{CLOUD.log_group(family)}:log-stream:x"
    return ("logs:CreateLogStream", stream), ("logs:PutLogEvents", stream)


CALLS: dict[str, tuple[Call, ...]] = {
    # What the programs of each role ask for, on what.
    "kubernetes": (*IN_CLUSTER, *logged("kubernetes")),
    "capacity": (
        ("dynamodb:DescribeTable", STOCK),
        ("dynamodb:UpdateTable", STOCK),
        ("application-autoscaling:DescribeScalableTargets", "*"),
        ("application-autoscaling:RegisterScalableTarget", SCALED),
        *logged("capacity"),
    ),
    "shift": (
        *((f"arc-zonal-shift:{verb}", f"{EDGE}/app/edge/0123456789abcdef") for verb in ("GetManagedResource",)),
        ("arc-zonal-shift:StartZonalShift", f"{EDGE}/app/edge/0123456789abcdef"),
        ("ec2:DescribeAvailabilityZones", "*"),
        ("elasticloadbalancing:DescribeTargetHealth", "*"),
        *logged("shift"),
    ),
    "flag": (
        *(("appconfig:ListDeployments", arn) for arn in (APP, PLACE)),
        *(
            (f"appconfig:{verb}HostedConfigurationVersion", arn)
            for verb in ("Create", "Get")
            for arn in (APP, PROFILE, f"{PROFILE}/hostedconfigurationversion/7")
        ),
        *(("appconfig:StartDeployment", arn) for arn in (APP, PROFILE, PLACE, STRATEGY, f"{PLACE}/deployment/1")),
        *logged("flag"),
    ),
    "runbook": (
        ("ssm:DescribeDocument", DRAIN),
        ("ssm:StartAutomationExecution", STARTED),
        ("iam:PassRole", ROLE),
        *logged("runbook"),
    ),
    "engine": (
        *((f"dynamodb:{verb}", LEDGER) for verb in ("GetItem", "PutItem", "Query")),
        *NOTIFIES,
        *IN_CLUSTER,
        *logged("engine"),
    ),
    "machine": (
        *(("lambda:InvokeFunction", CLOUD.function(one)) for one in ("engine", *map(str, Family)) if one != "person"),
        *NOTIFIES,
    ),
    "pipe": (
        *((f"sqs:{verb}", CLOUD.queue) for verb in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")),
        ("kms:Decrypt", KEY),
        ("states:StartExecution", CLOUD.machine),
    ),
    "approver": (("dynamodb:GetItem", LEDGER), ("states:SendTaskSuccess", CLOUD.machine)),
}
CONTEXT = {
    "application-autoscaling:service-namespace": ["dynamodb"],
    "application-autoscaling:scalable-dimension": ["dynamodb:table:ReadCapacityUnits"],
    "dynamodb:LeadingKeys": ["question"],
    "iam:PassedToService": ["ssm.amazonaws.com"],
}
OTHERS: tuple[Call, ...] = (
    ("dynamodb:UpdateTable", f"arn:aws:dynamodb:{OF_SHOP}:table/shop-carts"),
    ("dynamodb:DeleteTable", STOCK),
    ("dynamodb:PutItem", STOCK),
    ("dynamodb:DeleteItem", LEDGER),
    ("arc-zonal-shift:StartZonalShift", f"{EDGE}/app/inner/0123456789abcdef"),
    ("appconfig:StartDeployment", f"arn:aws:appconfig:{OF_SHOP}:application/zzz9999"),
    ("ssm:StartAutomationExecution", f"arn:aws:ssm:{OF_SHOP}:automation-definition/Delete:1"),
    ("ssm:SendCommand", DRAIN),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{OF_SHOP}:function:theirs"),
    ("states:StartExecution", f"arn:aws:states:{OF_SHOP}:stateMachine:theirs"),
    ("sns:Publish", f"arn:aws:sns:{OF_SHOP}:theirs"),
    ("eks:DescribeCluster", f"arn:aws:eks:{OF_SHOP}:cluster/theirs"),
    ("logs:PutLogEvents", f"arn:aws:logs:{OF_SHOP}:log-group:/aws/lambda/theirs:log-stream:x"),
)


def documents() -> dict[str, str]:
    notified = {"topic": TOPIC, "topics_key": KEY}
    wanted = [one for one in families(EVERY, Environment.DEV) if one is not Family.PERSON]
    return {
        **{str(one): policies.action(CLOUD, one, EVERY, Environment.DEV) for one in wanted},
        "engine": policies.engine(CLOUD, EVERY, **notified),
        "machine": policies.machine(CLOUD, wanted, **notified),
        "pipe": policies.pipe(CLOUD, queue_key=KEY),
        "approver": policies.approver(CLOUD),
    }


def allows(document: str, action: str, resource: str, context: Mapping[str, Sequence[str]] = CONTEXT) -> bool:
    """Whether a policy allows a call. Ours name actions in full, and their conditions are StringEquals or alike."""
    return any(
        statement.allows
        and action in statement.actions
        and any(fnmatchcase(resource, pattern) for pattern in statement.resources)
        and all(
            set(context.get(key, ["?"])) <= set(allowed if isinstance(allowed, list) else [allowed])
            for conditions in statement.condition.values()
            for key, allowed in conditions.items()
        )
        for statement in statements(document)
    )


def universe() -> Iterator[Call]:
    """Every call of every role, and others that stand near."""
    yield from dict.fromkeys([*(call for calls in CALLS.values() for call in calls), *OTHERS])


def too_much(name: str, document: str) -> list[Call]:
    """What the role can do of the universe beyond its own calls."""
    return [call for call in universe() if call not in CALLS[name] and allows(document, *call)]


@pytest.mark.parametrize("name", CALLS)
def test_each_role_can_do_its_own_calls_and_nothing_else(name: str) -> None:
    document = documents()[name]
    assert [call for call in CALLS[name] if not allows(document, *call)] == []
    assert too_much(name, document) == []
    named = {action for statement in statements(document) for action in statement.actions}
    assert named == {action for action, _ in CALLS[name]}, "an action that no call needs"


@pytest.mark.parametrize(
    "planted",
    [
        {"Action": ["dynamodb:UpdateTable"], "Resource": ["*"]},
        {"Action": ["iam:PassRole"], "Resource": [f"arn:aws:iam::{ACCOUNT}:role/*"]},
        {"Action": ["states:StartExecution"], "Resource": [f"arn:aws:states:{OF_SHOP}:stateMachine:*"]},
    ],
)
def test_a_planted_right_is_seen(planted: dict[str, Any]) -> None:
    document = json.loads(documents()["kubernetes"])
    document["Statement"].append({"Sid": "Planted", "Effect": "Allow", **planted})
    assert too_much("kubernetes", json.dumps(document)) != []


def test_every_resource_is_meant_only_where_aws_knows_no_single_one() -> None:
    for document in documents().values():
        for statement in statements(document):
            assert "*" not in "".join(statement.actions)
            assert "*" not in statement.resources or set(statement.actions) <= WITHOUT_RESOURCE.keys()


def test_the_boundary_holds_what_the_roles_have_and_fits_a_policy() -> None:
    """Managed policies have at most 6,144 characters, blanks not counted (IAM quotas)."""
    roles = [text for name, text in documents().items() if name != "approver"]
    boundary = policies.boundary(roles)
    own = [call for name, calls in CALLS.items() if name != "approver" for call in calls]
    assert [call for call in own if not allows(boundary, *call)] == []
    assert [call for call in OTHERS if allows(boundary, *call)] == []
    assert len(boundary.replace(" ", "")) < 6144


def test_conditions_narrow_what_names_cannot() -> None:
    capacity, runbook, approver = (documents()[name] for name in ("capacity", "runbook", "approver"))
    ecs = {**CONTEXT, "application-autoscaling:service-namespace": ["ecs"]}
    assert not allows(capacity, "application-autoscaling:RegisterScalableTarget", SCALED, ecs)
    assert not allows(runbook, "iam:PassRole", ROLE, {**CONTEXT, "iam:PassedToService": ["ec2.amazonaws.com"]})
    assert not allows(approver, "dynamodb:GetItem", LEDGER, {**CONTEXT, "dynamodb:LeadingKeys": ["attempt"]})


def test_a_flag_without_a_place_here_gives_no_right() -> None:
    elsewhere = catalog(rule("break", "api", BREAKER, mode={"prod": "act"}))
    assert "appconfig" not in policies.action(CLOUD, Family.FLAG, elsewhere, Environment.PROD)


def test_documents_of_amazon_have_another_account_and_change_calendars_are_named() -> None:
    restarts = rule("run", "api", {"kind": "runbook", "document": "AWS-RestartEC2Instance"})
    found = policies.action(CLOUD, Family.RUNBOOK, catalog(restarts), Environment.DEV)
    assert allows(found, "ssm:DescribeDocument", f"arn:aws:ssm:{REGION}::document/AWS-RestartEC2Instance")
    assert "iam:PassRole" not in found
    [system] = EVERY.systems
    calendar = system.calendar.model_copy(update={"change_calendars": ("holidays", DRAIN)})
    closed = Catalog.of(EVERY.organization, [system.model_copy(update={"calendar": calendar})])
    engine = policies.engine(CLOUD, closed, topic=TOPIC, topics_key=KEY)
    for arn in (f"arn:aws:ssm:{OF_SHOP}:document/holidays", DRAIN):
        assert allows(engine, "ssm:GetCalendarState", arn)
