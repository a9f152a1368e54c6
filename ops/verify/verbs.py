"""``python -m ops verify``: its options."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from model.problems import BadInput, Problem
from model.quantities import Duration
from model.verification.servers import left_out
from model.verification.verdicts import Check, Result, changes, exit_code
from model.vocabulary import Environment
from ops.gate.documents import write_document
from ops.options import ROOT, AsJson, Env, Root, errors, print_json
from ops.verify.command import Request, rounds, verify
from ops.verify.inputs import Inputs, read_inputs
from ops.verify.table import as_json, show, show_change
from ops.verify.world import TOKEN, Addresses, World, world

Url = Annotated[str | None, typer.Option(metavar="URL")]


def verify_environment(
    *,
    env: Env,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CHECK", help=f"Repeatable: {', '.join(Check)}.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="CHECK", help="Repeatable: all but these.")
    ] = None,
    system: Annotated[
        list[str] | None, typer.Option("--system", metavar="NAME", help="Repeatable: alarms and targets of these only.")
    ] = None,
    pages: Annotated[bool, typer.Option("--pages", help="Also send test alerts that page people or escalate.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Repeat until nothing fails or is unknown.")] = False,
    for_: Annotated[str, typer.Option("--for", metavar="DURATION", help="Longest time of --watch.")] = "10m",
    plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Plan of what was deployed; default: build/<env>/plan.json.")
    ] = None,
    prometheus: Url = None,
    alertmanager: Annotated[list[str] | None, typer.Option(metavar="URL", help="Repeat for each replica.")] = None,
    loki: Url = None,
    jaeger: Url = None,
    collector: Annotated[str | None, typer.Option(metavar="URL", help="Of its OTLP receiver over HTTP.")] = None,
    grafana: Annotated[
        str | None, typer.Option(metavar="URL", help=f"The token of a service account is taken from {TOKEN}.")
    ] = None,
    in_cluster: Annotated[
        bool, typer.Option("--in-cluster", help="Servers without a URL are reached by their Services.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also as JSON, whatever the outcome, for `ops evidence`.")
    ] = None,
    to_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Verify that a running environment is what was deployed, and that its telemetry and alerts arrive.

    Exit codes: 0 all checks passed, 1 a check failed, 2 bad input, 3 something is unknown or was not checked.
    """
    with errors(to_json):
        environment, chosen, longest = _words(env, only or (), skip or (), for_)
        begun = time.time()
        addresses = Addresses(
            prometheus=prometheus,
            alertmanagers=tuple(alertmanager or ()),
            loki=loki,
            jaeger=jaeger,
            collector=collector,
            grafana=grafana,
            in_cluster=in_cluster,
        )
        inputs = read_inputs(root, environment, plan, system or ())
        where = world(root, environment, addresses, inputs, system or ())
        lacking = left_out(where.systems, inputs.systems)
        notes = [f"Targets of these systems are not expected: {', '.join(lacking)}."] if lacking else []
        request = Request(only=chosen, systems=system or (), pages=pages)
        results = _watched(where, inputs, request, longest, quiet=to_json) if watch else verify(where, inputs, request)
        document = as_json(
            where, inputs.source, notes, results, environment=environment, time=begun, systems_left_out=lacking
        )
        if report is not None:
            write_document(str(report), document)
        if to_json:
            print_json(document)
        else:
            show(where, inputs.source, notes, results)
    raise typer.Exit(exit_code(results))


def _watched(where: World, inputs: Inputs, request: Request, seconds: float, *, quiet: bool) -> Sequence[Result]:
    """The results of the last round; a line for each check that changed. Ctrl-C ends it after the last whole round."""
    last: list[Result] = []
    try:
        for results in rounds(lambda before: verify(where, inputs, request, before), seconds):
            for result in () if quiet else changes(last, results):
                show_change(time.strftime("%H:%M:%S"), result)
            last = results
    except KeyboardInterrupt:
        if not last:
            raise typer.Abort from None
    return last


def _words(
    env: str, only: Sequence[str], skip: Sequence[str], longest: str
) -> tuple[Environment, frozenset[Check], float]:
    """Raises BadInput with all mistakes."""
    known, checks = {str(one): one for one in Environment}, {str(one): one for one in Check}
    problems = [] if env in known else [Problem("--env", f"found {env!r}", ", ".join(known))]
    for option, given in (("--only", only), ("--skip", skip)):
        problems += [Problem(option, f"found {name!r}", ", ".join(checks)) for name in given if name not in checks]
    try:
        seconds = float(Duration(longest).seconds)
    except ValueError as error:
        problems.append(Problem("--for", str(error)))
    if not set(checks) - set(skip) or (only and not set(only) - set(skip)):
        problems.append(Problem("--skip", "found every check", "at least one that is left"))
    if problems:
        raise BadInput(problems)
    chosen = frozenset(checks[name] for name in (only or checks) if name not in skip)
    return known[env], chosen, seconds
