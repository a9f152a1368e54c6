"""Points of metrics that Prometheus would not take, or not alone: it refuses the whole request for one of them.

Tried with Prometheus 3.15 by OTLP: delta or unspecified temporality, a name or a key without letters and digits, a
time outside its window, a histogram whose count is not the sum of its buckets, a metric without data.

Also a point of a series whose newest sample has the same millisecond and another value, whatever made the two one
series: two scopes, two resources with the same labels, two names or units that become one. In one request the first of
them counts and nothing is refused. No processor can see the other request: hence requests of one sender each
(:func:`configs.collector.parts.prometheus_exporters`), and :data:`LATEST` for the series that the gateway makes.
"""

from configs.collector.faults import MARK, Fault
from configs.collector.ottl import quote, transform
from configs.collector.parts import Config, Runtime
from configs.collector.sizes import MARKER
from configs.prometheus.prometheus_stack import LATE_MINUTES, LIMITS

JUDGE = "transform/points"
FILTER = "filter/points"
ONLY_DELTA = "filter/only_delta"
UNMARKED = "transform/unmarked"
INTERVAL = "interval"
NOW = "transform/now"
CUMULATIVE = "delta_to_cumulative/points"
FORWARD = "forward/metrics"
# On converted series: the replica of the gateway that added them up.
CONVERTER = "converted_by"

# Of a scrape's limits. Two labels are made by the platform, three by Prometheus.
LABEL_BYTES = LIMITS["enforcedLabelValueLengthLimit"]
LABELS = LIMITS["enforcedLabelLimit"] - 5
# Prometheus takes samples of up to ten minutes ahead of its clock; clocks differ by less than half of that.
AHEAD_MINUTES = 5
# Below Prometheus' own window, because a point still waits in a queue behind this.
BEHIND_MINUTES = LATE_MINUTES - 10
# A stream of numbers takes about 0.5 KiB, one of a histogram 2, and its next point as much until it is sent: at most a
# fifth of the gateway's memory of 1 GiB. More are dropped, and counted by otelcol_deltatocumulative_datapoints.
MAX_STREAMS = 50_000
# Of a series that the gateway makes of what many send at any time: a point for each of theirs would give two in one
# millisecond. Shorter than any scrape, and what a gateway that crashes had not yet sent.
INTERVAL_SECONDS = 5
# Three times the longest push interval in use (5 min), and short enough that pods which are gone are forgotten.
MAX_STALE = "15m"

_MARK = f'datapoint.attributes["{MARK}"]'
_DELTA = "metric.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA"
_CUMULATIVE = "metric.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE"
_MINUTE = 60_000_000_000  # nanoseconds


def processors(runtime: Runtime) -> dict[str, Config]:
    """:data:`JUDGE`, before the points are counted; the others between that and the stores."""
    faulty = ["metric.type == METRIC_DATA_TYPE_NONE", *(_is(fault) for fault in Fault if fault.dropped)]
    return {
        JUDGE: transform(
            datapoints=[
                f'delete_key(datapoint.attributes, "{MARK}")',
                *(f"set({_MARK}, {quote(fault)}) where {condition}" for fault, condition in _faults().items()),
                f"stringify_all(datapoint.attributes) where {_is(Fault.LABEL_CUT)}",
                f"truncate_all(datapoint.attributes, {LABEL_BYTES}, true, {quote(MARKER)}) "
                f"where {_is(Fault.LABEL_CUT)}",
            ]
        ),
        FILTER: {"error_mode": "ignore", "metric_conditions": [_DELTA, *faulty]},
        ONLY_DELTA: {"error_mode": "ignore", "metric_conditions": [f"not ({_DELTA})", *faulty]},
        UNMARKED: transform(
            datapoints=[
                f'delete_key(datapoint.attributes, "{MARK}")',
                # Parts of one stream may come to any replica, by whatever balances connections. Each adds up its own
                # part; under one name the parts would overwrite each other.
                f'set(datapoint.attributes["{CONVERTER}"], "{runtime.instance}") where {_DELTA}',
            ]
        ),
        CUMULATIVE: {"max_stale": MAX_STALE, "max_streams": MAX_STREAMS},
        INTERVAL: {"interval": f"{INTERVAL_SECONDS}s"},
        # These requests hold the series of all senders. With the time of sending no series has a millisecond twice.
        NOW: transform(datapoints=["set(datapoint.time_unix_nano, UnixNano(Now()))"]),
    }


STORED = (FILTER, UNMARKED)
CONVERTED = (ONLY_DELTA, UNMARKED, CUMULATIVE)
LATEST = (INTERVAL, NOW)


def _faults() -> dict[Fault, str]:
    """Fault -> the condition of a point that has it. The last that holds is the one that counts."""
    kinds = "metric.type == METRIC_DATA_TYPE_{}"
    exponential = kinds.format("EXPONENTIAL_HISTOGRAM")
    adds_up = " or ".join(kinds.format(kind) for kind in ("SUM", "HISTOGRAM", "EXPONENTIAL_HISTOGRAM"))
    time = "datapoint.time_unix_nano"
    return {
        Fault.LABEL_CUT: f"Any(datapoint.attributes, (_, value) => Len(String(value)) > {LABEL_BYTES})",
        Fault.DELTA: _DELTA,
        Fault.LABELS: f"Len(datapoint.attributes) > {LABELS}",
        # A number that stands for no temporality is as bad as an unspecified one.
        Fault.TEMPORALITY: f"(({adds_up}) and not ({_DELTA}) and not ({_CUMULATIVE})) "
        f"or ({kinds.format('SUM')} and {_DELTA} and metric.is_monotonic == false)",
        # Both sides count observations; without a rule on them the OTLP receiver of Prometheus refuses the request.
        Fault.HISTOGRAM: f"{exponential} and (datapoint.scale < -4 or datapoint.count != "
        f"datapoint.zero_count + {_total('positive')} + {_total('negative')})",
        Fault.TIMESTAMP: f"{time} > UnixNano(Now()) + {AHEAD_MINUTES * _MINUTE} or "
        f"{time} < UnixNano(Now()) - {BEHIND_MINUTES * _MINUTE}",
        Fault.NAME: 'not IsMatch(metric.name, "[A-Za-z0-9:]")',
    }


def _total(side: str) -> str:
    return f"Reduce(datapoint.{side}.bucket_counts, 0, (total, _, count) => total + count)"


def _is(fault: Fault) -> str:
    return f"{_MARK} == {quote(fault)}"
