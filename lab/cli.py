"""Servers of the local environment: ``python -m lab up|down|status|restart``. Exit codes: 0, 1 failed, 2 bad input."""

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from engine.errors import EngineError
from engine.state import deployed
from lab.deployment import Deployment
from lab.errors import LabError
from lab.layout import ROOT, Layout
from lab.manager import Manager
from lab.screen import show_outcome, show_status
from lab.status import State, status
from model.problems import BadInput, Problem
from model.vocabulary import Environment

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout, for machines.")]
Root = Annotated[Path, typer.Option("--root", hidden=True)]


@app.command()
def up(
    environment: Annotated[
        str, typer.Option("--as", metavar="ENV", help="What alerts say of themselves; only prod's routes page.")
    ] = Environment.PROD,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Start the servers from what `engine up local` deployed; what runs unchanged stays."""
    layout = Layout(root)
    with _errors(as_json):
        if environment not in list(Environment):
            raise BadInput([Problem("--as", f"found unknown environment {environment!r}", ", ".join(Environment))])
        console = Console(stderr=True)
        with console.status("starting") as shown:

            def tell(text: str) -> None:
                shown.update(text)
                if not console.is_terminal:
                    console.print(text, highlight=False)

            manager = Manager(layout=layout, tell=tell)
            outcome = manager.up(lambda: Deployment.of(deployed(root, os.environ)), environment)
        if as_json:
            found = dataclasses.asdict(outcome) | {"endpoints": outcome.endpoints.model_dump(mode="json")}
            _print_json(found)
        else:
            show_outcome(Console(), outcome)
            show_status(Console(), status(layout))


@app.command()
def down(as_json: AsJson = False, root: Root = ROOT) -> None:
    """Stop the servers; what they keep stays for the next `up`."""
    with _errors(as_json):
        stopped = Manager(layout=Layout(root)).down()
        if as_json:
            _print_json({"stopped": stopped})
        else:
            print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command(name="status")
def show(as_json: AsJson = False, root: Root = ROOT) -> None:
    """Show how the servers are. Exit code 1 when one crashed."""
    with _errors(as_json):
        try:
            servers = status(Layout(root))
        except ValueError as error:
            raise BadInput([Problem(str(Layout(root).folder), str(error), "`make up` moves it aside")]) from None
        if as_json:
            _print_json([dataclasses.asdict(one) for one in servers])
        else:
            show_status(Console(), servers)
    if any(one.state is State.CRASHED for one in servers):
        raise typer.Exit(1)


@app.command()
def restart(
    name: str,
    pause: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Stay down for this long.")] = 0,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Stop a server and start it again with the same configuration."""
    with _errors(as_json):
        record = Manager(layout=Layout(root)).restart(name, pause)
        if as_json:
            _print_json({"server": name, "pid": record.pid})
        else:
            print(f"{name} runs again, as process {record.pid}.")


@contextmanager
def _errors(as_json: bool) -> Iterator[None]:
    """One clean message and the exit code of the error; a traceback is only for our own faults."""
    try:
        yield
    except (BadInput, EngineError, LabError) as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}[/]", highlight=False, soft_wrap=True)
        if as_json:
            _print_json({"error": str(error)})
        raise typer.Exit(error.exit_code) from None


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
