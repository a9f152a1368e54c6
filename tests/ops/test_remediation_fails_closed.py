"""Each thing that the engine depends on, taken away in turn: nothing is done, and what stood down stays so."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from model.vocabulary import Environment
from ops.remediation.dynamodb import DynamoDbStore
from ops.remediation.ledger import Ledger
from ops.remediation.stores import FileStore
from tests.model.remediation.examples import NOW, facts
from tests.ops.remediation_world import Alerts, Metrics, Restarts, World, acting, firing, outcomes
from tests.ops.test_remediation_ledger import TABLE


@dataclass(frozen=True)
class Deployments:
    running: bool | None = None
    ended: float | None = None

    def state(self, system: str, component: str) -> tuple[bool | None, float | None]:
        return self.running, self.ended


UNKNOWN = {name: Metrics(facts(**{name: None})) for name in ("watchdog", "firing", "causes", "met", "frozen")}


@pytest.mark.parametrize("metrics", UNKNOWN.values(), ids=UNKNOWN)
def test_a_fact_that_nobody_knows_stands_down_for_good(metrics: Metrics) -> None:
    restarts = Restarts()
    world = acting(restarts, metrics=metrics)
    assert world.step() == [("stand-down", "unknown")]
    world.metrics = Metrics()
    assert world.step(NOW + 15) == []
    assert restarts.done == []


@pytest.mark.parametrize("known", [Deployments(), Deployments(running=False), Deployments(ended=0)])
def test_deployments_that_nobody_knows_stand_down(known: Deployments) -> None:
    restarts = Restarts()
    engine = replace(acting(restarts).engine, deployments=known)
    assert [(one.verdict, one.reason) for one in engine.step(NOW)] == [("stand-down", "unknown")]
    assert restarts.done == []


def test_alertmanager_that_is_away_for_more_than_an_hour_leaves_the_alert_to_people() -> None:
    restarts = Restarts()
    world = acting(restarts)
    world.alerts.away = True
    assert world.step() == []
    world.alerts.away = False
    assert world.step(NOW + 3600) == [("stand-down", "late")]
    assert restarts.done == []


def _full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk: SQLite may not use one more page."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def small(*values: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*values, **more)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {max(pages, 1)}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)


def test_a_ledger_whose_disk_is_full_lets_nothing_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    restarts = Restarts()
    store = FileStore(tmp_path / "ledger.sqlite")
    store.every("attempt")
    engine = replace(acting(restarts).engine, ledger=Ledger(store, Environment.DEV))
    _full(monkeypatch)
    alerts = Alerts([firing(alert=replace(firing().alert, fingerprint=f"f{number}")) for number in range(40)])
    for _ in range(3):
        engine = replace(engine, alerts=alerts)
        engine.step(NOW)
    assert "database or disk is full" in capsys.readouterr().out
    assert len(restarts.done) <= 1
    monkeypatch.undo()
    kept = Ledger(store, Environment.DEV).entries()
    assert sum(one.verdict == "act" for one in kept) == len(restarts.done)


def _error(code: str) -> Callable[..., Any]:
    def fail(**values: Any) -> Any:
        if code == "timeout":
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Any")

    return fail


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("call", ["transact_get_items", "transact_write_items"])
@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "ItemCollectionSizeLimitExceededException", "AccessDeniedException", "timeout"],
)
def test_a_table_that_is_throttled_full_closed_or_slow_lets_nothing_begin(
    call: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("kind", "name")],
    )
    restarts, store = Restarts(), DynamoDbStore(TABLE)
    engine = replace(acting(restarts).engine, ledger=Ledger(store, Environment.DEV))
    with monkeypatch.context() as broken:
        broken.setattr(store._client, call, _error(code))
        assert engine.step(NOW) == []
    assert restarts.done == []
    assert [one.verdict for one in engine.step(NOW + 15)] == ["act"]


def test_a_ledger_that_goes_away_while_an_action_runs_never_begins_it_again() -> None:
    restarts = Restarts()
    world = acting(restarts)

    class Takes(Restarts):
        def act(self, system: Any, rule: Any) -> str:
            world.store.away = True
            return restarts.act(system, rule)

    world.actors = {"restart-pod": Takes()}
    world.step()
    assert (restarts.done, outcomes(world)) == (["restart"], [("act", "acting")])
    world.store.away = False
    world.alerts.found = []
    world.step(NOW + 15)
    world.step(NOW + 300)
    assert (restarts.done, outcomes(world)) == (["restart"], [("act", "not-healed")])


def test_a_silence_that_nobody_can_read_stands_down() -> None:
    assert World(Alerts([firing(stops=None)]), actors={"restart-pod": Restarts()}).step() == [("stand-down", "unknown")]
