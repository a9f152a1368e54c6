"""Service level objectives as Prometheus rules: one file a system, one group an objective.

In a group, in this order: events are counted, longer windows summed, shares of bad events and the budget recorded, and
people told. All of it is evaluated with one timestamp, so no alert sees counts of two moments.
"""

import json
import textwrap
from collections.abc import Iterator
from functools import lru_cache

from authoring.slo import events, metadata, platform, threshold, tiers, unmeasured, windows
from authoring.slo.promql import indented
from authoring.slo.rules import Alert, Recording, Section
from authoring.slo.target import INTERVAL, Slo, objectives
from authoring.slo.timing import timing
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.problems import Problem, raise_if_any

# A probe that runs more seldom cannot tell good minutes from bad ones, and Prometheus forgets its result after five.
_SLOWEST_PROBE = 120

_WIDTH = 110
_HEAD = """\
Service level objectives of {system}, generated from {source} by `make assets`; do not edit.
How the rules work and what was measured: docs/slo.md.

Reading the counts: an increase over five minutes is the difference of two samples, across gaps of up to ten minutes.
A series that is new on a process that was there before began at zero, so all it has counted is new (`increase` would
miss it); what was reset, or came with a new process, is extrapolated by `increase` as usual."""


def generate(catalog: Catalog) -> dict[str, str]:
    """Path below the project -> rule file, for each system with objectives and for the platform's own.

    Raises BadInput for a probe too slow to measure by, and for two objectives of one part with the same name.
    """
    systems = (*catalog.systems, platform.system(catalog.organization))
    raise_if_any(problem for system in systems for problem in _problems(tuple(objectives(system))))
    return {path(system): rule_file(system) for system in systems if any(objectives(system))}


def rule_file(system: System) -> str:
    """The rule file of one system."""
    source = platform.SHOWN if system.system == labels.OWN_SYSTEM else f"catalog/{system.system}.yaml"
    text = _HEAD.format(system=system.system, source=source)
    head = "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
    return head + "groups:\n" + "\n".join(_group(slo) for slo in objectives(system))


def path(system: System) -> str:
    """Where the rules of a system lie."""
    return f"rules/prometheus/slo-{system.system}.yaml"


def _problems(slos: tuple[Slo, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for slo in slos:
        if slo.group in seen:
            yield Problem(slo.where, "found two objectives of this name, so two rules of each", "each name once")
        seen.add(slo.group)
        if slo.probe_interval > _SLOWEST_PROBE:
            yield Problem(
                f"{slo.where}.sli.probe", f"found a probe every {slo.probe_interval} s", "an interval of at most 2m"
            )


def _group(slo: Slo) -> str:
    objective = slo.objective
    comments = [f"{slo.title}: {slo.promise}. {objective.reason}"]
    head = [*_comment(*comments), f"- name: {slo.group}", f"  interval: {INTERVAL}s", "  rules:"]
    return indented("\n".join(head)) + "\n" + "\n\n".join(_section(slo, section) for section in _sections(slo)) + "\n"


def _sections(slo: Slo) -> Iterator[Section]:
    what = "Checks: is it bad now?" if slo.in_minutes else f"Events of the last {timing(slo).short} and 5m"
    unit = " Counts are minutes." if slo.in_minutes else ", by outcome."
    yield Section(what + unit, tuple(events.recordings(slo)))
    yield Section("Longer windows, from shorter ones shifted.", tuple(windows.recordings(slo)))
    yield Section("Shares of bad events.", tuple(metadata.ratios(slo)))
    yield metadata.budget(slo)
    yield from tiers.sections(slo)
    yield from threshold.sections(slo)
    if section := unmeasured.section(slo):
        yield section
    yield metadata.exhausted(slo)
    yield metadata.validity(slo)


def _section(slo: Slo, section: Section) -> str:
    return indented("\n".join([*_comment(section.comment), *(_rule(slo, rule) for rule in section.rules)]), 6)


def _rule(slo: Slo, rule: Recording | Alert) -> str:
    """The rule, one key a line, with the labels on one line: they repeat, and the query is what people read."""
    if isinstance(rule, Recording):
        lines = [f"- record: {rule.record}"]
        own = {**slo.labels, **rule.labels}
    else:
        lines = [f"- alert: {rule.name}"]
        own = {labels.SEVERITY: str(rule.severity), labels.TEAM: slo.team, **slo.labels}
    # A block as it stands: the dumper of PyYAML would take most of the time, and no query begins with a blank.
    lines += ["  expr: |-", indented(rule.expr, 4)]
    if isinstance(rule, Alert):
        timing = {"for": rule.hold, "keep_firing_for": rule.keep}
        lines += [f"  {key}: {value}" for key, value in timing.items() if value]
    shown = ", ".join(f"{name}: {value}" for name, value in own.items())
    lines.append(f"  labels: {{{shown}}}")
    if isinstance(rule, Alert):
        # What JSON quotes, YAML reads.
        lines += [
            "  annotations:",
            f"    {labels.SUMMARY}: {json.dumps(rule.summary, ensure_ascii=False)}",
            f"    {labels.DESCRIPTION}: {json.dumps(rule.description, ensure_ascii=False)}",
            f"    {labels.DASHBOARD_URL}: {rule.board}",
        ]
    return "\n".join(lines)


def _comment(*texts: str) -> list[str]:
    return [line for text in texts for line in _wrapped(text)]


@lru_cache(maxsize=1024)
def _wrapped(text: str) -> tuple[str, ...]:
    # Cached: the tiers of many objectives have the same comments, and wrapping took a quarter of the time.
    return tuple(f"# {line}" for line in textwrap.wrap(text, _WIDTH))
