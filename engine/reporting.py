"""How the command lines report what went wrong: one clean message, and an exit code."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from engine.errors import EngineError
from model.problems import BadInput

UNWRITABLE = 2


@contextmanager
def reported(as_json: bool, *kinds: type[Exception]) -> Iterator[None]:
    """One clean message and the exit code of the error; a traceback is only for our own faults.

    ``kinds``: further errors, each with an ``exit_code``. A full disk or a read-only folder is the user's to fix.
    """
    expected: tuple[type[Exception], ...] = (BadInput, EngineError, *kinds)
    try:
        yield
        sys.stdout.flush()
    except expected as error:
        _report(str(error), as_json)
        raise typer.Exit(getattr(error, "exit_code", 1)) from None
    except OSError as error:
        # What waits for the standard output would fail again when Python ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _report(f"cannot read or write: {error}", as_json)
        raise typer.Exit(UNWRITABLE) from None


def print_json(content: Any) -> None:
    """For machines."""
    print(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def _report(text: str, as_json: bool) -> None:
    with suppress(OSError):
        Console(stderr=True).print(f"[red]{escape(text)}[/]", highlight=False, soft_wrap=True)
    if as_json:
        with suppress(OSError):
            print_json({"error": text})
