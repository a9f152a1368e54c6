"""The policy pack under the real engine: what it stops, what it lets through, and what it says."""

import gc
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from engine.driver import Outcome, Policies, Program
from engine.errors import EngineError
from engine.modes import Mode, choose
from model.plan import UNKNOWN_TEXT
from model.vocabulary import Environment
from policy.pack import plain
from tests.engine.sample import SECRETS, driver, write_project
from tests.tools import PROJECT

URN = "urn:pulumi:prod::belfry::aws:cloudwatch/logGroup:LogGroup::audit"
EXCEPTION = f"""
exceptions:
  - rule: log-retention
    urns: ["{URN}"]
    reason: An auditor asked for it.
    until: {{until}}
"""


def provider() -> pulumi.ResourceOptions:
    tags = aws.ProviderDefaultTagsArgs(tags={"owner": "platform"})
    return pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-central-1", default_tags=tags), protect=True)


def endless(offline: bool) -> None:
    """A log group that is kept forever, encrypted by a key whose ARN no preview knows."""
    del offline
    options = provider()
    key = aws.kms.Key("key", opts=options)
    aws.cloudwatch.LogGroup("audit", kms_key_id=key.arn, opts=options)


def ended(offline: bool) -> None:
    del offline
    options = provider()
    key = aws.kms.Key("key", opts=options)
    aws.cloudwatch.LogGroup("audit", kms_key_id=key.arn, retention_in_days=30, opts=options)


def open_to_all(offline: bool) -> None:
    """What one policy of a single resource finds, before it would be created."""
    del offline
    policy = '{"Statement": [{"Sid": "All", "Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:::queue"}]}'
    aws.iam.RolePolicy("all", role="worker", policy=policy, opts=provider())


NONE = "exceptions: []\n"


def pack(folder: Path, exceptions: str = NONE) -> Path:
    """The project's pack beside a project of the test, with exceptions of its own."""
    shutil.copytree(PROJECT / "policy", folder / "policy", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "model").symlink_to(PROJECT / "model")
    (folder / "policy" / "exceptions.yaml").write_text(exceptions)
    return folder / "policy"


def preview(
    folder: Path, program: Callable[[bool], None], policies: Policies, environment: Environment = Environment.PROD
) -> Outcome:
    root = write_project(folder / "project")
    ours = driver(root, Program(run=program, secrets=lambda _: SECRETS))
    return ours.preview(environment, choose(environment, Mode.OFFLINE, {}, ours.tools), policies=policies)


def stopped(folder: Path, program: Callable[[bool], None], exceptions: str = NONE) -> str:
    """What a preview says that a policy stops.

    The SDK leaves the event loop of a program unclosed when the engine fails; it is collected here, where its warning
    belongs to nobody.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            preview(folder, program, Policies(pack=pack(folder, exceptions)))
        except EngineError as error:
            said = str(error)
        else:
            raise AssertionError("no policy stopped it")
        gc.collect()
    return said


@pytest.mark.engine
def test_a_mandatory_policy_stops_a_deployment_and_an_exception_lets_it_through(
    pulumi_cli: None, tmp_path: Path
) -> None:
    said = stopped(tmp_path / "a", endless)
    assert f"log-retention: {URN}" in said
    assert "retentionInDays is not set, so lines are kept forever. Set retentionInDays" in said

    excepted = pack(tmp_path / "b", EXCEPTION.format(until="2099-01-01"))
    assert preview(tmp_path / "b", endless, Policies(pack=excepted)).violations == ()

    assert "log-retention" in stopped(tmp_path / "c", endless, EXCEPTION.format(until="2026-01-01"))


@pytest.mark.engine
def test_a_policy_of_one_resource_stops_it_too(pulumi_cli: None, tmp_path: Path) -> None:
    said = stopped(tmp_path, open_to_all)
    assert "aws:iam/rolePolicy:RolePolicy::all" in said
    assert "the action sqs:* allows more than anybody has read" in said


@pytest.mark.engine
def test_values_that_a_preview_does_not_know_are_no_violation(pulumi_cli: None, tmp_path: Path) -> None:
    outcome = preview(tmp_path, ended, Policies(pack=pack(tmp_path)))
    assert outcome.violations == ()
    assert outcome.warnings == ()


@pytest.mark.engine
def test_elsewhere_the_same_finding_is_advice(pulumi_cli: None, tmp_path: Path) -> None:
    own = pack(tmp_path)
    outcome = preview(tmp_path, endless, Policies(pack=own, config=own / "advisory.json"), Environment.DEV)
    assert [(each.policy, each.level) for each in outcome.violations] == [("log-retention", "advisory")]


def test_what_the_engine_does_not_know_becomes_a_word_and_the_rest_stays() -> None:
    from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy  # noqa: PLC0415

    given = {"key": UNKNOWN_STRING_VALUE, "list": [1, UNKNOWN_STRING_VALUE, {"a": True}], "none": None}
    assert plain(unknown_checking_proxy(given)) == {
        "key": UNKNOWN_TEXT,
        "list": [1, UNKNOWN_TEXT, {"a": True}],
        "none": None,
    }
