"""Outcomes and differences as a person reads them."""

import json
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from engine.driver import Outcome
from engine.events import Change, Recorder
from engine.modes import Choice
from engine.summary import by_kind, counts
from model.changes.difference import Difference, PropertyChange

# Longer values (a dashboard's JSON) would bury the rest; --json has them in full.
_LONGEST_VALUE = 120
_STYLES: Mapping[Change, str] = {
    Change.CREATE: "green",
    Change.UPDATE: "yellow",
    Change.REPLACE: "magenta",
    Change.DELETE: "red",
    Change.READ: "cyan",
    Change.SAME: "dim",
}
_FINISHED = {
    "preview": "No changes were made: this was a preview of {environment}.",
    "plan": "No changes were made: this was a preview of {environment}.",
    "up": "{environment} is up.",
    "down": "{environment} is down: everything was deleted.",
}
_UNCHANGED = {
    "preview": "{environment} has no changes.",
    "plan": "{environment} has no changes.",
    "up": "{environment} is up; nothing changed.",
    "down": "{environment} is down; there were no resources.",
}

# Often enough to see that it lives, seldom enough for a log file.
_SECONDS_BETWEEN_LINES = 5.0


def show_choice(console: Console, operation: str, environment: str, choice: Choice) -> None:
    """Which mode, why, and how to get the other; before anything runs."""
    style = "yellow" if choice.offline else "bold"
    console.print(
        f"[{style}]{operation} {environment}, {choice.mode}[/]: {escape(choice.reason)}. Otherwise: "
        f"{escape(choice.other)}.",
        highlight=False,
    )


def show_outcome(console: Console, outcome: Outcome) -> None:
    """Tables of kinds and counts, the simulated values, and one closing sentence."""
    if outcome.steps:
        console.print(_kinds(outcome))
        console.print(_counts(counts(outcome)))
    for step in outcome.steps:
        if step.change in (Change.UPDATE, Change.REPLACE, Change.DELETE) and outcome.operation != "down":
            what = f" ({', '.join(step.changed)})" if step.changed else ""
            console.print(f"  [{_STYLES[step.change]}]{step.change}[/] {escape(step.name + what)}", highlight=False)
    for warning in outcome.warnings:
        console.print(f"[yellow]warning[/] {escape(warning)}", highlight=False)
    if outcome.made_up and outcome.steps:
        console.print("[yellow]Offline, so these are simulated:[/]", highlight=False)
        for thing in outcome.made_up:
            console.print(f"  - {escape(thing)}", highlight=False)
    sentence = (_FINISHED if outcome.changed else _UNCHANGED)[outcome.operation]
    console.print(sentence.format(environment=outcome.environment), highlight=False)


def show_difference(console: Console, difference: Difference) -> None:
    """Added, removed, changed and replaced resources, with the changed keys."""
    for sign, style, names in (("+", "green", difference.added), ("-", "red", difference.removed)):
        for name in names:
            console.print(f"[{style}]{sign} {escape(name)}[/]", highlight=False, soft_wrap=True)
    for change in difference.changed:
        sign, style, word = ("+-", "magenta", " (replaced)") if change.replaced else ("~", "yellow", "")
        console.print(f"[{style}]{sign} {escape(change.resource)}{word}[/]", highlight=False, soft_wrap=True)
        _show_properties(console, change.properties)
    if difference.outputs:
        console.print("[yellow]~ outputs[/]", highlight=False)
        _show_properties(console, difference.outputs)
    replaced = sum(change.replaced for change in difference.changed)
    console.print(
        f"{len(difference.added)} added, {len(difference.removed)} removed, "
        f"{len(difference.changed) - replaced} changed, {replaced} replaced",
        highlight=False,
    )


def _show_properties(console: Console, properties: tuple[PropertyChange, ...]) -> None:
    for change in properties:
        line = f"    {change.path}: {_short(change.old)} -> {_short(change.new)}"
        console.print(escape(line), highlight=False, soft_wrap=True)


def _short(value: Any) -> str:
    text = "(none)" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."


def _kinds(outcome: Outcome) -> Table:
    table = Table(title=f"{outcome.operation} {outcome.environment} ({outcome.choice.mode})", title_justify="left")
    table.add_column("resources")
    used = [change for change in Change if change in outcome.changes]
    for column in (*used, "all"):
        table.add_column(str(column), justify="right")
    for kind, numbers in by_kind(outcome.steps).items():
        cells = [f"[{_STYLES[change]}]{numbers[change]}[/]" if change in numbers else "" for change in used]
        table.add_row(kind, *cells, str(sum(numbers.values())))
    table.add_section()
    table.add_row("all", *(str(outcome.changes[change]) for change in used), str(len(outcome.steps)))
    return table


def _counts(numbers: Mapping[str, Any]) -> Table:
    table = Table("watched", "number")
    table.columns[1].justify = "right"
    for name, number in numbers.items():
        table.add_row(escape(str(name).replace("_", " ")), escape(str(number)))
    return table


class Progress:
    """Of one run, on stderr: one updating line on a terminal, a plain line every few seconds elsewhere.

    A context manager whose ``tell`` listens to a recorder.
    """

    def __init__(self, console: Console, doing: str) -> None:
        self._console, self._doing = console, doing
        self._status: Status | None = None
        self._reported = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status(f"{self._doing}: starting the engine")
            self._status.start()
        else:
            self._console.print(f"{self._doing}: starting the engine", highlight=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, recorder: Recorder) -> None:
        """Show the counts. Called from the engine's thread, which swallows what is raised here."""
        line = f"{self._doing}: {recorder.done} of {len(recorder.steps)} resources so far, {escape(recorder.current)}"
        if self._status is not None:
            self._status.update(line)
        elif time.monotonic() - self._reported >= _SECONDS_BETWEEN_LINES:
            self._reported = time.monotonic()
            self._console.print(line, highlight=False)
