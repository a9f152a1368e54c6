"""The gate of a cause: past its critical threshold a full CPU or network pages only while users notice something.

Users of a part notice it by its own alerts, or by those of whatever depends on it, directly or through others, by the
catalog's `depends_on`. A gate names only alerts that the generated rules have for those parts: one that named others
could never open, and the critical alert behind it would be silent forever. Where there is no such alert, there is no
gate either, and the cause pages alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from authoring.promql import selector
from authoring.rules import signals
from authoring.rules.slo import threshold, tiers
from authoring.rules.slo.rules import Section
from authoring.rules.slo.target import objectives
from model import labels
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.metrics.metric_names import FAST_BURN, OUTAGE, SLOW_BURN
from model.query_text import matcher, one_of
from model.vocabulary import Signal

Key = tuple[str, str]
"""A component or resource: the system's name and its own."""

# Causes that hurt nobody by themselves: a full CPU may be a well used one. Memory is none of them, because the next
# thing that happens at its limit is a killed process, which no user has announced.
CAUSES = (Signal.CPU_USAGE, Signal.NETWORK_USAGE)
# What users notice, whatever its severity: a slow service that is a warning alone is reason enough beside a full CPU.
_OF_OBJECTIVES = (OUTAGE, FAST_BURN, SLOW_BURN, "HighErrorRate", "HighLatency")
SYMPTOMS = "|".join(_OF_OBJECTIVES)
"""As a regular expression, for conditions on alerts without a component."""
_OF_SIGNALS = {Signal.ERROR_RATE: "HighErrorRate", Signal.LATENCY_P95: "HighLatency"}


class Gates:
    """The gates of all parts of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._symptoms = {key: found for system in catalog.systems for key, found in _symptoms(system).items()}
        self._dependents = _dependents(catalog)

    def of_part(self, system: System, part: signals.Part) -> str:
        """What holds while users of the part notice something; "" where no alert could say so."""
        return self._firing(self._users((system.system, part.name)))

    def of_system(self, system: System) -> str:
        """The same of any part of the system."""
        return self._firing({key for key in self._symptoms if key[0] == system.system})

    def _users(self, key: Key) -> set[Key]:
        """The part itself and all that depends on it."""
        found, waiting = {key}, [key]
        while waiting:
            for user in self._dependents[waiting.pop()]:
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return found

    def _firing(self, keys: Iterable[Key]) -> str:
        by_system: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        for system, part in sorted(keys):
            if symptoms := self._symptoms.get((system, part)):
                by_system[system][part] = symptoms
        choices = [_chosen(system, parts) for system, parts in by_system.items()]
        return f"group by (cluster) ({' or '.join(choices)})" if choices else ""


def _chosen(system: str, parts: Mapping[str, frozenset[str]]) -> str:
    chosen = (
        matcher("alertname", "|".join(sorted(frozenset().union(*parts.values()))), "=~"),
        matcher("alertstate", "firing"),
        matcher(labels.SYSTEM, system),
        one_of(labels.COMPONENT, parts),
    )
    return selector("ALERTS", chosen)


def _symptoms(system: System) -> dict[Key, frozenset[str]]:
    """The alerts about what users notice that the generated rules have for each part."""
    found: defaultdict[Key, set[str]] = defaultdict(set)
    for slo in objectives(system):
        for section in (*tiers.sections(slo), *threshold.sections(slo)):
            found[system.system, slo.part.name] |= _named(section)
    for part in (*system.components, *system.resources):
        for one in (*part.thresholds, *system.thresholds):
            if one.signal in _OF_SIGNALS and signals.bind(one.signal, system, part):
                found[system.system, part.name].add(_OF_SIGNALS[one.signal])
    return {key: frozenset(alerts) for key, alerts in found.items() if alerts}


def _named(section: Section) -> set[str]:
    return {rule.name for rule in section.rules if rule.head == "alert" and rule.name in _OF_OBJECTIVES}


def _dependents(catalog: Catalog) -> defaultdict[Key, list[Key]]:
    found: defaultdict[Key, list[Key]] = defaultdict(list)
    for system in catalog.systems:
        for part in (*system.components, *system.resources):
            for reference in part.depends_on:
                home, _, name = reference.rpartition("/")
                found[home or system.system, name].append((system.system, part.name))
    return found
