"""Belfry's operations: ``python -m ops <verb> --env ENV``.

Exit codes: 0 done, 1 failed or not as it should be, 2 bad input; those of `gate` and `verify` are in their help.
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from configs.state_backend import StateBackend
from model import names
from model.cluster.detection import detected
from ops import cluster_facts, cluster_setting
from ops.addons.verb import addons
from ops.backend import Backend, account
from ops.comment.verb import comment
from ops.drift.verb import drift
from ops.environment_file import EnvironmentFile
from ops.forecast.verb import forecast
from ops.gate import verbs
from ops.http import Unreachable
from ops.identity import sign_in
from ops.incidents.verbs import incident
from ops.moved.verb import moved
from ops.options import ROOT, AsJson, Env, Root, errors, print_json
from ops.promotion import verbs as promotion
from ops.remediation import verbs as remediation
from ops.reports import verbs as reports
from ops.verify.verbs import verify_environment
from ops.warehouse.query_verb import query
from ops.warehouse.verb import warehouse

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def _verbs() -> None:
    """One verb alone would otherwise be no verb to typer."""


@app.command()
def backend(
    env: Env,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 if something is wrong.")] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Make or check where Pulumi keeps the state: a bucket in S3 and a key that encrypts secrets."""
    with errors(as_json):
        file = EnvironmentFile.read(root, env)
        sign_in(file.identity, file.region)
        wanted = StateBackend(environment=file.environment, account=file.account_of(account()), region=file.region)
        there = Backend.of(wanted)
        made = [] if check else list(there.make())
        faults = there.faults()
        if as_json:
            print_json({"url": wanted.url, "secrets_provider": wanted.secrets_provider, "made": made, "faults": faults})
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
    with errors(as_json):
        file = EnvironmentFile.read(root, env)
        name = cluster_setting.cluster_name(file.content, file.name)
        sign_in(file.identity, file.region)
        file.account_of(account())
        facts, described = cluster_facts.of_aws(cluster_facts.eks(file.region), name)
        try:
            known = cluster_facts.of_kubernetes(described, cluster_facts.token(name, file.region))
        except Unreachable as error:
            known = None
            Console(stderr=True).print(
                escape(f"Without the data of the Kubernetes API (nodes' labels, StorageClasses): {error}"),
                highlight=False,
                soft_wrap=True,
            )
        found = detected(facts, known)
        compute = cluster_setting.as_yaml(found.compute)
        if write:
            cluster_setting.write(root / file.name, compute)
        if as_json:
            setting = {"compute": found.compute.model_dump(mode="json"), "storage_class": found.storage_class}
            print_json({**setting, "notes": found.notes, "written": write})
            return
        print(f"# {file.name}, below belfry:cluster{' (written)' if write else ''}\n{compute}")
        if found.storage_class:
            print(f"# below belfry:storage\nclass: {found.storage_class}")
        for note in found.notes:
            print(f"# note: {note}")


app.command("addons")(addons)
app.command("comment")(comment)
app.command("drift")(drift)
app.add_typer(promotion.evidence, name="evidence")
app.add_typer(incident, name="incident")
app.command("forecast")(forecast)
app.command("gate")(verbs.gate)
app.command("moved")(moved)
app.command("promote")(promotion.promote)
app.command(names.SLO_STATUS)(verbs.slo_status)
app.command("query")(query)
app.command("report")(reports.report)
app.command("review")(reports.review)
app.command("verify")(verify_environment)
app.command("warehouse")(warehouse)
app.add_typer(remediation.app, name="remediation")
