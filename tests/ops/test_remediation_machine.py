"""The state machine, run whole: moto is Step Functions, DynamoDB and SNS, and keeps the functions.

moto runs the code of a function in Docker alone. Here the invocation is a stub that calls the tasks in this process, in
a world of stand-ins; what Alertmanager, Prometheus and the actions say is the test's.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda.models import LambdaFunction
from moto.sns.models import sns_backends

from model.catalog.catalog import Catalog
from model.remediation.decision import Facts, Stop
from model.remediation.families import Family
from model.remediation.ledger import Entry, Outcome
from model.remediation.machine import definition
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.remediation import approvals, tasks
from ops.remediation.actors import Refused
from ops.remediation.dynamodb import DynamoDbStore
from ops.remediation.engine import NoDeployments
from ops.remediation.in_aws import Elsewhere
from ops.remediation.ledger import Ledger
from tests.model.remediation.examples import NOW, alert, facts
from tests.ops.conftest import REGION
from tests.ops.remediation_world import Alerts, Metrics, Restarts, World, firing

TABLE = "belfry-dev-remediation"
WAITING_SECONDS = 20


def message(**alerts: Any) -> list[dict[str, str]]:
    """What the pipe hands over: one message of the queue, whose body is Alertmanager's."""
    found = {"status": "firing", "labels": {"alertname": "SloOutage"}, "fingerprint": "f1", **alerts}
    body = {"version": "4", "alerts": [{**found, "startsAt": "2027-01-15T08:00:00Z"}]}
    return [{"body": json.dumps(body)}]


@dataclass
class Cloud:
    """``happens``: task -> what happens before it. ``calls``: tasks in their order."""

    alerts: Alerts = field(default_factory=lambda: Alerts([firing()]))
    metrics: Metrics = field(default_factory=Metrics)
    restarts: Restarts = field(default_factory=Restarts)
    mode: str = "act"
    happens: dict[str, Callable[[], None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    topic: str = ""

    @property
    def store(self) -> DynamoDbStore:
        return DynamoDbStore(TABLE)

    @property
    def entries(self) -> list[Entry]:
        return Ledger(self.store, Environment.DEV).entries()

    @property
    def catalog(self) -> Catalog:
        return World(mode=self.mode).engine.catalog

    def invoked(self, event: Mapping[str, Any]) -> Any:
        task = event["task"]
        self.calls.append(task)
        self.happens.get(task, lambda: None)()
        if task == "act":
            return tasks.act(event["verdict"], self.catalog, {"restart-pod": self.restarts})
        now = NOW
        engine = tasks.Deciding(
            catalog=self.catalog,
            environment=Environment.DEV,
            alerts=self.alerts,
            metrics=self.metrics,
            deployments=NoDeployments(),
            ledger=Ledger(self.store, Environment.DEV),
            actors={"restart-pod": Elsewhere()},
        )
        told = tasks.EngineTasks(engine=engine, notify=lambda _, text: self.notified.append(text), environment="dev")
        if task == "unproven":
            return tasks.unproven(event["verdict"], now)
        if task == "ask":
            return told.ask(event["verdict"], event["token"])
        if task == "decide":
            found = told.decide(event["messages"], now)
            # A second instead of a quarter of an hour.
            return {"verdicts": [{**one, "settle": 1} for one in found["verdicts"]]}
        return {**getattr(told, task)(event["verdict"], now), "settle": 1}

    def run(self, messages: list[dict[str, str]] | None = None, *, answer: Callable[[], None] | None = None) -> str:
        """Run the machine to its end, and give its status. ``answer``: as soon as it asks."""
        client = boto3.client("stepfunctions", region_name=REGION)
        [machine] = client.list_state_machines()["stateMachines"]
        started = client.start_execution(
            stateMachineArn=machine["stateMachineArn"], name=str(uuid.uuid4()), input=json.dumps(messages or message())
        )["executionArn"]
        end = time.monotonic() + WAITING_SECONDS
        while (status := client.describe_execution(executionArn=started)["status"]) == "RUNNING":
            assert time.monotonic() < end, f"it did not end: {self.calls}"
            if answer is not None and self.notified:
                answer()
                answer = None
            time.sleep(0.05)
        return str(status)

    @property
    def published(self) -> list[str]:
        """What Escalate and Down sent."""
        sent = sns_backends["123456789012"][REGION].topics[self.topic].sent_notifications
        return [one[1] for one in sent]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    found = Cloud()

    def invoke(self: LambdaFunction, body: str, client_context: Any, response_headers: Any) -> str:
        try:
            return json.dumps(found.invoked(json.loads(body)))
        except Exception as error:
            response_headers["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})

    monkeypatch.setattr(LambdaFunction, "invoke", invoke)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("kind", "name")],
        )
        role = boto3.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        arns = [_function(name, role) for name in ("engine", "kubernetes")]
        found.topic = boto3.client("sns").create_topic(Name="warning")["TopicArn"]
        machine = definition(arns[0], {Family.KUBERNETES: arns[1]}, found.topic, approval_seconds=3, again_seconds=1)
        boto3.client("stepfunctions").create_state_machine(
            name="remediation", definition=json.dumps(machine), roleArn=role
        )
        yield found


def _function(name: str, role: str) -> str:
    made = boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="ops.remediation.function.handler",
        Code={"ZipFile": b"none"},
    )
    return str(made["FunctionArn"])


def heal(cloud: Cloud) -> Callable[[], None]:
    return cloud.alerts.found.clear


def test_it_acts_once_waits_and_records_that_it_healed(cloud: Cloud) -> None:
    cloud.happens["verify"] = heal(cloud)
    assert cloud.run() == "SUCCEEDED"
    assert cloud.calls == ["decide", "act", "record", "verify", "record"]
    [entry] = cloud.entries
    assert (entry.outcome, entry.text, cloud.restarts.done) == (Outcome.HEALED, "restarted", ["restart"])
    assert Ledger(cloud.store, Environment.DEV).book(alert(), None).lease_until == 0
    assert cloud.published == []


@pytest.mark.parametrize(
    ("mode", "known", "verdict"),
    [
        ("shadow", facts(), ("shadow", "in-shadow")),
        ("act", facts(deploying=None, watchdog=None), ("stand-down", "unknown")),
    ],
)
def test_it_ends_without_an_action_in_shadow_and_where_it_stands_down(
    cloud: Cloud, mode: str, known: Facts, verdict: tuple[str, str]
) -> None:
    cloud.mode, cloud.metrics = mode, Metrics(known)
    assert cloud.run() == "SUCCEEDED"
    assert cloud.calls == ["decide"]
    assert [(one.verdict, one.reason) for one in cloud.entries] == [verdict]
    assert (cloud.restarts.done, cloud.published) == ([], [])


def test_messages_that_come_again_and_of_the_other_alertmanager_change_nothing(cloud: Cloud) -> None:
    cloud.happens["verify"] = heal(cloud)
    cloud.run()
    cloud.alerts.found = [firing()]
    assert cloud.run(message() + message()) == "SUCCEEDED"
    assert cloud.run([{"body": json.dumps({"detail-type": tasks.ALARM_EVENT})}]) == "SUCCEEDED"
    assert cloud.restarts.done == ["restart"]


def test_a_message_that_was_cut_begins_nothing(cloud: Cloud) -> None:
    assert cloud.run([{"body": '{"version": "4", "alerts": [{"sta'}]) == "SUCCEEDED"
    assert (cloud.entries, cloud.restarts.done) == ([], [])


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Refused("only one replica is ready"), "only one replica is ready"),
        (Unreachable("no answer"), "no answer"),
        (MemoryError(), "nobody knows whether it was done: MemoryError"),
    ],
)
def test_an_action_that_fails_is_not_begun_again_and_a_person_is_told(
    cloud: Cloud, error: Exception, text: str
) -> None:
    cloud.restarts.error = error
    assert cloud.run() == "SUCCEEDED"
    [entry] = cloud.entries
    assert (entry.outcome, entry.text, cloud.restarts.done) == (Outcome.FAILED, text, ["restart"])
    assert cloud.published == [f"shop/api: restart (failed). {text}"]


@pytest.mark.parametrize(
    ("metrics", "ends"), [(Metrics(), False), (Metrics(met=False), True), (Metrics(away=True), True)]
)
def test_what_is_not_proven_is_escalated_and_the_target_stays_taken(cloud: Cloud, metrics: Metrics, ends: bool) -> None:
    cloud.metrics = metrics
    cloud.happens["verify"] = heal(cloud) if ends else lambda: None
    assert cloud.run() == "SUCCEEDED"
    assert [one.outcome for one in cloud.entries] == [Outcome.NOT_HEALED]
    assert cloud.published == ["shop/api: restart (not-healed). restarted"]
    cloud.alerts.found = [firing(alert=alert(fingerprint="f2"))]
    cloud.run()
    assert cloud.restarts.done == ["restart"]


def away(cloud: Cloud) -> None:
    cloud.alerts.away = True


def test_whoever_cannot_be_asked_afterwards_has_not_said_that_it_helped(cloud: Cloud) -> None:
    cloud.happens["verify"] = lambda: away(cloud)
    assert cloud.run() == "SUCCEEDED"
    assert cloud.calls.count("verify") == 4, "it was tried again"
    assert [one.outcome for one in cloud.entries] == [Outcome.NOT_HEALED]
    assert cloud.published == ["shop/api: restart (not-healed). whether it helped could not be read"]


def test_an_engine_that_cannot_decide_does_nothing_and_warns(cloud: Cloud) -> None:
    away(cloud)
    assert cloud.run() == "FAILED"
    assert cloud.calls == ["decide"] * 4
    assert cloud.published == ["Auto-remediation did not decide, so it does nothing: Down"]
    assert (cloud.entries, cloud.restarts.done) == ([], [])


def answering(cloud: Cloud, word: str) -> Callable[[], None]:
    def send() -> None:
        client = boto3.client("stepfunctions", region_name=REGION)
        assert approvals.send(cloud.store, client, alert().key, word, "ada")

    return send


def test_a_person_approves_and_it_acts(cloud: Cloud) -> None:
    cloud.mode = "ask"
    cloud.happens["verify"] = heal(cloud)
    assert cloud.run(answer=answering(cloud, approvals.APPROVE)) == "SUCCEEDED"
    assert cloud.calls == ["decide", "ask", "answer", "act", "record", "verify", "record"]
    [entry] = cloud.entries
    assert (entry.approved_by, entry.outcome, cloud.restarts.done) == ("ada", Outcome.HEALED, ["restart"])
    assert f"answer --env dev --key {alert().key} --approve" in cloud.notified[0]


@pytest.mark.parametrize(
    ("word", "stops", "outcome"),
    [
        (approvals.DECLINE, frozenset(), Outcome.DECLINED),
        (approvals.APPROVE, frozenset({Stop.SILENCE}), Outcome.RECORDED),
        ("yes", frozenset(), Outcome.EXPIRED),
    ],
)
def test_without_a_valid_approval_nothing_begins(
    cloud: Cloud, word: str, stops: frozenset[Stop], outcome: Outcome
) -> None:
    cloud.mode = "ask"
    cloud.happens["answer"] = lambda: setattr(cloud.alerts, "found", [firing(stops=stops)])
    assert cloud.run(answer=answering(cloud, word)) == "SUCCEEDED"
    assert [one.outcome for one in cloud.entries] == [outcome]
    assert cloud.restarts.done == []


def test_nobody_answers_so_it_expires_and_a_later_answer_is_refused(cloud: Cloud) -> None:
    cloud.mode = "ask"
    assert cloud.run() == "SUCCEEDED"
    assert [one.outcome for one in cloud.entries] == [Outcome.EXPIRED]
    assert cloud.published == ["shop/api: restart (expired). The rule or its action asks a person."]
    client = boto3.client("stepfunctions", region_name=REGION)
    assert not approvals.send(cloud.store, client, alert().key, approvals.APPROVE, "ada")
    assert not approvals.send(cloud.store, client, "f9@0.000", approvals.APPROVE, "ada")
    assert cloud.restarts.done == []
