"""The AWS account's part as a whole: what is alarmed arrives, rights are narrow, an adopted cluster is left alone."""

import json
import shutil
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
import yaml

from model.account.iam_actions import WITHOUT_RESOURCE
from model.dimensions import shipped
from model.problems import BadInput
from stacks.inputs import ROOT
from tests.stacks.deployment import INVOKES, made_up_secrets, stack_config
from tests.stacks.foundation import (
    ADOPTED,
    ISSUER,
    THEIR_STORAGE,
    deploy,
    documents,
    every_environment,
    plan,
    settings,
    unreachable,
    words,
)
from tests.synth import Synth


@every_environment
def test_what_every_alarm_and_rule_says_reaches_a_topic_that_lets_it_in(stack: str) -> None:
    assert plan(stack).of(aws.cloudwatch.MetricAlarm)
    assert unreachable(plan(stack)) == []


@every_environment
def test_every_alarm_notifies_of_the_recovery_too_and_names_owner_severity_and_runbook(stack: str) -> None:
    for alarm in plan(stack).of(aws.cloudwatch.MetricAlarm).values():
        assert alarm.inputs.get("alarmActions") == alarm.inputs.get("okActions")
        assert set(alarm.inputs["tags"]) >= {"owner", "severity"}
        runbook = alarm.inputs["alarmDescription"].rpartition("/docs/")[2]
        assert (Path(ROOT) / "docs" / runbook).is_file()


@every_environment
def test_every_alarm_watches_a_metric_that_is_sent_with_these_dimensions(stack: str) -> None:
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


# EC2 names no source when an instance takes its role, and for Amazon Q Developer AWS documents none.
WITHOUT_SOURCE = {"ec2.amazonaws.com", "chatbot.amazonaws.com"}


@every_environment
def test_a_service_takes_a_role_only_for_a_source_in_the_account(stack: str) -> None:
    trusted = [(resource, one) for resource, one in documents(plan(stack)) if "sts:AssumeRole" in words(one["Action"])]
    assert trusted
    for resource, statement in trusted:
        if statement["Principal"]["Service"] not in WITHOUT_SOURCE:
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012", resource.key
            sources = {"aws:SourceArn", "aws:RequestTag/eks-cluster-arn"}
            assert any(sources & set(condition) for condition in statement["Condition"].values()), resource.key


@every_environment
def test_the_default_security_group_of_a_made_network_lets_nothing_through(stack: str) -> None:
    group = plan(stack).only(aws.ec2.DefaultSecurityGroup).inputs
    assert (group["vpcId"], group.get("ingress"), group.get("egress")) == ("network-vpc-id", [], [])


@every_environment
def test_only_the_account_has_access(stack: str) -> None:
    for resource, statement in documents(plan(stack)):
        if statement["Effect"] == "Allow" and "Principal" in statement:
            assert statement["Principal"] != "*", resource.key
            assert set(statement["Principal"]) <= {"Service", "AWS", "Federated"}
            # Federated: the cluster's own issuer, by which Elasticsearch takes its role.
            for kind in {"AWS", "Federated"} & set(statement["Principal"]):
                assert statement["Principal"][kind].startswith("arn:aws:iam::123456789012:")


def test_prod_protects_what_holds_data_and_dev_does_not() -> None:
    data = (aws.eks.Cluster, aws.ec2.Vpc, aws.s3.Bucket, aws.kms.Alias, aws.cloudwatch.LogGroup)
    for stack, wanted in (("prod", True), ("dev", False)):
        result = plan(stack)
        assert {r.protect for kind in data for r in result.of(kind).values()} == {wanted}, stack
        assert {b.inputs["forceDestroy"] for b in result.of(aws.s3.Bucket).values()} == {not wanted}
        assert result.only(aws.eks.Cluster).inputs["deletionProtection"] is wanted
    # A new instance type replaces the group; protected, it could never change.
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


def test_prod_has_a_pager_and_its_address_is_secret_everywhere() -> None:
    address = made_up_secrets()["pagerduty-aws"]
    carriers = [r for r in plan("prod").resources.values() if address in str(r.inputs)]

    assert [carrier.name for carrier in carriers] == ["notifications-pager-critical"]
    assert "endpoint" in carriers[0].secrets
    assert address not in str([r.inputs for r in plan("dev").resources.values()])


def eks(result: Synth) -> set[str]:
    return {type_ for type_, _ in result.resources if type_.startswith(("aws:eks/", "aws:ec2/"))}


def test_an_adopted_cluster_is_changed_in_nothing() -> None:
    result = deploy("dev", cluster=ADOPTED, storage=THEIR_STORAGE)

    assert eks(result) == set()
    assert not result.of(aws.cloudwatch.LogMetricFilter), "its log is not ours to read, unless that is asked for"
    assert not [name for name in result.of(aws.iam.Role) if name.startswith("loki")]


def test_of_an_adopted_cluster_only_what_is_asked_for_is_registered() -> None:
    people = {"people": {"principal": "arn:aws:iam::123456789012:role/people", "level": "view"}}
    result = deploy(
        "dev",
        cluster={**ADOPTED, "identity": "pod-identity", "access": people, "audit_log": True},
        storage=THEIR_STORAGE,
    )

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
    result = deploy("dev", cluster=wanted, storage=THEIR_STORAGE)

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


def test_the_topic_of_warnings_is_notified_of_the_budget_and_of_unusual_cost() -> None:
    result = deploy("dev", cost={"monthly_budget_usd": 300})
    budget = result.only(aws.budgets.Budget).inputs

    assert budget["limitAmount"] == "300"
    assert "alarms-warning" in str(budget["notifications"])
    assert "alarms-warning" in str(result.only(aws.costexplorer.AnomalySubscription).inputs["subscribers"])
    assert not plan("dev").of(aws.budgets.Budget)


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_what_costs_most_has_a_budget_and_a_monitor_as_it_is_shipped(stack: str) -> None:
    assert plan(stack).only(aws.budgets.Budget).inputs["name"] == f"belfry-{stack}"
    assert plan(stack).only(aws.costexplorer.AnomalyMonitor).inputs["monitorType"] == "CUSTOM"


def test_an_account_that_environments_share_counts_by_tag_and_uses_the_monitor_it_has() -> None:
    monitor = "arn:aws:ce::123456789012:anomalymonitor/0a1b2c3d-1234-1234-1234-123456789012"
    cost = {"monthly_budget_usd": 300, "counts": "environment", "anomaly_monitor_arn": monitor}
    result = deploy("dev", region="us-east-1", cost=cost)

    assert result.only(aws.budgets.Budget).inputs["costFilters"][0]["values"] == ["user:environment$dev"]
    assert result.only(aws.costexplorer.AnomalySubscription).inputs["monitorArnLists"] == [monitor]
    assert not result.of(aws.costexplorer.AnomalyMonitor)


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        ({"counts": "environment"}, "found counts without monthly_budget_usd; allowed: a budget"),
        ({"monthly_budget_usd": 300, "anomaly_monitor_arn": "arn:aws:ce::1:anomalymonitor/x"}, "anomaly_monitor_arn"),
        ({"monthly_budget_usd": 300, "counts": "team"}, "counts: found 'team'"),
    ],
)
def test_a_cost_setting_that_would_do_nothing_is_refused(cost: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        settings("dev", {"cost": cost})


def test_security_events_can_be_left_to_others() -> None:
    rules = deploy("dev", notifications={"security_events": False}).of(aws.cloudwatch.EventRule)

    left = {name for name in rules if not name.startswith("node-provisioning")}  # those are Karpenter's
    assert left == {"heartbeat-clock", "alarm-events-changes"}


def test_slack_is_notified_where_a_channel_is_named() -> None:
    slack = {"workspace": "T0123456789", "channel": "C0123456789"}

    assert deploy("dev", notifications={"slack": slack}).only(aws.chatbot.SlackChannelConfiguration)


def test_a_version_out_of_standard_support_is_deployed_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    deploy("dev", cluster={**stack_config("dev")["belfry:cluster"], "version": "1.33"})

    assert "EKS 1.33 left standard support on 2026-07-29" in caplog.text
