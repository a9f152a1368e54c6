"""Firing alerts from Alertmanager's API, with what stops each. It is asked each time: nothing can be lost."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from model import labels, names
from model.remediation.decision import Alert, Stop
from ops.http import Unreachable, inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert, what stops it (None: unknown), and who silenced it; empty where nobody did."""

    alert: Alert
    stops: frozenset[Stop] | None
    silenced_by: str = ""


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """``url`` without a slash at the end. ``called``: what alerts call an environment -> which one it is.

    ``get``: how it is asked.
    """

    url: str
    called: Mapping[str, str] = field(default_factory=dict)
    get: Callable[[str], Any] = inside

    def firing(self) -> list[Firing]:
        """All alerts that fire, silenced and inhibited ones included. Raises Unreachable.

        By groups: only those say whether a mute time holds. An alert is in a group of each of its routes, and what
        mutes one of them stops it. Copies for a higher level are no news.
        """
        try:
            groups = self.get(f"{self.url}/api/v2/alerts/groups")
            found: dict[str, dict[str, Any]] = {}
            for one in (one for group in groups for one in group["alerts"] if not one["labels"].get(labels.LEVEL)):
                known = found.setdefault(one["fingerprint"], {**one, "muted": []})
                known["muted"].append(one["status"].get("mutedBy"))
            silenced = any(one["status"]["silencedBy"] for one in found.values())
            silences = self.get(f"{self.url}/api/v2/silences") if silenced else []
            authors = {one["id"]: str(one["createdBy"]) for one in silences}
            mutes = {key for key, one in found.items() if one["labels"]["alertname"] == names.MUTED}
            return [self._firing(one, authors, mutes) for one in found.values()]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreachable(f"{self.url} does not answer as Alertmanager does: {type(error).__name__}") from None

    def _firing(self, found: Mapping[str, Any], authors: Mapping[str, str], mutes: Collection[str]) -> Firing:
        """``mutes``: fingerprints of alerts that stand for mute times and maintenance windows of the settings."""
        own, status = found["labels"], found["status"]
        environment = own.get(labels.ENVIRONMENT, "")
        alert = Alert(
            name=own["alertname"],
            system=own.get(labels.SYSTEM, ""),
            component=own.get(labels.COMPONENT, ""),
            environment=self.called.get(environment, environment),
            fingerprint=found["fingerprint"],
            starts=datetime.fromisoformat(found["startsAt"]).timestamp(),
            firing=True,
            severity=own.get(labels.SEVERITY, ""),
        )
        # Versions before 0.28 do not say whether a mute time holds.
        if None in found["muted"]:
            return Firing(alert=alert, stops=None)
        silences, inhibitors = status["silencedBy"], set(status["inhibitedBy"])
        by_stop = {
            Stop.SILENCE: silences,
            Stop.INHIBITION: inhibitors - set(mutes),
            Stop.MAINTENANCE: any(found["muted"]) or inhibitors & set(mutes),
        }
        who = next((authors[one] for one in silences if one in authors), "")
        return Firing(alert=alert, stops=frozenset(stop for stop, held in by_stop.items() if held), silenced_by=who)
