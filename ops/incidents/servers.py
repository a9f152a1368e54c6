"""The sources of an environment, from the addresses of its servers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from model.incidents.scope import Scope
from model.vocabulary import Environment
from ops.incidents.alertmanager import Alertmanager
from ops.incidents.bucket import S3, Bucket
from ops.incidents.cloudtrail import CloudTrail
from ops.incidents.collect import Collector
from ops.incidents.evidence import Jaeger, Loki
from ops.incidents.files import Disk
from ops.incidents.local import Inbox, LocalEvents
from ops.incidents.prometheus import Prometheus
from ops.incidents.sources import Evidence, Source
from ops.incidents.store import Store

LAB: Final = "belfry lab"
"""Author of the silences of what the local environment does not have; they are no trace of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """URLs without a slash at the end; empty: there is none. Of several replicas, the first that answers is asked.

    ``tenants``: of Loki; none where it has none. ``events``: file of what happened to the local environment.
    ``ledger``: of auto-remediation. ``region``: whose CloudTrail is read.
    """

    prometheus: Sequence[str]
    alertmanager: Sequence[str]
    loki: str = ""
    tenants: Sequence[str] = ()
    jaeger: str = ""
    inbox: str = ""
    events: Path | None = None
    pagerduty: Source | None = None
    ledger: Source | None = None
    region: str = ""


def collector(where: Environment, scope: Scope, servers: Servers, kept: Store) -> Collector:
    """All sources that there are."""
    first, *replicas = servers.prometheus
    prometheus = Prometheus(first, tuple(replicas))
    first, *others = servers.alertmanager
    sources: list[Source] = [prometheus, Alertmanager(first, others, programs=(LAB,))]
    if servers.inbox:
        sources.append(Inbox(servers.inbox))
    if servers.events:
        sources.append(LocalEvents(servers.events))
    sources += [one for one in (servers.pagerduty, servers.ledger) if one is not None]
    if servers.region:
        sources.append(CloudTrail.of(servers.region))
    evidence: list[Evidence] = []
    if servers.loki:
        evidence += [Loki(servers.loki, tenant) for tenant in servers.tenants or ("",)]
    if servers.jaeger:
        evidence.append(Jaeger(servers.jaeger))
    return Collector(
        environment=where, parts=scope.parts, store=kept, sources=sources, evidence=evidence, prometheus=prometheus
    )


def store_at(place: str, where: Environment) -> Store:
    """At a folder, or in ``s3://bucket``: there each environment has a prefix of its own."""
    if not place.startswith(S3):
        return Store(Disk(Path(place)))
    return Store(Bucket(place.removeprefix(S3).strip("/"), f"incidents/{where}/"))
