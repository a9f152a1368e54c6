"""One component: how it does, what it hangs on, what it says. Where alerts about a component lead."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, blocks_service, panels, targets, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import logs, red, traces
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import ComponentKind

CHOSEN = (labels.CLUSTER, labels.SYSTEM, labels.COMPONENT)
# Databases, queues and the like have boards of their own.
KINDS = "|".join(sorted(ComponentKind))
number = partial(panels.number, no_data="No requests")


def boards(_: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.SERVICE,
        question="Is this component healthy, what does it depend on, and what does it log?",
        variables=(variables.clusters(), variables.system(), variables.component(KINDS), variables.loki()),
        chosen=CHOSEN,
        to=(Uid.PLATFORM_HOME, Uid.API, Uid.SLO),
        rows=(
            Row("Now", (*_numbers(), *blocks.rate_errors_duration()), collapsed=False),
            Row("Alerts and objectives", (blocks.alert_table(*CHOSEN), *blocks.objectives())),
            Row("Durations", _durations()),
            Row("Saturation", (*blocks.utilization_saturation_errors(), *blocks_service.saturation())),
            Row("Against the usual", blocks_service.against_usual()),
            Row("Proxies", blocks_service.proxies()),
            Row("Dependencies", _dependencies()),
            Row("Logs", _logs()),
        ),
    )
    return (board,)


def _numbers() -> blocks.Panels:
    return (
        number(
            "Requests",
            "Requests a second over the last five minutes.",
            targets.now(red.requests_in_all()),
            unit=units.RequestsPerSecond,
            no_data="Serves no requests",
            runbooks=("RequestFlood",),
        ),
        number(
            "Errors",
            "Share of requests answered with a server error. From 1 % on users notice, from 5 % on they leave.",
            targets.now(red.error_ratio_in_all()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            decimals=2,
            runbooks=("HighErrorRate",),
        ),
        number(
            "Duration, p95",
            "p95. The objectives are below.",
            targets.now(red.percentile(95)),
            unit=units.Seconds,
            runbooks=("HighLatency",),
        ),
        number(
            "Apdex",
            "Share of satisfied requests, tolerable ones counted half. Above 0.94 is excellent, below 0.7 is poor.",
            targets.now(red.apdex()),
            unit="none",
            thresholds=falling(warn=0.7, good=0.94),
            decimals=2,
            runbooks=("HighLatency",),
        ),
        *blocks.firing(*CHOSEN),
    )


def _durations() -> blocks.Panels:
    return (
        panels.curves(
            "Percentiles",
            "p50, p95 and p99. Dots are single requests: a click opens the trace.",
            targets.over_time(red.percentile(50), "p50"),
            targets.over_time(red.percentile(95), "p95"),
            targets.over_time(red.percentile(99), "p99"),
            targets.exemplars(red.duration_exemplars(), "p99 of traced requests, now"),
            unit=units.Seconds,
            no_data=blocks.NO_REQUESTS,
            runbooks=("HighMedianLatency", "HighLatency", "HighTailLatency"),
        ),
        *blocks.operations("the component"),
        panels.curves(
            "Apdex",
            "Share of satisfied requests, tolerable ones counted half. Above 0.94 is excellent, below 0.7 is poor.",
            targets.over_time(red.apdex(), blocks.BY_COMPONENT),
            unit="none",
            thresholds=falling(warn=0.7, good=0.94),
            no_data=blocks.NO_REQUESTS,
            runbooks=("HighLatency",),
        ),
    )


def _dependencies() -> blocks.Panels:
    return (
        panels.rows(
            "Downstream calls",
            "Calls a second of the last five minutes to each dependency, from spans.",
            targets.rows(traces.calls_to()),
            columns={"server_service_namespace": "System", "server": "Dependency"},
            value="Calls",
            unit=units.RequestsPerSecond,
            no_data="No downstream calls, or they are not traced",
            width=8,
        ),
        panels.curves(
            "Failed calls",
            "Share of its calls that fail, by dependency. The dependency that steps up with the component's errors is "
            "the cause; from 1 % on it matters.",
            targets.over_time(traces.failing_calls_to(), "{{server_service_namespace}}/{{server}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01, bad=0.05),
            no_data="No call fails",
            runbooks=("ExternalCallsFailing",),
            width=8,
        ),
        panels.rows(
            "Upstream callers",
            "Calls a second of the last five minutes by caller, from spans. These callers are affected by problems "
            "here.",
            targets.rows(traces.calls_from()),
            columns={"client_service_namespace": "System", "client": "Caller"},
            value="Calls",
            unit=units.RequestsPerSecond,
            no_data="No upstream callers, or they are not traced",
            width=8,
        ),
    )


def _logs() -> blocks.Panels:
    return (
        panels.curves(
            "Lines by level",
            "A step of errors with a step of 5xx above names the cause. Levels are those of the programs.",
            targets.logs(logs.lines_by_level(), "{{severity_text}}"),
            unit="short",
            no_data="It writes no logs",
            stacked=True,
            width=panels.WIDTH,
            height=6,
        ),
        panels.log_lines(
            "Errors and warnings",
            "The newest log lines of level warning and above. Open a line for its trace and its correlation id.",
            targets.logs(logs.troubles()),
            unit="string",
            no_data="No errors, no warnings",
        ),
    )
