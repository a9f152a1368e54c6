"""A profile and a role: the program, the kubeconfig and the check of the account follow the same setting."""

import json
from typing import Any

import pytest

from model.problems import BadInput
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE, deploy, settings
from tests.synth import Synth

ACCOUNT = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
IDENTITY = {"profile": "belfry-dev", "assume_role": {"arn": ROLE}}
PROVIDER, KUBERNETES = ("pulumi:providers:aws", "aws"), ("pulumi:providers:kubernetes", "kubernetes")


def token_command(result: Synth) -> list[str]:
    kubeconfig = json.loads(result.resources[KUBERNETES].inputs["kubeconfig"])
    args: list[str] = kubeconfig["users"][0]["user"]["exec"]["args"]
    return args


@pytest.mark.parametrize(
    "changes", [{}, {"cluster": ADOPTED, "storage": THEIR_STORAGE}], ids=["a made cluster", "an adopted cluster"]
)
def test_the_program_and_the_kubeconfig_take_the_same_role(changes: dict[str, Any]) -> None:
    result = deploy("dev", aws=IDENTITY, account=ACCOUNT, **changes)

    provider = result.resources[PROVIDER].inputs
    assert provider["profile"] == "belfry-dev"
    assert json.loads(provider["assumeRoles"]) == [{"roleArn": ROLE, "sessionName": "belfry"}]
    args = token_command(result)
    assert args[args.index("--profile") + 1] == "belfry-dev"
    assert args[args.index("--role-arn") + 1] == ROLE


def test_without_the_setting_the_shells_credentials_are_taken() -> None:
    result = deploy("dev")

    assert not result.resources[PROVIDER].inputs.keys() & {"profile", "assumeRoles"}
    assert not {"--profile", "--role-arn"} & set(token_command(result))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"account": "111122223333", "aws": IDENTITY},
            f"belfry:aws.assume_role.arn: found a role of the account {ACCOUNT}; allowed: one of 111122223333",
            id="a role of another account",
        ),
        pytest.param(
            {"aws": {"assume_role": {"arn": ROLE, "external_id": "x"}}},
            "belfry:aws.assume_role: found external_id, which `aws eks get-token` has no option for; .*profile",
            id="an external id",
        ),
        pytest.param({"aws": {"assume_role": {}}}, "belfry:aws.assume_role.arn: missing", id="no role"),
        pytest.param({"aws": {"profile": "--x"}}, "belfry:aws.profile: found '--x'", id="an option as a profile"),
        pytest.param(
            {"aws": {"assume_role": {"arn": ROLE, "session_name": "two words"}}}, "session_name: found", id="a session"
        ),
    ],
)
def test_a_mistake_about_the_identity_is_reported_with_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        settings("dev", changes)
