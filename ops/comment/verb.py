"""``python -m ops comment``: its options, and what a workflow gives in its environment."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from model.problems import BadInput, Problem, raise_if_any
from ops.comment import command
from ops.comment.github import Rest
from ops.options import AsJson, errors, print_json

_REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,100}/[A-Za-z0-9._-]{1,100}")
_GIVEN = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN")


def comment(
    event: Annotated[
        Path, typer.Option(metavar="FILE", envvar="GITHUB_EVENT_PATH", help="The payload of the event workflow_run.")
    ],
    as_json: AsJson = False,
) -> None:
    """Comment on a pull request with the report that a run of its own code left; for a workflow on workflow_run."""
    with errors(as_json):
        given = {name: os.environ.get(name, "") for name in _GIVEN}
        raise_if_any(Problem(name, "the variable is not set", "what GitHub sets") for name in _GIVEN if not given[name])
        if not _REPOSITORY.fullmatch(given["GITHUB_REPOSITORY"]):
            raise BadInput([Problem("GITHUB_REPOSITORY", f"found {given['GITHUB_REPOSITORY']!r}", "owner/name")])
        github = Rest(given["GITHUB_API_URL"], given["GITHUB_REPOSITORY"], given["GITHUB_TOKEN"])
        said = command.comment(command.read_event(event), github)
        if as_json:
            print_json({"done": said})
        else:
            print(said)
