"""The AWS account's part as a whole: what is alarmed arrives, rights are narrow, an adopted cluster is left alone.

Only the first layer is built, from the project's own stacks: this needs neither rules nor dashboards.
"""

import functools
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pulumi_aws as aws
import pytest
import yaml
from moto import mock_aws

from model.account.policy import WITHOUT_RESOURCE
from model.account.resource_policies import Publisher
from model.assets import Assets
from model.catalog.catalog import Catalog
from model.dimensions import shipped
from model.problems import BadInput
from stacks import foundation
from stacks.inputs import ROOT, Inputs
from stacks.secrets import Secrets
from stacks.settings import Settings
from tests.stacks.deployment import ENVIRONMENTS, INVOKES, computed, made_up_secrets, stack_config
from tests.synth import Resource, Synth, synth

every_environment = pytest.mark.parametrize("stack", ENVIRONMENTS)

ISSUER = "https://oidc.eks.eu-central-1.amazonaws.com/id/THEIRS"
FOUND = {
    "aws:eks/getCluster:getCluster": {
        **INVOKES["aws:eks/getCluster:getCluster"],
        "identities": [{"oidcs": [{"issuer": ISSUER}]}],
    }
}
ADOPTED = {"mode": "adopt", "name": "theirs"}


def settings(stack: str, changes: Mapping[str, Any] | None = None) -> Settings:
    given = {key.removeprefix("belfry:"): value for key, value in stack_config(stack).items()}
    return Settings.of(stack, {**given, **(changes or {})})


def deploy(stack: str, *, preview: bool = False, root: Path = ROOT, **changes: Any) -> Synth:
    """The first layer of a stack with changed settings."""

    def program() -> None:
        nothing = Assets(items=())
        inputs = Inputs(
            stated=settings(stack, changes),
            catalog=Catalog.load(root / "catalog"),
            assets=nothing,
            rules={},
            log_rules={},
            alarms=(),
            dashboards=(),
        )
        foundation.build(inputs)

    return synth(
        program,
        stack=stack,
        preview=preview,
        secret_config={"secrets": made_up_secrets()},
        invokes={**INVOKES, **FOUND},
        state=computed,
    )


@functools.cache
def plan(stack: str) -> Synth:
    """A stack as it is shipped; tests look at it and change nothing."""
    return deploy(stack)


def documents(result: Synth) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Every policy of a plan, statement by statement."""
    for resource in result.resources.values():
        for key in ("policy", "assumeRolePolicy", "accessPolicy"):
            text = resource.inputs.get(key)
            if isinstance(text, str):
                for statement in json.loads(text)["Statement"]:
                    yield resource, statement


def words(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def admitted(statements: list[dict[str, Any]], service: str, action: str) -> bool:
    """Whether a policy on a resource lets a service do something, under no condition that the service cannot meet."""
    account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    # EventBridge names no account when it asks SNS and KMS: under that condition it is refused.
    allowed = [{}] if service == "events.amazonaws.com" else [{}, account]
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"].get("Service") == service
        and action in words(statement["Action"])
        and statement.get("Condition", {}) in allowed
        for statement in statements
    )


def unreachable(result: Synth) -> list[str]:
    """Alarms, composites and rules of a plan that publish to a topic which would drop what they say."""
    keys = {f"{name}-id": key for name, key in result.of(aws.kms.Key).items()}
    policies = {policy.inputs["arn"]: policy for policy in result.of(aws.sns.TopicPolicy).values()}
    topics = {f"arn:aws:mock:eu-central-1:123456789012:{name}": t for name, t in result.of(aws.sns.Topic).items()}
    senders = [
        (name, Publisher.CLOUDWATCH, arn)
        for kind in (aws.cloudwatch.MetricAlarm, aws.cloudwatch.CompositeAlarm)
        for name, alarm in result.of(kind).items()
        for arn in (*alarm.inputs.get("alarmActions", []), *alarm.inputs.get("okActions", []))
    ]
    senders += [
        (name, Publisher.EVENTBRIDGE, target.inputs["arn"])
        for name, target in result.of(aws.cloudwatch.EventTarget).items()
        if ":event-bus/" not in target.inputs["arn"]
    ]
    lost = []
    for name, service, arn in senders:
        topic = topics.get(arn)
        if topic is None:
            lost.append(f"{name}: no topic {arn}")
            continue
        key = json.loads(keys[topic.inputs["kmsMasterKeyId"]].inputs["policy"])["Statement"]
        policy = json.loads(policies[arn].inputs["policy"])["Statement"]
        if not all(admitted(key, service, action) for action in ("kms:Decrypt", "kms:GenerateDataKey*")):
            lost.append(f"{name}: the key of {arn} refuses {service}")
        if not admitted(policy, service, "sns:Publish"):
            lost.append(f"{name}: {arn} refuses {service}")
    return lost


@every_environment
def test_what_every_alarm_and_rule_says_reaches_a_topic_that_lets_it_in(stack: str) -> None:
    assert plan(stack).of(aws.cloudwatch.MetricAlarm)
    assert unreachable(plan(stack)) == []


@every_environment
def test_every_alarm_tells_of_the_recovery_too_and_names_owner_severity_and_runbook(stack: str) -> None:
    for alarm in plan(stack).of(aws.cloudwatch.MetricAlarm).values():
        assert alarm.inputs["alarmActions"] == alarm.inputs["okActions"]
        assert set(alarm.inputs["tags"]) >= {"owner", "severity"}
        runbook = alarm.inputs["alarmDescription"].rpartition("/docs/")[2]
        assert (Path(ROOT) / "docs" / runbook).is_file()


@every_environment
def test_every_alarm_watches_a_metric_that_somebody_sends_with_these_dimensions(stack: str) -> None:
    ours = {
        (sent["namespace"], sent["name"])
        for each in plan(stack).of(aws.cloudwatch.LogMetricFilter).values()
        if (sent := each.inputs["metricTransformation"])
    }
    for name, alarm in plan(stack).of(aws.cloudwatch.MetricAlarm).items():
        metric = (alarm.inputs["namespace"], alarm.inputs["metricName"])
        known, dimensions = shipped().facts(*metric), tuple(alarm.inputs.get("dimensions", ()))
        assert metric in ours or (known and dimensions in known.dimensions), name


@every_environment
def test_every_topic_is_archived(stack: str) -> None:
    result = plan(stack)
    archived = {
        s.inputs["topic"] for s in result.of(aws.sns.TopicSubscription).values() if s.inputs["protocol"] == "sqs"
    }

    assert archived == {f"arn:aws:mock:eu-central-1:123456789012:{name}" for name in result.of(aws.sns.Topic)}


@every_environment
def test_no_policy_allows_every_action(stack: str) -> None:
    found = list(documents(plan(stack)))
    assert found
    for resource, statement in found:
        if statement["Effect"] == "Allow":
            wide = [a for a in words(statement["Action"]) if a == "*" or a.endswith(":*")]
            # The account's own administration of a key: KMS wants it, and IAM then says who really may.
            root = statement["Principal"].get("AWS", "").endswith(":root") if "Principal" in statement else False
            assert not wide or (root and wide == ["kms:*"]), resource.key


@every_environment
def test_every_resource_is_meant_only_where_aws_leaves_no_choice(stack: str) -> None:
    for resource, statement in documents(plan(stack)):
        if "*" in words(statement.get("Resource", [])):
            # In the policy of a key, * is that very key.
            known = resource.type == "aws:kms/key:Key" or set(words(statement["Action"])) <= set(WITHOUT_RESOURCE)
            assert known, (resource.key, statement)


@every_environment
def test_nobody_outside_the_account_is_let_in(stack: str) -> None:
    for resource, statement in documents(plan(stack)):
        if statement["Effect"] == "Allow" and "Principal" in statement:
            assert statement["Principal"] != "*", resource.key
            assert set(statement["Principal"]) <= {"Service", "AWS"}
            assert (
                statement["Principal"]
                .get("AWS", "arn:aws:iam::123456789012:root")
                .startswith("arn:aws:iam::123456789012:")
            )


def test_prod_protects_what_holds_data_and_dev_does_not() -> None:
    data = (aws.eks.Cluster, aws.ec2.Vpc, aws.s3.Bucket, aws.kms.Alias, aws.cloudwatch.LogGroup)
    for stack, wanted in (("prod", True), ("dev", False)):
        result = plan(stack)
        assert {r.protect for kind in data for r in result.of(kind).values()} == {wanted}, stack
        assert {b.inputs["forceDestroy"] for b in result.of(aws.s3.Bucket).values()} == {not wanted}
        assert result.only(aws.eks.Cluster).inputs["deletionProtection"] is wanted
    # A new instance type makes the group anew; protected, it could never change.
    assert not any(group.protect for group in plan("prod").of(aws.eks.NodeGroup).values())


def test_prod_has_a_way_out_in_every_zone_and_dev_saves_two() -> None:
    assert len(plan("prod").of(aws.ec2.NatGateway)) == 3
    assert len(plan("dev").of(aws.ec2.NatGateway)) == 1


@every_environment
def test_what_watches_has_nodes_of_its_own(stack: str) -> None:
    assert set(plan(stack).of(aws.eks.NodeGroup)) == {"nodes-general", "nodes-observability"}


@every_environment
def test_a_preview_registers_what_an_update_does(stack: str) -> None:
    assert deploy(stack, preview=True).keys() == plan(stack).keys()


def test_prod_wakes_somebody_and_the_address_is_secret_wherever_it_stands() -> None:
    address = made_up_secrets()["pagerduty-aws"]
    carriers = [r for r in plan("prod").resources.values() if address in str(r.inputs)]

    assert [carrier.name for carrier in carriers] == ["notifications-pager-critical"]
    assert "endpoint" in carriers[0].secrets
    assert address not in str([r.inputs for r in plan("dev").resources.values()])


def eks(result: Synth) -> set[str]:
    return {type_ for type_, _ in result.resources if type_.startswith(("aws:eks/", "aws:ec2/"))}


def test_an_adopted_cluster_is_changed_in_nothing() -> None:
    result = deploy("dev", cluster=ADOPTED)

    assert eks(result) == set()
    assert not result.of(aws.cloudwatch.LogMetricFilter), "its log is not ours to read, unless that is asked for"
    assert not [name for name in result.of(aws.iam.Role) if name.startswith("loki")]


def test_of_an_adopted_cluster_only_what_is_asked_for_is_registered() -> None:
    people = {"people": {"principal": "arn:aws:iam::123456789012:role/people", "level": "view"}}
    result = deploy("dev", cluster={**ADOPTED, "identity": "pod-identity", "access": people, "audit_log": True})

    assert eks(result) == {
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    }
    filters = result.of(aws.cloudwatch.LogMetricFilter).values()
    assert {each.inputs["logGroupName"] for each in filters} == {"/aws/eks/theirs/cluster"}


def test_by_irsa_an_adopted_cluster_stays_as_it_is_and_its_issuer_is_trusted() -> None:
    wanted = {
        **ADOPTED,
        "identity": "irsa",
        "endpoint": INVOKES["aws:eks/getCluster:getCluster"]["endpoint"],
        "issuer": ISSUER,
    }
    result = deploy("dev", cluster=wanted)

    assert eks(result) == set()
    assert not result.of(aws.iam.OpenIdConnectProvider), "IAM knows it already, or a second one is refused"
    trust = json.loads(result.of(aws.iam.Role)["loki-role"].inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"]["Federated"].endswith("oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/THEIRS")


def test_by_irsa_a_made_clusters_issuer_is_made_known_to_iam() -> None:
    result = deploy("dev", cluster={**stack_config("dev")["belfry:cluster"], "identity": "irsa"})

    assert result.only(aws.iam.OpenIdConnectProvider)
    assert not result.of(aws.eks.PodIdentityAssociation)


def test_alertmanager_may_publish_to_the_topics_that_teams_named_and_to_no_others(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    teams = tmp_path / "catalog" / "teams.yaml"
    document = yaml.safe_load(teams.read_text())
    topic = "arn:aws:sns:eu-central-1:123456789012:team-alerts"
    document["teams"][0]["receivers"].append({"kind": "sns", "topic_arn": topic})
    teams.write_text(yaml.safe_dump(document, sort_keys=False))
    policy = deploy("dev", root=tmp_path).of(aws.iam.RolePolicy)["alertmanager-role-policy"].inputs["policy"]
    (statement,) = json.loads(policy)["Statement"]

    assert (statement["Action"], statement["Resource"]) == (["sns:Publish"], [topic])
    assert "alertmanager-role" not in plan("dev").of(aws.iam.Role), "nobody named one, so it needs no rights"


def test_a_budget_is_told_by_the_topic_of_warnings() -> None:
    budget = deploy("dev", cost={"monthly_budget_usd": 300}).only(aws.budgets.Budget).inputs

    assert budget["limitAmount"] == "300"
    assert "alarms-warning" in str(budget["notifications"])
    assert not plan("dev").of(aws.budgets.Budget)


def test_security_events_can_be_left_to_others() -> None:
    rules = deploy("dev", notifications={"security_events": False}).of(aws.cloudwatch.EventRule)

    assert set(rules) == {"heartbeat-clock"}


def test_slack_is_told_where_a_channel_is_named() -> None:
    slack = {"workspace": "T0123456789", "channel": "C0123456789"}

    assert deploy("dev", notifications={"slack": slack}).only(aws.chatbot.SlackChannelConfiguration)


def test_a_version_out_of_standard_support_is_deployed_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    deploy("dev", cluster={**stack_config("dev")["belfry:cluster"], "version": "1.33"})

    assert "EKS 1.33 left standard support on 2026-07-29" in caplog.text


def cluster(**changes: Any) -> dict[str, Any]:
    return {"cluster": {**stack_config("dev")["belfry:cluster"], **changes}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"region": "us-west-1"}, "belfry:region: found us-west-1 with 2 zones", id="two zones"),
        pytest.param({"region": "eu-nowhere-1"}, "belfry:region: found unknown region", id="unknown region"),
        pytest.param(cluster(vpc_cidr="10.0.0.0/20"), "belfry:cluster.vpc_cidr: found /20", id="too small"),
        pytest.param(cluster(vpc_cidr="172.20.0.0/16"), "overlaps 172.20.0.0/16 of the service range", id="overlap"),
        pytest.param(cluster(peer_cidrs={"office": "10.64.0.0/12"}), "of peer office", id="overlapping a peer"),
        pytest.param(cluster(nodes={"instance_type": "m77.large"}), "nodes.instance_type: found unknown", id="family"),
        pytest.param(
            cluster(observability_nodes={"instance_type": "q1.large"}),
            "observability_nodes.instance_type",
            id="family 2",
        ),
        pytest.param(cluster(version="1.99"), "cluster.version: found unknown EKS version '1.99'", id="version"),
        pytest.param(cluster(version="1.34", today="2028-01-01"), "EKS ended on 2027-12-02", id="ended version"),
        pytest.param(
            {"cluster": {**ADOPTED, "identity": "irsa"}}, "found identity irsa without endpoint and issuer", id="IRSA"
        ),
        pytest.param(
            {"cluster": {**ADOPTED, "identity": "irsa", "endpoint": "https://x"}}, "irsa without issuer", id="issuer"
        ),
        pytest.param({"notifications": {"emails": {"warning": ["nobody"]}}}, "emails.*found 'nobody'", id="email"),
        pytest.param({"notifications": {"emails": {"none": ["a@b.c"]}}}, "notifications.emails", id="nobody's topic"),
        pytest.param(
            {"notifications": {"slack": {"workspace": "acme", "channel": "#ops"}}}, "slack.workspace", id="slack"
        ),
        pytest.param({"cost": {"monthly_budget_usd": 0}}, "cost.monthly_budget_usd: found 0", id="budget of nothing"),
        pytest.param({"cost": {"monthly_budget_usd": -5}}, "cost.monthly_budget_usd: found -5", id="budget below"),
        pytest.param({"storage": {"log_group_days": 31}}, "storage.log_group_days: found 31", id="days of a log group"),
    ],
)
def test_a_mistake_about_the_account_is_told_with_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message) as mistake:
        settings("dev", changes)
    assert mistake.value.exit_code == 2


def test_a_cluster_may_be_adopted_where_none_could_be_made() -> None:
    assert settings("dev", {"cluster": ADOPTED, "region": "us-west-1"}).region == "us-west-1"


def test_prod_refuses_to_wake_nobody() -> None:
    with pytest.raises(BadInput, match=r"notifications\.pager: found false, which is unsafe in prod"):
        settings("prod", {"notifications": {}})


@pytest.mark.parametrize("address", ["http://events.pagerduty.com/x", "s3cr3t-key"])
def test_a_pagers_address_that_is_none_is_refused_before_anything_is_registered(address: str) -> None:
    found: list[str] = []
    synth(
        lambda: found.extend(map(str, Secrets().malformed(["pagerduty-aws", "not-set"]))),
        stack="prod",
        secret_config={"secrets": {"pagerduty-aws": address, "slack": "anything"}},
    )

    assert found == [
        "Pulumi.prod.yaml: belfry:secrets.pagerduty-aws: found no HTTPS URL; allowed: https://, a host and a path"
    ]


@pytest.fixture(name="replayed")
def made_in_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Synth]:
    """Prod's plan, with a made-up AWS behind boto3, which checks the shape of every request."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with mock_aws():
        yield plan("prod")


def client(service: str, region: str = "eu-central-1") -> Any:
    return boto3.client(service, region_name=region)


def upper(value: Any) -> Any:
    """Keys as AWS spells them."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: upper(item) for key, item in value.items()}
    return [upper(item) for item in value] if isinstance(value, list) else value


def test_aws_takes_topics_policies_keys_and_subscriptions_as_they_are_planned(replayed: Synth) -> None:
    kms, sns, sqs = client("kms"), client("sns"), client("sqs")
    key = kms.create_key(Policy=replayed.of(aws.kms.Key)["alarms-key"].inputs["policy"])["KeyMetadata"]["KeyId"]
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    made: dict[str, str] = {}
    for name, topic in replayed.of(aws.sns.Topic).items():
        arn = sns.create_topic(Name=topic.inputs["name"], Attributes={"KmsMasterKeyId": key})["TopicArn"]
        planned = f"arn:aws:mock:eu-central-1:123456789012:{name}"
        policy = replayed.of(aws.sns.TopicPolicy)[name].inputs["policy"].replace(planned, arn)
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        assert json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == json.loads(policy)
        made[planned] = arn
    for name, queue in replayed.of(aws.sqs.Queue).items():
        attributes = {"MessageRetentionPeriod": str(queue.inputs["messageRetentionSeconds"])}
        if queue.inputs.get("sqsManagedSseEnabled"):
            attributes["SqsManagedSseEnabled"] = "true"
        else:  # the topics' own key encrypts what others may put in
            attributes["KmsMasterKeyId"] = key
            attributes["Policy"] = replayed.of(aws.sqs.QueuePolicy)[name].inputs["policy"]
        url = sqs.create_queue(QueueName=queue.inputs["name"], Attributes=attributes)["QueueUrl"]
        back = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert {attribute: back[attribute] for attribute in attributes} == attributes
        made[f"arn:aws:mock:eu-central-1:123456789012:{name}"] = back["QueueArn"]
    for subscription in replayed.of(aws.sns.TopicSubscription).values():
        wanted, endpoint = subscription.inputs, subscription.inputs["endpoint"]
        attributes = {}
        if "redrivePolicy" in wanted:
            target = made[json.loads(wanted["redrivePolicy"])["deadLetterTargetArn"]]
            attributes = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": target})}
        arn = sns.subscribe(
            TopicArn=made[wanted["topic"]],
            Protocol=wanted["protocol"],
            Endpoint=made.get(endpoint, endpoint),
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        found = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        assert (found["Protocol"], found["Endpoint"]) == (wanted["protocol"], made.get(endpoint, endpoint))
        assert found.get("RedrivePolicy") == attributes.get("RedrivePolicy")


def test_aws_takes_rules_and_their_messages_as_they_are_planned(replayed: Synth) -> None:
    for name, rule in replayed.of(aws.cloudwatch.EventRule).items():
        wanted, target = rule.inputs, replayed.of(aws.cloudwatch.EventTarget)[name].inputs
        events = client("events", wanted.get("region", "eu-central-1"))
        source = {
            key[0].upper() + key[1:]: wanted[key] for key in ("eventPattern", "scheduleExpression") if key in wanted
        }
        events.put_rule(Name=wanted["name"], Description=wanted["description"], **source)
        sent: dict[str, Any] = {"Id": target["targetId"], "Arn": target["arn"].replace("arn:aws:mock", "arn:aws:sns")}
        if "input" in target:
            sent["Input"] = target["input"]
        if "inputTransformer" in target:
            transformer = target["inputTransformer"]
            sent["InputTransformer"] = {
                "InputPathsMap": transformer["inputPaths"],
                "InputTemplate": transformer["inputTemplate"],
            }
        if "roleArn" in target:
            sent["RoleArn"] = target["roleArn"]
        failed = events.put_targets(Rule=wanted["name"], Targets=[sent])
        assert failed["FailedEntryCount"] == 0
        back = events.describe_rule(Name=wanted["name"])
        assert {key: back[key] for key in source} == source
        assert events.list_targets_by_rule(Rule=wanted["name"])["Targets"] == [sent]


def test_aws_takes_log_groups_filters_and_alarms_as_they_are_planned(replayed: Synth) -> None:
    logs, cloudwatch = client("logs"), client("cloudwatch")
    for group in replayed.of(aws.cloudwatch.LogGroup).values():
        logs.create_log_group(logGroupName=group.inputs["name"])
        logs.put_retention_policy(logGroupName=group.inputs["name"], retentionInDays=group.inputs["retentionInDays"])
    kept = {group["logGroupName"]: group["retentionInDays"] for group in logs.describe_log_groups()["logGroups"]}
    assert kept == {
        g.inputs["name"]: g.inputs["retentionInDays"] for g in replayed.of(aws.cloudwatch.LogGroup).values()
    }
    for each in replayed.of(aws.cloudwatch.LogMetricFilter).values():
        sent = each.inputs["metricTransformation"]
        transformation = {
            "metricName": sent["name"],
            "metricNamespace": sent["namespace"],
            "metricValue": sent["value"],
            "unit": sent["unit"],
        }
        logs.put_metric_filter(
            logGroupName=each.inputs["logGroupName"],
            filterName=each.inputs["name"],
            filterPattern=each.inputs["pattern"],
            metricTransformations=[transformation],
        )
        (back,) = logs.describe_metric_filters(filterNamePrefix=each.inputs["name"])["metricFilters"]
        assert back["filterPattern"] == each.inputs["pattern"]
        assert {key: back["metricTransformations"][0][key] for key in transformation} == transformation
    for alarm in replayed.of(aws.cloudwatch.MetricAlarm).values():
        request = upper(
            {key: value for key, value in alarm.inputs.items() if key not in ("name", "tags", "dimensions")}
        )
        request |= {"AlarmName": alarm.inputs["name"], "OKActions": request.pop("OkActions")}
        request["Dimensions"] = [{"Name": key, "Value": v} for key, v in alarm.inputs.get("dimensions", {}).items()]
        cloudwatch.put_metric_alarm(**request)
        (back,) = cloudwatch.describe_alarms(AlarmNames=[alarm.inputs["name"]])["MetricAlarms"]
        assert {key: back[key] for key in request} == request


def test_moto_knows_no_chat_channels() -> None:
    """Amazon Q Developer's channel is compared with the components' test alone: moto does not know the service."""
    from moto.backend_index import backend_url_patterns  # noqa: PLC0415 (the one private look)

    services = {service for service, _ in backend_url_patterns}
    assert "chatbot" not in services
    assert {"sns", "sqs", "events", "logs", "cloudwatch", "kms"} <= services
