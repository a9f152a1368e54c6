"""Attacks: metrics raise the alert where the catalog has a threshold for them, else logs."""

from collections.abc import Iterator
from typing import Any

from lab.faults.fault import Fault, Target
from lab.faults.objectives import every_part, expected, line
from lab.faults.services import LAG
from lab.workload.effects import Effect
from model.catalog.catalog import Catalog
from model.vocabulary import ComponentKind, Severity, Signal

_A_SECOND = 5.0
# Loki's rules are evaluated once a minute, and lines take a while to arrive.
_BY_LOGS = 60 + LAG


def _targets(
    catalog: Catalog, signal: Signal, by_metric: str, by_logs: str, attack: dict[str, Any]
) -> Iterator[Target]:
    """Those with a line that pages first."""
    without = []
    for system, part in every_part(catalog):
        if part.kind != ComponentKind.HTTP_SERVICE:
            continue
        name, limit = f"{system.system}/{part.name}", line(system, part, signal)
        effects = (Effect(system=system.system, component=part.name, **attack),)
        if limit and limit.critical is not None:
            alert = expected(by_metric, Severity.CRITICAL, system, part)
            yield Target(name=name, expected=alert, effects=effects, detect=30 + LAG)
        else:
            alert = expected(by_logs, Severity.WARNING, system, part)
            without.append(Target(name=name, expected=alert, effects=effects, detect=_BY_LOGS))
    yield from without


def _brute_force(catalog: Catalog) -> Iterator[Target]:
    failures = {"login_failures": _A_SECOND}
    yield from _targets(catalog, Signal.LOGIN_FAILURES, "LoginFailures", "LoginFailuresOfOneAccount", failures)


def _injection(catalog: Catalog) -> Iterator[Target]:
    attempts = {"sql_injections": _A_SECOND}
    yield from _targets(catalog, Signal.ATTACK_SIGNATURES, "AttackSignatures", "SqlInjectionAttempts", attempts)


FAULTS = (
    Fault(name="login-brute-force", sentence="Repeated failed logins to one account.", targets=_brute_force),
    Fault(name="sql-injection", sentence="Somebody sends requests with SQL in them.", targets=_injection),
)
