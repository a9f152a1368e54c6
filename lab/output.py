"""What every command of ``python -m lab`` has in common: options, errors, progress, JSON."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from engine.errors import EngineError
from lab.errors import LabError
from model.problems import BadInput

AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout, for machines.")]
Root = Annotated[Path, typer.Option("--root", hidden=True)]


@contextmanager
def errors(as_json: bool) -> Iterator[None]:
    """One clean message and the exit code of the error; a traceback is only for our own faults."""
    try:
        yield
    except (BadInput, EngineError, LabError) as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}[/]", highlight=False, soft_wrap=True)
        if as_json:
            print_json({"error": str(error)})
        raise typer.Exit(error.exit_code) from None


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done: one line that changes on a terminal, a line for each step elsewhere.

    Seconds that pass are no step.
    """
    console, last = Console(stderr=True), ""
    with console.status("starting") as shown:

        def tell(text: str) -> None:
            nonlocal last
            shown.update(escape(text))
            step = re.sub(r"\d+", "", text)
            if not console.is_terminal and step != last:
                console.print(text, highlight=False, markup=False, soft_wrap=True)
            last = step

        yield tell


def print_json(content: Any) -> None:
    """For machines."""
    print(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
