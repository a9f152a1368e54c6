"""The verdict for people, within 80 columns, and the same as JSON."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model.gate.decision import Change, Effect, Verdict
from model.gate.scope import Subject

WIDTH = 80
_STYLES = {Effect.ALERT: "red", Effect.FREEZE: "red", Effect.UNKNOWN: "yellow", Effect.WARN: "yellow"}


def show(verdict: Verdict, subject: Subject, change: Change, source: str) -> None:
    """Print it."""
    console = Console(width=WIDTH, highlight=False)
    if verdict.judged:
        console.print(_table(verdict))
    for finding in verdict.findings:
        _wrapped(console, f"{finding.effect}: {finding.about}: {finding.text}", _STYLES[finding.effect])
    for note in verdict.notes:
        _wrapped(console, note, "")
    what = "/".join(filter(None, (subject.system, subject.component)))
    feature = f" [{subject.feature}]" if subject.feature else ""
    passes = "passes" if verdict.passes else "does not pass"
    style = "green" if verdict.passes else "red"
    _wrapped(
        console, f"{subject.environment} {what}{feature}: a {change.kind} {passes} ({verdict.answer})", f"bold {style}"
    )
    _wrapped(console, f"Read from {source}", "dim")


def as_json(verdict: Verdict, subject: Subject, change: Change, source: str) -> Mapping[str, Any]:
    """The same for machines."""
    return {
        "environment": str(subject.environment),
        "system": subject.system,
        "component": subject.component,
        "feature": subject.feature,
        "kind": str(change.kind),
        "reason": change.reason,
        "approver": change.approver,
        "source": source,
        "answer": str(verdict.answer),
        "passes": verdict.passes,
        "exit_code": verdict.exit_code,
        "overridden": verdict.overridden,
        "exceptions": list(verdict.exceptions),
        "findings": [{"effect": str(f.effect), "about": f.about, "text": f.text} for f in verdict.findings],
        "notes": list(verdict.notes),
        "objectives": [
            {**one.model_dump(mode="json"), "decides": expected.decides}
            for expected, found in verdict.judged
            for one in found
        ],
    }


def _table(verdict: Verdict) -> Table:
    table = Table(box=None, pad_edge=False, width=WIDTH)
    table.add_column("objective", overflow="fold", ratio=1)
    for title in ("window", "bad", "events", "burn 1h", "budget"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in _rows(verdict):
        table.add_row(*map(escape, row))
    return table


def _rows(verdict: Verdict) -> Iterator[tuple[str, ...]]:
    for expected, found in verdict.judged:
        if not found:
            yield expected.title, "", "", "", "", "no data"
        for one in found:
            cluster = f" ({one.cluster})" if len(found) > 1 else ""
            yield (
                expected.title + cluster,
                one.window,
                _number(one.bad, ".0f"),
                _number(one.total, ".0f"),
                _number(one.burn_rate, ".1f"),
                "no data" if one.remaining is None else f"{one.remaining * 100:.1f} %",
            )


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _wrapped(console: Console, text: str, style: str) -> None:
    for line in textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False):
        console.print(escape(line), style=style or None, soft_wrap=True)
