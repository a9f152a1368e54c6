"""Whether the alert of a rule can reach the engine: it exists, has this target, nothing inhibits it, and it ends."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from model import labels, names
from model.alerting.aws_alarms import SOURCE, SOURCE_LABEL
from model.alerting.prometheus_rules import RuleFile
from model.catalog.remediation import LONGEST_SETTLE, PROOF_WINDOW, Remediation
from model.catalog.system import System
from model.problems import Problem
from model.quantities import Duration, plain

_ALERT = "alertname"
_TEMPLATE = "{{"
_MATCHER = re.compile(r'([a-zA-Z_]+)\s*(=~|!~|!=|=)\s*"(.*)"')
_SHOWN = 3
_NONE = Duration("0s")


@dataclass(frozen=True, slots=True)
class Kind:
    """An alert as far as its rule says it. ``fixed``: labels -> values, "" for one that it never has.

    What is not in ``fixed`` its series say: it may have any value. ``keep``: how long it fires after its cause.
    """

    fixed: tuple[tuple[str, str], ...]
    keep: Duration = _NONE

    @classmethod
    def of_labels(cls, said: Mapping[str, str], keep: Duration = _NONE) -> "Kind":
        """The one with these labels; a template leaves the value to the series."""
        return cls(tuple(sorted((label, value) for label, value in said.items() if _TEMPLATE not in value)), keep)

    def of(self, label: str) -> str | None:
        """The value of a label; None: any."""
        return dict(self.fixed).get(label)

    def fits(self, system: str, component: str) -> bool:
        """Whether it may be of this target."""
        return self.of(labels.SYSTEM) in (None, system) and self.of(labels.COMPONENT) in (None, component)

    def at(self, system: str, component: str) -> "Kind":
        """The one of this target."""
        return Kind.of_labels({**dict(self.fixed), labels.SYSTEM: system, labels.COMPONENT: component}, self.keep)

    def may_match(self, matchers: Iterable[str]) -> bool:
        """Whether some alert of it matches all of them."""
        return all(_matches(self.of(name), operator, text) for name, operator, text in map(_parsed, matchers))


def problems(
    systems: Iterable[System],
    rules: Iterable[RuleFile],
    alarms: Collection[str],
    inhibitions: Sequence[Mapping[str, Any]],
    folder: str,
) -> Iterator[Problem]:
    """All mistakes about alerts of rules of auto-remediation.

    ``alarms``: names of the alerts that CloudWatch alarms become; ``inhibitions``: as Alertmanager reads them;
    ``folder``: the catalog's, for the messages.
    """
    kinds = list(dict.fromkeys([*_of_rules(rules), *map(_of_alarm, sorted(alarms))]))
    by_name: dict[str, list[Kind]] = {}
    for kind in kinds:
        by_name.setdefault(kind.of(_ALERT) or "", []).append(kind)
    for system in systems:
        for one in system.remediation:
            here = f"{folder}/{system.system}.yaml: remediation[{one.name}]"
            if one.alert not in by_name:
                yield Problem(f"{here}.alert", f"found unknown alert {one.alert!r}", ", ".join(sorted(by_name)))
                continue
            every = by_name[one.alert]
            mine = [each for each in every if each.fits(system.system, one.component)]
            if not mine:
                of_system = sorted({str(e.of(labels.COMPONENT)) for e in every if e.of(labels.SYSTEM) == system.system})
                found = f"found {one.alert}, which {one.component} does not have"
                allowed = f"an alert of it; {one.alert} is of {', '.join(of_system) or 'other systems'}"
                yield Problem(f"{here}.alert", found, allowed)
                continue
            targets = [kind.at(system.system, one.component) for kind in mine]
            if causes := sorted(_causes(targets, [k for k in kinds if k not in every], inhibitions)):
                more = f" and {len(causes) - _SHOWN} others" if len(causes) > _SHOWN else ""
                found = f"found {one.alert}, which {', '.join(causes[:_SHOWN])}{more} inhibit: it may never arrive"
                yield Problem(f"{here}.alert", found, "an alert that nothing of a system inhibits, such as SloOutage")
            yield from _too_short(one, mine, f"{here}.settle")


def _of_rules(files: Iterable[RuleFile]) -> Iterator[Kind]:
    for rule in (rule for file in files for group in file.groups for rule in group.rules):
        # Escalated copies have the names of others, which are here, and the engine does not read them.
        if rule.alert is not None and rule.alert != names.ESCALATION:
            yield Kind.of_labels({**rule.labels, _ALERT: rule.alert}, rule.keep_firing_for or _NONE)


def _of_alarm(name: str) -> Kind:
    """CloudWatch knows of no cluster."""
    return Kind.of_labels({_ALERT: name, SOURCE_LABEL: SOURCE, labels.CLUSTER: ""})


def _causes(targets: Iterable[Kind], others: Iterable[Kind], inhibitions: Sequence[Mapping[str, Any]]) -> set[str]:
    """Names of the alerts that keep one from everybody, the engine included: a rule for it would be dead.

    The platform's own causes (a lost cluster or node, a maintenance window) explain nearly everything; then standing
    down is right, and no mistake. ``others`` are without the same alert: inhibited by a higher severity of itself, it
    arrives with that one.
    """
    return {
        str(cause.of(_ALERT))
        for cause in others
        for target in targets
        if cause.of(labels.SYSTEM) in (None, target.of(labels.SYSTEM))
        and any(inhibits(rule, cause, target) for rule in inhibitions)
    }


def inhibits(rule: Mapping[str, Any], cause: Kind, target: Kind) -> bool:
    """Whether Alertmanager may mute ``target`` while ``cause`` fires, by all that is known of their labels.

    A label that both lack is equal; an alert that is both source and target of a rule is not muted by another such one.
    """
    sources, targets, equal = rule.get("source_matchers", ()), rule.get("target_matchers", ()), rule.get("equal", ())
    if not (target.may_match(targets) and cause.may_match(sources)):
        return False
    if _is(target, sources) and _is(cause, targets):
        return False
    same = ((cause.of(label), target.of(label)) for label in equal)
    # What has to be equal has to satisfy the source's matchers on the target as well.
    shared = [text for text in sources if _parsed(text)[0] in equal]
    return target.may_match(shared) and all(None in pair or pair[0] == pair[1] for pair in same)


def _is(kind: Kind, matchers: Iterable[str]) -> bool:
    """Whether it surely matches."""
    return all(kind.of(_parsed(text)[0]) is not None for text in matchers) and kind.may_match(matchers)


def _too_short(one: Remediation, mine: Iterable[Kind], here: str) -> Iterator[Problem]:
    """While the alert is kept firing nothing is proven, and afterwards a whole window has to be good."""
    keep = max((kind.keep for kind in mine), key=lambda keep: keep.seconds)
    least = keep.seconds + PROOF_WINDOW.seconds
    if one.settle.seconds <= least:
        kept = f"{one.alert} keeps firing for {keep} after its cause, and " if keep.seconds else ""
        most = "" if least < LONGEST_SETTLE.seconds else f", which is beyond {LONGEST_SETTLE}: another alert"
        allowed = f"above {plain(least / 60)}m{most}; {kept}the objective is proven over {PROOF_WINDOW}"
        yield Problem(here, f"found {one.settle}", allowed)


@cache
def _parsed(matcher: str) -> tuple[str, str, str]:
    found = _MATCHER.fullmatch(matcher)
    assert found is not None, matcher  # Belfry writes them itself
    name, operator, text = found.groups()
    return name, operator, text


def _matches(value: str | None, operator: str, text: str) -> bool:
    """As Alertmanager does: patterns are anchored, and a label that is absent is empty. None: any value."""
    if value is None:
        return True
    same = _pattern(text).fullmatch(value) is not None if "~" in operator else value == text
    return same != operator.startswith("!")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
