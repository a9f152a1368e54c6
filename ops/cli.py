"""Belfry's operations: ``python -m ops <verb> --env ENV``.

Exit codes: 0 done, 1 failed or not as it should be, 2 bad input.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from model.account.state_backend import StateBackend
from model.cluster.detection import detected
from model.problems import BadInput
from ops import cluster_facts, cluster_setting
from ops.backend import Backend, account
from ops.environment_file import EnvironmentFile
from ops.http import Unreachable

ROOT = Path(__file__).resolve().parent.parent

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Env = Annotated[str, typer.Option("--env", metavar="ENV", help="The environment, which is the stack's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout, for machines.")]
Root = Annotated[Path, typer.Option(help="The project's folder.", show_default=False, hidden=True)]


@app.callback()
def _verbs() -> None:
    """One verb alone would otherwise be no verb to typer."""


@app.command()
def backend(
    env: Env,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 where something is wrong.")
    ] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Make or check where Pulumi keeps the state: a bucket in S3 and a key that encrypts secrets."""
    with _errors(as_json):
        file = EnvironmentFile.read(root, env)
        wanted = StateBackend(environment=file.environment, account=file.account_of(account()), region=file.region)
        there = Backend.of(wanted)
        made = [] if check else list(there.make())
        faults = there.faults()
        if as_json:
            _print_json(
                {"url": wanted.url, "secrets_provider": wanted.secrets_provider, "made": made, "faults": faults}
            )
        else:
            for line in (*made, *(f"wrong: {fault}" for fault in faults)):
                print(line)
            if not faults:
                print(
                    f"The state backend of {env} is as it should be. Use it by:\n"
                    f"  pulumi login '{wanted.url}'\n"
                    f"  pulumi stack init {env} --secrets-provider='{wanted.secrets_provider}'"
                )
        if faults:
            raise typer.Exit(1)


@app.command()
def detect(
    env: Env,
    write: Annotated[bool, typer.Option("--write", help="Put cluster.compute into the environment's file.")] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Find out what the nodes of a cluster are, for the setting cluster.compute; nothing in AWS is changed."""
    with _errors(as_json):
        file = EnvironmentFile.read(root, env)
        name = cluster_setting.cluster_name(file.content, file.name)
        file.account_of(account())
        facts, described = cluster_facts.of_aws(cluster_facts.eks(file.region), name)
        try:
            known = cluster_facts.of_kubernetes(described, cluster_facts.token(name, file.region))
        except Unreachable as error:
            known = None
            Console(stderr=True).print(
                escape(f"Left out what only the Kubernetes API knows (nodes' labels, StorageClasses): {error}"),
                highlight=False,
                soft_wrap=True,
            )
        found = detected(facts, known)
        compute = cluster_setting.as_yaml(found.compute)
        if write:
            cluster_setting.write(root / file.name, compute)
        if as_json:
            setting = {"compute": found.compute.model_dump(mode="json"), "storage_class": found.storage_class}
            _print_json({**setting, "notes": found.notes, "written": write})
            return
        print(f"# {file.name}, below belfry:cluster{' (written)' if write else ''}\n{compute}")
        if found.storage_class:
            print(f"# below belfry:storage\nclass: {found.storage_class}")
        for note in found.notes:
            print(f"# note: {note}")


@contextmanager
def _errors(as_json: bool) -> Iterator[None]:
    """One clean message and the exit code of the error; a traceback is only for our own faults."""
    try:
        yield
    except BadInput as error:
        _say(str(error), as_json)
        raise typer.Exit(error.exit_code) from None
    except (ClientError, BotoCoreError) as error:
        _say(f"AWS: {error}", as_json)
        raise typer.Exit(1) from None


def _say(text: str, as_json: bool) -> None:
    Console(stderr=True).print(f"[red]{escape(text)}[/]", highlight=False, soft_wrap=True)
    if as_json:
        _print_json({"error": text})


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
