"""Rights of workloads: no more than each needs, and every statement says why."""

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from configs.iam import karpenter, load_balancer_policy, policies, programs, resource_policies
from configs.iam.policy import Statement, document, trust, trust_of_pod, trust_of_service_account
from model.account.iam_actions import WITHOUT_RESOURCE
from tests.configs.iam.test_remediation import documents

ARN = "arn:aws:service:eu-central-1:123456789012:thing"
GIVEN: dict[str, Any] = {
    "region": "eu-central-1",
    "account": "123456789012",
    "cluster": "main",
    "environment": "prod",
    "log_groups": [ARN],
    "topics": [ARN],
}
KARPENTER = karpenter.Controller(
    region="eu-central-1", account="123456789012", cluster="main", node_role=ARN, profile="main", queue=ARN
)
POLICIES: dict[str, Callable[..., str]] = {
    name: function
    for module in (policies, programs, load_balancer_policy)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
} | {"karpenter": lambda: karpenter.controller(KARPENTER), "table-capacity": lambda: documents()["capacity"]}

every_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def statements(policy: Callable[..., str]) -> list[dict[str, Any]]:
    """The statements of a policy about made-up resources."""
    wanted = inspect.signature(policy).parameters
    found: list[dict[str, Any]] = json.loads(policy(**{name: GIVEN.get(name, f"{ARN}/{name}") for name in wanted}))[
        "Statement"
    ]
    return found


@every_policy
def test_no_action_is_a_wildcard(policy: Callable[..., str]) -> None:
    for statement in statements(policy):
        assert not [action for action in statement["Action"] if "*" in action]


@every_policy
def test_every_resource_is_meant_only_where_aws_knows_no_single_one(policy: Callable[..., str]) -> None:
    for statement in statements(policy):
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= set(WITHOUT_RESOURCE)


@every_policy
def test_statements_have_ids_that_iam_takes_and_that_differ(policy: Callable[..., str]) -> None:
    ids = [statement["Sid"] for statement in statements(policy)]

    assert len(set(ids)) == len(ids)
    assert all(id_.isalnum() for id_ in ids)


def test_what_has_no_resource_level_is_used_and_says_why() -> None:
    used = {
        action
        for policy in POLICIES.values()
        for s in statements(policy)
        if "*" in s["Resource"]
        for action in s["Action"]
    }

    assert used == set(WITHOUT_RESOURCE)
    assert all(WITHOUT_RESOURCE.values())


def test_loki_deletes_in_its_own_bucket_alone() -> None:
    (can_delete,) = (
        s
        for s in json.loads(policies.loki(chunks="arn:c", key="arn:k"))["Statement"]
        if "s3:DeleteObject" in s["Action"]
    )
    assert can_delete["Resource"] == ["arn:c/*"]


def test_the_collector_reads_nothing_back() -> None:
    actions = {action for s in statements(policies.collector_gateway) for action in s["Action"]}
    assert not actions & {"s3:GetObject", "s3:DeleteObject", "logs:GetLogEvents"}


def test_flow_logs_may_list_groups_of_their_account_and_write_to_their_own() -> None:
    group = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/vpc/flow"
    find, write = json.loads(policies.flow_logs(log_group=group))["Statement"]
    assert find["Action"] == ["logs:DescribeLogGroups"]
    assert find["Resource"] == ["arn:aws:logs:eu-central-1:123456789012:log-group:*"]
    assert set(write["Resource"]) == {group, f"{group}:log-stream:*"}


def test_secrets_of_another_environment_stay_closed() -> None:
    read, use_key = json.loads(policies.external_secrets(region="r", account="1", environment="prod"))["Statement"]
    assert read["Resource"] == ["arn:aws:secretsmanager:r:1:secret:belfry/prod/*"]
    assert use_key["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.r.amazonaws.com"}}


def test_the_autoscaler_changes_only_groups_of_its_cluster() -> None:
    (scale,) = (s for s in statements(policies.cluster_autoscaler) if "autoscaling:SetDesiredCapacity" in s["Action"])
    assert scale["Condition"] == {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/main": "owned"}}


def test_a_service_takes_a_role_only_for_our_account_where_it_says_for_whom_it_acts() -> None:
    rule = "arn:aws:events:us-east-1:123456789012:rule/ours"
    (statement,) = json.loads(trust("events.amazonaws.com", account="123456789012", source=rule))["Statement"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": rule},
    }


def test_by_pod_identity_one_service_account_of_one_cluster_takes_the_role() -> None:
    (statement,) = json.loads(
        trust_of_pod(account="1", cluster="arn:aws:eks:r:1:cluster/main", namespace="logging", service_account="loki")
    )["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "1",
            "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:r:1:cluster/main",
            "aws:RequestTag/kubernetes-namespace": "logging",
            "aws:RequestTag/kubernetes-service-account": "loki",
        }
    }


def test_by_irsa_one_service_account_takes_the_role_and_no_other() -> None:
    (statement,) = json.loads(
        trust_of_service_account(
            account="1", issuer="https://oidc.example.com/id/X", namespace="logging", service_account="loki"
        )
    )["Statement"]
    assert statement["Principal"] == {"Federated": "arn:aws:iam::1:oidc-provider/oidc.example.com/id/X"}
    assert statement["Condition"] == {
        "StringEquals": {
            "oidc.example.com/id/X:aud": "sts.amazonaws.com",
            "oidc.example.com/id/X:sub": "system:serviceaccount:logging:loki",
        }
    }


def test_log_groups_are_encrypted_by_logs_of_this_region_for_groups_of_this_account() -> None:
    _, logs = json.loads(resource_policies.data_key("1", "eu-central-1"))["Statement"]
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-central-1:1:log-group:*"}
    }


def test_a_bucket_refuses_whoever_speaks_without_tls() -> None:
    (statement,) = json.loads(resource_policies.bucket("arn:b"))["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert statement["Resource"] == ["arn:b", "arn:b/*"]


def test_a_queue_takes_messages_of_our_topics_alone() -> None:
    (statement,) = json.loads(resource_policies.queue("arn:q", ["arn:t2", "arn:t1"]))["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": ["arn:t1", "arn:t2"]}}


def test_a_policy_is_always_the_same_bytes() -> None:
    one = Statement(reason="It must", actions=["a:B", "a:A"], resources=["y", "x"])
    other = Statement(reason="It must", actions=["a:A", "a:B"], resources=["x", "y"])
    assert document([one]) == document([other])
