"""``python -m ops forecast``: its options."""

import sys
import time
from typing import Annotated

import typer

from model.forecast.outlook import DAYS
from model.forecast.subjects import shipped
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops.collector import receiver
from ops.forecast import command, summary
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.otlp import publish
from ops.reports.api import Api
from ops.reports.command import Output, write
from ops.reports.places import place
from ops.reports.project import prometheus_url

_MOST_DAYS = 90


def forecast(
    *,
    env: Env,
    subject: Annotated[list[str] | None, typer.Option(metavar="NAME", help=f"Only: {', '.join(shipped())}.")] = None,
    days: Annotated[int, typer.Option(metavar="N", help=f"Days ahead, 1 to {_MOST_DAYS}.")] = DAYS,
    prometheus: Annotated[
        str | None,
        typer.Option(metavar="URL", help="URL of Prometheus or Thanos with four weeks of data. Absent in local: its."),
    ] = None,
    send: Annotated[
        bool, typer.Option("--publish", help="Send the results to the collector, for the board and the alert.")
    ] = False,
    out: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Folder or s3://bucket/prefix; absent: build/ENV/reports.")
    ] = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Forecast when limits will be met: volumes, nodes, connections, tables, quotas and autoscalers.

    Exit codes: 0 nothing is urgent, 1 a server did not answer, 2 bad input, 3 a limit is met within its lead time.
    """
    with errors(as_json):
        environment = word("--env", env, Environment)
        url = prometheus_url(root, environment, prometheus)
        if not 1 <= days <= _MOST_DAYS:
            raise BadInput([Problem("--days", f"found {days}", f"1 to {_MOST_DAYS}")])
        subjects = command.chosen(shipped(), subject or ())
        api = Api(url)
        now = api.now()
        found = command.outlooks(api, subjects, now, days, _progress)
        content = command.document(environment, found, subjects)
        target = place(out or str(root / "build" / environment / "reports"))
        stem = f"forecast-{content['written'][:10]}"
        written = write(target, stem, content, tuple(set(Output) - {Output.PDF}), browser="", kind="forecast")
        if send:
            publish("forecast", command.metrics(found), receiver(root, environment), time.time())
        if as_json:
            print_json({key: value for key, value in content.items() if key != "pictures"})
        else:
            summary.show(content, sorted(written))
    raise typer.Exit(3 if content["alerts"] else 0)


def _progress(line: str) -> None:
    print(line, file=sys.stderr)
