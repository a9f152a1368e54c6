"""Service level objectives as Prometheus rules: one file a system, one group an objective.

In a group, in this order: events are counted, longer windows summed, shares of bad events and the budget recorded, and
people notified. All of it is evaluated with one timestamp, so no alert sees counts of two moments.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from authoring.rule_file import Rule, comment_text, group_text, rules_text
from authoring.rules.slo import events, metadata, textbook, threshold, tiers, unmeasured, windows
from authoring.rules.slo.rules import Section
from authoring.rules.slo.target import INTERVAL, Slo, objectives
from authoring.rules.slo.timing import timing
from authoring.text import wrapped_comment
from model import labels
from model.catalog import platform
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.problems import Problem, raise_if_any

# A probe that runs more seldom cannot tell good minutes from bad ones, and Prometheus forgets its result after five.
_SLOWEST_PROBE = 120

_HEAD = """\
Service level objectives of {system}, generated from {source} by `make assets`; do not edit.
docs/slo.md explains the rules.

Reading the counts: an increase over five minutes is the difference of two samples, across gaps of up to ten minutes.
A new series of a process that was already scraped began at zero, so its whole count is new (`increase` would miss it);
for resets and new processes `increase` extrapolates as usual."""


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
    head = wrapped_comment(_HEAD.format(system=system.system, source=source), width=118)
    return head + "groups:\n" + "\n".join(_group(slo) for slo in objectives(system))


def path(system: System) -> str:
    """Where the rules of a system lie."""
    return f"rules/prometheus/slo-{system.system}.yaml"


def _problems(slos: tuple[Slo, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for slo in slos:
        if slo.group in seen:
            yield Problem(
                slo.where, "found two objectives with this name, which would create duplicate rules", "each name once"
            )
        seen.add(slo.group)
        if slo.probe_interval > _SLOWEST_PROBE:
            yield Problem(
                f"{slo.where}.sli.probe", f"found a probe every {slo.probe_interval} s", "an interval of at most 2m"
            )


def _group(slo: Slo) -> str:
    about = comment_text(f"{slo.title}: {slo.target_text}. {slo.objective.reason}")
    sections = (
        comment_text(one.comment) + rules_text(_labelled(slo, rule) for rule in one.rules) for one in _sections(slo)
    )
    return textwrap.indent(about, "  ") + group_text(slo.group, "\n".join(sections), f"{INTERVAL}s")


def _sections(slo: Slo) -> Iterator[Section]:
    what = "Checks: is it bad now?" if slo.in_minutes else f"Events of the last {timing(slo).short} and 5m"
    unit = " Counts are minutes." if slo.in_minutes else ", by outcome."
    yield Section(what + unit, tuple(events.recordings(slo)))
    yield Section("Longer windows, from shorter ones shifted.", tuple(windows.recordings(slo)))
    yield Section("Shares of bad events.", tuple(metadata.ratios(slo)))
    yield metadata.budget(slo)
    yield from tiers.sections(slo)
    yield from threshold.sections(slo)
    if section := textbook.section(slo):
        yield section
    if section := unmeasured.section(slo):
        yield section
    yield metadata.exhausted(slo)
    yield metadata.validity(slo)


def _labelled(slo: Slo, rule: Rule) -> Rule:
    if rule.head == "record":
        return replace(rule, labels={**slo.labels, **rule.labels})
    return replace(rule, labels={**rule.labels, labels.TEAM: slo.team, **slo.labels})
