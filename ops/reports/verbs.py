"""``python -m ops report`` and ``review``: their options."""

import time
from pathlib import Path
from typing import Annotated

import typer

from model.problems import BadInput, Problem
from model.reports.periods import PeriodKind
from model.vocabulary import Environment
from ops.environment_file import EnvironmentFile
from ops.gate.documents import S3
from ops.identity import sign_in
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.reports import command, project, review_command, review_summary
from ops.reports.command import Output, Request
from ops.reports.store import Form
from ops.reports.summary import show

PeriodOption = Annotated[str, typer.Option("--period", metavar="KIND", help=f"{' or '.join(PeriodKind)}.")]
Named = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="NAME",
        help=f"Such as 2026-11 or 2026-W48, or {command.CURRENT}. Absent: the last that is over; in local the current.",
    ),
]
Url = Annotated[str | None, typer.Option("--prometheus", metavar="URL", help="URL of Prometheus or Thanos.")]
Rows = Annotated[
    str | None,
    typer.Option("--rows", metavar="PLACE", help="Folder or s3://bucket/prefix of the daily rows."),
]
RowsFormat = Annotated[str, typer.Option(metavar="FORM", help=f"Of new rows: {' or '.join(Form)}.")]
Again = Annotated[bool, typer.Option("--again", help="Read days again that are kept already.")]
Formats = Annotated[str, typer.Option("--format", metavar="LIST", help=f"Separated by commas: {', '.join(Output)}.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="Also a PDF, printed by Chromium.")]
Out = Annotated[
    str | None, typer.Option("--out", metavar="PLACE", help="Folder or s3://bucket/prefix; absent: build/ENV/reports.")
]


def report(
    *,
    env: Env,
    period: PeriodOption = "month",
    name: Named = None,
    system: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these systems.")] = None,
    feature: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these features.")] = None,
    team: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these teams.")] = None,
    prometheus: Url = None,
    rows: Rows = None,
    rows_format: RowsFormat = "parquet",
    again: Again = False,
    alerts: Annotated[
        str | None, typer.Option(metavar="FILE", help="JSON list of alerts, in place of the recorded ones.")
    ] = None,
    formats: Formats = "md,html,json",
    pdf: Pdf = False,
    out: Out = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Report what objectives and agreements achieved in a week or a month."""
    with errors(as_json):
        environment = word("--env", env, Environment)
        outputs = _outputs(formats, pdf)
        request = Request(
            environment=environment,
            kind=word("--period", period, PeriodKind),
            name=name,
            systems=tuple(system or ()),
            features=tuple(feature or ()),
            teams=tuple(team or ()),
            prometheus=prometheus or project.local_server(root, environment, "prometheus"),
            rows=rows or str(folder_of(root, environment) / "rows"),
            alerts=alerts,
            out=out or str(folder_of(root, environment)),
            outputs=outputs,
            form=word("--rows-format", rows_format, Form),
            again=again,
        )
        sign_in_for(root, env, rows, out)
        outcome = command.report(project.subject_of(root, environment), request, time.time())
        if as_json:
            print_json(outcome.document)
        else:
            show(outcome.document, outcome.written)


def review(
    *,
    env: Env,
    period: PeriodOption = "week",
    name: Named = None,
    system: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these systems.")] = None,
    team: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these teams.")] = None,
    prometheus: Url = None,
    alertmanager: Annotated[
        str | None, typer.Option(metavar="URL", help="URL of Alertmanager: who acknowledged or silenced.")
    ] = None,
    loki: Annotated[str | None, typer.Option(metavar="URL", help="URL of Loki, for error patterns.")] = None,
    rows: Rows = None,
    formats: Formats = "md,html,json",
    out: Out = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Review the alerts of a week or a month: noise, better thresholds, objectives without traffic, error patterns."""
    with errors(as_json):
        outputs = _outputs(formats, pdf=False)
        if Output.PDF in outputs:
            raise BadInput([Problem("--format", "found 'pdf'", "md, html, json")])
        environment = word("--env", env, Environment)
        request = Request(
            environment=environment,
            kind=word("--period", period, PeriodKind),
            name=name,
            systems=tuple(system or ()),
            teams=tuple(team or ()),
            prometheus=prometheus or project.local_server(root, environment, "prometheus"),
            rows=rows or str(folder_of(root, environment) / "rows"),
            out=out or str(folder_of(root, environment)),
            outputs=outputs,
        )
        sign_in_for(root, env, rows, out)
        servers = review_command.Servers(
            alertmanager=alertmanager or project.local_server(root, environment, "alertmanager"),
            loki=loki or project.local_server(root, environment, "loki"),
        )
        outcome = review_command.review(project.subject_of(root, environment), request, servers, time.time())
        if as_json:
            print_json(outcome.document)
        else:
            review_summary.show(outcome.document, outcome.written)


def folder_of(root: Path, environment: Environment) -> Path:
    """Where an environment's reports are by default; its daily rows are below."""
    return root / "build" / environment / "reports"


def _outputs(formats: str, pdf: bool) -> tuple[Output, ...]:
    named = [word("--format", each.strip(), Output) for each in formats.split(",")]
    return tuple(dict.fromkeys([*named, *([Output.PDF] if pdf else [])]))


def sign_in_for(root: Path, env: str, *places: str | None) -> None:
    """As the environment's file says, where a place is in S3. A pipeline may bring its own credentials instead."""
    in_s3 = any(place and place.startswith(S3) for place in places)
    if in_s3 and env != Environment.LOCAL and (root / f"Pulumi.{env}.yaml").exists():
        file = EnvironmentFile.read(root, env)
        sign_in(file.identity, file.region)
