"""Every command in a runbook is one that its tool takes."""

from pathlib import Path

import pytest

from tests.rules.runbook_commands import commands, mistakes
from tests.tools import PROJECT

PAGES = sorted((PROJECT / "docs" / "runbooks").rglob("*.md"))
ALL = sorted({command for page in PAGES for command in commands(page.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT / "docs" / "runbooks")))
def test_every_command_of_a_runbook_is_one_that_its_tool_takes(page: Path) -> None:
    found = {command: list(mistakes(command)) for command in commands(page.read_text(encoding="utf-8"))}
    assert {command: wrong for command, wrong in found.items() if wrong} == {}


def test_commands_are_found_in_blocks_and_in_sentences() -> None:
    assert {command.split()[0] for command in ALL} >= {"aws", "kubectl", "openssl", "redis-cli", "curl"}
    text = "Run `kubectl get\n  pods`, not `aws`.\n\n```sh\naws sts get-caller-identity\n```\n"
    assert sorted(commands(text)) == ["aws sts get-caller-identity", "kubectl get pods"]


@pytest.mark.parametrize(
    ("command", "mistake"),
    [
        ("aws rds describe-databases", "AWS has no operation rds describe-databases"),
        ("aws nothing at-all", "AWS has no operation nothing at-all"),
        ("aws rds", "needs a service and an operation"),
        ("aws rds describe-db-instances --name x", "rds describe-db-instances has no --name"),
        ("aws rds describe-db-instances --query 'DBInstances[].EndPoint'", "finds nothing: DBInstances[].EndPoint"),
        ("aws dynamodb describe-table --output json", "dynamodb describe-table needs --table-name"),
        ("aws rds describe-events --source-type table", "--source-type table: allowed is"),
        ("aws logs tail GROUP --until 5m", "aws logs tail has no --until"),
        ("aws sts get-caller-identity --max-items 5", "sts get-caller-identity has no --max-items"),
        ("kubectl get podz", "unknown kind podz"),
        ("kubectl fetch pods", "kubectl has no command fetch"),
        ("kubectl logs POD --minutes=5", "kubectl logs has no flag --minutes=5"),
        ("kubectl", "needs a command"),
        ("amtool silences", "amtool has no command silences"),
        ("htop", "unknown tool htop"),
        ("kubectl get pods | grepp x", "unknown tool grepp"),
    ],
)
def test_a_command_that_the_tool_would_refuse_is_found(command: str, mistake: str) -> None:
    assert mistake in "; ".join(mistakes(command))


@pytest.mark.parametrize(
    "command",
    [
        "aws sqs get-queue-attributes --queue-url URL --attribute-names All --query Attributes.VisibilityTimeout",
        "aws sns get-topic-attributes --topic-arn ARN --query Attributes.Policy",
        "kubectl --namespace x exec POD -c app -- ls -la --color",
        "kubectl get --raw /readyz?verbose",
    ],
)
def test_a_command_that_works_is_taken(command: str) -> None:
    assert list(mistakes(command)) == []
