"""What a person sees."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from lab.endpoints import Endpoints
from lab.manager import Outcome
from lab.status import State, Status

_COLUMNS = ("server", "state", "memory", "CPU", "up for", "address")
_NUMBERS = {"memory", "CPU", "up for"}
_STYLES = {State.RUNNING: "green", State.NOT_READY: "yellow", State.CRASHED: "red"}


def show_status(console: Console, servers: Sequence[Status]) -> None:
    """A line for each server, then what crashed ones said last."""
    if not servers:
        console.print("The local environment is down; `make up` starts it.")
        return
    # In a narrow terminal the numbers go first, then the addresses; never who it is and how it is.
    tables = [_table(servers, columns) for columns in (_COLUMNS, ("server", "state", "address"), ("server", "state"))]
    unbounded = console.options.update(max_width=1000)
    fit = (one for one in tables if Measurement.get(console, unbounded, one).maximum <= console.width)
    console.print(next(fit, tables[-1]))
    for one in servers:
        if one.said:
            console.print(f"[red]{one.name} crashed[/]; {escape(one.said)}", soft_wrap=True, highlight=False)
            console.print(f"Start it again: python -m lab restart {one.name}", highlight=False)


def _table(servers: Sequence[Status], columns: Sequence[str]) -> Table:
    table = Table(title="Local environment", title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMBERS else "left", no_wrap=True)
    whole = {"server": "all", "memory": f"{sum(one.memory_mib for one in servers):.0f} MiB"}
    for one in servers:
        running = one.state is not State.CRASHED
        row = {
            "server": one.name,
            "state": f"[{_STYLES[one.state]}]{one.state}[/]",
            "memory": f"{one.memory_mib:.0f} MiB" if running else "",
            "CPU": f"{one.cpu_seconds:.0f} s" if running else "",
            "up for": _duration(one.up_seconds) if running else "",
            "address": one.url,
        }
        table.add_row(*(row[column] for column in columns))
    if "memory" in columns:
        table.add_section()
        table.add_row(*(whole.get(column, "") for column in columns))
    return table


def show_outcome(console: Console, outcome: Outcome) -> None:
    """What was done, and what differs from the deployment."""
    if outcome.moved:
        console.print(f"[yellow]{escape(outcome.moved)}[/]", soft_wrap=True, highlight=False)
    table = Table("server", "done", "unlike the deployment", title="Servers", title_justify="left")
    for column in table.columns[:2]:
        column.no_wrap = True  # the sentences beside them take what is left of the line
    for name, action in outcome.actions.items():
        table.add_row(name, str(action), escape("\n".join(outcome.notes.get(name, []))))
    console.print(table)
    if outcome.waiting:
        tools = " ".join(sorted(set(outcome.waiting.values())))
        console.print(
            f"[yellow]Without {', '.join(outcome.waiting)}: their programs are not built.[/]", highlight=False
        )
        console.print(f"To build them: make tools TOOL='{tools}'", highlight=False)
    if outcome.absent:
        found = ", ".join(outcome.absent)
        console.print(f"[yellow]Not started, because the deployment has none: {found}[/]", highlight=False)
    console.print(f"Ready in {outcome.seconds:.0f} s. Notifications: {outcome.endpoints.inbox}/notifications")


def show_waiting(console: Console, outcome: Outcome) -> None:
    """What is there already, and what joins as soon as its program is built."""
    if outcome.waiting:
        show_console(console, outcome.endpoints)
        waiting = ", ".join(outcome.waiting)
        console.print(f"It runs. {waiting} and what needs them join as their programs are built:", highlight=False)


def show_joined(console: Console, before: Outcome, outcome: Outcome) -> None:
    """Which servers came with a program that was built."""
    joined = ", ".join(name for name in outcome.actions if name not in before.actions)
    console.print(f"[green]joined:[/] {joined}", highlight=False)


def show_console(console: Console, endpoints: Endpoints) -> None:
    """Where to look, as the last line of an `up`."""
    console.print(f"\nLook at it: [bold]{endpoints.console}[/]", highlight=False, soft_wrap=True)


def _duration(seconds: float) -> str:
    """Roughly: the table must fit a terminal of 80 columns."""
    hours, minutes = seconds / 3600, seconds / 60
    return f"{hours:.1f} h" if hours >= 1 else f"{minutes:.0f} min" if minutes >= 1 else f"{seconds:.0f} s"
