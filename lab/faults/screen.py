"""What a person sees of faults, and the same for machines."""

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lab.faults.fault import Fault, Target
from lab.faults.healing import Healing
from lab.faults.knowledge import Knowledge
from lab.faults.proof import EVALUATION_SECONDS, Proof
from lab.faults.table import runs
from lab.faults.trial import Plan, Trial
from lab.remedy import Acts
from model.catalog.catalog import Catalog

# For how long nothing was wrong, where it matters and is not measured.
HISTORY = 3600.0
_MINUTE = 60.0


def lasts(plan: Plan) -> float:
    """Seconds that a fault lasts when nobody says how long: a minute longer than its alert may take."""
    return (math.ceil(plan.notified_within / _MINUTE) + 1) * _MINUTE


def listing(
    faults: Iterable[Fault], catalog: Catalog, known: Knowledge, running: Collection[str]
) -> list[dict[str, Any]]:
    """Every fault with the targets it may hit in the ``running`` systems, its default first."""
    return [
        {
            "fault": fault.name,
            "sentence": fault.sentence,
            "targets": [
                _row(Plan.of(fault, target, known, HISTORY)) for target in fault.of(catalog) if runs(target, running)
            ],
        }
        for fault in faults
    ]


def show_faults(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """What each fault does to its default target, and what must come of it."""
    table = _table("Faults", "fault", "what it does, and what must come of it")
    for row in rows:
        lines = [row["sentence"]]
        if row["targets"]:
            first, *others = row["targets"]
            lines += [f"hits {first['target']}{f', or {len(others)} more' if others else ''}"]
            lines += [f"raises {first['alert']} {first['objective']}".strip()]
            lines += [f"notifies {first['receiver']} within {_duration(first['notified_within_seconds'])}"]
        else:
            lines.append("[dim]hits nothing that runs[/]")
        table.add_row(f"[bold]{row['fault']}[/]", "\n".join(lines))
    console.print(table)
    console.print("Within: from the fault to the notification, after an hour without errors.", highlight=False)
    console.print("--json lists every target, and how long the fault lasts.", highlight=False)


def result(trial: Trial) -> dict[str, Any]:
    """The outcome for machines; seconds, null for what did not happen."""
    return {
        **_row(trial.plan),
        "fault": trial.plan.fault.name,
        "fired_seconds": _rounded(trial.fired),
        "notified_seconds": _rounded(trial.notified),
        "cleared_seconds": _rounded(trial.cleared),
        "heard_by": {receiver: sorted(kinds) for receiver, kinds in sorted(trial.heard.items())},
        "passed": not trial.why,
        "why": trial.why,
    }


def show_results(console: Console, trials: Sequence[Trial], left_out: dict[str, str]) -> None:
    """The summary: what came of each fault, and what was not run. It fits a terminal of 80 columns."""
    columns = ("fault, alert, who was notified", "fired", "notified", "over", "")
    table = _table("Game day, in seconds: notified of at most", *columns, numbers=(1, 2, 3))
    table.pad_edge, table.padding = False, (0, 1, 0, 0)
    for trial in trials:
        expected = trial.plan.target.expected
        heard = [f"  {who}: {', '.join(sorted(kinds))}" for who, kinds in sorted(trial.heard.items())]
        alert = f"{expected.alert} {expected.objective}".strip()
        table.add_row(
            "\n".join((f"[bold]{trial.plan.fault.name}[/] {trial.plan.target.name}", f"  {alert}", *heard)),
            _number(trial.fired),
            f"{_number(trial.notified)}/{_number(trial.plan.notified_within)}",
            _number(trial.cleared),
            "[red]fail[/]" if trial.why else "[green]pass[/]",
        )
    console.print(table)
    for trial in trials:
        if trial.why:
            console.print(f"[red]{trial.plan.label}:[/] {escape(trial.why)}", highlight=False)
    for name, why in left_out.items():
        console.print(f"[yellow]Left out:[/] {escape(name)}: {escape(why)}", highlight=False)
    passed = sum(not trial.why for trial in trials)
    console.print(f"{passed} of {len(trials)} passed.", style="green" if passed == len(trials) else "red")


def show_proofs(console: Console, proven: Sequence[Proof]) -> None:
    """By how many seconds each incident is later than the truth. It fits a terminal of 80 columns."""
    if not proven:
        return
    columns = ("fault and its incident", "onset", "detected", "restored", "")
    table = _table("Incidents, in seconds later than the fault", *columns, numbers=(1, 2, 3))
    table.pad_edge, table.padding = False, (0, 1, 0, 0)
    for one in proven:
        verdict = "[red]none[/]" if not one.incident else "[green]right[/]" if one.exact else "[yellow]off[/]"
        numbers = ("-" if each is None else f"{each:+.0f}" for each in (one.onset, one.detected, one.restored))
        label = f"[bold]{one.fault}[/] {one.target}\n  {one.incident or 'no incident was written'}"
        table.add_row(label, *numbers, verdict)
    console.print(table)
    right = sum(one.exact for one in proven)
    console.print(f"{right} of {len(proven)} are right to one evaluation ({EVALUATION_SECONDS:.0f} s).")


def show_healings(console: Console, healings: Sequence[Healing]) -> None:
    """What auto-remediation made of each fault, and seconds until its alert was over, with it and without."""
    columns = ("fault", "verdict", Acts.ACT, "without")
    table = _table("Auto-remediation, in seconds from the fault until its alert was over", *columns, numbers=(2, 3))
    table.pad_edge, table.padding = False, (0, 1, 0, 0)
    for one in healings:
        table.add_row(
            f"[bold]{one.fault}[/]\n  {one.target}",
            "\n  ".join(word for word in (one.verdict, one.reason, one.outcome) if word),
            _number(one.seconds.get(Acts.ACT)),
            _number(one.seconds.get(Acts.SHADOW)),
        )
    console.print(table)
    console.print("Without: taken back the moment that it was notified. -: no such game day yet.", highlight=False)


def line(trial: Trial) -> str:
    """One trial, as it ends."""
    ending = f"notified after {_seconds(trial.notified)}, over {_seconds(trial.cleared)} later"
    return f"{trial.plan.label}: {f'FAILED: {trial.why}' if trial.why else ending}"


def show_fault(console: Console, trial: Trial) -> None:
    """What came of one fault, which is over."""
    expected = trial.plan.target.expected
    if trial.notified is None:
        fired = (
            "did not fire"
            if trial.fired is None
            else f"fired after {_seconds(trial.fired)}, but no notification was sent"
        )
        console.print(f"[red]{expected} {fired}.[/] {escape(trial.muted or trial.why)}", highlight=False)
        return
    fired = f"fired after {_seconds(trial.fired)}, " if trial.fired is not None else ""
    console.print(f"{expected} {fired}notified after {_seconds(trial.notified)}:", highlight=False)
    for receiver, kinds in sorted(trial.heard.items()):
        console.print(f"  {receiver} by {', '.join(sorted(kinds))}", highlight=False)
    console.print(f"Notifications: {trial.servers.at.inbox}/notifications", highlight=False)


def _table(title: str, *columns: str, numbers: Collection[int] = ()) -> Table:
    """Names stand in few columns, with words around them: a name that is cut or ends in dots helps nobody."""
    table = Table(*columns, title=title, title_justify="left", box=box.HORIZONTALS, show_lines=True)
    for index, column in enumerate(table.columns):
        column.overflow, column.justify = "fold", "right" if index in numbers else "left"
    return table


def _row(plan: Plan) -> dict[str, Any]:
    target: Target = plan.target
    return {
        "target": target.name,
        "alert": target.expected.alert,
        "objective": target.expected.objective,
        "severity": str(target.expected.severity),
        "of": f"{target.expected.system}/{target.expected.component}",
        "receiver": plan.route.receiver,
        "notified_within_seconds": round(plan.notified_within),
        "lasts_seconds": round(lasts(plan)),
        "effects": [effect.model_dump(mode="json", exclude_unset=True) for effect in target.effects],
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _number(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.0f}"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.0f} s"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else f"{math.ceil(seconds / _MINUTE)} min"
