"""``python -m ops gate`` and ``python -m ops slo-status``: their options."""

import time
from pathlib import Path
from typing import Annotated

import typer

from model.gate.decision import Change, ChangeKind
from model.vocabulary import Environment
from ops.gate import command
from ops.gate.documents import sign_in_for, write_document
from ops.gate.table import as_json, show
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word

Url = Annotated[
    str | None,
    typer.Option("--prometheus", metavar="URL", help="URL of Prometheus, Thanos or Amazon Managed Prometheus."),
]


def gate(
    *,
    env: Env,
    system: Annotated[str, typer.Option(metavar="NAME", help="The system that is deployed.")],
    component: Annotated[str | None, typer.Option(metavar="NAME", help="Only this component of it.")] = None,
    feature: Annotated[str | None, typer.Option(metavar="NAME", help="Only this feature of it.")] = None,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help=f"Kind of deployment: {', '.join(ChangeKind)}.")
    ] = "feature",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it passes a freeze.")] = "",
    approver: Annotated[str, typer.Option(metavar="NAME", help="Approver.")] = "",
    override: Annotated[str, typer.Option(metavar="REASON", help="Pass whatever the answer is; it is recorded.")] = "",
    record: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Folder or s3://bucket/prefix of the overrides' records.")
    ] = None,
    prometheus: Url = None,
    status: Annotated[
        str | None, typer.Option(metavar="FILE", help="Status document: a file, or s3://bucket/key.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also as JSON, whatever the answer, for `ops evidence`.")
    ] = None,
    to_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Say whether the error budget allows a deployment now.

    Exit codes: 0 it passes, 2 bad input, 3 blocked by policy, 4 the error budget is unknown.
    """
    with errors(to_json):
        change = Change(kind=word("--kind", kind, ChangeKind), reason=reason, approver=approver, override=override)
        request = command.Request(
            environment=word("--env", env, Environment),
            system=system,
            component=component,
            feature=feature,
            change=change,
            prometheus=prometheus,
            status=status,
            record=record,
        )
        sign_in_for(root, env, status, record, prometheus)
        now = time.time()
        outcome = command.gate(root, request, now)
        document = as_json(outcome.verdict, outcome.subject, change, outcome.source)
        document = {**document, "overrides_30d": outcome.overrides, "time": now}
        if report is not None:
            write_document(str(report), document)
        if to_json:
            print_json(document)
        else:
            show(outcome.verdict, outcome.subject, change, outcome.source)
            if outcome.overrides:
                print(f"Overrides of {env} in {command.COUNTED_DAYS} days: {outcome.overrides}")
    raise typer.Exit(outcome.verdict.exit_code)


def slo_status(
    *,
    env: Env,
    to: Annotated[str | None, typer.Option(metavar="PLACE", help="File or s3://bucket/key; absent: stdout.")] = None,
    prometheus: Url = None,
    root: Root = ROOT,
) -> None:
    """Write the status document that the gate reads: all objectives of an environment at this moment."""
    with errors(as_json=False):
        sign_in_for(root, env, to, prometheus)
        found = command.slo_status(root, word("--env", env, Environment), prometheus).model_dump(mode="json")
        if to is None:
            print_json(found)
        else:
            write_document(to, found)
