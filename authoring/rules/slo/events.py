"""How the events of an objective are counted, in its short window and the last 5 minutes, by outcome.

Every longer window is a sum of the five-minute counts (`windows.py`), so these must be exact: neighbouring five
minutes share their border sample, and nothing is lost or counted twice between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from authoring.promql import any_of, enclosed, equals, number, selector
from authoring.rule_file import Rule
from authoring.rules.slo.rules import recording_rule
from authoring.rules.slo.target import CHECKS_PER_MINUTE, Slo
from authoring.rules.slo.timing import Timing, span, timing
from model import labels
from model.catalog.components import Component
from model.catalog.objectives import (
    AvailabilitySli,
    FreshnessSli,
    GaugeSli,
    HistogramSli,
    LatencySli,
    ProbeSli,
    RatioSli,
)
from model.catalog.telemetry import DurationUnit, Histogram, HttpMetrics, Series, in_unit
from model.metrics import metric_names as names
from model.quantities import Duration
from model.query_text import matcher

BASE = "5m"


def recordings(slo: Slo) -> Iterator[Rule]:
    """The rules that count, in order."""
    if slo.in_minutes:
        yield from _minutes(slo)
        return
    for window in (timing(slo).short, BASE):
        for outcome, expr in _counts(slo, window):
            # The short window is for burn rates and outages; what is late is measured over minutes (`threshold.py`).
            if window == BASE or outcome in (names.TOTAL, names.BAD):
                yield recording_rule(names.events(window), expr, {names.OUTCOME: outcome})


def outcomes(slo: Slo) -> tuple[str, ...]:
    """The kinds of bad events that are counted."""
    alert = slo.objective.alert_at
    return (names.BAD, names.LATE) if alert and alert.threshold is not None else (names.BAD,)


def _counts(slo: Slo, window: str) -> Iterator[tuple[str, str]]:
    sli = slo.objective.sli
    total = slo.events(window, names.TOTAL)
    increase = _Increase(timing(slo), window).summed
    match sli:
        case AvailabilitySli():
            http = _http(slo)
            all_requests = _series(slo, http.requests, sli.where)
            bad = matcher(http.status_label, sli.bad_status, "=~")
            native = _native_count_name(http)
            yield names.TOTAL, increase(all_requests, all_requests, native and _series(slo, native, sli.where))
            bad_series = _series(slo, http.requests, (*sli.where, bad))
            bad_native = native and _series(slo, native, (*sli.where, bad))
            yield names.BAD, _or_zero(increase(bad_series, all_requests, bad_native), total)
        case LatencySli():
            http = _http(slo)
            yield from _slow(slo, window, http.duration, sli.where, (sli.threshold, http.unit))
        case HistogramSli():
            yield from _slow(slo, window, sli.histogram, sli.where, (sli.threshold, sli.unit))
        case RatioSli():
            all_events = _of(slo, sli.total)
            yield names.TOTAL, increase(all_events, all_events)
            if sli.bad:
                yield names.BAD, _or_zero(increase(_of(slo, sli.bad), all_events), total)
            elif sli.good:
                good = _or_zero(increase(_of(slo, sli.good), all_events), total)
                yield names.BAD, enclosed(good, f"{total}\n- on (cluster) ")


def _slow(
    slo: Slo, window: str, histogram: str, where: tuple[str, ...], limit: tuple[Duration, DurationUnit]
) -> Iterator[tuple[str, str]]:
    observations = _series(slo, f"{histogram}_{Histogram.COUNT}", where)
    native = _series(slo, histogram, where)
    increase = _Increase(timing(slo), window).summed
    yield names.TOTAL, increase(observations, observations, native)
    total = slo.events(window, names.TOTAL)
    threshold, unit = limit
    lines = [(names.BAD, threshold)]
    alert = slo.objective.alert_at
    if alert and alert.threshold is not None:
        lines.append((names.LATE, alert.threshold))
    for outcome, line in lines:
        bound = number(in_unit(line.seconds, unit))
        in_time = increase(
            _series(slo, f"{histogram}_{Histogram.BUCKET}", (*where, _bucket(bound))),
            observations,
            native,
            fraction=f"histogram_fraction(-Inf, {bound}, %s)",
        )
        yield outcome, enclosed(in_time, f"{total}\n- on (cluster) ")


def _bucket(text: str) -> str:
    # A client writes le="1", Prometheus 3 stores le="1.0"; what was recorded before the upgrade has the old form.
    return matcher("le", text) if "." in text else matcher("le", f"{text}|{text}[.]0", "=~")


@dataclass(frozen=True, slots=True)
class _Increase:
    """How much counters have grown within a window, for the timing of whoever sends them."""

    timing: Timing
    window: str

    def summed(self, series: str, witness: str, native: str | None = None, fraction: str | None = None) -> str:
        """Summed over the series of a counter; of the native histogram where there is no counter."""
        counted = self._base(series, witness) if self.window == BASE else self._short(series)
        # The last comparison drops NaN, which a broken exporter may send: one would make the whole sum NaN.
        classic = enclosed(f"{counted} >= 0", "sum by (cluster) ")
        if native is None:
            return classic
        length = self.timing.native_base if self.window == BASE else self.timing.native
        grown = f"sum by (cluster) (rate({native}[{length}]))"
        count = f"{span(self.window)} * histogram_count({grown})"
        if fraction:
            count += f" * {fraction % grown}"
        return any_of([classic, count])

    def _base(self, series: str, witness: str) -> str:
        """Exact increase of each series over five minutes. Traps, in the order of the three lines:

        - A difference of two samples needs no extrapolation, so neighbouring windows tile; `increase` would misjudge a
          burst at a window's edge by 5 %. `last_over_time` bridges ten minutes without a scrape.
        - A labelled counter first appears when it has counted already: `increase` loses those events, and with them
          most errors of a quiet service (https://github.com/prometheus/prometheus/issues/3886). When the same process
          showed other series all the while, the new one began at zero.
        - What began again or came with a new process is extrapolated as usual.
        """
        grown = f"{series}\n- last_over_time({series}[11m] offset 5m) >= 0"
        lines = [
            f"{grown}\nunless resets({series}[{self.timing.base}]) > 0",
            f"{series}\nunless {series} offset 5m\n{_same_process(witness)}",
            f"increase({series}[5m])",
        ]
        return enclosed(any_of(lines))

    def _short(self, series: str) -> str:
        """Increase of each series over the short window. Traps, in the order of the two lines:

        - A failed scrape ends a series until the next one, so a missing sample is replaced by the one before.
        - A new series, a new process and one that began again count from zero: a process that crashes before it has
          two samples would be nothing at all, and its outage would look like silence. Where old processes are only
          new to Prometheus, their whole past counts once, good and bad alike.
        """
        now = f"last_over_time({series}[{self.timing.bridge}])"
        before = f"last_over_time({series}[{self.timing.bridge}] offset {self.window})"
        return enclosed(any_of([f"{now}\n- {before} >= 0", now]))


def _same_process(witness: str) -> str:
    # Some series of the process must have gone on: where all are new at once, labels were renamed, not counters begun.
    return enclosed(f"{witness}\nand {witness} offset {BASE}", "and on (cluster, job, instance) ")


def _or_zero(count: str, total: str) -> str:
    """A counter of failures that has not failed yet does not exist; where there are events, that means zero."""
    return f"{enclosed(count)}\n  or on (cluster)\n0 * {total}"


def _minutes(slo: Slo) -> Iterator[Rule]:
    yield recording_rule(names.CHECK_FAILED, _check(slo), {})
    check = slo.recorded(names.CHECK_FAILED)
    yield recording_rule(
        names.events(BASE), f"count_over_time({check}[5m]) / {CHECKS_PER_MINUTE}", {names.OUTCOME: names.TOTAL}
    )
    yield recording_rule(
        names.events(BASE), f"sum_over_time({check}[5m]) / {CHECKS_PER_MINUTE}", {names.OUTCOME: names.BAD}
    )


def _check(slo: Slo) -> str:
    """1 while the state is bad, 0 while it is good, nothing while it is unknown."""
    sli = slo.objective.sli
    match sli:
        case ProbeSli():
            # Asked from several places, one success is enough: the others then have a fault of their own.
            return f"max by (cluster) ({_series(slo, names.PROBE_SUCCESS, (_probe(slo, sli),))}) == bool 0"
        case FreshnessSli():
            return f"max by (cluster) ({_of(slo, sli.age)}) > bool {number(sli.max_age.seconds)}"
        case GaugeSli():
            return _gauge_check(slo, sli)
        case _:
            raise AssertionError(f"{sli.kind} is counted, not checked")


def _gauge_check(slo: Slo, sli: GaugeSli) -> str:
    value = _of(slo, sli.value)
    if sli.per_second:
        value = f"rate({value}[2m])"
    # At least: what the replicas have together. At most: the worst replica; rates add up either way.
    over = "sum" if sli.per_second or sli.at_least is not None else "max"
    bound, side = (sli.at_least, "<") if sli.at_least is not None else (sli.at_most or Decimal(0), ">")
    check = f"{over} by (cluster) ({value}) {side} bool {number(bound)}"
    if sli.only_when is None or sli.only_when_at_least is None:
        return check
    gate = f"sum by (cluster) (rate({_of(slo, sli.only_when)}[2m])) >= {number(sli.only_when_at_least)}"
    return f"{check}\n  and on (cluster)\n{gate}"


def _probe(slo: Slo, sli: ProbeSli) -> str:
    name: str | None = sli.probe
    if name is None:
        # The component's own endpoint: the first it declares; people list the overall state first.
        assert isinstance(slo.part, Component), "the catalog's checks allow health endpoints on components only"
        name = slo.part.health[0].kind
    return matcher(names.PROBE, name)


def _http(slo: Slo) -> HttpMetrics:
    assert isinstance(slo.part, Component), "the catalog's checks allow request SLIs on components only"
    http = slo.part.telemetry.requests
    assert http, "the catalog's checks demand request metrics"
    return http


def _native_count_name(http: HttpMetrics) -> str | None:
    """The native histogram that counts the requests, where the request counter is a histogram's count."""
    return http.duration if http.requests == f"{http.duration}_{Histogram.COUNT}" else None


def _of(slo: Slo, series: Series) -> str:
    return _series(slo, series.metric, series.where)


def _series(slo: Slo, metric: str, where: tuple[str, ...]) -> str:
    # An objective of a resource is measured by its exporter or by its clients, whose series carry their own component.
    wanted = {labels.SYSTEM: slo.system.system}
    if isinstance(slo.part, Component):
        wanted[labels.COMPONENT] = slo.part.name
    return selector(metric, [*equals(wanted), *where])
