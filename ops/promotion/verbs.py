"""``python -m ops promote`` and ``python -m ops evidence write``: their options, and what they print."""

import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from model.plan import read_plan
from model.problems import BadInput, Problem
from model.promotion.decision import SOAK_SECONDS, Piece, Promotion, is_allowed, steps
from model.promotion.evidence import Evidence, Kind, Result
from model.promotion.sources import plan_digest, refuse_other
from model.quantities import Duration
from model.vocabulary import Environment
from ops.gate.command import prometheus_of
from ops.gate.documents import sign_in_for
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.promotion import command
from ops.promotion.files import checked_out, commit_of, versions
from ops.promotion.soaking import PrometheusHistory
from ops.promotion.store import store

WIDTH = 80
Commit = Annotated[str | None, typer.Option("--commit", metavar="SHA", help="All 40 digits; absent: HEAD.")]
Place = Annotated[
    str | None,
    typer.Option("--evidence", metavar="PLACE", help="Folder or s3://bucket/prefix; absent: build/evidence."),
]
evidence = typer.Typer(no_args_is_help=True, help="What a pipeline leaves about a commit, for its promotion.")


@evidence.callback()
def _verbs() -> None:
    """One verb alone would otherwise be no verb to typer."""


@evidence.command("write")
def write(
    *,
    env: Env,
    kind: Annotated[str, typer.Option(metavar="KIND", help=f"One of: {', '.join(Kind)}.")],
    commit: Commit = None,
    files: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="FILE", help="A plan, or the JSON of gate (several) or verify."),
    ] = None,
    result: Annotated[str | None, typer.Option(metavar="RESULT", help=f"Of tests: {', '.join(Result)}.")] = None,
    run: Annotated[str, typer.Option(metavar="URL", help="The pipeline's run.")] = "",
    prometheus: Annotated[str | None, typer.Option(metavar="URL", help="For a soak: the environment's.")] = None,
    place: Place = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Write one document about a commit in an environment. The files here must be those of the commit."""
    with errors(as_json):
        where, which = word("--env", env, Environment), word("--kind", kind, Kind)
        outcome = None if result is None else word("--result", result, Result)
        history = None
        if which is Kind.SOAK:
            history = PrometheusHistory(prometheus_of(root, where, prometheus))
        writing = command.Writing(
            root=root,
            environment=where,
            commit=checked_out(root, commit),
            versions=versions(root),
            now=time.time(),
            files=files or (),
            result=outcome,
            run=run,
            history=history,
        )
        sign_in_for(root, env, place)
        kept = store(place or str(root / command.FOLDER))
        document = command.made(which, writing, kept)
        _keep(kept.write(document), document, as_json=as_json)


def promote(
    *,
    source: Annotated[str, typer.Option("--from", metavar="ENV", help="dev or staging.")],
    target: Annotated[str, typer.Option("--to", metavar="ENV", help="The next one: staging or prod.")],
    commit: Commit = None,
    place: Place = None,
    soak: Annotated[
        str | None, typer.Option(metavar="TIME", help="At least the environment's own: 1h for staging, 24h for prod.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The plan that is about to be deployed: it must be the same.")
    ] = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Say whether a commit may go to the next environment, and what is missing; changes nothing.

    Exit codes: 0 nothing is missing, 1 something is, 2 bad input.
    """
    with errors(as_json):
        before, after = steps(source, target)
        asked = Promotion(
            commit=commit_of(root, commit),
            source=before,
            target=after,
            soak=_soak(soak, after),
            digest=_digest(plan, after),
        )
        sign_in_for(root, target, place)
        pieces = command.promote(asked, store(place or str(root / command.FOLDER)), time.time())
        if as_json:
            print_json(_plain(asked, pieces))
        else:
            _show(asked, pieces)
    raise typer.Exit(0 if is_allowed(pieces) else 1)


def _soak(given: str | None, target: Environment) -> float:
    """Longer than what is demanded anyway, never shorter."""
    least = SOAK_SECONDS[target]
    if given is None:
        return least
    try:
        seconds = float(Duration(given).seconds)
    except ValueError as error:
        raise BadInput([Problem("--soak", str(error))]) from None
    if seconds < least:
        raise BadInput([Problem("--soak", f"found {given}", f"{least // 3600}h or longer for {target}")])
    return seconds


def _digest(plan: Path | None, target: Environment) -> str | None:
    if plan is None:
        return None
    content = read_plan(plan)
    refuse_other("environment", content["environment"], target, str(plan))
    return plan_digest(content)


def _plain(asked: Promotion, pieces: Sequence[Piece]) -> dict[str, Any]:
    return {
        "commit": asked.commit,
        "from": asked.source,
        "to": asked.target,
        "soak_seconds": asked.soak,
        "allowed": is_allowed(tuple(pieces)),
        "pieces": [
            {"kind": one.kind, "environment": one.environment, "says": one.text, "missing": list(one.missing)}
            for one in pieces
        ],
    }


def _show(asked: Promotion, pieces: Sequence[Piece]) -> None:
    console = Console(highlight=False)
    for one in pieces:
        state, style = ("missing", "red") if one.missing else ("there", "green")
        head = f"{one.environment:<8} {one.kind:<13}"
        texts = [f"{reason}" for reason in one.missing] or [one.text]
        for number, text in enumerate(texts):
            start = f"{head} {state:<8}" if number == 0 else " " * (len(head) + 9)
            lines = textwrap.wrap(text, WIDTH - len(start) - 1, break_on_hyphens=False) or [""]
            console.print(f"{escape(start)} {escape(lines[0])}", style=style, soft_wrap=True)
            for line in lines[1:]:
                console.print(f"{' ' * len(start)} {escape(line)}", style=style, soft_wrap=True)
    lacking = sum(bool(one.missing) for one in pieces)
    verdict = f"{lacking} of {len(pieces)} pieces of evidence are missing" if lacking else "nothing is missing"
    console.print(f"{asked.commit[:12]} from {asked.source} to {asked.target}: {verdict}.", soft_wrap=True)


def _keep(said: str, document: Evidence, *, as_json: bool) -> None:
    if as_json:
        print_json(document.model_dump(mode="json"))
    else:
        print(f"{document.kind} of {document.commit[:12]} in {document.environment}: {said}")
