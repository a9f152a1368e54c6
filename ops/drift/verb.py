"""``python -m ops drift``: its options."""

import time
from functools import partial
from typing import Annotated

import typer

from model.drift.report import Side
from model.vocabulary import Environment
from ops.collector import api_server, receiver
from ops.drift import command
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.otlp import Gauge, publish


def drift(
    *,
    env: Env,
    send: Annotated[
        bool, typer.Option("--publish", help="Send the number of findings to the collector, for the alert DriftFound.")
    ] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Compare program, state, AWS and cluster; nothing is changed.

    Exit codes: 0 no drift, 1 something could not be compared, 2 bad input, 3 drift was found.
    """
    with errors(as_json):
        environment = word("--env", env, Environment)
        local = environment is Environment.LOCAL
        connect: command.Connect = _nowhere if local else partial(api_server, root, env)
        today = time.strftime("%Y-%m-%d", time.gmtime())
        outcome = command.drift(root, environment, command.engine_of(root), connect, today)
        if as_json:
            print_json(command.as_json(outcome))
        else:
            print("\n".join(command.lines(outcome)))
        if send:
            publish("drift", gauges(outcome), receiver(root, environment), time.time())
    raise typer.Exit(outcome.exit_code)


def gauges(outcome: command.Outcome) -> list[Gauge]:
    """The number of findings of each side. Zero is sent too: it ends the alert."""
    return [("drift_findings", {"side": str(side)}, float(outcome.judged.count(side))) for side in Side]


def _nowhere() -> None:
    """The environment `local` has no cluster."""
