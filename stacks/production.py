"""What production refuses although it would run: one row a check, with its name and its reason (docs/settings.md)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, NamedTuple

from model.account.address_ranges import is_closed
from model.alerting import endless
from model.alerting.prometheus_rules import protected_overrides
from model.catalog.catalog import Catalog, owner_of
from model.labels import OWN_SYSTEM
from model.problems import Problem
from model.sizing.load import Profile
from model.vocabulary import Environment, ReceiverKind, Severity
from stacks import acceptance, node_room
from stacks.account_settings import CreatedCluster
from stacks.ingress_settings import Ingress, admitted_ranges, unprotected
from stacks.platform_settings import TraceStorage
from stacks.settings import NAMESPACE, Settings, is_stated

ELECTING_NODES: Final = 3


class Found(NamedTuple):
    """``key`` below ``belfry:``, or a whole place in another file; what stands there, and what may."""

    key: str
    found: str
    allowed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """``find`` gets the settings as stated and, if ``of_catalog``, the catalog of what is watched here."""

    name: str
    reason: str
    find: Callable[..., Iterator[Found]]
    of_catalog: bool = False


def problems(settings: Settings, catalog: Catalog | None, today: str) -> Iterator[Problem]:
    """What is unsafe in prod and not accepted, and every acceptance that is wrong or for nothing.

    Without a ``catalog`` the checks that need one are left out. ``today`` is the day as ISO text.
    """
    file = f"Pulumi.{settings.environment}.yaml: {NAMESPACE}"
    judged = [one for one in CHECKS if catalog is not None or not one.of_catalog]
    refusals = list(_refusals(judged, settings, catalog, file)) if settings.environment is Environment.PROD else []
    yield from acceptance.left(refusals, settings.accept, today)
    yield from acceptance.problems(
        settings.accept,
        where=f"{file}:accept",
        today=today,
        known={one.name for one in CHECKS},
        judged={one.name for one in judged},
        found={check for check, _ in refusals},
    )


def warnings(settings: Settings) -> list[str]:
    """What is accepted, for everybody who deploys to see."""
    return [f"unsafe in prod, accepted until {one.until}: {one.check}: {one.reason}" for one in settings.accept]


def _refusals(
    checks: list[Check], settings: Settings, catalog: Catalog | None, file: str
) -> Iterator[acceptance.Refusal]:
    for check in checks:
        for one in check.find(settings, catalog) if check.of_catalog else check.find(settings):
            where = one.key if ": " in one.key else f"{file}:{one.key}"
            found = f"found {one.found}, which is unsafe in prod (check {check.name})"
            yield check.name, Problem(where, found, f"{one.allowed}: {check.reason}")


def _is(key: str, wrong: object, allowed: str) -> Callable[[Settings], Iterator[Found]]:
    """A key that has the wrong value."""

    def find(settings: Settings) -> Iterator[Found]:
        if attrgetter(key)(settings) == wrong:
            yield Found(key, str(wrong).lower() or "none", allowed)

    return find


def _at_least(key: str, least: int) -> Callable[[Settings], Iterator[Found]]:
    """A number that the file states and that does not outlive a node. What is left out is computed, never too small."""

    def find(settings: Settings) -> Iterator[Found]:
        found: Any = attrgetter(key)(settings)
        if is_stated(settings, *key.split(".")) and found < least:
            yield Found(key, str(found), f"{least} or more")

    return find


def _single_sidekick(settings: Settings) -> Iterator[Found]:
    if settings.security.falco and settings.security.replicas == 1:
        yield Found("security.replicas", "1", "2 or more")


def _created(find: Callable[[CreatedCluster], Iterator[Found]]) -> Callable[[Settings], Iterator[Found]]:
    """Of a cluster that Belfry makes; an adopted one is somebody else's to judge."""

    def of_settings(settings: Settings) -> Iterator[Found]:
        if isinstance(settings.cluster, CreatedCluster):
            yield from find(settings.cluster)

    return of_settings


def _single_node(cluster: CreatedCluster) -> Iterator[Found]:
    for key, group in (("nodes", cluster.nodes), ("observability_nodes", cluster.observability_nodes)):
        if group and group.minimum == 1:
            yield Found(f"cluster.{key}.minimum", "1", "2 or more")


def _single_nat_gateway(cluster: CreatedCluster) -> Iterator[Found]:
    if cluster.nat_gateways == "one":
        yield Found("cluster.nat_gateways", "one", "per-zone")


def _open_endpoint(cluster: CreatedCluster) -> Iterator[Found]:
    if not is_closed(cluster.public_cidrs):
        yield Found(
            "cluster.public_cidrs", ", ".join(cluster.public_cidrs), "your own ranges, or [] for no public endpoint"
        )


def _internet_facing(settings: Settings) -> Ingress | None:
    ingress = settings.ingress
    return ingress if ingress and ingress.scheme == "internet-facing" else None


def _open_ingress(settings: Settings) -> Iterator[Found]:
    ingress = _internet_facing(settings)
    if ingress and not is_closed(admitted_ranges(settings, ingress)):
        yield Found("ingress.cidrs", ", ".join(ingress.cidrs) or "none", "the ranges that people come from")


def _ingress_without_sign_on(settings: Settings) -> Iterator[Found]:
    if _internet_facing(settings) and (programs := unprotected(settings)):
        yield Found("ingress.sign_on", f"none for {', '.join(programs)}", "sign_on, or scheme internal")


def _plain_links(settings: Settings) -> Iterator[Found]:
    for key, link in settings.links:
        if link is not None and not link.startswith("https://"):
            yield Found(f"links.{key}", link, "https://")


def _small_nodes(settings: Settings, catalog: Catalog) -> Iterator[Found]:
    for key, found, allowed in node_room.shortages(settings, catalog):
        yield Found(key, found, allowed)


def _unpaged(settings: Settings, catalog: Catalog) -> Iterator[Found]:
    del settings
    owners = {catalog.organization.platform_team}
    for system in catalog.systems:
        owners |= {system.owner, *(part.owner for part in (*system.components, *system.resources) if part.owner)}
    for owner in sorted(owners):
        receivers = catalog.teams[owner].receivers
        if not any(r.kind is ReceiverKind.PAGERDUTY and Severity.CRITICAL in r.severities for r in receivers):
            where = f"catalog/teams.yaml: teams[{owner}].receivers"
            yield Found(where, "no paging receiver", "a pagerduty receiver for critical alerts")


def _as_found(problem: Problem) -> Found:
    return Found(problem.where, problem.found.removeprefix("found "), problem.allowed)


def _muted(settings: Settings, catalog: Catalog) -> Iterator[Found]:
    alerting = settings.alerting
    parts = {
        endless.Part(owner_of(system, part), system.system, part.name)
        for system in catalog.systems
        for part in (*system.components, *system.resources)
    }
    # Alerts about a whole system, and those of the platform about any part of it.
    parts |= {endless.Part(system.owner, system.system, "") for system in catalog.systems}
    named = {name for one in (*alerting.mute_times, *alerting.maintenance) for name in ("", *one.components)}
    parts |= {endless.Part(catalog.organization.platform_team, OWN_SYSTEM, name) for name in named}
    yield from map(_as_found, endless.problems(alerting.mute_times, alerting.maintenance, parts, "alerting"))


def _changed(settings: Settings) -> Iterator[Found]:
    yield from map(_as_found, protected_overrides(settings.alerting.overrides, "alerting.overrides"))


def _check(name: str, reason: str, find: Callable[..., Iterator[Found]], *, of_catalog: bool = False) -> Check:
    return Check(name=name, reason=reason, find=find, of_catalog=of_catalog)


CHECKS: Final = (
    _check(
        "any-account",
        "with other credentials production would be deployed elsewhere",
        _is("account", "", "the account's number"),
    ),
    _check(
        "unprotected", "a mistake could delete the cluster, its volumes and its logs", _is("protect", False, "true")
    ),
    _check("open-endpoint", "the cluster's API would be open to the whole internet", _created(_open_endpoint)),
    _check("open-ingress", "the platform's user interfaces would be open to the whole internet", _open_ingress),
    _check("ingress-without-sign-on", "a guessed password would grant access", _ingress_without_sign_on),
    _check(
        "single-nat-gateway", "when its zone fails, no zone reaches AWS or PagerDuty", _created(_single_nat_gateway)
    ),
    _check("single-node", "both replicas of a pair would be lost with it", _created(_single_node)),
    _check("small-nodes", "pods would stay pending", _small_nodes, of_catalog=True),
    _check(
        "single-replicas",
        "a restart would cause gaps in all data",
        _is("sizing.profile", Profile.SINGLE, "ha or distributed, or none: by load"),
    ),
    _check("single-prometheus", "no rules are evaluated while one restarts", _at_least("metrics.replicas", 2)),
    _check("single-alertmanager", "alerts during a restart would be lost", _at_least("alerting.replicas", 2)),
    _check("single-jaeger", "spans would queue during a restart", _at_least("traces.replicas", 2)),
    _check("single-loki", "log lines not yet in the bucket would be lost", _at_least("logs.replicas", 3)),
    _check(
        "single-elasticsearch",
        "two of three must elect a master",
        _at_least("logs.elasticsearch.nodes", ELECTING_NODES),
    ),
    _check("single-gateway", "telemetry would wait for one pod", _at_least("collectors.gateway.replicas", 2)),
    _check("single-sampler", "telemetry would wait for one pod", _at_least("collectors.sampler.replicas", 2)),
    _check("single-falcosidekick", "Falco drops findings that nothing receives", _single_sidekick),
    _check(
        "traces-in-memory",
        "traces in memory are lost with the pod",
        _is("traces.storage", TraceStorage.MEMORY, "elasticsearch or opensearch"),
    ),
    _check("no-falco", "an intruder in a container would not be detected", _is("security.falco", False, "true")),
    _check(
        "no-dead-mans-switch",
        "only an external service notices when alerting itself is down",
        _is("alerting.dead_mans_switch", False, "true"),
    ),
    _check(
        "no-aws-pager",
        "a critical AWS alarm at night would wait until the morning",
        _is("notifications.pager", False, "true"),
    ),
    _check("no-pager", "an outage at night would wait until the morning", _unpaged, of_catalog=True),
    _check("always-muted", "nobody would be notified of what users notice", _muted, of_catalog=True),
    _check("changed-protection", "nobody would notice that alerting is broken", _changed),
    _check("plain-links", "an eavesdropper could steal the session of a user who follows the link", _plain_links),
)
