"""What a made-up series is worth at a moment: people's day, a little unrest, and trouble where a label says so.

Everything follows from the series' own labels, so two stores are the same to the last bit.
"""

import math
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from model.vocabulary import Unit

Value = Callable[[int], float]
"""Unix time, in seconds, to the value."""

DAY: Final = 86_400
# Share of the value, period in seconds: a day's tide, and waves that are no divisors of each other.
WAVES: Final = ((0.35, DAY), (0.10, 7_900), (0.05, 2_900))
BUCKETS: Final = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf")

# Labels whose values matter to many queries, most common first.
STATUSES: Final = ("200", "404", "401", "500", "503")
VOCABULARY: Final = {
    **dict.fromkeys(("status", "code", "status_code", "http_response_status_code"), STATUSES),
    "priority": ("Notice", "Warning", "Critical"),
    "device": ("eth0",),
    "fstype": ("ext4",),
    "mode": ("idle", "user", "system"),
    "resource": ("cpu", "memory", "pods"),
    "error_type": ("", "timeout"),
    "rcode": ("NOERROR", "SERVFAIL"),
    "time": ("detect", "acknowledge", "restore"),
    "quantile": ("0.5", "0.9"),
    "verdict": ("act", "stand-down"),
    "outcome": ("healed", "not-healed", "new"),
    "answer": ("approved", "late"),
    "span_kind": ("SPAN_KIND_SERVER", "SPAN_KIND_CLIENT"),
}

# Times of the same incidents: what is detected is acknowledged later and restored last, and half takes less than most.
TIMES: Final = {
    ("quantile", "0.9"): 1.8,
    ("time", "detect"): 0.2,
    ("time", "acknowledge"): 0.6,
    ("time", "restore"): 2.0,
}
OF_TIMES: Final = frozenset(name for name, _ in TIMES)
# Few enough that a part of one would be seen.
WHOLE: Final = re.compile(r"incidents_open|incident_(actions|times)_\w+|belfry_remediation_(waiting|escalated)\w*")

BAD: Final = re.compile(r"5\d\d|.*(fail|err|refus|timeout|reject|drop|lost|refund|cancel|bounce|SERVFAIL).*", re.I)
RARE: Final = re.compile(r"4\d\d|miss|empty|other|inaccurate|Critical|Warning")
TROUBLE: Final = re.compile(
    r".*(fail|error|refused|discard|drop|reject|evict|deadlock|exceeded|throttl|missed|rollback|oom|restarts|malformed"
    r"|_errs_|attack|blocked|violation|5_?xx).*",
    re.I,
)
COUNTERS: Final = re.compile(
    r".*(_total|_count|_sum|_bucket|_evictions|exceeded|_renew_errors|_kill|blks_\w+|xact_\w+)"
)

# Gauges: name -> value. The first that fits counts; the reason is the one of its rule, or what is usual.
FLAGS: Final = re.compile(
    r".*(_up|_success(ful)?|_info|_owner|_labels|_created|_link_up|_name|_ready|nginx_up|:bool)|up|kube_job_complete"
)
# Gauges whose names end as counters do: numbers of sessions, and what CloudWatch has summed already.
SUMMED: Final = re.compile(r"aws_|pg_stat_activity_|pg_locks_")
# States without a label that says so: healthy and complete, or unavailable.
TROUBLED: Final = re.compile(r"pg_scrape_collector_success|kube_job_complete|.*_current_healthy|.*_unavailable_\w+")
GAUGES: Final = tuple(
    (re.compile(pattern), value)
    for pattern, value in (
        (r"kube_node_status_allocatable", 8.0),
        # A disk that is read-only is left out of all others' numbers.
        (r"node_filesystem_readonly", 0.0),
        (r"kube_pod_container_resource_requests", 0.5),
        (r"kube_pod_container_resource_limits", 1.0),
        (r"kube_\w+_spec_max_replicas|.*max_connections", 10.0),
        (r"kube_(deployment|statefulset|daemonset|horizontal|poddis).*", 2.0),
        (r"(node_filesystem|kubelet_volume_stats)_(size|capacity)_bytes", 100e9),
        (r"kubelet_volume_stats_used_bytes|node_filesystem_avail_bytes", 55e9),
        (r"node_memory_MemTotal_bytes", 16e9),
        (r"node_memory_MemAvailable_bytes", 7e9),
        (r"container_memory_working_set_bytes", 420e6),
        (r".*(_files|_inodes|filefd_maximum|_limit|_capacity|_max_bytes|limit_bytes|data_size_bytes)", 4e9),
        (r".*(_files_free|_inodes_used|_allocated|_entries|_used_bytes|blocks_bytes|available_bytes)", 2.2e9),
        (r".*_hourly_cost|kubecost_.*", 0.19),
        (r"pg_stat_activity_count", 9.0),
        (r"aws_dynamodb_provisioned.*", 400.0),
        (r"aws_dynamodb_consumed.*", 60_000.0),
        (r"container_memory_allocation_bytes", 0.5 * 1024**3),
        (r"container_cpu_allocation", 0.4),
        (r".*(_ratio|_rate|accuracy)", 0.93),
        (r".*(percentage|cpuutilization|score).*", 62.0),
        (r".*(latency|response_time|duration).*", 0.08),
        (r".*lag.*", 3.0),
        (r"belfry_remediation_(waiting|escalated)\w*", 0.4),
        (r"incident_time_seconds", 420.0),
        (r"incident_times_measured", 12.0),
        (r"incident_actions_open", 4.0),
        (r"incident_actions_overdue|incidents_open", 0.6),
        (r".*(vulnerabilit|violation|dead|waiting|visible|pending|locks).*", 3.0),
        (r".*(users|sessions).*", 2_400.0),
        (r".*head_series", 420_000.0),
    )
)
BY_UNIT: Final = {
    Unit.RATIO: 0.93,
    Unit.PERCENT: 62.0,
    Unit.SECONDS: 40.0,
    Unit.BYTES: 2e9,
    Unit.USD: 180.0,
    Unit.SCORE: 86.0,
}
MEMORY: Final = 1024.0**3
PODS: Final = 58.0  # that fit on a node of four processors
DOWN, FEW = 0.04, 10
STATE_LABELS: Final = frozenset({"condition", "phase", "reason"})
GOOD_STATES: Final = ("Ready", "Running", "Bound", "Available", "Progressing", "ScalingActive", "Complete", "Active")


def of(
    metric: str,
    labels: Mapping[str, str],
    now: int,
    *,
    unit: Unit | None = None,
    load: float = 1.0,
    trouble: float = 0.0,
) -> Value:
    """The values of a series.

    ``load`` is what goes on there a second, ``now`` is when the store ends, ``trouble`` the share of things in a bad
    state.
    """
    if "_timestamp" in metric or metric.endswith(("_expiry", "_time", "_seconds_since_epoch")):
        ago = 15.0 if metric.startswith("belfry_remediation") else 600.0
        return lambda _: now + 40.0 * DAY if "expir" in metric else now - ago
    if COUNTERS.fullmatch(metric) and not SUMMED.match(metric):
        return _counter(metric, labels, now, load, unit)
    state = _state(metric, labels, trouble)
    return _gauge(metric, labels, unit) if state is None else lambda _: state


def _state(metric: str, labels: Mapping[str, str], trouble: float) -> float | None:
    """0 or 1 for what is a state: the good ones hold, the bad ones here and there. None for a quantity."""
    bad = chance(metric, labels) < trouble
    if TROUBLED.fullmatch(metric):
        return float(bad == bool(re.search("unavailable", metric)))
    if FLAGS.fullmatch(metric):
        return float(metric != "up" or chance("down", labels) >= DOWN)
    if not STATE_LABELS.isdisjoint(labels) or metric.startswith("kube_pod_status"):
        good = labels.get("condition", labels.get("phase", "")) in GOOD_STATES and labels.get("status") != "false"
        return float(good or bad)
    return None


def _gauge(metric: str, labels: Mapping[str, str], unit: Unit | None) -> Value:
    level = next((value for pattern, value in GAUGES if pattern.fullmatch(metric)), BY_UNIT.get(unit or Unit.COUNT, 24))
    level = {"memory": level * MEMORY, "pods": PODS}.get(labels.get("resource", ""), level)
    if level == int(level) and level <= FEW and metric.startswith("kube_"):
        return lambda _: level
    # Totals of storage and the like do not move; what is used does.
    if re.search(r"(size|capacity|Total|limit|max(imum)?|cost|allocat)", metric):
        return lambda _: level
    scale = (
        level
        * (0.7 + 0.6 * chance(metric, _without_times(labels)))
        * (0.05 if TROUBLE.fullmatch(metric) else 1)
        * _weight(labels)
    )
    if metric == "incident_time_seconds":
        scale *= math.prod(TIMES.get(label, 1.0) for label in labels.items())
    wave = tide(labels)
    if WHOLE.fullmatch(metric):
        return lambda t: float(round(scale * wave(t)))
    return lambda t: scale * wave(t)


def _counter(metric: str, labels: Mapping[str, str], now: int, load: float, unit: Unit | None) -> Value:
    base = re.sub(r"_(bucket|count|sum)$", "", metric)
    rest = {name: value for name, value in labels.items() if name != "le"}
    rate = load * (0.6 + 0.8 * chance(base, rest)) * _weight(labels)
    if TROUBLE.fullmatch(base):
        rate *= 0.0002 if "restarts" in metric or "oom" in metric else 0.01
    if metric.startswith("belfry_remediation"):
        rate *= 1e-5  # some actions a day
    elif "bytes" in metric:
        rate *= 2e6
    elif "packets" in metric:
        rate *= 2e3
    elif "seconds" in metric and not metric.endswith(("_bucket", "_count")):
        rate *= 0.2
    elif unit is Unit.USD:
        rate *= 0.02 if "cost" in metric else 4
    if metric.endswith("_bucket"):
        rate *= _below(labels.get("le", "+Inf"), _median(metric, rest, unit))
    elif metric.endswith("_sum"):
        rate *= _median(metric, rest, unit) * 1.3
    # Waves of replicas of one thing agree, those of its failures do not.
    waves = [(share, 2 * math.pi / period, phase) for share, period, phase in _phases(rest)]
    began = now - 40 * DAY

    def total(t: int) -> float:
        waved = sum(share / speed * (1 - math.cos(speed * (t - began) + phase)) for share, speed, phase in waves)
        return max(rate * (t - began + waved), 0.0)

    return total


def tide(labels: Mapping[str, str]) -> Value:
    """What the hour makes of a value of 1."""
    waves = [(share, 2 * math.pi / period, phase) for share, period, phase in _phases(labels)]
    return lambda t: 1 + sum(share * math.sin(speed * t + phase) for share, speed, phase in waves)


def chance(word: str, labels: Mapping[str, str]) -> float:
    """0 to 1, always the same for the same labels."""
    return zlib.crc32(f"{word}{sorted(labels.items())}".encode()) / 2**32


def _without_times(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Without those of which the values of one thing must agree, or a median might be above its 90th percentile."""
    return {name: value for name, value in labels.items() if name not in OF_TIMES}


def _phases(labels: Mapping[str, str]) -> list[tuple[float, float, float]]:
    whose = labels.get("system", "") + labels.get("component", labels.get("node", labels.get("pod", "")))
    place = 2 * math.pi * zlib.crc32(whose.encode()) / 2**32
    own = 2 * math.pi * chance("phase", _without_times(labels))
    # All have the same day, nobody the same minute.
    return [(share, period, 0.4 * place if period == DAY else place + own) for share, period in WAVES]


def _weight(labels: Mapping[str, str]) -> float:
    share = 1.0
    for name, value in labels.items():
        if name in ("reason", "metric", "pod", "component", "system", "namespace", "job"):
            continue
        if BAD.fullmatch(value):
            share *= 0.0001 + 0.0008 * chance("bad", labels) ** 4
        elif RARE.fullmatch(value):
            share *= 0.03
        elif name == "type" and value == "used":
            share *= 0.55
        elif name == "mode" and value == "idle":
            share *= 2.2
    return share


def _median(metric: str, labels: Mapping[str, str], unit: Unit | None) -> float:
    scale = 0.03 if unit is Unit.SECONDS or "seconds" in metric else 1.0
    if "lcp" in metric or "gen_ai" in metric:
        scale *= 20
    return scale * (0.5 + chance("median", labels))


def _below(le: str, median: float) -> float:
    """Share of a log-normal distribution below a bucket's edge."""
    if le == "+Inf":
        return 1.0
    return 0.5 * (1 + math.erf(math.log(float(le) / median) / (0.6 * math.sqrt(2)))) if float(le) > 0 else 0.0
