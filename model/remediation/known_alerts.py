"""Whether the alert of a rule can ever reach the engine: it exists, has this target, and nothing inhibits it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model import labels
from model.alerting.prometheus_rules import RuleFile
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.problems import Problem

_ALERT = "alertname"
_TEMPLATE = "{{"
_MATCHER = re.compile(r'([a-zA-Z_]+)\s*(=~|!~|!=|=)\s*"(.*)"')


@dataclass(frozen=True, slots=True)
class _Labels:
    """What a rule itself says; empty or a template: its series say it, so it may be of any part."""

    system: str
    component: str
    severity: str

    def fits(self, system: str, component: str) -> bool:
        pairs = ((self.system, system), (self.component, component))
        return all(not own or _TEMPLATE in own or own == other for own, other in pairs)


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
    variants: dict[str, set[_Labels]] = {}
    for rule in (rule for file in rules for group in file.groups for rule in group.rules):
        if rule.alert is not None:
            static = (rule.labels.get(label, "") for label in (labels.SYSTEM, labels.COMPONENT, labels.SEVERITY))
            variants.setdefault(rule.alert, set()).add(_Labels(*static))
    known = {*variants, *alarms}
    for system in systems:
        for one in system.remediation:
            here = f"{folder}/{system.system}.yaml: remediation[{one.name}].alert"
            if one.alert not in known:
                yield Problem(here, f"found unknown alert {one.alert!r}", ", ".join(sorted(known)))
                continue
            every = variants.get(one.alert, {_Labels("", "", "")})
            mine = [each for each in every if each.fits(system.system, one.component)]
            if not mine:
                of_system = sorted(each.component for each in every if each.system == system.system)
                found = f"found {one.alert}, which {one.component} does not have"
                yield Problem(
                    here, found, f"an alert of it; {one.alert} is of {', '.join(of_system) or 'other systems'}"
                )
            elif any(_inhibits(rule, one, system.system, each.severity) for rule in inhibitions for each in mine):
                found = f"found {one.alert}, which other alerts of {one.component} or of its downstream calls inhibit"
                yield Problem(here, found, "an alert that none of them inhibits, such as SloOutage")


def _inhibits(rule: Mapping[str, Any], one: Remediation, system: str, severity: str) -> bool:
    """Whether the rule is about parts of systems, and its target may be this alert.

    An outage of the cluster or of a node inhibits nearly everything; then standing down is right.
    """
    found = [_MATCHER.fullmatch(text) for text in rule.get("target_matchers", ())]
    matchers = [match.groups() for match in found if match]
    about = {name for name, operator, _ in matchers if not operator.startswith("!")} | set(rule.get("equal", ()))
    own = {_ALERT: one.alert, labels.SYSTEM: system, labels.COMPONENT: one.component}
    own |= {labels.SEVERITY: severity} if severity else {}
    return {labels.SYSTEM, labels.COMPONENT} <= about and all(
        name not in own or _matches(own[name], operator, pattern) for name, operator, pattern in matchers
    )


def _matches(value: str, operator: str, pattern: str) -> bool:
    """The patterns are lists of names, which Belfry writes itself."""
    same = value in pattern.split("|") if "~" in operator else value == pattern
    return same != operator.startswith("!")
