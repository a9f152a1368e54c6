"""The store in a table of DynamoDB with the keys ``kind`` and ``name``."""

import json
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from model.remediation.cloud import EXPIRES
from ops.http import Unreachable
from ops.remediation.ports import Change, Item, Key

# A verdict that is late is worse than none: three tries within half a minute.
_SETTINGS = Config(connect_timeout=5, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
KEPT_SECONDS = {"attempt": 400 * 86_400, "question": 86_400}
"""Kind -> how long DynamoDB keeps a document after its last change: more than a year of verdicts, for their report.
What limits actions is never deleted: it says itself until when it counts."""
_CONFLICTS = {"ConditionalCheckFailed", "TransactionConflict"}


class DynamoDbStore:
    """``table`` in the region of the environment's credentials."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._client = boto3.client("dynamodb", config=_SETTINGS)

    def read(self, keys: Collection[Key]) -> dict[Key, Item]:
        """By a transaction: as of one moment."""
        gets = [{"Get": {"TableName": self._table, "Key": _key(key)}} for key in keys]
        with _named("TransactGetItems"):
            answers = self._client.transact_get_items(TransactItems=gets)["Responses"]
        return dict(_item(answer["Item"]) for answer in answers if answer.get("Item"))

    def write(self, changes: Sequence[Change]) -> bool:
        """By a transaction with a condition on each version."""
        try:
            with _named("TransactWriteItems"):
                self._client.transact_write_items(TransactItems=[{"Put": self._put(change)} for change in changes])
        except _Conflict:
            return False
        return True

    def every(self, kind: str) -> dict[Key, Item]:
        """By a query, page by page; consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
            ConsistentRead=True,
        )
        with _named("Query"):
            return dict(_item(item) for page in pages for item in page["Items"])

    def _put(self, change: Change) -> dict[str, Any]:
        kept = KEPT_SECONDS.get(change.key[0])
        item = {
            **_key(change.key),
            **({} if kept is None else {EXPIRES: {"N": str(int(time.time()) + kept)}}),
            "version": {"N": str(change.version + 1)},
            "document": {"S": json.dumps(change.document, sort_keys=True)},
        }
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if change.version == 0:
            return {**put, "ConditionExpression": "attribute_not_exists(kind)"}
        return {
            **put,
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(change.version)}},
        }


class _Conflict(Exception):
    """Another writer came first."""


def _key(key: Key) -> dict[str, Any]:
    return {"kind": {"S": key[0]}, "name": {"S": key[1]}}


def _item(item: dict[str, Any]) -> tuple[Key, Item]:
    document = json.loads(item["document"]["S"])
    return (item["kind"]["S"], item["name"]["S"]), Item(document, int(item["version"]["N"]))


@contextmanager
def _named(call: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        # A time-out has one, which is None.
        response = getattr(error, "response", None) or {}
        reasons = response.get("CancellationReasons", [])
        codes = {reason.get("Code") for reason in reasons} - {"None", None}
        # Throttled as well: then nobody knows, and nothing is done.
        if codes and codes <= _CONFLICTS:
            raise _Conflict from None
        raise Unreachable(f"{call}: {error}") from None
    except (KeyError, ValueError) as error:
        raise Unreachable(f"{call}: a document that cannot be understood: {type(error).__name__}") from None
