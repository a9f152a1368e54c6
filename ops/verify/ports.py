"""What a verification needs of the world. Every method raises Unreachable, or what botocore raises."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from model.verification.aws import Alarm, Topic
from model.verification.deliveries import Count, Held, Labels
from model.verification.expected import Dimensions
from model.verification.servers import Group, Target
from model.verification.telemetry import Mark
from model.verification.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Absent:
    """A port that there is none of, why, and what that makes of its checks."""

    reason: str
    verdict: Verdict = Verdict.NOT_CHECKED


class CloudWatch(Protocol):
    """Amazon CloudWatch."""

    def alarms(self) -> tuple[Sequence[Alarm], Sequence[Alarm]]:
        """Metric alarms and composite alarms of the environment."""

    def has_metric(self, namespace: str, dimensions: Dimensions) -> bool:
        """Whether a metric with these dimensions, and perhaps more, reported within two weeks."""


class Sns(Protocol):
    """Amazon SNS."""

    def topics(self, names: Collection[str]) -> Sequence[Topic]:
        """Those of ``names`` that exist."""


class Prometheus(Protocol):
    """One Prometheus."""

    def now(self) -> float:
        """Unix time by its clock."""

    def targets(self) -> Sequence[Target]:
        """All active targets."""

    def rules(self) -> Sequence[Group]:
        """All groups of rules."""

    def alertmanagers(self) -> Sequence[str]:
        """URLs of the Alertmanagers that it posts to."""

    def points(self, query: str) -> Sequence[float]:
        """Values of all points of a range vector."""


class Alertmanager(Protocol):
    """All Alertmanagers of the environment."""

    def configuration(self) -> Mapping[str, Any]:
        """What the first has loaded; Unreachable if the others have loaded something else."""

    def receivers(self, alert: Labels) -> Collection[str] | None:
        """Receivers of a firing alert with these labels; None if there is none."""

    def post(self, alerts: Sequence[Mapping[str, Any]]) -> None:
        """Post alerts to each of them: they do not tell each other."""

    def held(self, label: str, value: str) -> Mapping[str, Held]:
        """Label `component` -> what becomes of the alert, of alerts with this label."""

    def counts(self) -> tuple[Count, Count]:
        """Notifications that were sent, and those that failed, of all of them together."""


class Loki(Protocol):
    """Loki."""

    def rules(self) -> Sequence[Group]:
        """All groups of rules."""

    def has_line(self, query: str, mark: Mark) -> bool:
        """Whether the query finds a line near the mark's moment."""


class Jaeger(Protocol):
    """Jaeger's query API."""

    def has_trace(self, trace: str) -> bool:
        """Whether it has a trace with this id."""


class Collector(Protocol):
    """A collector's OTLP receiver over HTTP."""

    def send(self, signal: str, body: Mapping[str, object]) -> None:
        """``signal``: logs, traces or metrics; ``body``: OTLP's JSON."""


class Grafana(Protocol):
    """Grafana."""

    def boards(self, uids: Collection[str]) -> Mapping[str, tuple[str, bool]]:
        """Uid -> folder and whether it is provisioned, of those that exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of them, or why there is none."""

    cloudwatch: CloudWatch | Absent
    sns: Sns | Absent
    prometheus: Prometheus | Absent
    alertmanager: Alertmanager | Absent
    loki: Loki | Absent
    jaeger: Jaeger | Absent
    collector: Collector | Absent
    grafana: Grafana | Absent
