"""The alert threshold of the team's document (`alert_at`): measured over minutes, with a pending period.

It stands beside the burn-rate alerts, which are those of the objective always. It is named after what is bad, so that
its runbook is the one for a high error rate, for high latency and so on, whichever way the catalog asks for the alert.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from authoring.promql import all_of, number
from authoring.rules.signal_alerts import ALERTS
from authoring.rules.slo.rules import Section, alert_rule
from authoring.rules.slo.target import Slo
from authoring.rules.slo.words import bad_events
from model.catalog.objectives import AlertAt, AvailabilitySli, HistogramSli, LatencySli, RatioSli
from model.dashboards import Board
from model.go_template import literal
from model.metrics import metric_names as names
from model.quantities import Duration, plain
from model.vocabulary import Severity, Signal

# One error among ten requests is a share of 10 % and no sign of anything. At a threshold five times the objective's
# budget, five bad events come by chance once in months on a service of one request a second (Poisson).
_LEAST_EVENTS = 5
# A probe that fails once has met a restart; it must fail twice, and for a minute at least.
_LEAST_RUNS = 2
# The shortest window that shows this many bad events at the threshold: a share of fewer jumps up and down.
_SHOWN_EVENTS = 10
_WINDOWS = ("5m", "15m", "30m", "1h")
# A longer window remembers what has ended; something bad must have come within this time.
_RECENT = "15m"
_KEEP = Duration("5m")

# Signals that say more exactly what is bad than "below the threshold".
_SIGNALS = (
    Signal.AI_LATENCY_P95,
    Signal.CACHE_HIT_RATIO,
    Signal.ERROR_RATE,
    Signal.LATENCY_P50,
    Signal.LATENCY_P95,
    Signal.LATENCY_P99,
    Signal.QUERY_LATENCY_P95,
)
ALERT_NAMES = (names.BELOW_THRESHOLD, *(ALERTS[signal].name for signal in _SIGNALS))
"""What the alert of a threshold may be called."""


def sections(slo: Slo) -> Iterator[Section]:
    """The alert, where the objective has a threshold."""
    at = slo.objective.alert_at
    if at is None:
        return
    window, share, least = window_of(slo, at), share_of(slo, at), _least(slo)
    percent = f"{plain(share * 100)} %"
    unit = "minutes" if slo.in_minutes else "events"
    name, board = named(slo)
    if at.threshold is None:
        summary, meaning = f"below the alert threshold of {plain(100 - share * 100)} %", f"The threshold is {percent}."
    else:
        percentile = f"p{plain(slo.objective.target)}"
        summary = f"{percentile} is above the alert threshold of {at.threshold}"
        meaning = f"More than {percent} put the {percentile} above the threshold."
    what = f"{{{{ $value | humanizePercentage }}}} of the {unit} of the last {window} are bad"
    alert = alert_rule(
        name,
        severity(slo, at),
        all_of(_conditions(slo, at, window)),
        f"{slo.title}: {summary}",
        f"{what}: {bad_events(slo, at.threshold)}. {meaning} {literal(at.reason)}",
        hold=at.hold if at.hold.seconds else None,
        keep=_KEEP,
        board=board,
    )
    pending = f"for {at.hold}" if at.hold.seconds else "at once"
    yield Section(
        f"Alert threshold: more than {percent} over {window} {pending}, {least} bad {unit} at least.", (alert,)
    )


def _conditions(slo: Slo, at: AlertAt, window: str) -> Iterator[str]:
    outcome = names.LATE if at.threshold is not None else names.BAD
    bad, total = slo.events(window, outcome), slo.events(window, names.TOTAL)
    yield f"{bad}\n/ ignoring (outcome) ({total} > 0)\n> {number(share_of(slo, at))}"
    yield f"{bad} >= {_least(slo)}"
    if Duration(window).seconds > Duration(_RECENT).seconds:
        yield f"{slo.events(_RECENT, outcome)} > 0"


def share_of(slo: Slo, at: AlertAt) -> Decimal:
    """The share of bad events above which the alert is pending. A percentile is above when more than its rest are."""
    return (100 - at.target) / 100 if at.target is not None else slo.budget


def window_of(slo: Slo, at: AlertAt) -> str:
    """The time over which the share is measured."""
    if at.window:
        return at.window
    if slo.in_minutes:
        return _WINDOWS[-1]
    rate = slo.assumed_load * share_of(slo, at)
    return next((w for w in _WINDOWS if rate * Duration(w).seconds >= _SHOWN_EVENTS), _WINDOWS[-1])


def severity(slo: Slo, at: AlertAt) -> Severity:
    """The document's, or that of the objective's urgent alerts."""
    return at.severity or (Severity.CRITICAL if slo.pages else Severity.WARNING)


def named(slo: Slo) -> tuple[str, str]:
    """The alert's name and its board: those of the signal that says what is bad, where there is one."""
    signal = _signal(slo)
    return (ALERTS[signal].name, ALERTS[signal].board.path) if signal else (names.BELOW_THRESHOLD, Board.SLO.path)


def _signal(slo: Slo) -> Signal | None:
    match slo.objective.sli:
        case AvailabilitySli():
            return Signal.ERROR_RATE
        case LatencySli():
            return _of_quantile(slo.objective.target)
        case HistogramSli() as sli if re.match("(db|database)_", sli.histogram):
            return Signal.QUERY_LATENCY_P95
        case HistogramSli() as sli if sli.histogram.startswith("gen_ai_"):
            return Signal.AI_LATENCY_P95
        case RatioSli() as sli if sli.total.metric.startswith("cache_lookups"):
            return Signal.CACHE_HIT_RATIO
        case _:
            return None


def _of_quantile(target: Decimal) -> Signal:
    median, tail = 50, 99
    return Signal.LATENCY_P50 if target <= median else Signal.LATENCY_P99 if target >= tail else Signal.LATENCY_P95


def _least(slo: Slo) -> int:
    return max(1, ceil(_LEAST_RUNS * slo.probe_interval / 60)) if slo.in_minutes else _LEAST_EVENTS
