"""The report from two plans of each environment and the two routing trees."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from model import labels
from model.changes import alarms, boards, network, releases, rights, routes, rules
from model.changes.difference import Difference, Replaces, compare
from model.changes.report import MOST, Action, Entry, PolicyEntry, Report, Section, Summary, Topic
from model.changes.rules import Change
from model.plan import STACK_TYPE, Plan
from model.policies.rule import Finding
from model.sentences import some
from model.vocabulary import Environment

# Types that a section has words for; what else changes is listed by name.
_SAID: Final = (
    *("aws:cloudwatch/metricAlarm:", "aws:cloudwatch/compositeAlarm:", "aws:cloudwatch/dashboard:"),
    *("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
    *(releases.TYPE, "kubernetes:rbac.authorization.k8s.io", "aws:iam/", STACK_TYPE, "belfry:"),
)
# Components whose ConfigMaps are dashboards and rules of Loki.
_OWNERS: Final = ("belfry:kubernetes:GrafanaDashboards$", "belfry:kubernetes:LokiRules$")
_KEYS: Final = 6

STATEFUL: Final[Mapping[str, str]] = {
    "aws:dynamodb/table:Table": "its items",
    "aws:ec2/vpc:Vpc": "the network and all that is in it",
    "aws:efs/fileSystem:FileSystem": "its files",
    "aws:eks/cluster:Cluster": "the cluster and all that runs in it",
    "aws:elasticache/replicationGroup:ReplicationGroup": "what is cached",
    "aws:kms/key:Key": "whatever it encrypts",
    "aws:cloudwatch/logGroup:LogGroup": "its lines",
    "aws:opensearch/domain:Domain": "its indices",
    "aws:rds/cluster:Cluster": "its databases",
    "aws:rds/instance:Instance": "its database",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:sns/topic:Topic": "its confirmed subscriptions",
    "aws:sqs/queue:Queue": "its messages",
    "kubernetes:apps/v1:StatefulSet": "pods whose volumes may stay behind",
    "kubernetes:core/v1:Namespace": "all that is in it, volumes too",
    "kubernetes:core/v1:PersistentVolumeClaim": "its volume",
    "kubernetes:helm.sh/v3:Release": "the release; its volumes may stay behind",
    "random:index/randomPassword:RandomPassword": "the password that is in use",
}
"""Type -> what is lost that no deployment makes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One environment before and after. ``before`` is None where the base could not be planned.

    ``usd_*``: dollars a month. ``findings_*``: of policies, without what is excepted.
    """

    environment: Environment
    before: Plan | None
    after: Plan
    usd_before: Decimal | None = None
    usd_after: Decimal | None = None
    findings_before: tuple[Finding, ...] = ()
    findings_after: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Alertmanager's configuration before and after, as shipped: without the mute times of an environment."""

    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def build(
    sides: Iterable[Sides],
    routing: Routing | None,
    replaces: Replaces,
    *,
    base: str,
    head: str,
    notes: Iterable[str] = (),
) -> Report:
    """The report from ``base`` to ``head``, which are commits."""
    given = list(sides)
    found: dict[tuple[Topic, Action, str, str], list[Environment]] = defaultdict(list)
    stateful: dict[tuple[Action, str, str], list[Environment]] = defaultdict(list)
    summaries = []
    for side in given:
        difference = None
        if side.before is not None:
            difference = compare(side.before, side.after, replaces, ignore_unknown=True)
            for change in dict.fromkeys(_changes(side.before, side.after, difference)):
                found[change].append(side.environment)
            for key in _lost(difference):
                stateful[key].append(side.environment)
        summaries.append(_summary(side, difference))
    environments = {str(side.environment): side.environment for side in given}
    for name, change in _routes(given, routing):
        found[change].append(environments[name])
    return Report(
        base=base,
        head=head,
        summaries=tuple(summaries),
        stateful=tuple(
            Entry(action=action, subject=subject, detail=detail, environments=tuple(where))
            for (action, subject, detail), where in sorted(stateful.items())
        )[:MOST],
        policies=tuple(_policies(given))[:MOST],
        sections=tuple(_sections(found)),
        notes=tuple(notes),
    )


def _changes(before: Plan, after: Plan, difference: Difference) -> Iterator[Change]:
    yield from alarms.changes(before, after)
    yield from rules.changes(before, after)
    yield from rights.changes(before, after)
    yield from network.changes(before, after)
    yield from releases.changes(difference)
    yield from boards.changes(before, after)
    at_stake = {(action, subject) for action, subject, _ in _lost(difference)}
    yield from (change for change in _others(difference) if (change[1], change[2]) not in at_stake)


def _others(difference: Difference) -> Iterator[Change]:
    for action, keys in ((Action.NEW, difference.added), (Action.REMOVED, difference.removed)):
        yield from ((Topic.OTHER, action, _name(key), _type(key)) for key in keys if not _is_said(key))
    for change in difference.changed:
        if not _is_said(change.resource):
            properties = dict.fromkeys(each.path.split(".")[0].split("[")[0] for each in change.properties)
            action = Action.REPLACED if change.replaced else Action.CHANGED
            yield Topic.OTHER, action, _name(change.resource), f"{_type(change.resource)}: {', '.join(properties)}"


def _lost(difference: Difference) -> Iterator[tuple[Action, str, str]]:
    for key in difference.removed:
        if what := lost(key):
            yield Action.REMOVED, _name(key), f"{_type(key)}; lost: {what}"
    for change in difference.changed:
        what = lost(change.resource)
        if change.replaced and what:
            paths = [each.path for each in change.properties]
            because = f"because of {some(paths, _KEYS)}"
            yield Action.REPLACED, _name(change.resource), f"{_type(change.resource)} {because}; lost: {what}"


def _summary(side: Sides, difference: Difference | None) -> Summary:
    replaced = sum(change.replaced for change in difference.changed) if difference else 0
    return Summary(
        environment=side.environment,
        create=len(difference.added) if difference else 0,
        update=len(difference.changed) - replaced if difference else 0,
        replace=replaced,
        delete=len(difference.removed) if difference else 0,
        usd_before=side.usd_before,
        usd_after=side.usd_after,
    )


def _routes(sides: list[Sides], routing: Routing | None) -> Iterator[tuple[str, Change]]:
    """By the labels of every alert of both sides; those that no route asks for make no difference and are left out."""
    if routing is None or routing.before == routing.after:
        return
    asked = _GROUPED | routes.asked_labels(routing.before) | routes.asked_labels(routing.after)
    seen: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for side in sides:
        plans = [plan for plan in (side.before, side.after) if plan is not None]
        for alert in _for_every_team([each for plan in plans for each in rules.alert_labels(plan)]):
            named = {**alert, labels.ENVIRONMENT: str(side.environment)}
            kept = {key: value for key, value in named.items() if key in asked}
            seen.setdefault(tuple(sorted(kept.items())), kept)
    yield from routes.changes(routing.before, routing.after, seen.values())


def _for_every_team(alerts: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The alerts; an escalated copy, which takes its team from the alert that it copies, once for each team."""
    teams = sorted({alert[labels.TEAM] for alert in alerts if labels.TEAM in alert})
    for alert in alerts:
        if labels.TEAM in alert or labels.LEVEL not in alert:
            yield alert
        else:
            yield from ({**alert, labels.TEAM: team} for team in teams)


_GROUPED: Final = frozenset({"alertname", labels.TEAM, labels.SEVERITY, labels.ENVIRONMENT, labels.LEVEL})


def _policies(sides: list[Sides]) -> Iterator[PolicyEntry]:
    found: dict[tuple[str, str, str, str, bool], list[Environment]] = defaultdict(list)
    for side in sides:
        known = {(each.rule, each.urn, each.message) for each in side.findings_before}
        for each in side.findings_after:
            new = side.before is not None and (each.rule, each.urn, each.message) not in known
            found[each.level, each.rule, each.name, each.message, new].append(side.environment)
    for (level, rule, subject, message, new), where in sorted(
        found.items(), key=lambda item: (not item[0][4], item[0])
    ):
        yield PolicyEntry.model_validate(
            {"level": level, "rule": rule, "subject": subject, "message": message, "new": new, "environments": where}
        )


def _sections(found: Mapping[Change, list[Environment]]) -> Iterator[Section]:
    for topic in Topic:
        entries = [
            Entry(action=action, subject=subject, detail=detail, environments=tuple(where))
            for (of, action, subject, detail), where in sorted(found.items())
            if of is topic
        ]
        if entries:
            yield Section(topic=topic, entries=tuple(dict.fromkeys(entries))[:MOST])


def _is_said(key: str) -> bool:
    return _type(key).startswith(_SAID) or any(owner in key for owner in _OWNERS)


def _type(key: str) -> str:
    return key.rpartition("::")[0].rpartition("$")[2]


def _name(key: str) -> str:
    return key.rpartition("::")[2]


def lost(key: str) -> str | None:
    """What is lost with a resource, by its key (the URN without stack and project); None where it is nothing."""
    return STATEFUL.get(key.rpartition("::")[0].rpartition("$")[2])
