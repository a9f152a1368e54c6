"""Silences of Alertmanager, those of acknowledgements among them, as a review reads them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from model import labels
from model.reports.responses import REMEMBERED_SECONDS, Condition, Response, Responses
from ops.http import Unreachable
from ops.incidents.servers import LAB
from ops.incidents.sources import get, unreadable


def responses(url: str | None, now: float) -> tuple[Responses, str]:
    """What Alertmanager at ``url`` remembers, and a sentence for people; nothing is known where it does not answer."""
    if url is None:
        return Responses(), "Whether anybody acted: not known, no Alertmanager was named (--alertmanager URL)."
    try:
        found = tuple(_response(one) for one in get(url, "/api/v2/silences") if one["createdBy"] != LAB)
    except Unreachable as error:
        return Responses(), f"Whether anybody acted: not known. {error}"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Responses(), f"Whether anybody acted: not known. {unreadable(url, error)}"
    days = REMEMBERED_SECONDS // 86_400
    said = (
        "Whether anybody acted: silences and acknowledgements that Alertmanager still has. It forgets them "
        f"{days} days after their end: of older alerts it is not known."
    )
    return Responses(found=found, since=now - REMEMBERED_SECONDS), said


def _response(one: Mapping[str, Any]) -> Response:
    return Response(
        # The copies of an alert for higher levels stand for the alert itself.
        conditions=tuple(
            Condition(str(m["name"]), str(m["value"]), bool(m["isRegex"]), bool(m.get("isEqual", True)))
            for m in one["matchers"]
            if m["name"] != labels.LEVEL
        ),
        start=datetime.fromisoformat(one["startsAt"]).timestamp(),
        end=datetime.fromisoformat(one["endsAt"]).timestamp(),
        comment=str(one.get("comment", "")),
    )
