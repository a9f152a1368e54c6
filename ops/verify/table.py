"""The results for people, within 80 columns, and the same as JSON."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model.verification.verdicts import Check, Result, Verdict, exit_code
from ops.verify.world import World

WIDTH = 80
# Of one check; all are in the JSON.
_DETAILS = 10
_STYLES = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.UNKNOWN: "yellow", Verdict.NOT_CHECKED: "yellow"}


def show(world: World, source: str, notes: Sequence[str], results: Sequence[Result]) -> None:
    """Print the table and the reasons."""
    console = Console(width=WIDTH, highlight=False)
    _wrapped(console, world.name, "bold")
    _wrapped(console, f"Expected: {source}", "dim")
    table = Table(box=None, pad_edge=False, width=WIDTH)
    table.add_column("check", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("s", justify="right", no_wrap=True)
    table.add_column("", overflow="ellipsis", no_wrap=True, ratio=1)
    for result in results:
        verdict = result.outcome.verdict
        style = _STYLES[verdict]
        table.add_row(
            result.check, f"[{style}]{verdict}[/]", f"{result.seconds:.1f}", escape(_one_line(result.outcome.text))
        )
    console.print(table)
    for result in results:
        if result.outcome.verdict is not Verdict.PASSED:
            show_reasons(console, result)
    for note in notes:
        _wrapped(console, note, "dim")
    _wrapped(console, summary(results), "bold")


def show_reasons(console: Console, result: Result) -> None:
    """Why a check did not pass."""
    details = result.outcome.details or (result.outcome.text,)
    for detail in details[:_DETAILS]:
        _wrapped(console, f"{result.check}: {detail}", _STYLES[result.outcome.verdict])
    if len(details) > _DETAILS:
        _wrapped(console, f"{result.check}: {len(details) - _DETAILS} more, see --json", "dim")


def show_change(clock: str, result: Result) -> None:
    """A line for a changed check, during a watch."""
    console = Console(width=WIDTH, highlight=False)
    _wrapped(console, f"{clock} {result.check}: {result.outcome.verdict}: {result.outcome.text}", "")


def summary(results: Sequence[Result]) -> str:
    """How many passed, and what the exit code says."""
    counts = {verdict: sum(one.outcome.verdict is verdict for one in results) for verdict in Verdict}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    return f"{said} (exit code {exit_code(results)})"


def as_json(
    world: World,
    source: str,
    notes: Sequence[str],
    results: Sequence[Result],
    *,
    environment: str,
    time: float,
    systems_left_out: Sequence[str] = (),
) -> Mapping[str, Any]:
    """The same for machines; the evidence of a promotion is made of it. ``time``: Unix time, seconds."""
    return {
        "environment": environment,
        "time": time,
        "world": world.name,
        "local": world.local,
        "expected": source,
        "notes": list(notes),
        "systems_left_out": list(systems_left_out),
        "left_out": sorted(set(map(str, Check)) - {str(one.check) for one in results}),
        "exit_code": exit_code(results),
        "checks": [
            {
                "check": str(one.check),
                "verdict": str(one.outcome.verdict),
                "seconds": round(one.seconds, 3),
                "text": one.outcome.text,
                "details": list(one.outcome.details),
            }
            for one in results
        ],
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(console: Console, text: str, style: str) -> None:
    for line in textwrap.wrap(_one_line(text), WIDTH, subsequent_indent="  ", break_on_hyphens=False):
        console.print(escape(line), style=style or None, soft_wrap=True)
