"""When nothing comes any more: one alert for one silence of a part, whatever the number of its objectives.

Silence is news where the hour before was busy, unless Prometheus itself was away, or the same silence came at this time
on the days before: offices close every evening, and batches end.
"""

from authoring.promql import any_of, enclosed
from authoring.rule_file import Rule
from authoring.rules.slo.rules import Section, alert_rule, recording_rule
from authoring.rules.slo.target import Slo, objectives
from authoring.rules.slo.timing import timing
from model.catalog.objectives import AvailabilitySli, GaugeSli, HistogramSli, LatencySli, RatioSli
from model.metrics import metric_names as names
from model.quantities import Duration, plain
from model.vocabulary import Severity

# A five-minute silence is news where 30 events were to be expected in it, and a minute of silence likewise: chance
# explains it once in e^30 (Poisson). Below 0.1 events a second silence is ordinary.
EVENTS = 30
BUSY = EVENTS * 60
"""Events in an hour from which a minute of silence is news."""
QUIET = EVENTS * 12
"""The same for five minutes."""

# Yesterday and a week ago: people follow the day and the week.
_DAYS = ("1d", "7d")
# The same silence: it began up to two hours earlier in the day or will begin within the next hour. A silence is seen
# for an hour, because the hour before it must be busy; offices and clocks differ by less than an hour.
_SAME, _SHIFTS = "3h", {"1d": "23h", "7d": "167h"}
# A service that is back for less than this and silent again is the same silence.
_KEEP = Duration("5m")


def section(slo: Slo) -> Section:
    """The alert on silence of one objective; without a rule where another objective or nothing at all has it."""
    if reason := _left_out(slo):
        return Section(f"No data: left out. {reason}")
    leader = next(other for other in _alerting(slo) if _counted(other) == _counted(slo))
    if leader != slo:
        return Section(f"No data: left out. {leader.objective.name} measures the same and alerts.")
    first = next(iter(_alerting(slo)))
    silent = slo.recorded(names.SILENCE)
    expr = _unusual(slo, silent)
    if first != slo:
        # All of it is silent: one alert says so.
        expr = f"{enclosed(expr)}\n  unless ignoring (objective)\n{first.recorded(names.SILENCE)}"
    return Section(_comment(slo), (recording_rule(names.SILENCE, _silence(slo), {}), _alert(slo, expr)))


def _left_out(slo: Slo) -> str:
    if slo.in_minutes:
        timed = isinstance(slo.objective.sli, GaugeSli) and slo.objective.sli.only_when is not None
        return "It is measured at times only, so its absence is ordinary." if timed else ""
    if slo.bursts:
        return "Its load comes in bursts, so silence is ordinary."
    if slo.load * 300 < EVENTS:
        expected = f"{plain(slo.load)} events a second expected" if slo.load else "no load in the catalog"
        return f"With {expected}, silence is ordinary."
    return ""


def _alerting(slo: Slo) -> list[Slo]:
    """The part's objectives that could alert on silence. First what pages, what is counted, and the whole of it."""
    several = (other for other in objectives(slo.system) if other.part.name == slo.part.name)
    able = [other for other in several if not _left_out(other)]
    return sorted(able, key=lambda other: (not other.pages, other.in_minutes, bool(_where(other))))


def _counted(slo: Slo) -> tuple[object, ...]:
    """What is silent when its series are: equal for objectives that count the same events."""
    sli = slo.objective.sli
    match sli:
        case AvailabilitySli() | LatencySli():
            return ("requests", _where(slo))
        case RatioSli():
            return (sli.total.metric, _where(slo))
        case HistogramSli():
            return (sli.histogram, _where(slo))
        case _:
            return (sli,)


def _where(slo: Slo) -> tuple[str, ...]:
    sli = slo.objective.sli
    return sli.total.where if isinstance(sli, RatioSli) else getattr(sli, "where", ())


def _is_busy(slo: Slo) -> bool:
    """Whether a minute of silence is news."""
    return slo.load * 60 >= EVENTS


def _silence(slo: Slo) -> str:
    """1 while nothing comes although there was enough in the hour before, and Prometheus was there to see it."""
    if slo.in_minutes:
        check = slo.recorded(names.CHECK_FAILED)
        silent = f"count_over_time({check}[1h] offset 5m)\n  unless\n{check}"
    else:
        hour = f"{slo.events('1h', names.TOTAL)} offset 5m"
        silent = f"{hour} >= {QUIET}\n  unless\n{slo.events('5m', names.TOTAL)} > 0"
        if _is_busy(slo):
            silent = enclosed(f"{hour} >= {BUSY}\n  or\n{silent}")
        # The short window also counts a process that crashes before it has two samples.
        silent += f"\n  unless\n{slo.events(timing(slo).short, names.TOTAL)} > 0"
    span, evaluations = timing(slo).settled
    there = f"count_over_time({slo.recorded(names.OBJECTIVE_RATIO)}[{span}]) >= {evaluations}"
    return f"{enclosed(silent, 'group without (outcome) ')}\n  and on ()\n{there}"


def _unusual(slo: Slo, silent: str) -> str:
    """Silence now, and not on the days before at this time; a day that was busy all along settles it."""
    same = {day: f"count_over_time({silent}[{_SAME}] offset {shift})" for day, shift in _SHIFTS.items()}
    went_on = any_of(f"{_busy(slo, day)}\n  unless ignoring (outcome)\n{same[day]}" for day in _DAYS)
    never = "\n  unless\n".join([silent, *same.values()])
    return f"{never}\n  or\n{silent}\n  and ignoring (outcome)\n{enclosed(went_on)}"


def _busy(slo: Slo, day: str) -> str:
    if slo.in_minutes:
        return f"{slo.recorded(names.CHECK_FAILED)} offset {day}"
    return f"{slo.events('1h', names.TOTAL)} offset {day} >= {QUIET}"


def _comment(slo: Slo) -> str:
    if slo.in_minutes:
        return (
            "No data: an objective measured within the last hour has no data now, unless Prometheus was down or the "
            "same happened yesterday and a week ago."
        )
    shortest = timing(slo).short if _is_busy(slo) else "5m"
    return (
        f"No data: no event in {shortest} and the pending period, where the hour before says that {EVENTS} were "
        f"expected, unless Prometheus was down or the same happened yesterday and a week ago."
    )


def _alert(slo: Slo, expr: str) -> Rule:
    if slo.in_minutes:
        summary, what = f"{slo.title} is no longer measured", "No value has come"
    else:
        summary, what = f"{slo.system.system}/{slo.part.name} receives nothing", "No event has come"
    description = (
        f"{what}, although some had within the last hour. Either {slo.part.name} is down or unreachable, or its "
        f"metrics are missing: then errors would not be detected either."
    )
    hold = timing(slo).absence if slo.in_minutes else timing(slo).silence
    severity = Severity.CRITICAL if slo.pages else Severity.WARNING
    return alert_rule(names.NO_DATA, severity, expr, summary, description, hold=hold, keep=_KEEP)
