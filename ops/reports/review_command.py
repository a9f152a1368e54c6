"""The verb ``review`` without its options: what it reads, builds and writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model import labels
from model.incidents.masking import masked_value
from model.reports.redaction import redacted
from model.reports.review import (
    Review,
    ThresholdReview,
    acted_share,
    alerts_of,
    history_of,
    quiet_objectives,
)
from model.reports.review_noise import noise, runbooks
from model.reports.review_textbook import Comparison
from model.reports.subject import Subject, span
from ops.http import Unreachable
from ops.reports.api import Api
from ops.reports.collecting import SOURCES
from ops.reports.command import (
    REVIEW,
    Outcome,
    Request,
    checked_url,
    collector_of,
    filters_of,
    period_of,
    stem_of,
    write,
)
from ops.reports.comparing import comparisons
from ops.reports.errors import error_patterns
from ops.reports.places import place
from ops.reports.reacting import responses
from ops.reports.replaying import MOST, STEP, WEEKS, Replay

_NOISE = (
    "Noise: alerts of components that ended in the period, of the recorded series "
    "alertname_component:ended_after:seconds; what still fires is not among them."
)
_RUNBOOKS = (
    "Runbooks: followed only where the comment of an acknowledgement or a silence names the runbook; else not known."
)
_REPLAYED = (
    f"Thresholds: values every {STEP // 60} minutes of the last {WEEKS} weeks, as far as Prometheus has them, of at "
    f"most {MOST} alerts; what is beyond a line for less is not seen."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """URLs; None: that source says nothing."""

    alertmanager: str | None = None
    loki: str | None = None


def review(whole: Subject, request: Request, servers: Servers, now: float) -> Outcome:
    """Build and write the review. Raises BadInput and Unreachable; then nothing was written."""
    chosen = whole.only(systems=request.systems, features=request.features, teams=request.teams)
    alertmanager, loki = _server(servers.alertmanager, "alertmanager"), _server(servers.loki, "loki")
    collector = collector_of(request, whole)
    now = collector.api.now() if collector.api else now
    period = period_of(request, now)
    found = collector.collect(period, now)
    start, end = span(chosen, period)
    alerts, history = alerts_of(chosen, found.rows, period), history_of(chosen, found.rows)
    reactions, said = responses(alertmanager, now)
    notes = [*found.notes]
    thresholds: list[ThresholdReview] = []
    beside: tuple[Comparison, ...] = ()
    rules: list[dict[str, Any]] = []
    if collector.api is None:
        notes.append("Thresholds: not replayed, no Prometheus was named (--prometheus URL).")
    else:
        rules = _rules(collector.api)
        replaying = Replay(api=collector.api, rules=rules, alerts=alerts, history=history, responses=reactions)
        thresholds = list(replaying.thresholds(min(now, end)))
        beside = comparisons(collector.api, rules, history, reactions, (start, min(now, end)))
    errors, told = error_patterns(loki, chosen.systems, start, min(now, end))
    rows = noise(alerts, reactions)
    complete = found.until > period.days[-1] or (found.until == period.days[-1] and found.passed is None)
    filters = tuple(filters_of(request))
    built = Review(
        environment=request.environment,
        kind=period.kind,
        period=period.name,
        first_day=period.days[0],
        last_day=period.days[-1],
        complete=complete,
        until=None if complete else found.until,
        filters=filters,
        times=len(alerts),
        acted_share=acted_share(rows),
        noise=rows,
        thresholds=tuple(thresholds),
        quiet_objectives=quiet_objectives(chosen, found.rows, period, found.until),
        runbooks=runbooks(alerts, _addresses(rules), reactions),
        textbook=beside,
        patterns=errors,
        sources=(SOURCES[0], _NOISE, _REPLAYED, _RUNBOOKS, said, told),
        notes=tuple(notes),
    )
    document: Mapping[str, Any] = redacted(masked_value(built.model_dump(mode="json")))
    stem = "-".join([stem_of(REVIEW, period), *(one.replace(" ", "-") for one in filters)])
    return Outcome(document, write(place(request.out), stem, document, request.outputs, browser="", kind="review"))


def _server(given: str | None, name: str) -> str | None:
    return None if given is None else checked_url(given, f"--{name}")


def _rules(api: Api) -> list[dict[str, Any]]:
    """Raises Unreachable, also for an answer of another shape."""
    try:
        return [rule for rule in api.rules() if isinstance(rule["labels"], dict) and rule["name"] and rule["query"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{api.url} does not answer as Prometheus does: {type(error).__name__}") from None


def _addresses(rules: list[dict[str, Any]]) -> dict[str, str]:
    """Alert -> its runbook."""
    annotations = ((rule["name"], rule.get("annotations", {}).get(labels.RUNBOOK_URL)) for rule in rules)
    return {name: str(address) for name, address in annotations if address}
