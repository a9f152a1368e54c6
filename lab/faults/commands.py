"""The commands ``fault``, ``faults`` and ``gameday`` of ``python -m lab``."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from engine.state import deployed
from lab import bounds
from lab.deployment import Deployment
from lab.endpoints import read_endpoints
from lab.faults import screen
from lab.faults.gameday import QUIET, GameDay
from lab.faults.healing import Engine, Healing, healings
from lab.faults.hurry import demand, hurried
from lab.faults.knowledge import shipped
from lab.faults.leftovers import take_back
from lab.faults.lock import alone
from lab.faults.proof import Proof, proofs
from lab.faults.runner import Runner, Tell
from lab.faults.table import FAULTS, find
from lab.layout import ROOT, Layout
from lab.manager import Manager
from lab.output import AsJson, Root, errors, print_json, progress
from lab.remedy import Acts, Remedy, remedy
from model.catalog.catalog import Catalog
from model.problems import BadInput
from model.vocabulary import Environment

_STOPPED = 130  # as shells say it


def fault(
    name: Annotated[str, typer.Argument(help="One of `python -m lab faults`.")],
    target: Annotated[str | None, typer.Option(metavar="SYSTEM/COMPONENT", help="The target of the fault.")] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="TIME", help="Duration, such as 5m.")] = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Break something and see what comes of it. Ctrl-C ends it. Exit code 1 when nobody was notified."""
    layout = Layout(root)
    with errors(as_json), _stoppable():
        chosen, wanted = find(name), bounds.duration(duration)
        with alone(layout, name), progress() as tell:
            runner = Runner(layout=layout, tell=tell)
            take_back(layout, tell)
            plan = runner.plan(chosen, target, runner.running)
            runner.wait_until_ready(plan)
            trial = runner.hold(runner.plan(chosen, plan.target.name, runner.running), wanted or screen.lasts(plan))
        if as_json:
            print_json(screen.result(trial))
        else:
            screen.show_fault(Console(), trial)
    if trial.notified is None:
        raise typer.Exit(1)


def faults(as_json: AsJson = False, root: Root = ROOT) -> None:
    """List the faults: what each may hit, the alert it must raise, and who is notified within which time."""
    with errors(as_json):
        catalog = Catalog.load(root / "catalog")
        running, environment = {system.system for system in catalog.systems}, str(Environment.PROD)
        with suppress(BadInput):  # nothing runs: every system could
            running, environment = Runner(layout=Layout(root)).running, read_endpoints(root).environment
        rows = screen.listing(FAULTS, catalog, shipped(root, environment), running)
        if as_json:
            print_json(rows)
        else:
            screen.show_faults(Console(), rows)


def gameday(
    only: Annotated[list[str] | None, typer.Option(metavar="FAULT", help="Only this one; may be repeated.")] = None,
    hurry: Annotated[float, typer.Option(metavar="FACTOR", help="Holds and waits this many times shorter.")] = 1,
    remediation: Annotated[
        str | None, typer.Option(metavar="MODE", help="Watch auto-remediation, in shadow or act, from an empty ledger.")
    ] = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Run all faults in turn and show which alert notified whom, and when. Exit code 1 when one did not."""
    layout = Layout(root)
    with errors(as_json), _stoppable():
        chosen = [find(name, "--only") for name in only] if only else list(FAULTS)
        factor = bounds.hurry(hurry)
        acts = None if remediation is None else bounds.acts(remediation)
        with alone(layout, QUIET) as now, progress() as tell:
            runner = Runner(layout=layout, tell=tell)
            take_back(layout, tell)
            console = Console(stderr=True)
            day = GameDay(runner=runner, now=now, done=lambda trial: console.print(screen.line(trial), highlight=False))
            healed: list[Healing] = []
            proven: list[Proof] = []
            with _changed(layout, runner.servers.at.environment, factor, acts, tell):
                if acts is not None:
                    # The engine may have another address than before.
                    runner.__post_init__()
                    runner.engine = Engine(runner.servers.at, runner.catalog, acts)
                day.run(chosen)
                proven = proofs(layout, day.trials)
                if runner.engine is not None:
                    healed = healings(layout, runner.engine, day.trials)
        if as_json:
            found = {"trials": [screen.result(trial) for trial in day.trials], "left_out": day.left_out}
            found["incidents"] = [{**asdict(one), "exact": one.exact} for one in proven]
            print_json(found | ({"remediation": [asdict(one) for one in healed]} if acts else {}))
        else:
            screen.show_results(Console(), day.trials, day.left_out)
            screen.show_proofs(Console(), proven)
            if acts is not None:
                screen.show_healings(Console(), healed)
    if not day.trials or any(trial.why for trial in day.trials) or not all(one.incident for one in proven):
        raise typer.Exit(1)


@contextmanager
def _changed(layout: Layout, environment: str, factor: float, acts: Acts | None, tell: Tell) -> Iterator[None]:
    """Have the servers wait less, and auto-remediation start again.

    A process that is killed leaves a mark, which says so to the next command.
    """
    if factor == 1 and acts is None:
        yield
        return
    manager = Manager(layout=layout, tell=tell)
    whole, asked, before = Deployment.of(deployed(layout.root, os.environ)), demand(layout), remedy(layout)
    wanted = before
    if acts is not None:
        # What was done before today would only be repeated, and use the budgets up.
        wanted = Remedy(acts=acts, ledger=f"gameday-{time.time():.0f}.sqlite")
    layout.write(layout.hurried, before.model_dump_json())
    try:
        manager.up(lambda: whole if factor == 1 else hurried(whole, factor), environment, asked, wanted)
        yield
    finally:
        # Nothing is started again that somebody stopped meanwhile.
        if layout.endpoints.exists():
            manager.up(lambda: whole, environment, asked, before)
        layout.hurried.unlink(missing_ok=True)


@contextmanager
def _stoppable() -> Iterator[None]:
    """End the fault on Ctrl-C, and likewise when the process is asked to end."""
    try:
        yield
    except KeyboardInterrupt:
        Console(stderr=True).print("Stopped; the fault is over.")
        raise typer.Exit(_STOPPED) from None


COMMANDS: tuple[Callable[..., None], ...] = (fault, faults, gameday)
