"""The ledger on every store: in memory, in a file, in DynamoDB (moto)."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from model.catalog.remediation import Mode
from model.remediation.ledger import Entry, Outcome, Refusal
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.remediation.dynamodb import DynamoDbStore
from ops.remediation.ledger import Ledger
from ops.remediation.ports import Change, Store
from ops.remediation.stores import FileStore, MemoryStore
from tests.model.remediation.examples import NOW, alert, arming, rule

TABLE = "belfry-dev-remediation"


@pytest.fixture(params=["memory", "file", "dynamodb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "file":
        yield FileStore(tmp_path / "remediation" / "ledger.sqlite")
    else:
        request.getfixturevalue("aws")
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("kind", "name")],
        )
        yield DynamoDbStore(TABLE)


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, Environment.DEV)


def entry(fingerprint: str = "f1", **values: Any) -> Entry:
    good: dict[str, Any] = {
        "key": alert(fingerprint=fingerprint).key,
        "environment": "dev",
        "system": "shop",
        "component": "api",
        "rule": "restart",
        "alert": "SloOutage",
        "starts": NOW - 60,
        "at": NOW,
        "verdict": "act",
        "reason": "passed",
        "text": "All guard rails passed.",
        "mode": Mode.ACT,
        "action": "restart-pod",
        "settle": 300,
    }
    return Entry.model_validate({**good, **values})


def test_nothing_is_written_where_one_document_was_changed_meanwhile(store: Store) -> None:
    one, two = ("a", "1"), ("a", "2")
    assert store.write([Change(one, {"n": 1}, 0)])
    assert not store.write([Change(two, {"n": 2}, 0), Change(one, {"n": 3}, 0)])
    assert not store.write([Change(two, {"n": 2}, 0), Change(one, {"n": 3}, 2)])
    assert {key: item.document for key, item in store.every("a").items()} == {one: {"n": 1}}
    assert store.write([Change(two, {"n": 2}, 0), Change(one, {"n": 3}, 1)])
    assert {key: item.version for key, item in store.read([one, two, ("b", "1")]).items()} == {one: 2, two: 1}


def test_an_action_takes_the_firing_the_target_and_the_budgets(ledger: Ledger) -> None:
    assert ledger.claim(entry(), alert(), rule(), NOW) is None
    book = ledger.book(alert(), rule())
    assert book.decided
    assert book.lease_until == NOW + 43_200
    assert [act.at for act in (*book.target, *book.environment)] == [NOW, NOW]
    assert ledger.entries() == [entry(outcome=Outcome.ACTING)]


def test_a_replay_and_a_second_firing_take_nothing(ledger: Ledger) -> None:
    ledger.claim(entry(), alert(), rule(), NOW)
    assert ledger.claim(entry(), alert(), rule(), NOW + 400) is Refusal.BUSY
    assert ledger.claim(entry("f2"), alert(fingerprint="f2"), rule(), NOW + 400) is Refusal.BUSY
    assert len(ledger.entries()) == 1


def test_a_target_that_has_healed_is_free_and_the_same_cure_is_refused(ledger: Ledger) -> None:
    ledger.claim(entry(), alert(), rule(), NOW)
    ledger.finish(entry(outcome=Outcome.HEALED, finished=NOW + 300), release=True)
    second = alert(fingerprint="f2")
    assert ledger.claim(entry("f2"), second, rule(), NOW + 400) is Refusal.REPEATED
    assert ledger.claim(entry("f2"), second, rule(name="other"), NOW + 400) is None


def test_a_target_that_has_not_healed_stays_taken(ledger: Ledger) -> None:
    ledger.claim(entry(), alert(), rule(), NOW)
    ledger.finish(entry(outcome=Outcome.NOT_HEALED), release=False)
    assert ledger.entries()[0].outcome is Outcome.NOT_HEALED
    assert ledger.claim(entry("f2"), alert(fingerprint="f2"), rule(name="other"), NOW + 400) is Refusal.BUSY


def test_a_verdict_is_recorded_once_for_each_firing(ledger: Ledger) -> None:
    assert ledger.record(entry(verdict="shadow"))
    assert not ledger.record(entry(verdict="stand-down"))
    assert [one.verdict for one in ledger.entries()] == ["shadow"]
    assert ledger.claim(entry(), alert(), rule(), NOW) is Refusal.BUSY


def test_an_arming_is_read_with_the_book_of_its_rule_only(ledger: Ledger) -> None:
    grounds = arming(rule())
    ledger.arm(arming(rule(), by="bob"))
    ledger.arm(grounds)
    assert ledger.book(alert(), rule()).arming == grounds
    assert ledger.book(alert(), rule(name="other")).arming is None
    assert ledger.book(alert(), None).arming is None


def test_a_document_that_cannot_be_understood_is_no_permission(store: Store, ledger: Ledger) -> None:
    store.write([Change(("target", "shop/api"), {"lease_until": "soon"}, 0)])
    with pytest.raises(Unreachable, match="1 mistakes in a document of the ledger"):
        ledger.claim(entry(), alert(), rule(), NOW)


def test_of_engines_that_claim_at_once_one_acts(tmp_path: Path) -> None:
    """Eight firings of one target, each with its own connection to the file."""
    results: list[Refusal | None] = []
    start = threading.Barrier(8)

    def claim(number: int) -> None:
        ledger = Ledger(FileStore(tmp_path / "ledger.sqlite"), Environment.DEV)
        start.wait()
        results.append(ledger.claim(entry(f"f{number}"), alert(fingerprint=f"f{number}"), rule(), NOW))

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["None", *["busy"] * 7]


def test_a_file_that_is_no_ledger_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("no database, but long enough to be looked at" * 20)
    with pytest.raises(Unreachable, match="file is not a database"):
        FileStore(path).every("attempt")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_table_is_unreachable_and_no_conflict(code: str) -> None:
    store = DynamoDbStore(TABLE)
    with Stubber(store._client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "ConditionalCheckFailed"}, {"Code": code}]},
        )
        with pytest.raises(Unreachable, match="TransactWriteItems"):
            store.write([Change(("a", "1"), {}, 0), Change(("a", "2"), {}, 0)])


@pytest.mark.usefixtures("aws")
def test_a_table_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="ResourceNotFoundException"):
        DynamoDbStore("none").read([("a", "1")])
