"""The verb `verify`: its verdicts, exit codes, bad input and what it prints."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from model.promotion.sources import VerificationOutput, read_output
from model.verification import telemetry
from model.verification.expected import Expected
from model.verification.verdicts import Check, Outcome, Result, Verdict
from model.vocabulary import Environment
from ops.verify import checks, command, world
from ops.verify.aws import AwsSns
from ops.verify.inputs import read_inputs
from tests.ops.running_environment import Running, rules
from tests.ops.verifying import run, verified


def test_an_environment_as_planned_passes_every_check(environment: Running) -> None:
    code, found = verified(environment, "--pages")

    assert {check: one["verdict"] for check, one in found.items()} == dict.fromkeys(map(str, Check), "passed"), found
    assert code == 0


def test_the_table_fits_80_columns_and_names_the_world_and_the_plan(environment: Running) -> None:
    code, said, _ = run(*environment.options)

    assert code == 3
    assert said.startswith("dev: AWS account 123456789012, eu-central-1\nExpected: build/dev/plan.json\n")
    assert "paging-routes: 0 routes page or escalate" in said
    assert max(map(len, said.splitlines())) <= 80
    assert said.rstrip().endswith("17 passed, 1 not checked (exit code 3)")


def test_without_pages_no_route_that_pages_is_tried(environment: Running) -> None:
    _, found = verified(environment, "--only", "paging-routes")

    assert found["paging-routes"]["verdict"] == "not checked"
    assert environment.alerts == []


def test_a_test_alert_began_before_the_longest_wait_and_says_that_nobody_need_act(environment: Running) -> None:
    verified(environment, "--only", "routes")

    assert environment.alerts
    for alert in environment.alerts:
        assert alert["labels"]["alertname"] == "DeliveryTest"
        assert alert["labels"]["environment"] == "dev"
        assert alert["startsAt"] < alert["endsAt"]
        assert "no action is needed" in alert["annotations"]["summary"]
    components = [alert["labels"]["component"] for alert in environment.alerts]
    assert len(set(components)) == len(components)


@pytest.mark.parametrize(
    ("path", "answer", "check", "text"),
    [
        pytest.param("/api/v1/targets", {"data": {"activeTargets": []}}, "targets", "has no target", id="targets"),
        pytest.param(
            "/api/v1/rules", rules("slo.shop", 2e9, "SloOutage", "a:b", health="err"), "rules", "it broke", id="rules"
        ),
        pytest.param("/prometheus/api/v1/rules", {"data": {"groups": []}}, "log-rules", "not loaded", id="log rules"),
        pytest.param(
            "/api/v2/status",
            {"config": {"original": "route: {receiver: x}\nreceivers: [{name: x}]\n"}},
            "configuration",
            "receiver x is loaded and not ours",
            id="configuration",
        ),
        pytest.param(
            "/api/v1/alertmanagers",
            {"data": {"activeAlertmanagers": []}},
            "heartbeat",
            "no Alertmanager",
            id="heartbeat",
        ),
        pytest.param("/api/search", [], "boards", "belfry-slo does not exist", id="boards"),
        pytest.param(
            "/api/dashboards/uid/belfry-slo", {"meta": {"provisioned": False}}, "boards", "by hand", id="saved boards"
        ),
    ],
)
def test_what_a_server_lacks_fails_its_check(
    environment: Running, path: str, answer: Any, check: str, text: str
) -> None:
    environment.answers[path] = answer

    code, found = verified(environment, "--only", check)

    assert code == 1
    assert found[check]["verdict"] == "failed"
    assert any(text in detail for detail in found[check]["details"]), found


@pytest.mark.parametrize("signal", ["logs", "traces", "metrics"])
def test_telemetry_that_is_lost_on_its_way_fails(environment: Running, signal: str) -> None:
    environment.loses.add(signal)

    code, found = verified(environment, *(f"--only={one}" for one in ("logs", "traces", "metrics")))

    assert code == 1
    assert [check for check, one in found.items() if one["verdict"] == "failed"] == [signal]


def test_a_clock_that_is_ahead_fails_and_makes_lost_telemetry_unknown(environment: Running) -> None:
    environment.ahead = 400
    environment.loses.add("metrics")

    code, found = verified(environment, "--only", "clock", "--only", "metrics")

    assert code == 1
    assert "400 s ahead" in found["clock"]["text"]
    assert found["metrics"]["verdict"] == "unknown"
    assert "400 s in the future" in found["metrics"]["text"]


def test_a_notification_that_is_not_counted_fails(environment: Running) -> None:
    environment.loses.add("slack")

    code, found = verified(environment, "--only", "routes")

    assert code == 1
    assert "notifications by slack not counted as delivered" in found["routes"]["text"]


def test_an_alert_that_is_muted_at_this_hour_is_unknown(environment: Running) -> None:
    environment.muted = "mutedBy"

    code, found = verified(environment, "--only", "routes")

    assert code == 3
    assert found["routes"]["verdict"] == "unknown"
    assert "muted at this hour" in found["routes"]["details"][0]


def test_an_alarm_that_somebody_disabled_and_one_without_data_are_found(environment: Running) -> None:
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.disable_alarm_actions(AlarmNames=["dev-shop-orders-cpu"])
    cloudwatch.set_alarm_state(AlarmName="dev-cart-errors", StateValue="INSUFFICIENT_DATA", StateReason="new")

    code, found = verified(environment, "--only", "alarms", "--only", "alarm-data")

    assert code == 1
    assert found["alarms"]["text"] == "dev-shop-orders-cpu: its actions are disabled"
    assert found["alarm-data"]["verdict"] == "unknown"


def test_a_system_limits_alarms_and_targets(environment: Running) -> None:
    code, found = verified(environment, "--only", "targets", "--only", "alarms", "--system", "cloudmart")

    assert code == 0
    assert found["alarms"]["text"] == "0 alarms"
    assert found["targets"]["text"].endswith("1 monitors and probes")


def test_a_server_that_does_not_answer_is_unknown_and_the_other_checks_go_on(environment: Running) -> None:
    code, found = verified(environment, "--loki", "http://127.0.0.1:1", "--only", "log-rules", "--only", "rules")

    assert code == 3
    assert found["rules"]["verdict"] == "passed"
    assert found["log-rules"]["verdict"] == "unknown"
    assert "http://127.0.0.1:1" in found["log-rules"]["text"]


def test_whoever_answers_with_something_else_is_unknown(environment: Running) -> None:
    environment.answers["/api/v1/rules"] = {"hello": "world"}

    code, found = verified(environment, "--only", "rules")

    assert code == 3
    assert "does not answer as expected" in found["rules"]["text"]


def test_a_server_without_a_url_is_not_checked(root: Path, aws: None) -> None:
    code, said, _ = run("--env", "dev", "--root", str(root), "--only", "rules", "--only", "boards")

    assert code == 3
    assert "rules: --prometheus URL is missing" in said
    assert "boards: --grafana URL is missing" in said


def test_expired_credentials_make_aws_unknown_and_the_other_checks_go_on(
    environment: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expired() -> str:
        answer: Any = {"Error": {"Code": "ExpiredToken", "Message": "The security token is expired"}}
        raise ClientError(answer, "GetCallerIdentity")

    monkeypatch.setattr(world, "account", expired)

    code, found = verified(environment, "--only", "alarms", "--only", "topics", "--only", "rules")

    assert code == 3
    assert {check: one["verdict"] for check, one in found.items()} == {
        "alarms": "unknown",
        "topics": "unknown",
        "rules": "passed",
    }
    assert "The security token is expired" in found["alarms"]["text"]


def test_a_right_that_is_missing_makes_its_checks_unknown(
    environment: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object, names: object) -> None:
        answer: Any = {"Error": {"Code": "AuthorizationError", "Message": "not authorized to perform SNS:ListTopics"}}
        raise ClientError(answer, "ListTopics")

    monkeypatch.setattr(AwsSns, "topics", refused)

    _, found = verified(environment, "--only", "topics", "--only", "alarms")

    assert (found["topics"]["verdict"], found["alarms"]["verdict"]) == ("unknown", "passed")
    assert "SNS:ListTopics" in found["topics"]["text"]


def test_a_report_can_become_evidence_of_its_environment_and_moment(environment: Running, tmp_path: Path) -> None:
    report = tmp_path / "verify.json"
    before = time.time()
    code, _, _ = run(*environment.options, "--only", "topics", "--report", str(report))

    said = read_output(VerificationOutput, json.loads(report.read_text()), "verify.json")
    assert (code, said.exit_code, said.environment, said.verdict) == (0, 0, "dev", "passed")
    assert before <= said.time <= time.time()
    assert [one.check for one in said.checks] == ["topics"]


def test_what_is_skipped_has_no_part_in_the_exit_code(environment: Running) -> None:
    code, found = verified(environment, "--skip", "paging-routes")

    assert code == 0
    assert set(found) == set(map(str, Check)) - {"paging-routes"}


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        pytest.param(("--env", "moon"), ["--env: found 'moon'; allowed: local, dev, staging, prod"], id="environment"),
        pytest.param(
            ("--env", "dev", "--only", "rulez", "--skip", "roads", "--for", "soon"),
            ["--only: found 'rulez'; allowed: alarms, ", "--skip: found 'roads'", "--for: found 'soon'"],
            id="checks, all at once",
        ),
        pytest.param(("--env", "dev", "--only", "rules", "--skip", "rules"), ["found every check"], id="nothing left"),
        pytest.param(("--env", "dev", "--system", "moon"), ["--system: found 'moon'; allowed: "], id="system"),
        pytest.param(
            ("--env", "dev", "--prometheus", "nonsense", "--loki", "http://x/?a=b"),
            ["--prometheus: ", "--loki: found 'http://x/?a=b'"],
            id="URLs, all at once",
        ),
        pytest.param(("--env", "local"), ["nothing is deployed; allowed: `make up`"], id="no local environment"),
    ],
)
def test_bad_input_is_one_clear_error(root: Path, aws: None, words: Sequence[str], texts: Sequence[str]) -> None:
    code, _, errors = run(*words, "--root", str(root))

    assert code == 2
    for text in texts:
        assert text in errors, errors


def test_a_missing_plan_names_the_command_that_writes_it(root: Path) -> None:
    (root / "build" / "dev" / "plan.json").unlink()

    code, _, errors = run("--env", "dev", "--root", str(root))

    assert code == 2
    assert "build/dev/plan.json: there is no plan; allowed: make plan ENV=dev" in errors


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("environment", "prod", "environment: found 'prod'; allowed: dev: make plan ENV=dev"),
        ("format", 1, "format: found 1; allowed: 2: write the plan again"),
    ],
)
def test_a_plan_of_another_environment_or_format_is_refused(root: Path, key: str, value: Any, text: str) -> None:
    file = root / "build" / "dev" / "plan.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))

    code, _, errors = run("--env", "dev", "--root", str(root))

    assert code == 2
    assert text in errors


def test_credentials_of_another_account_are_refused(root: Path, aws: None) -> None:
    settings = root / "Pulumi.dev.yaml"
    text = settings.read_text()
    settings.unlink()
    settings.write_text(text + '  belfry:account: "210987654321"\n')

    code, _, errors = run("--env", "dev", "--root", str(root))

    assert code == 2
    assert "found credentials of the account 123456789012; allowed: those of 210987654321" in errors


def test_a_mute_time_of_the_settings_is_part_of_the_expected_configuration(environment: Running) -> None:
    settings = environment.root / "Pulumi.dev.yaml"
    text = settings.read_text()
    settings.unlink()
    night = (
        "{dead_mans_switch: false, mute_times: [{name: night, reason: Nobody works., time_zone: Europe/Berlin, "
        'times: [{start: "00:00", end: "06:00"}]}]}'
    )
    settings.write_text(text.replace("{dead_mans_switch: false}", night))
    assert "night" in settings.read_text()

    code, found = verified(environment, "--only", "configuration")

    assert code == 1
    assert "inhibit_rules" in found["configuration"]["text"]


def test_a_broken_mute_time_is_bad_input(root: Path) -> None:
    settings = root / "Pulumi.dev.yaml"
    text = settings.read_text()
    settings.unlink()
    settings.write_text(text.replace("{dead_mans_switch: false}", "{mute_times: [{name: 1}]}"))

    code, _, errors = run("--env", "dev", "--root", str(root))

    assert code == 2
    assert "Pulumi.dev.yaml: belfry:alerting.mute_times" in errors


def test_a_watch_prints_changes_and_sends_a_delivered_test_alert_once(
    environment: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = environment.answers.setdefault("/api/v1/alertmanagers", {"data": {"activeAlertmanagers": []}})
    monkeypatch.setattr(command, "EVERY_SECONDS", 0.0)
    once = command.verify

    def repaired(*given: Any) -> list[Result]:
        found = once(*given)
        good["data"]["activeAlertmanagers"] = [{"url": "http://a/"}]
        return found

    monkeypatch.setattr("ops.verify.verbs.verify", repaired)
    words = [f"--only={one}" for one in ("heartbeat", "routes", "rules")]

    code, said, _ = run(*environment.options, "--watch", *words)

    assert code == 0
    before, _, _ = said.partition("\ndev: AWS account")
    changed = [line.split(" ", 1)[1] for line in before.splitlines() if not line.startswith(" ")]
    assert [line.partition(": ")[0] for line in changed] == ["rules", "heartbeat", "routes", "heartbeat"]
    runs = {alert["labels"]["belfry_test"] for alert in environment.alerts}
    assert len(runs) == 1


def test_ctrl_c_ends_a_watch_with_the_last_whole_round(environment: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(once: Any, seconds: float) -> Iterator[list[Result]]:
        yield once([])
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.verify.verbs.rounds", interrupted)

    code, said, _ = run(*environment.options, "--watch", "--only", "rules")

    assert code == 0
    assert "1 passed (exit code 0)" in said


def test_a_stop_ends_the_waiting_of_a_check(environment: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "WAIT_SECONDS", 600)
    environment.loses.add("logs")
    inputs = read_inputs(environment.root, Environment.DEV, None, ())
    addresses = world.Addresses(loki=environment.url, collector=environment.url)
    where = world.world(environment.root, Environment.DEV, addresses, inputs, ())
    stopped = threading.Event()
    stopped.set()
    asked = checks.Checks(
        world=where, expected=Expected.of(inputs.plan), inputs=inputs, pages=False, stopped=stopped
    ).all()

    assert checks.asked(asked[Check.LOGS]) == Outcome(Verdict.UNKNOWN, "stopped before there was an answer")
