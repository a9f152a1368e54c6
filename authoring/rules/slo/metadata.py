"""What dashboards, reports and release gates read: the objective, its burn rates and what is left of its budget."""

from collections.abc import Iterator
from decimal import Decimal

from authoring.promql import all_of, any_of, number
from authoring.rule_file import Rule
from authoring.rules.slo.events import outcomes
from authoring.rules.slo.rules import Section, alert_rule, recording_rule
from authoring.rules.slo.target import Slo
from authoring.rules.slo.timing import timing
from authoring.rules.slo.windows import ALERT_WINDOWS
from authoring.rules.slo.words import bad_events
from model import labels
from model.metrics import metric_names as names
from model.quantities import Duration
from model.vocabulary import Severity

# Counters of one scrape agree; those of two scrapes differ by seconds, which is less than a hundredth of an hour.
_TOLERANCE = Decimal("0.01")


def ratios(slo: Slo) -> Iterator[Rule]:
    """Shares of bad events. Only where there were events: no traffic is no error."""
    for window in ALERT_WINDOWS if slo.in_minutes else (timing(slo).short, *ALERT_WINDOWS):
        yield recording_rule(names.error_ratio(window), _share(slo, window, names.BAD), {})


def budget(slo: Slo) -> Section:
    """The objective and its error budget."""
    target = number(1 - slo.budget)
    window = slo.objective.window
    remaining = slo.recorded(names.BUDGET_REMAINING)
    seconds = number(Duration(window).seconds)
    info = {names.WINDOW: window, names.SLI: slo.objective.sli.kind, labels.TEAM: slo.team}
    return Section(
        f"Budget: {number(slo.budget)} of the events of {window}, as counts; negative once more is spent.",
        (
            recording_rule(names.OBJECTIVE_RATIO, f"vector({target})", info),
            *(recording_rule(names.burn_rate(w), f"{slo.errors(w)} / {number(slo.budget)}", {}) for w in ("1h", "6h")),
            recording_rule(names.BUDGET_REMAINING, f"1 - {_share(slo, window, names.BAD)}\n/ {number(slo.budget)}", {}),
            recording_rule(
                names.BUDGET_EXHAUSTION,
                f"({remaining} > 0) * {seconds}\n/ ({slo.recorded(names.burn_rate('6h'))} > 0)",
                {},
            ),
        ),
    )


def exhausted(slo: Slo) -> Section:
    """The alert that the objective is missed. Its value is how many budgets were spent: 1 and more."""
    least = 5 if slo.in_minutes else 10
    expr = all_of(
        [
            f"1 - {slo.recorded(names.BUDGET_REMAINING)} >= 1",
            f"{slo.events(slo.objective.window, names.BAD)} >= {least}",
        ]
    )
    alert = alert_rule(
        names.BUDGET_EXHAUSTED,
        slo.objective.exhausted,
        expr,
        f"{slo.title}: the error budget is exhausted",
        f"The objective of {slo.target_text} is missed: the error budget is spent "
        f'{{{{ printf "%.1f" $value }}}} times over. '
        f"Bad are {bad_events(slo)}.",
        hold=Duration("5m"),
        keep=Duration("1h"),
    )
    return Section("Budget used up: releases wait until it recovers.", (alert,))


def validity(slo: Slo) -> Section:
    """The alert that the measurement cannot be trusted."""
    if slo.in_minutes:
        return Section("Measurement: a check either passes or fails, so its counts are always consistent.")
    total = slo.events("1h", names.TOTAL)
    conditions = []
    for outcome in outcomes(slo):
        bad = slo.events("1h", outcome)
        conditions += [
            f"{bad}\n< ignoring (outcome) -{_TOLERANCE} * {total}",
            f"{bad}\n> ignoring (outcome) {1 + _TOLERANCE} * {total}",
            f"max without (outcome) ({total}) > 0\nunless ignoring (outcome) {bad}",
        ]
    alert = alert_rule(
        names.MEASUREMENT_INVALID,
        Severity.WARNING,
        any_of(conditions),
        f"{slo.title}: its events do not add up",
        "Over the last hour there were more good or bad events than events, or events that cannot be classified (a "
        "histogram without a bucket at the objective's threshold). The objective is not reliable.",
        hold=Duration("15m"),
        keep=Duration("15m"),
    )
    return Section("Measurement: more good or bad events than events, or a bucket is missing.", (alert,))


def _share(slo: Slo, window: str, outcome: str) -> str:
    bad, total = slo.events(window, outcome), slo.events(window, names.TOTAL)
    return f"clamp(\n  {bad}\n  / ignoring (outcome) ({total} > 0),\n  0, 1\n)"
