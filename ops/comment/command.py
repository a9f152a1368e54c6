"""From the event that a run ended to the one comment on its pull request.

The run executed a fork's code, so everything that it left is hostile: the artifact's size is asked before it is
fetched, its zip may hold one file of a bounded size, that file must be a report by its schema, and the text of the
comment is written here. Nothing of it is executed, and no path of it is used.
"""

import io
import zipfile
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.changes.markdown import MARKER, markdown
from model.changes.report import MAX_BYTES, Report, read_report
from model.file import read_json
from model.problems import BadInput, Problem, from_validation
from ops.comment.ports import Artifact, GitHub, Pull

ARTIFACT: Final = "changes"
FILE: Final = "report.json"
_EVENT_BYTES: Final = 4 * 1024 * 1024
_Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class _Payload(BaseModel):
    """A part of GitHub's payload; what else is in it is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Owner(_Payload):
    """Who a repository belongs to."""

    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]


class HeadRepository(_Payload):
    """Where a pull request comes from."""

    owner: Owner


class Run(_Payload):
    """The run that ended."""

    id: Annotated[int, Field(ge=1)]
    event: str
    conclusion: str | None
    head_sha: _Sha
    head_branch: Annotated[str, Field(max_length=1000)] | None = None
    head_repository: HeadRepository | None = None


class Event(_Payload):
    """The event `workflow_run`."""

    workflow_run: Run


def read_event(path: Path) -> Event:
    """The event in GitHub's file. Raises BadInput."""
    where = "GITHUB_EVENT_PATH"
    try:
        return Event.model_validate(read_json(path, where, _EVENT_BYTES))
    except ValidationError as error:
        raise BadInput(from_validation(where, error, Event)) from None


def comment(event: Event, github: GitHub) -> str:
    """Write or update the comment, and say in a line what was done. Raises BadInput for a wrong artifact."""
    run = event.workflow_run
    if run.event != "pull_request" or run.conclusion != "success":
        return f"nothing to do: the run of {run.event} ended with {run.conclusion}"
    pull = _pull(run, github)
    if pull is None:
        return f"nothing to do: no open pull request ends with {run.head_sha[:12]}"
    artifacts = [each for each in github.artifacts(run.id) if each.name == ARTIFACT]
    if len(artifacts) != 1:
        raise BadInput([Problem("artifact", f"found {len(artifacts)} with the name {ARTIFACT}", "exactly one")])
    report = _report(artifacts[0], github)
    if report.head != run.head_sha:
        raise BadInput([Problem(f"{FILE}: head", f"found {report.head}", f"{run.head_sha}, the run's own commit")])
    return _written(pull, markdown(report), github)


def _pull(run: Run, github: GitHub) -> Pull | None:
    """By owner, branch and commit: a report of an older commit has nothing to say any more."""
    if run.head_repository is None or not run.head_branch:
        return None
    found = github.pulls(run.head_repository.owner.login, run.head_branch)
    return next((each for each in found if each.head == run.head_sha), None)


def _report(artifact: Artifact, github: GitHub) -> Report:
    if artifact.size > MAX_BYTES:
        raise BadInput([Problem("artifact", f"found {artifact.size} bytes", f"at most {MAX_BYTES}")])
    data = github.download(artifact.id, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise BadInput([Problem("artifact", f"found more than {MAX_BYTES} bytes", f"at most {MAX_BYTES}")])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if names != [FILE]:
                raise BadInput([Problem("artifact", f"found {len(names)} files", f"{FILE} alone")])
            with archive.open(FILE) as file:
                content = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadInput([Problem("artifact", f"the zip cannot be read: {error}", "a zip")]) from None
    return read_report(content, FILE)


def _written(pull: Pull, body: str, github: GitHub) -> str:
    """The workflow's own comment with the marker; one that somebody else put a marker into is not touched."""
    ours = next((each for each in github.comments(pull.number) if each.ours and each.body.startswith(MARKER)), None)
    if ours is None:
        github.create(pull.number, body)
        return f"commented on pull request {pull.number}"
    if ours.body.replace("\r\n", "\n").strip() == body.strip():
        return f"the comment on pull request {pull.number} is as it should be"
    github.update(ours.id, body)
    return f"updated the comment on pull request {pull.number}"
