"""What the engine of auto-remediation may do: one policy a role, one role a family of actions.

Resources are those of the catalog's rules that may act or ask here. A rule in shadow gets no right.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from configs.iam.policy import Statement, document
from model.catalog.catalog import Catalog
from model.catalog.dynamodb import DynamoDbTable
from model.catalog.remediation import Breaker, Remediation, Runbook
from model.catalog.resources import LoadBalancer
from model.catalog.system import System
from model.remediation.cloud import ENGINE, Cloud
from model.remediation.families import OF_KIND, Family, active
from model.vocabulary import Environment

_ROLE_PARAMETER = "AutomationAssumeRole"
_OF_AMAZON = ("AWS-", "AWSEC2-", "AWSSupport-")
"""Documents that Amazon owns have its account, or none, in their ARN."""

Rule = tuple[System, Remediation]


def engine(cloud: Cloud, catalog: Catalog, *, topic: str, topics_key: str) -> str:
    """Decides, keeps the ledger, notifies. ``topic``: who is asked and notified; ``topics_key`` encrypts it."""
    calendars = sorted({name for one in catalog.systems for name in one.calendar.change_calendars})
    calendar = Statement(
        reason="Know whether a change calendar is closed",
        actions=["ssm:GetCalendarState"],
        resources=[_document(cloud, name) for name in calendars],
    )
    return document(
        [
            Statement(
                reason="Keep the ledger",
                # Of the actions by which IAM knows transactions, those that the ledger's have.
                actions=["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
                resources=[cloud.table],
            ),
            *([calendar] if calendars else []),
            *_notifies(topic, topics_key),
            *_in_cluster(cloud, ENGINE),
        ]
    )


def machine(cloud: Cloud, wanted: Iterable[Family], *, topic: str, topics_key: str) -> str:
    """Calls its functions and notifies."""
    functions = [cloud.function(ENGINE), *(cloud.function(family) for family in wanted if family is not Family.PERSON)]
    return document(
        [
            Statement(reason="Call the tasks", actions=["lambda:InvokeFunction"], resources=functions),
            *_notifies(topic, topics_key),
        ]
    )


def pipe(cloud: Cloud, *, queue_key: str) -> str:
    """Hands messages of the queue to the machine."""
    return document(
        [
            Statement(
                reason="Take messages from the queue",
                actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                resources=[cloud.queue],
            ),
            Statement(reason="They are encrypted with this key", actions=["kms:Decrypt"], resources=[queue_key]),
            Statement(reason="Start the machine", actions=["states:StartExecution"], resources=[cloud.machine]),
        ]
    )


def approver(cloud: Cloud) -> str:
    """For people who may answer: a policy to attach to their roles, which Belfry attaches to none."""
    return document(
        [
            Statement(
                reason="Find the question",
                actions=["dynamodb:GetItem"],
                resources=[cloud.table],
                condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["question"]}},
            ),
            Statement(reason="Answer it", actions=["states:SendTaskSuccess"], resources=[cloud.machine]),
        ]
    )


def action(cloud: Cloud, family: Family, catalog: Catalog, environment: Environment) -> str:
    """The rights of one family, on the targets of its rules."""
    rules = [(system, rule) for system, rule in active(catalog, environment) if OF_KIND[rule.action.kind] is family]
    makes: Mapping[Family, Callable[[], Sequence[Statement]]] = {
        Family.CAPACITY: lambda: _capacity(cloud, rules),
        Family.SHIFT: lambda: _shift(cloud, rules),
        Family.FLAG: lambda: _flag(cloud, rules, environment),
        Family.RUNBOOK: lambda: _runbook(cloud, rules),
    }
    if family is Family.KUBERNETES:
        return document(_in_cluster(cloud, family))
    return document([*makes[family](), _logs(cloud, family)])


def boundary(documents: Iterable[str]) -> str:
    """The union of all roles' rights, so that a policy that somebody attaches later adds none."""
    every = [statement for one in documents for statement in json.loads(one)["Statement"]]
    resources = sorted({json.dumps([each["Resource"], each.get("Condition", {})], sort_keys=True) for each in every})
    found: list[Statement] = []
    for text in resources:
        named, condition = json.loads(text)
        mine = [each for each in every if [each["Resource"], each.get("Condition", {})] == [named, condition]]
        actions = sorted({name for each in mine for name in each["Action"]})
        found.append(Statement(reason="At most", actions=actions, resources=named, condition=condition))
    return document(found)


def _capacity(cloud: Cloud, rules: Sequence[Rule]) -> list[Statement]:
    tables = [f"arn:aws:dynamodb:{cloud.region}:{cloud.account}:table/{part.table}" for part in _tables(rules)]
    return [
        Statement(
            reason="Raise the capacity of these tables",
            actions=["dynamodb:DescribeTable", "dynamodb:UpdateTable"],
            resources=tables,
        ),
        Statement(
            reason="See what auto scaling may do; AWS knows no narrower resource",
            actions=["application-autoscaling:DescribeScalableTargets"],
            resources=["*"],
        ),
        Statement(
            reason="Raise its maximum; AWS invents the ids of targets",
            actions=["application-autoscaling:RegisterScalableTarget"],
            resources=[f"arn:aws:application-autoscaling:{cloud.region}:{cloud.account}:scalable-target/*"],
            condition={
                "StringEquals": {
                    "application-autoscaling:service-namespace": "dynamodb",
                    "application-autoscaling:scalable-dimension": [
                        "dynamodb:table:ReadCapacityUnits",
                        "dynamodb:table:WriteCapacityUnits",
                    ],
                }
            },
        ),
    ]


def _tables(rules: Sequence[Rule]) -> list[DynamoDbTable]:
    return [part for part in _parts(rules) if isinstance(part, DynamoDbTable)]


def _parts(rules: Sequence[Rule]) -> list[object]:
    """Targets that are resources of the environment; one that it lacks is refused, and so needs no right."""
    named = {(system.system, rule.component): system for system, rule in rules}
    return [part for (_, name), system in sorted(named.items()) for part in system.resources if part.name == name]


def _shift(cloud: Cloud, rules: Sequence[Rule]) -> list[Statement]:
    balancers = [part.arn_suffix for part in _parts(rules) if isinstance(part, LoadBalancer)]
    owner = f"arn:aws:elasticloadbalancing:{cloud.region}:{cloud.account}:loadbalancer"
    return [
        Statement(
            reason="Shift zones of these load balancers",
            actions=["arc-zonal-shift:GetManagedResource", "arc-zonal-shift:StartZonalShift"],
            resources=[f"{owner}/{suffix}" for suffix in balancers],
        ),
        Statement(
            reason="See which zone is bad; describing has no resource level",
            actions=["ec2:DescribeAvailabilityZones", "elasticloadbalancing:DescribeTargetHealth"],
            resources=["*"],
        ),
    ]


def _flag(cloud: Cloud, rules: Sequence[Rule], environment: Environment) -> list[Statement]:
    actions = [rule.action for _, rule in rules if isinstance(rule.action, Breaker)]
    base = f"arn:aws:appconfig:{cloud.region}:{cloud.account}"
    places = [action.places[environment] for action in actions if environment in action.places]
    applications = {f"{base}:application/{one.application}" for one in places}
    profiles = {f"{base}:application/{one.application}/configurationprofile/{one.profile}" for one in places}
    environments = {f"{base}:application/{one.application}/environment/{one.environment}" for one in places}
    strategies = {f"{base}:deploymentstrategy/{action.strategy}" for action in actions}
    if not places:
        return []
    return [
        Statement(
            reason="See what is deployed",
            actions=["appconfig:ListDeployments"],
            resources=sorted(applications | environments),
        ),
        Statement(
            reason="Change the flag in its document",
            actions=["appconfig:CreateHostedConfigurationVersion", "appconfig:GetHostedConfigurationVersion"],
            resources=sorted(applications | profiles | {f"{one}/hostedconfigurationversion/*" for one in profiles}),
        ),
        Statement(
            reason="Deploy it",
            actions=["appconfig:StartDeployment"],
            resources=sorted(
                applications | profiles | environments | strategies | {f"{one}/deployment/*" for one in environments}
            ),
        ),
    ]


def _runbook(cloud: Cloud, rules: Sequence[Rule]) -> list[Statement]:
    actions = [rule.action for _, rule in rules if isinstance(rule.action, Runbook)]
    documents = sorted({action.document for action in actions})
    roles = sorted({role for action in actions for role in action.parameters.get(_ROLE_PARAMETER, ())})
    passing = Statement(
        reason="The runbook acts as this role",
        actions=["iam:PassRole"],
        resources=roles,
        condition={"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}},
    )
    return [
        Statement(
            reason="See what the runbooks want",
            actions=["ssm:DescribeDocument"],
            resources=[_document(cloud, name) for name in documents],
        ),
        Statement(
            reason="Start these runbooks",
            actions=["ssm:StartAutomationExecution"],
            resources=[_document(cloud, name, "automation-definition") + ":*" for name in documents],
        ),
        *([passing] if roles else []),
    ]


def _document(cloud: Cloud, name: str, kind: str = "document") -> str:
    if name.startswith("arn:"):
        return name
    account = "*" if name.startswith(_OF_AMAZON) else cloud.account
    return f"arn:aws:ssm:{cloud.region}:{account}:{kind}/{name}"


def _notifies(topic: str, topics_key: str) -> list[Statement]:
    return [
        Statement(reason="Notify people", actions=["sns:Publish"], resources=[topic]),
        Statement(
            reason="The topic is encrypted with this key",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[topics_key],
        ),
    ]


def _in_cluster(cloud: Cloud, family: str) -> list[Statement]:
    """Of a function that asks the Kubernetes API; what it may do there says its access entry's group."""
    vpc = f"arn:aws:ec2:{cloud.region}:{cloud.account}"
    return [
        Statement(reason="Find the cluster", actions=["eks:DescribeCluster"], resources=[cloud.cluster_arn]),
        _logs(cloud, family),
        Statement(
            reason="Lambda joins the VPC in its name",
            actions=["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
            resources=[f"{vpc}:network-interface/*", f"{vpc}:security-group/*", f"{vpc}:subnet/*"],
        ),
        Statement(
            reason="It looks for its interfaces; describing has no resource level",
            actions=["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
            resources=["*"],
        ),
    ]


def _logs(cloud: Cloud, family: str) -> Statement:
    return Statement(
        reason="Write to its own log group",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"{cloud.log_group(family)}:*"],
    )
