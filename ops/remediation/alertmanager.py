"""Firing alerts from Alertmanager's API, with what stops each. It is asked each time: nothing can be lost."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from model import labels, names
from model.remediation.decision import Alert, Stop
from ops.http import Unreachable, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert, what stops it (None: unknown), and who silenced it; empty where nobody did."""

    alert: Alert
    stops: frozenset[Stop] | None
    silenced_by: str = ""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """``url`` without a slash at the end."""

    url: str

    def firing(self) -> list[Firing]:
        """All alerts that fire, silenced and inhibited ones included. Raises Unreachable.

        Without the copies of an alert for higher levels of escalation: they are no firings of their own.
        """
        try:
            found = ask("GET", f"{self.url}/api/v2/alerts")
            silenced = any(one["status"]["silencedBy"] for one in found)
            silences = ask("GET", f"{self.url}/api/v2/silences") if silenced else []
            authors = {one["id"]: str(one["createdBy"]) for one in silences}
            mutes = {one["fingerprint"] for one in found if one["labels"]["alertname"] == names.MUTED}
            return [_firing(one, authors, mutes) for one in found if labels.LEVEL not in one["labels"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreachable(f"{self.url} does not answer as Alertmanager does: {type(error).__name__}") from None


def _firing(found: Mapping[str, Any], authors: Mapping[str, str], mutes: AbstractSet[str]) -> Firing:
    """``mutes``: fingerprints of mute times and windows that hold now, which mute by inhibition."""
    own, status = found["labels"], found["status"]
    alert = Alert(
        name=own["alertname"],
        system=own.get(labels.SYSTEM, ""),
        component=own.get(labels.COMPONENT, ""),
        environment=own.get(labels.ENVIRONMENT, ""),
        fingerprint=found["fingerprint"],
        starts=datetime.fromisoformat(found["startsAt"]).timestamp(),
        firing=True,
    )
    silences = status["silencedBy"]
    # Versions before 0.28 do not say whether a mute time holds.
    if "mutedBy" not in status:
        return Firing(alert=alert, stops=None)
    causes = set(status["inhibitedBy"])
    by_key = {
        Stop.SILENCE: silences,
        Stop.INHIBITION: causes - mutes,
        Stop.MAINTENANCE: [*status["mutedBy"], *(causes & mutes)],
    }
    stops = frozenset(stop for stop, found in by_key.items() if found)
    who = next((authors[one] for one in silences if one in authors), "")
    return Firing(alert=alert, stops=stops, silenced_by=who)
