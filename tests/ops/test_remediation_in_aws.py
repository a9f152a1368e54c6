"""The engine outside of the local environment: its servers by the API's proxy, its ledger in DynamoDB (moto).

The cluster is a server of this machine in place of EKS' API; the machine that asks is `test_remediation_machine`.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from model import names
from model.catalog.catalog import Catalog
from model.catalog.teams import Organization
from model.remediation.families import Family
from model.vocabulary import Environment
from ops.cli import app
from ops.remediation import approvals, eks, function, in_aws
from ops.remediation.dynamodb import DynamoDbStore
from ops.remediation.kubernetes import Cluster
from ops.remediation.ledger import Ledger
from tests.model.catalog.test_remediation import system_with
from tests.model.catalogs import good_organization, write_catalog
from tests.ops.conftest import REGION
from tests.ops.remediation_world import ACTING, api_alert, serving, shop

TABLE = "belfry-dev-remediation"
MONITORING = "/api/v1/namespaces/monitoring/services"
ALERTS = f"{MONITORING}/http:{names.ALERTMANAGER}:9093/proxy/api/v2/alerts/groups"
PROMETHEUS = f"{MONITORING}/http:{names.PROMETHEUS}:9090/proxy/api/v1/query"
ENVIRONMENT = f"""
config:
  belfry:region: {REGION}
  belfry:account: "123456789012"
  belfry:systems: [shop]
  belfry:cluster: {{mode: create, name: main}}
"""


@pytest.fixture
def api(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the API server answers, by path; the ledger is there."""
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("kind", "name")],
    )
    with serving() as (url, answers):
        monkeypatch.setattr(eks, "cluster", lambda name, region: Cluster(url))
        dog = {**api_alert(), "labels": {"alertname": "Watchdog"}, "fingerprint": "d"}
        mine = api_alert()
        mine["labels"]["environment"] = "dev"
        answers[ALERTS] = [{"alerts": [dog, mine]}]
        answers[PROMETHEUS] = {"data": {"result": [{"value": [0, str(time.time())]}]}}
        yield answers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_catalog(tmp_path / "catalog", [system_with(ACTING)], good_organization())
    (tmp_path / "Pulumi.dev.yaml").write_text(ENVIRONMENT)
    return tmp_path


def run(project: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["remediation", *words, "--root", str(project)], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_the_engine_reads_the_cluster_by_its_proxy_and_keeps_its_verdict_in_the_environments_table(
    api: dict[str, Any], project: Path
) -> None:
    assert run(project, "run", "--env", "dev", "--once")[0] == 0
    [entry] = Ledger(DynamoDbStore(TABLE), Environment.DEV).entries()
    assert (entry.alert, entry.environment, entry.verdict) == ("SloOutage", "dev", "stand-down")


def test_a_verdict_is_forgotten_after_a_year_and_what_limits_actions_never(api: dict[str, Any], project: Path) -> None:
    run(project, "run", "--env", "dev", "--once")
    approvals.keep(DynamoDbStore(TABLE), "f1@0", "token")
    items = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    kept = {one["kind"]["S"]: int(one["expires"]["N"]) - time.time() for one in items}
    assert {kind: round(seconds / 86_400) for kind, seconds in kept.items()} == {"attempt": 400, "question": 1}


def test_an_answer_to_a_question_that_nobody_asked_is_refused(api: dict[str, Any], project: Path) -> None:
    code, out = run(project, "answer", "--env", "dev", "--key", "f1@0", "--approve")
    assert (code, "found 'f1@0', about which nothing is asked now" in out) == (2, True)


def test_the_servers_of_another_account_are_not_asked(api: dict[str, Any], project: Path) -> None:
    (project / "Pulumi.dev.yaml").write_text(ENVIRONMENT.replace("123456789012", "999999999999"))
    code, out = run(project, "run", "--env", "dev", "--once")
    assert (code, "found credentials of the account 123456789012" in out) == (2, True)


class States:
    """How Deployments are, by name; one that is missing is unknown."""

    def __init__(self, **known: tuple[bool, float]) -> None:
        self.known = known

    def state(self, system: str, component: str) -> tuple[bool | None, float | None]:
        return self.known.get(component, (None, None))


@pytest.mark.parametrize(
    ("target", "states", "expected"),
    [
        ("api", States(api=(False, 5.0)), (False, 5.0)),
        ("orders", States(api=(False, 5.0), worker=(True, 9.0)), (True, 9.0)),
        ("orders", States(api=(False, 5.0)), (None, None)),
    ],
)
def test_what_has_no_pods_is_being_deployed_when_any_component_of_its_system_is(
    target: str, states: Any, expected: tuple[bool | None, float | None]
) -> None:
    catalog = Catalog.of(Organization.model_validate(good_organization()), [shop()])
    assert in_aws.SystemDeployments(states, catalog).state("shop", target) == expected


@pytest.fixture
def lambda_(api: dict[str, Any], project: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The handler as Lambda calls it, in a family."""
    topic = boto3.client("sns").create_topic(Name="belfry-dev-warning")["TopicArn"]
    known = {"ENVIRONMENT": "dev", "CLUSTER": "main", "LEDGER": TABLE, "TOPIC": topic, "SYSTEMS": "shop"}
    for word, value in known.items():
        monkeypatch.setenv(f"BELFRY_{word}", value)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setattr(function, "_ROOT", project)
    function._catalog.cache_clear()
    context = SimpleNamespace(invoked_function_arn=f"arn:aws:lambda:{REGION}:123456789012:function:x")

    def call(family: str, **event: Any) -> Any:
        monkeypatch.setenv("BELFRY_FAMILY", family)
        return function.handler(event, context)

    yield call
    function._catalog.cache_clear()


def test_the_functions_decide_and_act_each_in_its_own_family(lambda_: Any, api: dict[str, Any]) -> None:
    [verdict] = lambda_("engine", task="decide", messages=[])["verdicts"]
    assert (verdict["entry"]["verdict"], verdict["family"], verdict["settle"]) == ("stand-down", "kubernetes", 300)
    verdict["entry"]["outcome"] = "acting"
    api["/apis/apps/v1/namespaces/shop/deployments/api"] = {"status": {}}
    for family, text in (
        ("kubernetes", "0 ready replicas, at least 2"),
        ("capacity", "nobody here carries out restart-pod"),
        ("engine", "nobody here carries out restart-pod"),
    ):
        found = lambda_(family, task="act", verdict=verdict)["entry"]
        assert (found["outcome"], text in found["text"]) == ("failed", True), found["text"]
    with pytest.raises(ValueError, match="found 'decide'"):
        lambda_(str(Family.CAPACITY), task="decide", messages=[])


def test_a_cluster_that_is_away_is_an_error_of_the_function(lambda_: Any, api: dict[str, Any]) -> None:
    api[ALERTS] = {"status": "error"}
    with pytest.raises(Exception, match="does not answer as Alertmanager does"):
        lambda_("engine", task="decide", messages=[])
