"""``python -m ops remediation run|report|judge|arm|answer``."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import boto3
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model import labels
from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.file import read_json
from model.problems import BadInput, Problem
from model.remediation.cloud import Cloud
from model.remediation.families import families
from model.remediation.ledger import LEAST_VERDICTS, MOST_WRONG_PERCENT, Arming, Judgement, digest
from model.remediation.report import RuleReport
from model.remediation.report import report as reports_of
from model.vocabulary import Environment
from ops.cluster_setting import cluster_name
from ops.environment_file import EnvironmentFile
from ops.identity import SETTINGS, sign_in
from ops.incidents.places import LOCAL_LEDGER
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.remediation import approvals, eks, in_aws
from ops.remediation.dynamodb import DynamoDbStore
from ops.remediation.engine import Engine
from ops.remediation.ledger import Ledger
from ops.remediation.local import Servers, local_engine
from ops.remediation.ports import Store
from ops.remediation.stores import FileStore

_WIDTH = 80
_ENDPOINTS = Path(".local/lab/endpoints.json")
_TABLE = "dynamodb:"
_INTERVAL = 15.0
"""Objectives are evaluated every 15 s; more often there is nothing new."""

app = typer.Typer(no_args_is_help=True, help="Auto-remediation: verdicts, their report, and arming.")
Place = Annotated[
    str | None,
    typer.Option("--ledger", metavar="PLACE", help="A file, or dynamodb:TABLE; absent: that of the local environment."),
]
RuleName = Annotated[str, typer.Option("--rule", metavar="SYSTEM/RULE", help="The rule in the catalog.")]
Person = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides that.")]


@app.command()
def run(
    env: Env,
    once: Annotated[bool, typer.Option("--once", help="One step instead of one every 15 s.")] = False,
    ledger: Place = None,
    root: Root = ROOT,
) -> None:
    """Decide on the firing alerts of an environment, and act where rules may.

    In the local one actions restart the demo workload. Elsewhere they are done in AWS and in the cluster as who runs
    this; with the engine in AWS it shares the ledger, so that only one of them acts.
    """
    with errors(as_json=False):
        environment = word("--env", env, Environment)
        if environment is Environment.LOCAL:
            servers = Servers(
                **{name: _endpoint(root, name) for name in ("alertmanager", "prometheus", "workload", "environment")}
            )
            engine = local_engine(root, servers, ledger_at(root, environment, ledger).store)
        else:
            engine = _engine(root, environment, ledger)
        while True:
            engine.step(time.time())
            if once:
                return
            time.sleep(_INTERVAL)


@app.command()
def report(env: Env, ledger: Place = None, as_json: AsJson = False, root: Root = ROOT) -> None:
    """Show how good the verdicts of each rule were, against what happened and what people did."""
    with errors(as_json):
        environment = word("--env", env, Environment)
        found = _reports(root, ledger_at(root, environment, ledger))
        if as_json:
            print_json([{**asdict(one), "judged": one.judged, "armable": one.armable} for one in found])
        else:
            _show(found)


@app.command()
def judge(
    *,
    env: Env,
    key: Annotated[str, typer.Option(metavar="KEY", help="Of the verdict, as the engine logs it.")],
    verdict: Annotated[str, typer.Option("--as", metavar="WORD", help="right, needless or wrong.")],
    by: Person,
    ledger: Place = None,
    root: Root = ROOT,
) -> None:
    """Say how good one verdict was: right where a person did the same, wrong where something else helped."""
    with errors(as_json=False):
        book = ledger_at(root, word("--env", env, Environment), ledger)
        words = {str(one): one for one in Judgement if one is not Judgement.OPEN}
        entries = {entry.key: entry for entry in book.entries()}
        problems = [Problem("--as", f"found {verdict!r}", ", ".join(words))] if verdict not in words else []
        problems += [Problem("--by", "found no name", "the name of a person")] if not by.strip() else []
        if key not in entries:
            problems.append(Problem("--key", f"found unknown verdict {key!r}", "a key of the ledger"))
        if problems:
            raise BadInput(problems)
        book.finish(
            entries[key].model_copy(update={"judgement": words[verdict], "judged_by": by.strip()}), release=False
        )
        print(f"{key}: {verdict}, by {by.strip()}")


@app.command()
def arm(env: Env, rule: RuleName, by: Person, ledger: Place = None, root: Root = ROOT) -> None:
    """Arm a rule: at least 20 judged verdicts, of which at most 5 % are wrong."""
    with errors(as_json=False):
        book = ledger_at(root, word("--env", env, Environment), ledger)
        rules = _rules(root)
        known = {f"{system}/{name}": (system, one) for (system, name), one in rules.items()}
        problems = [Problem("--by", "found no name", "the name of a person")] if not by.strip() else []
        if rule not in known:
            problems.append(Problem("--rule", f"found unknown rule {rule!r}", ", ".join(sorted(known)) or "none"))
            raise BadInput(problems)
        [found] = [one for one in _reports(root, book) if f"{one.system}/{one.rule}" == rule]
        if not found.armable:
            allowed = f"at least {LEAST_VERDICTS} judged verdicts, at most {MOST_WRONG_PERCENT} % of them wrong"
            problems.append(
                Problem("--rule", f"found {found.judged} judged verdicts of {rule}, {found.wrong} wrong", allowed)
            )
        if problems:
            raise BadInput(problems)
        system, one = known[rule]
        book.arm(
            Arming(
                system=system,
                rule=one.name,
                digest=digest(one),
                verdicts=found.judged,
                wrong=found.wrong,
                by=by.strip(),
                at=time.time(),
            )
        )
        print(f"{rule} is armed in {env}: {found.judged} judged verdicts, {found.wrong} wrong")


@app.command()
def answer(
    env: Env,
    key: Annotated[str, typer.Option(metavar="KEY", help="Of the verdict that asks, as the message has it.")],
    approve: Annotated[bool, typer.Option("--approve/--decline", help="Whether the action may begin.")],
    root: Root = ROOT,
) -> None:
    """Answer what the engine in AWS asks, as who you are there; whether it begins, the guard rails say then."""
    with errors(as_json=False):
        file = EnvironmentFile.read(root, env)
        sign_in(file.identity, file.region)
        caller = boto3.client("sts", region_name=file.region, config=SETTINGS).get_caller_identity()
        file.account_of(caller["Account"])
        store = DynamoDbStore(_table(file.environment))
        machine = boto3.client("stepfunctions", region_name=file.region, config=SETTINGS)
        said = approvals.APPROVE if approve else approvals.DECLINE
        if not approvals.send(store, machine, key, said, str(caller["Arn"])):
            raise BadInput(
                [Problem("--key", f"found {key!r}, about which nothing is asked now", "a key of a question")]
            )
        print(f"{key}: {said}, as {caller['Arn']}")


def _engine(root: Path, environment: Environment, ledger: str | None) -> Engine:
    """Of an environment in AWS, with the credentials of who runs this."""
    file = EnvironmentFile.read(root, environment)
    sign_in(file.identity, file.region)
    caller = boto3.client("sts", region_name=file.region, config=SETTINGS).get_caller_identity()
    name = cluster_name(file.content, file.name)
    place = in_aws.Place(
        environment=environment,
        region=file.region,
        account=file.account_of(caller["Account"]),
        cluster=lambda: eks.cluster(name, file.region),
    )
    catalog, _ = Catalog.load(root / "catalog").in_environment(environment)
    systems = file.content["config"].get("belfry:systems")
    catalog = catalog.only(systems, f"{file.name}: belfry:systems") if systems else catalog
    store = ledger_at(root, environment, ledger or f"{_TABLE}{_table(environment)}").store
    acting = in_aws.actors(families(catalog, environment), place)
    return in_aws.engine(Engine, catalog, place, store, acting)


def _table(environment: Environment) -> str:
    return Cloud(region="", account="", prefix=f"{labels.PROJECT}-{environment}", cluster="").name


def ledger_at(root: Path, environment: Environment, place: str | None) -> Ledger:
    """The ledger at a file or a table, by default that of the local environment. Raises BadInput."""
    if place is None and environment is not Environment.LOCAL:
        raise BadInput(
            [Problem("--ledger", "it is missing", f"the ledger of {environment}: dynamodb:TABLE, or a file")]
        )
    store: Store
    if place is not None and place.startswith(_TABLE):
        if environment is not Environment.LOCAL and (root / f"Pulumi.{environment}.yaml").exists():
            file = EnvironmentFile.read(root, environment)
            sign_in(file.identity, file.region)
        store = DynamoDbStore(place.removeprefix(_TABLE))
    else:
        store = FileStore(Path(place) if place is not None else root / LOCAL_LEDGER)
    return Ledger(store, environment)


def _endpoint(root: Path, server: str) -> str:
    """Of the running local environment, which writes its addresses into a file."""
    file = root / _ENDPOINTS
    found = read_json(file, str(_ENDPOINTS)) if file.is_file() else None
    if not isinstance(found, dict) or not isinstance(found.get(server), str):
        raise BadInput([Problem(str(_ENDPOINTS), "no running local environment", "`make up`")])
    return str(found[server])


def _rules(root: Path) -> dict[tuple[str, str], Remediation]:
    return {(s.system, rule.name): rule for s in Catalog.load(root / "catalog").systems for rule in s.remediation}


def _reports(root: Path, ledger: Ledger) -> list[RuleReport]:
    return reports_of(ledger.entries(), {key: digest(rule) for key, rule in _rules(root).items()})


def _show(reports: list[RuleReport]) -> None:
    table = Table(box=None, pad_edge=False, width=_WIDTH)
    table.add_column("rule", overflow="fold", ratio=1)
    for title in ("verdicts", "passed", "right", "needless", "wrong", "armable"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in reports:
        counts = (one.verdicts, one.passed, one.right, one.needless, one.wrong)
        table.add_row(escape(f"{one.system}/{one.rule}"), *map(str, counts), "yes" if one.armable else "no")
    console = Console(width=_WIDTH, highlight=False)
    console.print(table)
    for one in reports:
        if one.reasons:
            reasons = ", ".join(f"{reason} {count}" for reason, count in one.reasons)
            console.print(escape(f"{one.system}/{one.rule}: {reasons}"))
