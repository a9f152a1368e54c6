"""Options, errors and output that the verbs have in common."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from model.problems import BadInput, Problem
from model.vocabulary import Vocabulary
from ops.http import Unreachable

V = TypeVar("V", bound=Vocabulary)
ROOT = Path(__file__).resolve().parent.parent

Env = Annotated[str, typer.Option("--env", metavar="ENV", help="The environment, which is the stack's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout, for machines.")]
Root = Annotated[Path, typer.Option(help="The project's folder.", show_default=False, hidden=True)]


@contextmanager
def errors(as_json: bool) -> Iterator[None]:
    """One clean message and the exit code of the error; a traceback is only for our own faults."""
    try:
        yield
    except BadInput as error:
        _say(str(error), as_json)
        raise typer.Exit(error.exit_code) from None
    except (ClientError, BotoCoreError) as error:
        _say(f"AWS: {error}", as_json)
        raise typer.Exit(1) from None
    except Unreachable as error:
        _say(str(error), as_json)
        raise typer.Exit(1) from None


def _say(text: str, as_json: bool) -> None:
    Console(stderr=True).print(f"[red]{escape(text)}[/]", highlight=False, soft_wrap=True)
    if as_json:
        print_json({"error": text})


def print_json(content: Any) -> None:
    """JSON on stdout, the same bytes for the same content."""
    print(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))


def word(option: str, given: str, words: type[V]) -> V:
    """What ``given`` means to ``option``. Raises BadInput for a word that is not one of ``words``."""
    known = {str(each): each for each in words}
    if given not in known:
        raise BadInput([Problem(option, f"found {given!r}", ", ".join(known))])
    return known[given]
