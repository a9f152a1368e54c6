"""How often alerts fired, for how long, and how many ended before anybody could have acted; over the time range."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording.alerts import ENDED, ENDED_EARLY, SINCE

_ROW = "alertname, severity, team"
DAY = 86400


def _of(metric: str, where: str = "") -> str:
    return chosen.by(metric, "system", where=where)


def _over_range(statistic: str, metric: str = ENDED, where: str = "") -> str:
    return f"{statistic}_over_time({_of(metric, where)}[$__range])"


def ended(where: str = "") -> str:
    """How many times alerts fired and ended; 0 and not nothing without any."""
    return f"sum({_over_range('count', where=where)}) or vector(0)"


def early_share() -> str:
    """Share of those that ended before anybody could have acted."""
    early = f"(sum({_over_range('count', ENDED_EARLY)}) or vector(0))"
    return f"{early} / sum({_over_range('count')})"


def mean() -> str:
    """Average seconds until an alert ended."""
    return f"sum({_over_range('sum')}) / sum({_over_range('count')})"


def firing() -> str:
    """How many fire now; 0 and not nothing without any."""
    return f"count({_of(SINCE)}) or vector(0)"


def firing_long(seconds: int = DAY) -> str:
    """How many have fired for longer than that."""
    return f"count(time() - {_of(SINCE)} > {seconds}) or vector(0)"


def times() -> str:
    """How many times each fired and ended, most first."""
    return f"sort_desc(sum by ({_ROW}) ({_over_range('count')}))"


def early() -> str:
    """How many times each ended early."""
    return f"sum by ({_ROW}) ({_over_range('count', ENDED_EARLY)})"


def mean_each() -> str:
    """Average seconds until each ended."""
    return f"sum by ({_ROW}) ({_over_range('sum')}) / sum by ({_ROW}) ({_over_range('count')})"


def longest() -> str:
    """The most seconds that each fired."""
    return f"max by ({_ROW}) ({_over_range('max')})"


def in_all() -> str:
    """All seconds that each fired, of all components together."""
    return f"sum by ({_ROW}) ({_over_range('sum')})"


def still_firing() -> str:
    """For how many seconds each alert that fires has fired, longest first."""
    by = "alertname, severity, team, system, component, cluster"
    return f"sort_desc(max by ({by}) (time() - {_of(SINCE)}))"


def by_component() -> str:
    """How many times alerts of each component fired and ended, most first."""
    return f"sort_desc(topk(20, sum by (system, component) ({_over_range('count')})))"


def ended_in_a_day(by: str, where: str = "") -> str:
    """How many ended in the day before each moment."""
    return f"sum by ({by}) (count_over_time({_of(ENDED, where)}[1d]))"


def early_in_a_day() -> str:
    """How many ended early in the day before each moment, by team."""
    return f"sum by (team) (count_over_time({_of(ENDED_EARLY)}[1d]))"


def mean_in_a_day() -> str:
    """Average seconds until alerts ended, of the day before each moment, by severity."""
    by = "by (severity)"
    return f"sum {by} (sum_over_time({_of(ENDED)}[1d])) / sum {by} (count_over_time({_of(ENDED)}[1d]))"
