"""The command `policy`: what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.plan import write_plan
from model.plan import Plan
from tests.plans import plan_document, planned_resource

CLI = CliRunner()
TOPIC = "aws:sns/topic:Topic"


@pytest.fixture(autouse=True)
def no_exceptions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "exceptions.yaml").write_text("exceptions: []\n")
    monkeypatch.setattr("engine.policy.ROOT", tmp_path)


def asked(tmp_path: Path, plan: Plan, *options: str, environment: str = "prod") -> tuple[int, str]:
    write_plan(plan, tmp_path / "plan.json")
    done = CLI.invoke(app, ["policy", environment, "--plan", str(tmp_path / "plan.json"), *options])
    return done.exit_code, done.output


def test_a_mandatory_finding_has_an_exit_code_of_its_own_and_says_what_to_do(tmp_path: Path) -> None:
    code, said = asked(tmp_path, plan_document(planned_resource(TOPIC, "loud")))
    assert code == 3
    assert "mandatory encryption-at-rest" in said
    assert "loud: kmsMasterKeyId is not set" in said
    assert "What to do: Set the input" in said
    assert "prod: 1 mandatory, 0 advisory, 0 excepted." in said


def test_advice_lets_a_deployment_go_on(tmp_path: Path) -> None:
    plan = plan_document(planned_resource(TOPIC, "loud", "dev"), environment="dev")
    code, said = asked(tmp_path, plan, environment="dev")
    assert code == 0
    assert "dev: 0 mandatory, 1 advisory, 0 excepted." in said


def test_machines_get_rule_urn_message_level_and_what_to_do(tmp_path: Path) -> None:
    code, said = asked(tmp_path, plan_document(planned_resource(TOPIC, "loud")), "--json")
    (finding,) = json.loads(said)["findings"]
    assert code == 3
    assert set(finding) == {"rule", "urn", "message", "level", "fix"}
    assert finding["urn"] == "urn:pulumi:prod::belfry::aws:sns/topic:Topic::loud"


def test_an_excepted_finding_is_shown_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "policy" / "exceptions.yaml").write_text(
        "exceptions:\n- rule: encryption-at-rest\n  urns: ['urn:pulumi:prod::belfry::aws:sns/topic:Topic::loud']\n"
        "  reason: It carries weather reports.\n  until: 2099-01-01\n"
    )
    code, said = asked(tmp_path, plan_document(planned_resource(TOPIC, "loud")))
    assert code == 0
    assert "It carries weather reports." in said.replace("\n", " ")


@pytest.mark.parametrize(
    ("plan", "environment", "message"),
    [
        (plan_document(), "dev", "found 'prod'; allowed: dev"),
        (plan_document(), "moon", "unknown environment 'moon'"),
        (plan_document(format=1), "prod", "format: found 1; allowed: 2"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, plan: Plan, environment: str, message: str) -> None:
    code, said = asked(tmp_path, plan, environment=environment)
    assert code == 2
    assert message in said.replace("\n", " ")
