"""``python -m ops warehouse``: its options, and what it says."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from model.calendar import Day
from model.catalog.catalog import Catalog
from model.problems import BadInput, Problem
from model.reports.periods import PeriodKind
from model.vocabulary import Environment
from ops.incidents.places import LOCAL_LEDGER
from ops.incidents.places import store as incidents_at
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.remediation.ledger import Ledger
from ops.remediation.verbs import ledger_at
from ops.reports import project
from ops.reports.command import Request, collector_of
from ops.reports.summary import WIDTH
from ops.reports.verbs import Again, Rows, Url, folder_of, sign_in_for
from ops.warehouse.command import Done, Job, State, document

_DAY: TypeAdapter[str] = TypeAdapter(Day)
_STYLES = {State.WRITTEN: "green", State.PARTIAL: "red"}


def warehouse(
    *,
    env: Env,
    day: Annotated[
        str | None, typer.Option(metavar="DAY", help="Of UTC, such as 2026-11-30. Absent: the last that is over.")
    ] = None,
    again: Again = False,
    prometheus: Url = None,
    rows: Rows = None,
    incidents: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Folder or s3://BUCKET of incidents; absent: as `incident` has.")
    ] = None,
    ledger: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Of auto-remediation: a file, or dynamodb:TABLE.")
    ] = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Keep one day of objectives, business numbers, costs, incidents and verdicts as Parquet files.

    Exit codes: 0 done, 1 a server did not answer or only in part, 2 bad input.
    """
    with errors(as_json):
        environment = word("--env", env, Environment)
        if day is not None:
            _check(day)
        request = Request(
            environment=environment,
            kind=PeriodKind.MONTH,
            prometheus=project.prometheus_url(root, environment, prometheus),
            rows=rows or str(folder_of(root, environment) / "rows"),
            out="",
            again=again,
        )
        collector = collector_of(request, project.subject_of(root, environment))
        assert collector.api is not None, "the request has a URL"
        sign_in_for(root, env, rows, incidents)
        job = Job(
            catalog=Catalog.load(root / "catalog"),
            collector=collector,
            incidents=incidents_at(root, environment, incidents),
            ledger=_ledger(root, environment, ledger),
        )
        done = job.run(day, collector.api.now())
        if as_json:
            print_json(document(environment, done))
        else:
            _show(environment, done)
    raise typer.Exit(1 if any(one.state is State.PARTIAL for one in done) else 0)


def _check(day: str) -> None:
    try:
        _DAY.validate_python(day)
    except ValidationError:
        raise BadInput([Problem("--day", f"found {day!r}", "a day of the calendar, such as 2026-11-30")]) from None


def _ledger(root: Path, environment: Environment, place: str | None) -> Ledger | None:
    """None where none is named: then there are no verdicts."""
    if place is None and not (environment is Environment.LOCAL and (root / LOCAL_LEDGER).exists()):
        return None
    return ledger_at(root, environment, place)


def _show(environment: Environment, done: list[Done]) -> None:
    console = Console(width=WIDTH, highlight=False)
    table = Table(box=None, pad_edge=False)
    for title in ("table", "day", "state"):
        table.add_column(title, no_wrap=True)
    table.add_column("rows", justify="right")
    for one in done:
        style = _STYLES.get(one.state, "")
        table.add_row(one.table, one.day, f"[{style}]{one.state}[/]" if style else str(one.state), str(one.rows or ""))
    console.print(table)
    for state in sorted({one.state for one in done} - {State.WRITTEN}):
        console.print(f"{environment}: {state}: {state.sentence}")
