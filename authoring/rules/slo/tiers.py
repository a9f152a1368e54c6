"""The alert tiers of one objective, from seconds to days.

Every tier asks for enough bad events to be more than chance, and stops soon after the burning stops.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from authoring.promql import all_of, any_of, enclosed, equals, number, selector
from authoring.rules.slo import silence
from authoring.rules.slo.rules import Section, alert_rule
from authoring.rules.slo.target import Slo
from authoring.rules.slo.timing import timing
from authoring.rules.slo.words import bad_events
from model.metrics import metric_names as names
from model.quantities import Duration, plain
from model.vocabulary import Severity

# Half of the events: below it a service limps, above it it is down for people. Independent of the target, because a
# tier that waits for a share of the budget needs ten minutes for a total outage at 99 %.
OUTAGE_RATIO = Decimal("0.5")
# Within 30 seconds or 5 minutes. On a service that sits at its budget, five of ten events are bad by chance less than
# once in a thousand years at 99.9 % (binomial), and once in three years of the worst traffic at 99 %.
OUTAGE_EVENTS = 5
# Where a quarter may be bad, a healthy service comes too close to half.
OUTAGE_LARGEST_BUDGET = Decimal("0.25")

# Still burning: the mean share of the last two minutes is half of the tier's threshold or more. It clears a page five
# minutes after recovery where the 6 h pair alone would hold it for half an hour; ordinary errors are too few for that.
# Asked only where a service with its load would show at least five bad events in that time while it burns: fewer may
# fall below half by chance, and the alert would flap (e^-5 (1 + 5 + 12.5) = 12 %, and `keep` bridges one such spell).
_STILL_SECONDS = 120
_STILL_EVENTS = 5
_STILL_SHARE = Decimal("0.5")
# Fewer events than this in five minutes are no share; the short window is then 30 minutes.
_SHORT_EVENTS = 10

# Whose busy hour has twenty times the traffic that is little is not quiet at night either.
_PLENTY = 20
_DAY = 86_400

_MINUTE = Duration("1m")
_FLAP = Duration("2m")
# An outage that is back within this is the same outage: a failure that comes and goes is one page, not one a burst.
# The burn tiers keep for less, or they would page when the outage that inhibits them ends.
_AGAIN = Duration("5m")
_HOUR = Duration("1h")

# A share of days needs more to look at than the short window: on a service that is new, one blip would be a trickle.
# Three hours of traffic for the share of a day, a little more than six for that of three days.
_SEEN = {"1d": Decimal("1.5"), "3d": Decimal("1.05")}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A long and a short window, and the share of the budget that is spent when the long one fires."""

    long: str
    short: str
    hours: int
    share: Decimal
    events: int
    minutes: int


# The windows and shares of the SRE workbook, chapter 5, table 5-8, and its usual fourth row. The least numbers of bad
# events keep a healthy service of 0.005 to 10 requests a second silent (docs/slo.md has the simulation).
_FAST = _Pair("1h", "5m", 1, Decimal("0.02"), 5, 1)
_SLOW = _Pair("6h", "30m", 6, Decimal("0.05"), 10, 2)
_TRICKLES = (
    _Pair("1d", "2h", 24, Decimal("0.1"), 10, 5),
    _Pair("3d", "6h", 72, Decimal("0.1"), 20, 5),
)


def sections(slo: Slo) -> Iterator[Section]:
    """The alerts of an objective, the most urgent first."""
    yield _outage(slo)
    yield _burn(slo, _FAST, names.FAST_BURN, "Fast")
    yield _burn(slo, _SLOW, names.SLOW_BURN, "Slow")
    yield _trickle(slo)
    yield _low_traffic(slo)
    yield silence.section(slo)


def _urgent(slo: Slo) -> Severity:
    return Severity.CRITICAL if slo.pages else Severity.WARNING


def _bad(slo: Slo, window: str, least: int) -> str:
    return f"{slo.events(window, names.BAD)} >= {least}"


def _no_outage(slo: Slo) -> str:
    """Why the objective has no outage tier; empty where it has one."""
    if slo.in_minutes and slo.objective.sli.kind != "probe":
        return "A value or an age on the wrong side for a minute is not an outage."
    if slo.budget > OUTAGE_LARGEST_BUDGET:
        return f"Where {_percent(slo.budget)} may be bad, half is no sign of an outage."
    return ""


def _outage(slo: Slo) -> Section:
    if reason := _no_outage(slo):
        return Section(f"Outage: left out. {reason}")
    what = bad_events(slo)
    if slo.in_minutes:
        window = _probe_window(slo)
        expr = f"min_over_time({slo.recorded(names.CHECK_FAILED)}[{window}]) == 1"
        comment = f"Outage: no success for {window}, which is two runs of the probe or more. Whatever the target."
        description = f"Every check of the last {window} failed: {what}."
    else:
        short = timing(slo).short
        half = {w: [f"{slo.errors(w)} >= {OUTAGE_RATIO}", _bad(slo, w, OUTAGE_EVENTS)] for w in (short, "5m")}
        # Five minutes remember the outage for half of them after its end: only where the short window shows too little.
        few = f"\n  unless ignoring (outcome)\n{slo.events(short, names.TOTAL)} >= {2 * OUTAGE_EVENTS}"
        expr = all_of(half["5m"]) if slo.is_latency else any_of([all_of(half[short]), all_of(half["5m"]) + few])
        seconds = "" if slo.is_latency else f"{short} or, with little traffic, "
        comment = f"Outage: half of the events of {seconds}5m are bad, {OUTAGE_EVENTS} at least. Whatever the target."
        description = f"{{{{ $value | humanizePercentage }}}} of the latest events are bad: {what}."
    summary = f"{slo.title}: at least half is {'slow' if slo.is_latency else 'failing'}"
    if slo.in_minutes:
        summary = f"{slo.title}: does not answer"
    # Latency is judged over five minutes, which are a memory of their own.
    keep = _FLAP if slo.is_latency else _AGAIN
    hold = slo.objective.outage_for if slo.objective.outage_for.seconds else None
    return Section(comment, (alert_rule(names.OUTAGE, _urgent(slo), expr, summary, description, hold=hold, keep=keep),))


def _probe_window(slo: Slo) -> str:
    """A minute, or two runs of a probe that runs more seldom than twice a minute."""
    return f"{max(60, 2 * slo.probe_interval)}s" if slo.probe_interval > 30 else _MINUTE  # noqa: PLR2004


def _factor(slo: Slo, pair: _Pair) -> Decimal:
    """Burn rate at which the pair's share of the budget is spent in its long window; never below 1."""
    hours = Duration(slo.objective.window).seconds / 3600
    return max(Decimal(1), pair.share * hours / pair.hours)


def _threshold(slo: Slo, pair: _Pair) -> Decimal | None:
    """The share of bad events at which a pair fires, or None where no share can be as high."""
    threshold = _factor(slo, pair) * slo.budget
    return threshold if threshold < 1 else None


def _burn(slo: Slo, pair: _Pair, name: str, word: str) -> Section:
    threshold, factor = _threshold(slo, pair), plain(_factor(slo, pair))
    budget = number(slo.budget)
    if threshold is None:
        return Section(f"{word} burn: left out. {factor} x {budget} is all events or more, so it could never fire.")
    short = _short(slo, pair)
    conditions = [
        f"{slo.errors(pair.long)} >= {number(threshold)}",
        f"{slo.errors(short)} >= {number(threshold)}",
        _bad(slo, pair.long, pair.minutes if slo.in_minutes else pair.events),
    ]
    still = _still_burning(slo, threshold)
    if still:
        conditions.append(still)
    expr = all_of(conditions)
    if not _no_outage(slo):
        # One failure, one page: an outage that comes and goes would fire every tier at every burst.
        outage = selector("ALERTS", equals({"alertname": names.OUTAGE, "alertstate": "firing", **slo.labels}))
        expr += f"\n  unless on (cluster)\n{outage}"
    comment = (
        f"{word} burn: {_percent(pair.share)} of the budget spent within {pair.long} ({factor} x {budget})"
        f"{', and still burning' if still else ''}."
    )
    description = (
        f"{{{{ $value | humanizePercentage }}}} of the events of the last {pair.long} are bad: {bad_events(slo)}. "
        f"The objective is {slo.target_text}; at {_percent(threshold)} a full error budget is exhausted in "
        f"{_gone_in(slo, pair)}."
    )
    summary = f"{slo.title}: {'high' if word == 'Fast' else 'moderate'} burn rate of the error budget"
    return Section(comment, (alert_rule(name, _urgent(slo), expr, summary, description, keep=_FLAP),))


def _short(slo: Slo, pair: _Pair) -> str:
    few = not slo.in_minutes and slo.assumed_load * 300 < _SHORT_EVENTS
    return "30m" if few else pair.short


def _still_burning(slo: Slo, threshold: Decimal) -> str | None:
    if slo.in_minutes:
        return f"max_over_time({slo.recorded(names.CHECK_FAILED)}[2m]) > 0"
    if slo.assumed_load * _STILL_SECONDS * threshold < _STILL_EVENTS:
        return None
    return f"avg_over_time({slo.errors(timing(slo).short)}[2m]) >= {number(threshold * _STILL_SHARE)}"


def _trickle(slo: Slo) -> Section:
    pairs = [(pair, _threshold(slo, pair)) for pair in _TRICKLES]
    able = [(pair, threshold) for pair, threshold in pairs if threshold is not None]
    budget = number(slo.budget)
    expr = any_of(
        enclosed(
            all_of(
                [
                    f"{slo.errors(pair.long)} > {number(threshold)}",
                    f"{slo.errors(pair.short)} > {number(threshold)}",
                    _bad(slo, pair.long, pair.minutes if slo.in_minutes else pair.events),
                    f"{slo.errors('1h')} > {budget}",
                    _seen(slo, pair),
                ]
            )
        )
        for pair, threshold in able
    )
    how = ", or ".join(f"{plain(_factor(slo, pair))} x {budget} over {pair.long}" for pair, _ in able)
    left_out = "" if len(able) == len(pairs) else " The pair of one day is left out: it could never fire."
    comment = f"Trickle: the budget will not last its window ({how}), and the last hour was no better.{left_out}"
    description = (
        f"{{{{ $value | humanizePercentage }}}} of the events of the last days are bad: {bad_events(slo)}. "
        f"If it continues, the objective of {slo.target_text} is missed."
    )
    summary = f"{slo.title}: a low but steady burn rate exhausts the error budget"
    return Section(comment, (alert_rule(names.TRICKLE, Severity.WARNING, expr, summary, description, keep=_HOUR),))


def _seen(slo: Slo, pair: _Pair) -> str:
    long, short = slo.events(pair.long, names.TOTAL), slo.events(pair.short, names.TOTAL)
    return f"{long}\n> {_SEEN[pair.long]} * {short}"


def _low_traffic(slo: Slo) -> Section:
    threshold = _threshold(slo, _SLOW)
    if slo.in_minutes:
        return Section("Low traffic: left out. The number of minutes is the same by day and night.")
    if threshold is None:
        return Section("Low traffic: left out. Its threshold would be all events or more.")
    # As many events a day as show the fast tier fewer than its five bad ones an hour.
    few = int(_FAST.events * 24 / (_threshold(slo, _FAST) or threshold))
    if slo.load * _DAY > _PLENTY * few:
        return Section(f"Low traffic: left out. {plain(slo.load)} events a second are expected, enough for every tier.")
    expr = all_of(
        [
            f"{slo.errors('6h')} > {number(threshold)}",
            f"{slo.errors('1d')} > {number(slo.budget)}",
            _bad(slo, "1d", 10),
            f"{slo.events('1d', names.TOTAL)} < {few}",
        ]
    )
    comment = f"Low traffic: ten bad events of fewer than {few} in a day, too few for a rate by the hour."
    description = (
        f"{{{{ $value | humanizePercentage }}}} of the few events of the last 6h are bad, ten or more within a day: "
        f"{bad_events(slo)}. The objective is {slo.target_text}."
    )
    summary = f"{slo.title}: errors at low traffic"
    return Section(
        comment, (alert_rule(names.LOW_TRAFFIC_ERRORS, Severity.WARNING, expr, summary, description, keep=_HOUR),)
    )


def _percent(share: Decimal) -> str:
    return f"{plain(share * 100)} %"


def _gone_in(slo: Slo, pair: _Pair) -> str:
    hours = Duration(slo.objective.window).seconds / 3600 / _factor(slo, pair)
    three_days = 72
    return f"{round(hours)} hours" if hours < three_days else f"{round(hours / 24)} days"
