"""Recorded series of the security board: attacks and logins of every component that counts them, and violations.

Components with a line in the catalog are recorded beside their alerts (``thresholds-*.yaml``); the rest is here, under
the same names, so that a board shows all of them alike.
"""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule
from authoring.rules import signals, thresholds
from authoring.rules.signals.query import Measured
from model import labels
from model.catalog.system import System
from model.vocabulary import Signal

ATTACKS: Final = "component:attack_signatures:per_minute"
LOGIN_FAILURES: Final = "component:login_failures:per_minute"
RATE_LIMITED: Final = "component:rate_limited:per_minute"
VIOLATIONS: Final = "component:policy_violations:last1h"
"""Violations of the last hour where they are counted, and those that stand now where they are a gauge."""

FALCO: Final = "cluster_rule_namespace:falco_events:new1m"
"""Falco's events that came within a minute; a sample only where there were any."""

_FALCO_SUM: Final = "cluster_rule_namespace:falco_events:sum"

THREAT_SCORE: Final = "component:threat_score:max"
"""Highest threat score of any one subject, by kind of subject."""

AUTHENTICATIONS: Final = "component_type_status:auth_events:per_minute"
"""Authentication events a minute by their labels ``type`` and ``status``."""

BLOCKED: Final = "component_reason_source:blocked_requests:per_minute"
"""Refused requests a minute by their labels ``reason`` and ``source_class``."""

_SIGNALS: Final = (Signal.ATTACK_SIGNATURES, Signal.LOGIN_FAILURES, Signal.RATE_LIMITED, Signal.THREAT_SCORE)

_SPLITS: Final = (
    (AUTHENTICATIONS, "(.*_)?auth_events_total", "cluster, type, status"),
    (BLOCKED, "(.*_)?blocked_requests_total", "cluster, reason, source_class"),
)


def events() -> Iterator[Rule]:
    """Read once a minute. Differences and not `increase`: events are few, and parts of one are none."""
    # The first of a kind makes a new series, which counts whole; not after a gap, when all of them look new.
    expr = f"""\
{_FALCO_SUM} - {_FALCO_SUM} offset 1m > 0
  or
(
  {_FALCO_SUM} unless {_FALCO_SUM} offset 1m
)
  and on (cluster)
group by (cluster) (up{{job=~".*sidekick.*"}} offset 1m == 1)"""
    yield Rule("record", FALCO, expr, {})


def rules(system: System) -> Iterator[Rule]:
    """For every component that declares such a metric."""
    recorded = {(part.name, query.record) for part, _, query in thresholds.bound(system)}
    for part in system.components:
        own = {labels.SYSTEM: system.system, labels.COMPONENT: part.name}
        for signal in _SIGNALS:
            query = signals.bind(signal, system, part)
            if query and (part.name, query.record) not in recorded:
                yield Rule("record", query.record, query.expr, own)
        measured = Measured(system, part)
        for record, name, by in _SPLITS:
            if split := measured.find(name):
                yield Rule("record", record, f"sum by ({by}) (rate({measured.series(split)}[5m])) * 60", own)
        if counter := measured.find("(.*_)?policy_violations_total"):
            yield Rule("record", VIOLATIONS, f"sum by (cluster) (increase({measured.series(counter)}[1h]))", own)
        elif gauge := measured.find("(.*_)?policy_violations"):
            yield Rule("record", VIOLATIONS, f"sum by (cluster) ({measured.series(gauge)})", own)
