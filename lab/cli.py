"""The local environment: its servers, and faults to rehearse. Exit codes: 0, 1 failed, 2 bad input."""

import dataclasses
import os
import sys
import time
from typing import Annotated

import typer
from rich.console import Console

from engine.state import deployed
from lab import bounds
from lab.alarms import set_alarm
from lab.deployment import Deployment
from lab.endpoints import read_endpoints
from lab.faults.commands import COMMANDS
from lab.faults.leftovers import leftovers, take_back
from lab.history import write as write_history
from lab.joining import built
from lab.layout import ROOT, Layout
from lab.manager import Manager, Outcome
from lab.output import AsJson, Root, errors, print_json, progress
from lab.remedy import Acts, Remedy
from lab.screen import show_console, show_joined, show_outcome, show_status, show_waiting
from lab.status import State, moved_from, status
from lab.workload.demand import DAY_SECONDS, Demand
from model.problems import BadInput, Problem
from model.vocabulary import Environment

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.command()
def up(
    *,
    environment: Annotated[
        str, typer.Option("--as", metavar="ENV", help="Label `environment` of alerts; only prod's routes page.")
    ] = Environment.PROD,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", help="System of the demo workload; repeat for several; default: all."),
    ] = None,
    load: Annotated[float, typer.Option(help="Of the demo workload, up to 10; 0: no workload.")] = 1,
    day: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long a day of the demo workload lasts.")
    ] = DAY_SECONDS,
    remediation: Annotated[
        str, typer.Option(metavar="MODE", help="What auto-remediation may do: shadow, act (as its rules say).")
    ] = Acts.SHADOW,
    build: Annotated[
        bool, typer.Option("--build", help="Then build programs that are not there; their servers join.")
    ] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Start the servers from what `engine up local` deployed; what runs unchanged stays."""
    layout = Layout(root)
    with errors(as_json):
        if environment not in list(Environment):
            raise BadInput([Problem("--as", f"found unknown environment {environment!r}", ", ".join(Environment))])
        bounds.load(load), bounds.day(day)
        remedy = Remedy(acts=bounds.acts(remediation))
        demand = Demand(systems=tuple(system or ()), load=load, day=day) if load else None

        def start() -> Outcome:
            with progress() as tell:
                manager = Manager(layout=layout, tell=tell)
                return manager.up(lambda: Deployment.of(deployed(root, os.environ)), environment, demand, remedy)

        outcome = start()
        layout.hurried.unlink(missing_ok=True)
        if leftovers(layout):
            with progress() as tell:
                take_back(layout, tell)
        if build:
            # With --json, stdout has the JSON alone.
            console = Console(stderr=as_json)
            show_waiting(console, outcome)
            for _ in built(layout, outcome.waiting, progress=sys.stderr if as_json else None):
                before, outcome = outcome, start()
                show_joined(console, before, outcome)
        if as_json:
            found = dataclasses.asdict(outcome) | {"endpoints": outcome.endpoints.model_dump(mode="json")}
            print_json(found)
        else:
            show_outcome(Console(), outcome)
            show_status(Console(), status(layout))
            show_console(Console(), outcome.endpoints)


@app.command()
def down(as_json: AsJson = False, root: Root = ROOT) -> None:
    """Stop the servers; what they keep stays for the next `up`."""
    with errors(as_json):
        stopped = Manager(layout=Layout(root)).down()
        if as_json:
            print_json({"stopped": stopped})
        else:
            print(f"Stopped: {', '.join(stopped)}." if stopped else "No servers were running.")


@app.command(name="status")
def show(as_json: AsJson = False, root: Root = ROOT) -> None:
    """Show how the servers are. Exit code 1 when one crashed or does not answer, or a killed fault goes on."""
    layout = Layout(root)
    with errors(as_json):
        try:
            servers, moved = status(layout), moved_from(layout)
        except ValueError as error:
            raise BadInput([Problem(str(layout.folder), str(error), "`make up` sets it aside")]) from None
        found = [*leftovers(layout), *([f"The checkout was moved: its servers write to {moved}."] if moved else [])]
        if as_json:
            print_json([dataclasses.asdict(one) for one in servers])
        else:
            show_status(Console(), servers)
        for sentence in found:
            Console(stderr=True).print(f"[yellow]{sentence}[/] `make up` takes care of it.", highlight=False)
    if found or any(one.state is not State.RUNNING for one in servers):
        raise typer.Exit(1)


@app.command()
def restart(
    name: str,
    pause: Annotated[float, typer.Option(metavar="SECONDS", help="Stay down for this long.")] = 0,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Stop a server and start it again with the same configuration."""
    with errors(as_json):
        record = Manager(layout=Layout(root)).restart(name, bounds.pause(pause))
        if as_json:
            print_json({"server": name, "pid": record.pid})
        else:
            print(f"{name} runs again, as process {record.pid}.")


@app.command()
def alarm(
    name: str,
    state: Annotated[str, typer.Argument(help="ALARM, OK or INSUFFICIENT_DATA.")],
    reason: Annotated[str, typer.Option(help="As CloudWatch would word it.")] = "Set by hand.",
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Set a CloudWatch alarm; its team is notified as the routes have it."""
    with errors(as_json):
        changed = set_alarm(read_endpoints(root), name, state, reason)
        if as_json:
            print_json(dataclasses.asdict(changed))
        else:
            print(f"{changed.name} was {changed.before} and is {changed.state}.")


@app.command()
def history(as_json: AsJson = False, root: Root = ROOT) -> None:
    """Give Prometheus eight weeks of simulated use of volumes and a quota, for `make forecast ENV=local`."""
    with errors(as_json):
        samples = write_history(root, time.time())
        if as_json:
            print_json({"samples": samples})
        else:
            print(f"{samples} samples of the namespace simulated; Prometheus shows them within a minute.")


for command in COMMANDS:
    app.command()(command)
