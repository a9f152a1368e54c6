"""Silences of Alertmanager that this program makes. Replicas tell each other; any of them will do."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from model.alerting.acknowledgements import AUTHOR, Silence
from ops.http import Unreachable, ask


class Silences:
    """``urls`` of all Alertmanagers, without a slash at the end."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls

    def present(self) -> list[Silence]:
        """Active ones of this program. Raises Unreachable."""
        return [
            Silence(
                matchers=frozenset((one["name"], one["value"], one["isEqual"]) for one in each["matchers"]),
                ends=datetime.fromisoformat(each["endsAt"]).timestamp(),
                comment=each["comment"],
                id=each["id"],
            )
            for each in self._ask("GET", "/api/v2/silences")
            if each["createdBy"] == AUTHOR and each["status"]["state"] == "active"
        ]

    def keep(self, silence: Silence, now: float) -> None:
        """Make it, or have it last longer. Raises Unreachable."""
        body = {
            "matchers": [
                {"name": name, "value": value, "isRegex": False, "isEqual": equal}
                for name, value, equal in sorted(silence.matchers)
            ],
            "startsAt": _stamp(now),
            "endsAt": _stamp(silence.ends),
            "createdBy": AUTHOR,
            "comment": silence.comment,
        }
        self._ask("POST", "/api/v2/silences", {**body, "id": silence.id} if silence.id else body)

    def end(self, silence: Silence) -> None:
        """End it now. Raises Unreachable."""
        self._ask("DELETE", f"/api/v2/silence/{silence.id}")

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        error = Unreachable("no Alertmanager")
        for url in self._urls:
            try:
                return ask(method, f"{url}{path}", body)
            except Unreachable as refused:
                error = refused
        raise error


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
