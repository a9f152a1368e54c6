"""Text of the OpenTelemetry Transformation Language, and the processor that runs it."""

from collections.abc import Sequence

from configs.collector.parts import Config


def quote(text: str) -> str:
    """``text`` as a literal. A dollar is doubled: ``${`` would be read as a variable of the configuration."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("$", "$$")
    return f'"{escaped}"'


def transform(
    *,
    logs: Sequence[str] = (),
    spans: Sequence[str] = (),
    span_events: Sequence[str] = (),
    metrics: Sequence[str] = (),
    datapoints: Sequence[str] = (),
    resources: Sequence[str] = (),
    scopes: Sequence[str] = (),
) -> Config:
    """A transform processor. ``resources`` and ``scopes`` are statements on those of every signal.

    A statement that fails leaves the record as it was: the record matters more than its polish. Silent, because a
    line for each of ten thousand records that is not JSON would be the collector's own log flood.
    """
    groups: dict[str, list[Config]] = {"log_statements": [], "trace_statements": [], "metric_statements": []}
    for context, shared in (("resource", resources), ("scope", scopes)):
        if shared:
            for group in groups.values():
                group.append({"context": context, "statements": list(shared)})
    for name, context, statements in (
        ("log_statements", "log", logs),
        ("trace_statements", "span", spans),
        ("trace_statements", "spanevent", span_events),
        ("metric_statements", "metric", metrics),
        ("metric_statements", "datapoint", datapoints),
    ):
        if statements:
            groups[name].append({"context": context, "statements": list(statements)})
    return {"error_mode": "silent", **{name: group for name, group in groups.items() if group}}
