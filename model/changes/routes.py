"""Who is notified now and was not: the routing trees of two Alertmanager configurations, run over all alerts.

A tree of a hundred routes is no list that anybody can compare. So every alert of the rules walks through both trees, as
Alertmanager would take it, and what differs is who receives it and how fast.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import re2

from model import labels
from model.changes.report import Action, Topic
from model.changes.rules import Change
from model.plan import mapping, mappings, sequence
from model.sentences import some
from model.vocabulary import Severity

_MATCHER: Final = re.compile(r'\s*([\w.:-]+)\s*(=~|!~|!=|=)\s*"?((?:[^"\\]|\\.)*)"?\s*')
_TIMING: Final = ("group_wait", "group_interval", "repeat_interval", "mute_time_intervals", "active_time_intervals")
_INHERITED: Final = ("receiver", "group_by", "group_wait", "group_interval", "repeat_interval")
_NAMED: Final = 4
Labels = Mapping[str, str]
_QUIET: Final = re2.Options()
_QUIET.log_errors = False  # they would go to stderr, in the middle of the report


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an alert comes to: people or systems, and how fast."""

    who: tuple[str, ...]
    timing: tuple[str, ...]


def changes(old: Mapping[str, Any], new: Mapping[str, Any], alerts: Iterable[Labels]) -> Iterator[tuple[str, Change]]:
    """Environment and sentence for each difference, with the alerts that it is about."""
    found: dict[tuple[str, str, Action, str], list[str]] = defaultdict(list)
    for alert in alerts:
        for action, sentence in _sentences(deliveries(old, alert), deliveries(new, alert)):
            where = alert.get(labels.ENVIRONMENT, "")
            found[where, _group(alert), action, sentence].append(alert.get("alertname", ""))
    for (where, group, action, sentence), names in sorted(found.items()):
        unique = sorted(dict.fromkeys(names))
        detail = f"{sentence} ({some(unique, _NAMED)})"
        yield where, (Topic.ROUTES, action, group, detail)


def asked_labels(configuration: Mapping[str, Any]) -> set[str]:
    """Names of the labels that some route asks for."""
    return set(_asked(mapping(configuration, "route")))


def _asked(route: Mapping[str, Any]) -> Iterator[str]:
    yield from (matcher[1] for text in sequence(route, "matchers") if (matcher := _MATCHER.fullmatch(str(text))))
    yield from (*mapping(route, "match"), *mapping(route, "match_re"))
    for child in mappings(route, "routes"):
        yield from _asked(child)


def asked_values(configuration: Mapping[str, Any]) -> dict[str, list[str]]:
    """Label -> the values that some route asks for by equality, sorted."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, operator, value in _every_matcher(mapping(configuration, "route")):
        if operator == "=":
            found[name].add(value)
    return {name: sorted(values) for name, values in sorted(found.items())}


def _every_matcher(route: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield from _matchers(route) or ()
    for child in mappings(route, "routes"):
        yield from _every_matcher(child)


def routes_of(configuration: Mapping[str, Any], alert: Labels) -> tuple[Mapping[str, Any], ...]:
    """The routes that take an alert, in order, each with what it inherits."""
    return tuple(_routes(mapping(configuration, "route"), {}, alert))


def receivers_of(configuration: Mapping[str, Any], alert: Labels) -> tuple[str, ...]:
    """Names of the receivers of an alert, in the order of the routes: what `amtool config routes test` prints."""
    return tuple(str(route.get("receiver")) for route in _routes(mapping(configuration, "route"), {}, alert))


def deliveries(configuration: Mapping[str, Any], alert: Labels) -> tuple[Delivery, ...]:
    """Where Alertmanager sends an alert, in the order of its routes."""
    receivers = {str(each.get("name")): each for each in mappings(configuration, "receivers")}
    found = []
    for route in _routes(mapping(configuration, "route"), {}, alert):
        who = tuple(sorted(set(_who(receivers.get(str(route.get("receiver")), {})))))
        timing = tuple(f"{key} {_text(route[key])}" for key in _TIMING if key in route)
        found.append(Delivery(who, timing))
    return tuple(found)


def _routes(route: Mapping[str, Any], above: Mapping[str, Any], alert: Labels) -> Iterator[Mapping[str, Any]]:
    """The routes that take the alert: the deepest that match; a sibling is asked too where `continue` says so."""
    own = {**{key: above[key] for key in _INHERITED if key in above}, **route}
    taken = False
    for child in mappings(route, "routes"):
        if not _matches(child, alert):
            continue
        taken = True
        yield from _routes(child, own, alert)
        if child.get("continue") is not True:
            return
    if not taken:
        yield own


def _matches(route: Mapping[str, Any], alert: Labels) -> bool:
    matchers = _matchers(route)
    return matchers is not None and all(_fits(alert.get(n, ""), op, v) for n, op, v in matchers)


def _matchers(route: Mapping[str, Any]) -> list[tuple[str, str, str]] | None:
    """Label, operator and value of each; None where one cannot be read."""
    old_style = [(name, "=", value) for name, value in mapping(route, "match").items()]
    old_style += [(name, "=~", value) for name, value in mapping(route, "match_re").items()]
    parsed = [matcher_of(text) for text in sequence(route, "matchers")]
    matchers = [matcher for matcher in parsed if matcher]
    return [*matchers, *old_style] if len(matchers) == len(parsed) else None


def matcher_of(text: object) -> tuple[str, str, str] | None:
    """Label, operator and value of a matcher's text; None where it cannot be read."""
    found = _MATCHER.fullmatch(str(text))
    return (found[1], found[2], _unquoted(found[3])) if found else None


def _fits(value: str, operator: str, wanted: str) -> bool:
    """Regular expressions are anchored, and a label that is not there is an empty text."""
    if operator in ("=", "!="):
        return (value == wanted) is (operator == "=")
    try:
        return (re2.fullmatch(wanted, value, _QUIET) is not None) is (operator == "=~")
    except re2.error:
        return False


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _who(receiver: Mapping[str, Any]) -> Iterator[str]:
    for key, integrations in sorted(receiver.items()):
        if not key.endswith("_configs"):
            continue
        kind = {"pagerduty": "PagerDuty", "sns": "SNS", "email": "mail"}.get(kind := key[:-8], kind.capitalize())
        for each in integrations if isinstance(integrations, list) else []:
            if isinstance(each, Mapping):
                yield f"{kind} {_address(each)}".rstrip()


def _address(integration: Mapping[str, Any]) -> str:
    """Where it goes: a channel, addresses, a topic; else the name of the secret that holds the key. Never a key."""
    for key in ("channel", "to", "topic_arn"):
        if given := integration.get(key):
            return str(given)
    for key in ("routing_key_file", "service_key_file", "url_file", "api_url_file"):
        if given := integration.get(key):
            return PurePosixPath(str(given)).name
    return ""


def _sentences(was: tuple[Delivery, ...], now: tuple[Delivery, ...]) -> Iterator[tuple[Action, str]]:
    before = {who for delivery in was for who in delivery.who}
    after = {who for delivery in now for who in delivery.who}
    if gained := sorted(after - before):
        yield Action.NEW, f"now notifies {', '.join(gained)}"
    if lost := sorted(before - after):
        yield Action.REMOVED, f"no longer notifies {', '.join(lost)}{'' if after else ': nobody is left'}"
    if before and after and was != now:
        old, new = ([part for delivery in each for part in delivery.timing] for each in (was, now))
        gone, come = [part for part in old if part not in new], [part for part in new if part not in old]
        if gone or come:
            yield Action.CHANGED, f"{', '.join(gone) or '(default)'} -> {', '.join(come) or '(default)'}"


def _group(alert: Labels) -> str:
    level = f", level {alert[labels.LEVEL]}" if labels.LEVEL in alert else ""
    team, severity = alert.get(labels.TEAM, "no team"), alert.get(labels.SEVERITY, Severity.NONE)
    return f"{team} {severity}{level}"


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
