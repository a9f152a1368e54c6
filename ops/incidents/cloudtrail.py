"""Calls that changed something in AWS, from CloudTrail's event history (90 days, without a trail of one's own)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from model.incidents.entry import Entry, Kind
from ops.http import Unreachable
from ops.identity import SETTINGS

MOST = 200
"""Events of one reading: LookupEvents gives 50 a call, twice a second."""


class History(Protocol):
    """CloudTrail's client, as far as it is used."""

    def get_paginator(self, name: str) -> Any:
        """Of ``lookup_events``."""


@dataclass(frozen=True, slots=True)
class CloudTrail:
    """``client``: of CloudTrail."""

    client: History
    name: str = "CloudTrail"

    @classmethod
    def of(cls, region: str) -> "CloudTrail":
        """With the process's identity."""
        return cls(boto3.client("cloudtrail", region_name=region, config=SETTINGS))

    def read(self, start: float, end: float) -> list[Entry]:
        """What was written in the time. Request parameters are left out: they hold anything. Raises Unreachable."""
        query = {
            "LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}],
            "StartTime": datetime.fromtimestamp(start, UTC),
            "EndTime": datetime.fromtimestamp(end, UTC),
            "PaginationConfig": {"MaxItems": MOST},
        }
        try:
            pages = self.client.get_paginator("lookup_events").paginate(**query)
            return sorted((_entry(one, self.name) for page in pages for one in page["Events"]), key=lambda one: one.at)
        except (ClientError, BotoCoreError) as error:
            raise Unreachable(f"CloudTrail: {error}") from None


def _entry(event: dict[str, Any], source: str) -> Entry:
    detail = json.loads(event.get("CloudTrailEvent") or "{}")
    what = ", ".join(sorted(str(each.get("ResourceName", "")) for each in event.get("Resources") or ()))
    service = str(event.get("EventSource", "")).removesuffix(".amazonaws.com")
    failed = f", refused: {detail['errorCode']}" if detail.get("errorCode") else ""
    return Entry(
        at=event["EventTime"].timestamp(),
        kind=Kind.AUDIT,
        source=source,
        text=f"{event.get('Username') or 'AWS'}: {service} {event['EventName']} {what}{failed}".strip(),
        name=str(event["EventName"]),
        ref=str(event["EventId"]),
        raw={"region": detail.get("awsRegion"), "source": event.get("EventSource"), "resources": what},
    )
