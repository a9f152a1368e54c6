"""Prometheus, Alertmanager, Loki, Jaeger, a collector and Grafana by their HTTP APIs. URLs have no slash at the end."""

import math
import urllib.parse
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from model import labels
from model.query_text import matcher
from model.verification.deliveries import Count, Held, Labels
from model.verification.servers import Group, Target
from model.verification.telemetry import Mark
from model.yaml_file import parse_yaml
from ops.http import Unreachable, ask, get, outside, read_text

# Of one page; an environment has some thirty boards.
_BOARDS = 5000
_AROUND_NANOSECONDS = 300 * 10**9
_SENT, _FAILED = "alertmanager_notifications_total", "alertmanager_notifications_failed_total"


@contextmanager
def shaped(url: str) -> Iterator[None]:
    """Whoever answers with something else is not who was asked."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Unreachable(f"{url} does not answer as expected: {type(error).__name__}: {error}") from None


def _get(url: str, headers: Mapping[str, str] | None = None, **words: str | int) -> Any:
    asked = f"{url}?{urllib.parse.urlencode(words)}" if words else url
    return get(asked, headers, shown=url)


def _moment(text: str) -> float:
    """Unix time; 0 for the moment that Go calls zero."""
    found = datetime.fromisoformat(text)
    return found.timestamp() if found.year > 1 else 0


def _groups(answer: Any) -> list[Group]:
    return [
        Group(
            name=group["name"],
            rules=tuple(rule["name"] for rule in group["rules"]),
            interval=float(group["interval"]),
            evaluated=_moment(group["lastEvaluation"]),
            errors={rule["name"]: rule.get("lastError", "") for rule in group["rules"] if rule["health"] == "err"},
            pending=tuple(rule["name"] for rule in group["rules"] if rule["health"] not in ("ok", "err")),
        )
        for group in answer["data"]["groups"]
    ]


@dataclass(frozen=True, slots=True)
class HttpPrometheus:
    """One Prometheus."""

    url: str

    def now(self) -> float:
        """Unix time by its clock."""
        with shaped(self.url):
            return float(_get(f"{self.url}/api/v1/query", query="time()")["data"]["result"][1])

    def targets(self) -> Sequence[Target]:
        """All active targets."""
        with shaped(self.url):
            return [
                Target(
                    pool=one["scrapePool"],
                    instance=one["labels"].get("instance", ""),
                    health=one["health"],
                    error=one["lastError"],
                )
                for one in _get(f"{self.url}/api/v1/targets", state="active")["data"]["activeTargets"]
            ]

    def rules(self) -> Sequence[Group]:
        """All groups of rules."""
        with shaped(self.url):
            return _groups(_get(f"{self.url}/api/v1/rules"))

    def alertmanagers(self) -> Sequence[str]:
        """URLs of the Alertmanagers that it posts to."""
        with shaped(self.url):
            found = _get(f"{self.url}/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
            return [one["url"] for one in found]

    def points(self, query: str) -> Sequence[float]:
        """Values of all points of a range vector."""
        with shaped(self.url):
            found = _get(f"{self.url}/api/v1/query", query=query)["data"]["result"]
            return [float(value) for series in found for _, value in series["values"]]


@dataclass(frozen=True, slots=True)
class HttpAlertmanager:
    """All Alertmanagers of the environment. They share silences and what was sent, but not alerts."""

    urls: Sequence[str]

    def configuration(self) -> Mapping[str, Any]:
        """What the first has loaded; Unreachable if the others have loaded something else."""
        with shaped(self.urls[0]):
            texts = {url: _get(f"{url}/api/v2/status")["config"]["original"] for url in self.urls}
            if different := sorted(url for url, text in texts.items() if text != texts[self.urls[0]]):
                raise Unreachable(f"{', '.join(different)} has another configuration than {self.urls[0]}")
            loaded: Mapping[str, Any] = parse_yaml(texts[self.urls[0]], self.urls[0])
            return loaded

    def receivers(self, alert: Labels) -> Collection[str] | None:
        """Receivers of a firing alert with these labels; None if there is none."""
        found = self._get("alerts", [matcher(label, value) for label, value in alert.items()])
        return {one["name"] for each in found for one in each["receivers"]} if found else None

    def post(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """Post alerts to each of them: they do not tell each other."""
        for url in self.urls:
            ask("POST", f"{url}/api/v2/alerts", list(alerts), proxy=outside(url))

    def held(self, label: str, value: str) -> Mapping[str, Held]:
        """Label `component` -> what becomes of the alert, of alerts with this label.

        By groups: the list of alerts does not say whether a mute time holds. An alert is in a group of each of its
        routes, and what mutes one of them counts.
        """
        receivers: dict[str, list[str]] = {}
        whys: dict[str, set[str]] = {}
        with shaped(self.urls[0]):
            for group in self._get("alerts/groups", [matcher(label, value)]):
                for one in group["alerts"]:
                    component = one["labels"][labels.COMPONENT]
                    receivers.setdefault(component, []).append(group["receiver"]["name"])
                    whys.setdefault(component, set()).update(_whys(one["status"]))
        return {
            component: Held(receivers=tuple(sorted(names)), why=", ".join(sorted(whys[component])))
            for component, names in receivers.items()
        }

    def counts(self) -> tuple[Count, Count]:
        """Notifications that were sent, and those that failed, of all of them together."""
        found: dict[str, Counter[tuple[str, str]]] = {_SENT: Counter(), _FAILED: Counter()}
        for url in self.urls:
            with shaped(url):
                for family in text_string_to_metric_families(read_text(f"{url}/metrics", proxy=outside(url))):
                    for sample in family.samples:
                        if sample.name in found and math.isfinite(sample.value):
                            key = (sample.labels["integration"], sample.labels.get("receiver_name", ""))
                            found[sample.name][key] += sample.value  # type: ignore[assignment]
        return found[_SENT], found[_FAILED]

    def _get(self, path: str, matchers: Sequence[str]) -> list[Any]:
        url = self.urls[0]
        words = urllib.parse.urlencode([("filter", each) for each in matchers])
        with shaped(url):
            return list(ask("GET", f"{url}/api/v2/{path}?{words}", proxy=outside(url)))


def _whys(status: Mapping[str, Any]) -> Iterator[str]:
    """What keeps an alert from being notified; nothing if nothing does."""
    words = {"silencedBy": "silenced", "inhibitedBy": "inhibited", "mutedBy": "muted at this hour"}
    yield from (word for key, word in words.items() if status.get(key))


@dataclass(frozen=True, slots=True)
class HttpLoki:
    """``tenant``: empty where Loki asks for none."""

    url: str
    tenant: str = ""

    def rules(self) -> Sequence[Group]:
        """All groups of rules."""
        with shaped(self.url):
            return _groups(_get(f"{self.url}/prometheus/api/v1/rules", self._headers()))

    def has_line(self, query: str, mark: Mark) -> bool:
        """Whether the query finds a line near the mark's moment."""
        moment = mark.sent * 1_000_000
        around = {"start": moment - _AROUND_NANOSECONDS, "end": moment + _AROUND_NANOSECONDS}
        with shaped(self.url):
            found = _get(f"{self.url}/loki/api/v1/query_range", self._headers(), query=query, **around)
            return bool(found["data"]["result"])

    def _headers(self) -> Mapping[str, str]:
        return {"X-Scope-OrgID": self.tenant} if self.tenant else {}


@dataclass(frozen=True, slots=True)
class HttpJaeger:
    """Jaeger's query API."""

    url: str

    def has_trace(self, trace: str) -> bool:
        """Whether it has a trace with this id."""
        try:
            answer = _get(f"{self.url}/api/traces/{trace}")
        except Unreachable as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise
        with shaped(self.url):
            return bool(answer["data"])


@dataclass(frozen=True, slots=True)
class HttpCollector:
    """A collector's OTLP receiver over HTTP."""

    url: str

    def send(self, signal: str, body: Mapping[str, object]) -> None:
        """``signal``: logs, traces or metrics; ``body``: OTLP's JSON."""
        ask("POST", f"{self.url}/v1/{signal}", dict(body), proxy=outside(self.url))


@dataclass(frozen=True, slots=True)
class HttpGrafana:
    """``token``: of a service account; empty where anonymous users may read."""

    url: str
    token: str = field(default="", repr=False)

    def boards(self, uids: Collection[str]) -> Mapping[str, tuple[str, bool]]:
        """Uid -> folder and whether it is provisioned, of those that exist."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with shaped(self.url):
            listed = _get(f"{self.url}/api/search", headers, type="dash-db", limit=_BOARDS)
            folders = {one["uid"]: one.get("folderTitle", "General") for one in listed}
            return {
                uid: (folders[uid], bool(_get(f"{self.url}/api/dashboards/uid/{uid}", headers)["meta"]["provisioned"]))
                for uid in sorted(uids)
                if uid in folders
            }


def posted(labelled: Labels, annotations: Labels, now: float, began: float) -> dict[str, Any]:
    """A firing alert in Alertmanager's words, which ends by itself. ``now`` and ``began``: Unix time."""
    return {
        "labels": dict(labelled),
        "annotations": dict(annotations),
        "startsAt": datetime.fromtimestamp(began, UTC).isoformat(),
        "endsAt": datetime.fromtimestamp(now + _LASTS_SECONDS, UTC).isoformat(),
    }


_LASTS_SECONDS = 300
