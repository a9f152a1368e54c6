"""Questions asked of a component: its health endpoints, and probes from outside."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from model.addresses import check_host, check_host_and_port, check_url
from model.base import Model, Name, Text, UrlPath
from model.catalog.environments import Located
from model.quantities import Duration
from model.vocabulary import HealthKind, ProbeKind

# Prometheus waits 10 seconds for an answer, and refuses to wait longer than to the next question. A sample is
# remembered for five minutes: with longer pauses the series has gaps, and alerts resolve in each.
_INTERVAL_LEAST, _INTERVAL_MOST = Duration("10s"), Duration("5m")


def _interval(interval: Duration) -> Duration:
    if not _INTERVAL_LEAST.seconds <= interval.seconds <= _INTERVAL_MOST.seconds or interval.seconds % 1:
        raise ValueError(
            f"found {interval}; allowed: {_INTERVAL_LEAST} to {_INTERVAL_MOST}: an answer may take 10 seconds, and "
            "Prometheus remembers one for five minutes"
        )
    return interval


class Health(Model):
    """A health endpoint inside the cluster, asked by the blackbox exporter."""

    kind: HealthKind
    path: UrlPath
    port: Annotated[int, Field(ge=1, le=65535)] = 8080


class Probe(Located):
    """A question asked from outside the component: its public face, or somebody else's."""

    SAME_EVERYWHERE = Located.SAME_EVERYWHERE | {"third_party", "reason"}

    name: Name
    kind: ProbeKind
    target: Annotated[str, Field(description="URL for http; host:port for tcp, tls, grpc; host for icmp.")]
    interval: Annotated[Duration, AfterValidator(_interval)] = Duration("30s")
    third_party: bool = Field(default=False, description="Not ours: its failure is a warning, never a page.")
    reason: Text

    @field_validator("target")
    @classmethod
    def _of_its_kind(cls, target: str, info: ValidationInfo) -> str:
        match info.data.get("kind"):
            case ProbeKind.HTTP:
                check_url(target)
            case ProbeKind.ICMP:
                check_host(target)
            case ProbeKind():
                check_host_and_port(target)
        return target
