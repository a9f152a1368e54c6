"""Verdicts on what Prometheus, Loki and Grafana say of themselves."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from model import labels, names
from model.verification.expected import ScrapePool, missing_rules, rule_count
from model.verification.verdicts import Outcome, Verdict, judged

SKEW_SECONDS: Final = 60
"""NTP keeps clocks within a second, so a minute is a broken clock; Loki refuses lines of ten minutes ahead, and the
collectors points of five."""
MISSED: Final = 4
"""Evaluations in a row. A busy server skips one; four are as many as the error budget gate accepts."""
SHORTEST_SECONDS: Final = 60
"""Prometheus skips evaluations while it reloads its configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``pool``: the name of its scrape pool. ``health``: up, down or unknown. ``error``: of its last scrape."""

    pool: str
    instance: str
    health: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of rules as its server has it. ``evaluated``: Unix time; 0 before the first. ``errors``: rule -> error.

    ``rules``: in order. ``pending``: rules that were not evaluated yet. ``interval``: seconds.
    """

    name: str
    rules: tuple[str, ...]
    interval: float
    evaluated: float
    errors: Mapping[str, str]
    pending: tuple[str, ...] = ()


def clock(ours: float, theirs: float) -> Outcome:
    """Whether both show the same time: Unix time, seconds."""
    ahead = ours - theirs
    if abs(ahead) > SKEW_SECONDS:
        side = "ahead of" if ahead > 0 else "behind"
        return Outcome(Verdict.FAILED, f"this machine's clock is {abs(ahead):.0f} s {side} the clock of Prometheus")
    return judged(f"{abs(ahead):.1f} s apart")


def targets(expected: Sequence[ScrapePool], found: Collection[Target], absent: Collection[str]) -> Outcome:
    """Whether each pool has targets, and every target is up. ``absent``: pools' names that this world cannot have."""
    known = {name for target in found if (name := _object(target.pool))}
    failed = [
        f"{target.pool} {target.instance} is {target.health}: {target.error or 'no reason given'}"
        for target in found
        if target.health == "down"
    ]
    unknown = [f"{one.pool} {one.instance} was not scraped yet" for one in found if one.health not in ("up", "down")]
    for pool in expected:
        if (pool.kind, pool.name) in known:
            continue
        sentence = f"{pool.kind} {pool.name} has no target"
        if pool.name in absent:
            unknown.append(f"{sentence}: it does not run here")
        else:
            failed.append(sentence)
    return judged(f"{len(found)} targets are up, {len(expected)} monitors and probes", failed, unknown)


def _object(pool: str) -> tuple[str, str] | None:
    """Kind and name of the object behind a scrape pool, such as ``serviceMonitor/namespace/name/0``."""
    kind, _, rest = pool.partition("/")
    _, _, name = rest.partition("/")
    return (kind, name.partition("/")[0]) if name else None


def rules(expected: Mapping[str, tuple[str, ...]], found: Sequence[Group], now: float) -> Outcome:
    """Whether every planned rule is loaded, and every loaded one healthy and fresh. ``now``: the server's Unix time."""
    loaded: dict[str, tuple[str, ...]] = {}
    for group in found:
        loaded[group.name] = (*loaded.get(group.name, ()), *group.rules)
    failed = list(missing_rules(expected, loaded))
    unknown: list[str] = []
    for group in found:
        failed += [f"{group.name}: {rule}: {error}" for rule, error in group.errors.items()]
        if group.pending or not group.evaluated:
            unknown.append(f"{group.name}: not evaluated yet")
        elif (age := now - group.evaluated) > max(SHORTEST_SECONDS, MISSED * group.interval):
            failed.append(f"{group.name}: last evaluated {age:.0f} s ago, its interval is {group.interval:.0f} s")
    return judged(f"{rule_count(expected)} rules in {len(expected)} groups", failed, unknown)


def heartbeat(alertmanagers: Sequence[str], receivers: Collection[str] | None) -> Outcome:
    """``alertmanagers``: URLs that Prometheus posts to. ``receivers``: of the Watchdog; None if it did not arrive."""
    failed = []
    if not alertmanagers:
        failed.append("Prometheus knows no Alertmanager")
    if receivers is None:
        failed.append(f"the alert {names.WATCHDOG} is not in Alertmanager")
    return judged(f"{names.WATCHDOG} arrived: {', '.join(sorted(receivers or ()))}", failed)


def boards(expected: Mapping[str, str], found: Mapping[str, tuple[str, bool]]) -> Outcome:
    """``found``: uid -> folder, and whether Grafana calls it provisioned."""
    failed = [sentence for uid, folder in expected.items() for sentence in _board_faults(uid, folder, found.get(uid))]
    return judged(f"{len(expected)} dashboards", failed)


def _board_faults(uid: str, folder: str, found: tuple[str, bool] | None) -> Iterator[str]:
    if found is None:
        yield f"{uid} does not exist"
        return
    there, provisioned = found
    if there != folder:
        yield f"{uid} is in the folder {there}, planned {folder}"
    if not provisioned:
        yield f"{uid} is not provisioned: somebody saved it by hand"


def left_out(systems: Collection[str], every: Collection[str]) -> list[str]:
    """The systems that a verification of ``systems`` does not ask about; empty: of all."""
    return sorted(set(every) - {*systems, labels.OWN_SYSTEM, ""}) if systems else []
