"""Secrets in plain text are refused by the names of their keys; no message shows a value."""

from typing import Any

import pytest

from model.plain_secrets import plain_secrets

VALUE = "hunter2-hunter2"
SECURE = {"secure": "v1:abc:def"}


def paths(config: dict[str, Any]) -> list[str]:
    found = list(plain_secrets(config, "dev"))
    assert VALUE not in str(found)
    return [problem.where.removeprefix("Pulumi.dev.yaml: ") for problem in found]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param({"belfry:secrets": {"pager": VALUE, "slack": SECURE}}, ["belfry:secrets.pager"], id="one of two"),
        pytest.param({"belfry:secrets": {"a": {"b": [1, SECURE]}}}, ["belfry:secrets.a.b[0]"], id="nested"),
        pytest.param({"belfry:secrets": VALUE}, ["belfry:secrets"], id="no mapping"),
        pytest.param({"belfry:secrets": SECURE}, [], id="encrypted as a whole"),
        pytest.param({"belfry:secrets": {}}, [], id="none"),
        pytest.param({"aws:secretKey": VALUE, "aws:accessKey": "AKIA"}, ["aws:secretKey"], id="AWS's key"),
        pytest.param({"aws:token": VALUE}, ["aws:token"], id="AWS's token"),
        pytest.param({"datadog:apiKey": VALUE, "x:api_key": VALUE}, ["datadog:apiKey", "x:api_key"], id="API keys"),
        pytest.param({"x:db": {"password": VALUE, "user": "me"}}, ["x:db.password"], id="within a value"),
        pytest.param({"x:tokens": [VALUE], "x:token": [VALUE]}, ["x:token[0]"], id="a list"),
        pytest.param({"x:credentials": {"user": VALUE}}, ["x:credentials.user"], id="all below such a key"),
        pytest.param(
            {
                "belfry:secret_source": "stack",
                "aws:sharedCredentialsFiles": ["~/.aws"],
                "x:password": True,
                "x:token": "",
            },
            [],
            id="no secrets",
        ),
    ],
)
def test_a_plain_secret_is_found_by_its_key(config: dict[str, Any], expected: list[str]) -> None:
    assert paths(config) == expected


def test_the_mistake_says_how_the_secret_is_set() -> None:
    [problem] = plain_secrets({"belfry:secrets": {"pager": VALUE}}, "dev")
    assert str(problem) == (
        "Pulumi.dev.yaml: belfry:secrets.pager: found a secret in plain text; allowed: "
        "`pulumi config set --stack dev --secret --path 'belfry:secrets.pager'`, which encrypts it"
    )
