"""What every command of ``python -m lab`` has in common: options, errors, progress, JSON."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from engine.reporting import print_json, reported
from engine.stopping import stoppable
from lab.errors import LabError

__all__ = ["AsJson", "Root", "errors", "print_json", "progress"]

AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout, for machines.")]
Root = Annotated[Path, typer.Option("--root", hidden=True)]


@contextmanager
def errors(as_json: bool) -> Iterator[None]:
    """As `engine.reporting` has it. A request to end, however it comes, is the same as Ctrl-C."""
    with reported(as_json, LabError), stoppable():
        yield


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
