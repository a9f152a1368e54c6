"""``python -m ops drift``: its options."""

import base64
import ssl
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from model.file import read_json
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops import cluster_facts, cluster_setting
from ops.backend import account
from ops.drift import command
from ops.drift.cluster import ApiServer
from ops.drift.publishing import gateway, publish
from ops.environment_file import EnvironmentFile
from ops.http import Unreachable
from ops.identity import sign_in
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word

_ENDPOINTS = Path(".local/lab/endpoints.json")


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
        connect: command.Connect = _nowhere if local else partial(_cluster, root, env)
        today = time.strftime("%Y-%m-%d", time.gmtime())
        outcome = command.drift(root, environment, command.engine_of(root), connect, today)
        if as_json:
            print_json(command.as_json(outcome))
        else:
            print("\n".join(command.lines(outcome)))
        if send and local:
            publish(outcome, _local_collector(root), time.time(), {})
        elif send:
            cluster = _cluster(root, env)
            publish(outcome, gateway(cluster.url), time.time(), cluster.headers, cluster.context)
    raise typer.Exit(outcome.exit_code)


def _nowhere() -> None:
    """The environment `local` has no cluster."""


def _cluster(root: Path, env: str) -> ApiServer:
    """The environment's cluster, with a new token."""
    file = EnvironmentFile.read(root, env)
    name = cluster_setting.cluster_name(file.content, file.name)
    sign_in(file.identity, file.region)
    file.account_of(account())
    described = cluster_facts.eks(file.region).describe_cluster(name=name)["cluster"]
    try:
        authority = base64.b64decode(described["certificateAuthority"]["data"]).decode()
        context = ssl.create_default_context(cadata=authority)
    except (ValueError, ssl.SSLError):
        raise Unreachable("the cluster's certificate authority, as EKS describes it, is none") from None
    headers = {"Authorization": f"Bearer {cluster_facts.token(name, file.region)}"}
    return ApiServer(described["endpoint"], headers, context)


def _local_collector(root: Path) -> str:
    file = root / _ENDPOINTS
    found: Any = read_json(file, str(_ENDPOINTS)) if file.is_file() else None
    if not isinstance(found, dict) or not isinstance(found.get("otlp_http"), str):
        raise BadInput([Problem(str(_ENDPOINTS), "no running local environment", "`make up`, or no --publish")])
    return str(found["otlp_http"])
