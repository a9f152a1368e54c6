"""The pipeline's roles: who may take them, what they may do, and what a wrong setting is told."""

import json
from typing import Any

import pytest

from components.delivery_roles import DeliveryRoles
from model.plan import PlannedResource
from model.policies.registry import findings
from model.policies.rule import Resource
from model.problems import BadInput
from tests.components.account_examples import DELIVERY
from tests.components.examples import EXAMPLES
from tests.components.examples import deploy as deploy_component
from tests.stacks.foundation import deploy
from tests.stacks.test_settings import load
from tests.synth import Synth

ACCOUNT = "123456789012"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/belfry-deployer"
REPOSITORY = {"repository": "example/belfry"}
GITHUB: dict[str, Any] = {"deployer_policy": POLICY, "github": REPOSITORY}
GITLAB: dict[str, Any] = {"deployer_policy": POLICY, "gitlab": {"project": "group/team/belfry"}}
ROLE, PROVIDER = "aws:iam/role:Role", "aws:iam/openIdConnectProvider:OpenIdConnectProvider"


def trust(result: Synth, name: str) -> dict[str, Any]:
    (statement,) = json.loads(result.resources[ROLE, name].inputs["assumeRolePolicy"])["Statement"]
    found: dict[str, Any] = statement
    return found


def subjects(delivery: dict[str, Any], stack: str = "prod") -> dict[str, str]:
    """Role -> the subject of the tokens that it trusts."""
    result = deploy(stack, delivery=delivery)
    roles = [name for type_, name in result.resources if type_ == ROLE and name.startswith("delivery-")]
    found = {}
    for name in roles:
        (operator,) = trust(result, name)["Condition"].items()
        assert operator[0] == "StringEquals"
        (subject,) = (value for key, value in operator[1].items() if key.endswith(":sub"))
        found[name.removeprefix("delivery-")] = subject
    return found


def test_without_the_setting_there_is_no_role_for_a_pipeline() -> None:
    absent: dict[str, Any] | None = None
    for delivery in (absent, {}):
        result = deploy("prod", delivery=delivery)
        assert not [name for _, name in result.resources if name.startswith("delivery")]


def test_each_role_trusts_one_subject_of_one_repository() -> None:
    assert subjects(GITHUB) == {
        "deploy": "repo:example/belfry:environment:prod",
        "drift": "repo:example/belfry:environment:drift-prod",
        "preview": "repo:example/belfry:pull_request",
    }
    assert subjects(GITHUB, "staging")["deploy"] == "repo:example/belfry:environment:staging"


def test_with_numeric_ids_a_name_that_changes_hands_is_worth_nothing() -> None:
    ids = {"repository": "example/belfry", "owner_id": 12, "repository_id": 345}
    assert subjects({**GITHUB, "github": ids})["deploy"] == "repo:example@12/belfry@345:environment:prod"


def test_gitlab_has_a_role_for_its_protected_branch_and_none_for_merge_requests() -> None:
    of_branch = "project_path:group/team/belfry:ref_type:branch:ref:main"
    assert subjects(GITLAB) == {"deploy": of_branch, "drift": of_branch}
    statement = trust(deploy("prod", delivery=GITLAB), "delivery-deploy")
    assert statement["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"}
    assert statement["Condition"]["StringEquals"]["gitlab.com:aud"] == "https://gitlab.com"


def test_a_provider_that_the_account_has_is_not_made_again() -> None:
    own = deploy("prod", delivery=GITHUB)
    theirs = deploy("prod", delivery={**GITHUB, "provider": "existing"})
    assert own.resources[PROVIDER, "delivery-provider"].inputs == {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
    }
    assert (PROVIDER, "delivery-provider") not in theirs.resources
    assert trust(own, "delivery-deploy") == trust(theirs, "delivery-deploy")


def test_the_role_that_deploys_has_the_policy_that_a_person_made_and_no_other() -> None:
    result = deploy_component(EXAMPLES[DeliveryRoles])
    mine = [one for one in result.resources.values() if one.inputs.get("role") and "deploy" in one.name]
    assert [one.inputs["policyArn"] for one in mine] == [DELIVERY.deployer_policy]
    for name in ("delivery-deploy", "delivery-drift", "delivery-preview"):
        assert result.resources[ROLE, name].inputs["permissionsBoundary"] == DELIVERY.boundary


def test_the_role_for_pull_requests_reads_the_state_of_one_stack_and_no_secret_in_it() -> None:
    result = deploy("prod", delivery=GITHUB)
    policy = json.loads(result.resources["aws:iam/rolePolicy:RolePolicy", "delivery-preview-policy"].inputs["policy"])
    read, find, decrypt = policy["Statement"]
    bucket = f"arn:aws:s3:::belfry-state-{ACCOUNT}-eu-central-1"
    assert read["Resource"] == [f"{bucket}/.pulumi/meta.yaml", f"{bucket}/.pulumi/stacks/belfry/prod.json"]
    assert {action for each in (read, find, decrypt) for action in each["Action"]} == {
        *("s3:GetObject", "s3:ListBucket", "kms:Decrypt")
    }
    # Without it, the key would open the secrets inside the state too.
    assert decrypt["Condition"]["StringEquals"] == {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
    assert decrypt["Condition"]["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/belfry-state-prod"}


def test_the_role_for_drift_reads_the_state_and_configurations_and_no_data() -> None:
    result = deploy("prod", delivery=GITHUB)
    attached = result.resources["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "delivery-drift-ReadOnlyAccess"]
    policy = json.loads(result.resources["aws:iam/rolePolicy:RolePolicy", "delivery-drift-policy"].inputs["policy"])
    opens, data, objects = policy["Statement"]

    assert attached.inputs["policyArn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert (opens["Effect"], opens["Action"]) == ("Allow", ["kms:Decrypt"])
    assert opens["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/belfry-state-prod"}}
    assert (data["Effect"], data["Resource"]) == ("Deny", ["*"])
    assert {"dynamodb:Scan", "logs:GetLogEvents", "sqs:ReceiveMessage", "ssm:GetParameter"} <= set(data["Action"])
    assert (objects["Effect"], objects["Action"]) == ("Deny", ["s3:GetObject", "s3:GetObjectVersion"])
    assert objects["NotResource"] == [
        "arn:aws:s3:::belfry-prod-*-jobs/*",
        f"arn:aws:s3:::belfry-state-{ACCOUNT}-eu-central-1/.pulumi/*",
    ]


@pytest.mark.parametrize("delivery", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_the_policies_find_nothing_in_these_roles(delivery: dict[str, Any]) -> None:
    planned = [
        Resource.of(
            PlannedResource(
                urn=f"urn:pulumi:prod::belfry::{one.type}::{one.name}",
                type=one.type,
                name=one.name,
                parent="",
                provider="",
                protect=False,
                dependencies=[],
                inputs=one.inputs,
            )
        )
        for one in deploy("prod", delivery=delivery).resources.values()
        if one.name.startswith("delivery-")
    ]
    assert len(planned) >= 3
    assert [each.message for each in findings(planned, "prod") if each.rule == "iam-wildcards"] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"github": REPOSITORY}, "delivery.deployer_policy: missing", id="no policy"),
        pytest.param({"deployer_policy": POLICY}, "found neither github nor gitlab", id="no pipeline"),
        pytest.param({**GITHUB, **GITLAB}, "found both github and gitlab; allowed: one of them", id="two pipelines"),
        pytest.param({**GITHUB, "github": {"repository": "example/*"}}, "found 'example/\\*'", id="a wildcard"),
        pytest.param({**GITHUB, "github": {"repository": "belfry"}}, "found 'belfry'", id="no owner"),
        pytest.param(
            {**GITHUB, "github": {"repository": "a/b:environment:prod"}}, "found 'a/b:environment", id="a colon"
        ),
        pytest.param(
            {**GITHUB, "github": {**REPOSITORY, "owner_id": 1}},
            "found one of owner_id and repository_id; allowed: both, or none",
            id="half an identity",
        ),
        pytest.param({**GITLAB, "gitlab": {"project": "a/b", "branch": "*"}}, "found '\\*'", id="every branch"),
        pytest.param({**GITLAB, "gitlab": {"project": "a/b", "host": "https://x"}}, "found 'https://x'", id="a URL"),
        pytest.param({**GITHUB, "provider": "theirs"}, "found 'theirs'", id="no such provider"),
        pytest.param({**GITHUB, "deployer_policy": "admin"}, "delivery.deployer_policy: found 'admin'", id="no ARN"),
        pytest.param({**GITHUB, "who": 1}, "delivery.who: unknown key; allowed: deployer_policy", id="unknown key"),
        pytest.param(
            {**GITHUB, "permissions_boundary": "arn:aws:iam::999999999999:policy/x"},
            f"delivery.permissions_boundary: found a policy of the account 999999999999; allowed: one of {ACCOUNT}",
            id="another account",
        ),
    ],
)
def test_a_wrong_setting_is_reported_with_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load("prod", delivery=changes)
