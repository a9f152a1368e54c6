"""The command line: ``python -m engine preview|up|down|plan|diff|cost|drift|policy|changes|archive|schema``.

Exit codes: 0 done, 1 failed, 2 bad input; `policy` has 3 of its own.
"""

import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from checks.charts.helm import ChartsUnreachable
from engine import changes as changed
from engine import chart_bump, chart_start, charts, project_config, rendered_difference
from engine import cost as costs
from engine import drift as drifted
from engine import policy as policies
from engine.belfry import ROOT, belfry
from engine.changes import page
from engine.driver import Driver, Outcome
from engine.modes import Choice, Mode, choose, environment_named
from engine.plan import compare, write_plan
from engine.reporting import print_json, reported
from engine.screen import Progress, show_choice, show_difference, show_outcome
from engine.stopping import stoppable
from engine.summary import machine_readable
from engine.workspace import PROJECT_FILE
from model.changes.markdown import markdown
from model.plan import Plan, read_plan
from model.problems import BadInput, Problem
from model.sizing.load import Profile
from model.vocabulary import Environment
from stacks.job_archive import job_archive

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Named = Annotated[str, typer.Argument(metavar="ENV", help=f"One of: {', '.join(Environment)}.")]
Asked = Annotated[
    bool | None,
    typer.Option("--offline/--real", help="Offline providers, or your own Pulumi and login; detected if not given."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout, for machines.")]
State = Annotated[Path | None, typer.Option(help="An exported stack state (pulumi stack export) to preview against.")]
Mirror = Annotated[
    str | None,
    typer.Option(
        envvar="CHART_MIRROR", help="Folder or repository of packaged charts; default: each chart's repository."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Change real resources without asking.")]


@app.command()
def preview(environment: Named, asked: Asked = None, state: State = None, as_json: AsJson = False) -> None:
    """Show what an update would change; changes nothing."""

    def previewed(driver: Driver, where: Environment, choice: Choice) -> Outcome:
        return driver.preview(where, choice, state=state)

    _run("preview", environment, asked, as_json, previewed)


@app.command()
def archive() -> None:
    """Build the job archive, and say where it is; an update builds it by itself."""
    with reported(as_json=False):
        built = job_archive()
        print(f"{built.file.relative_to(ROOT)}: {built.file.stat().st_size:,} bytes")


@app.command()
def up(environment: Named, asked: Asked = None, as_json: AsJson = False, yes: Yes = False) -> None:
    """Create and update an environment. Offline only 'local'."""
    _run("up", environment, asked, as_json, lambda driver, where, choice: driver.up(where, choice), yes=yes)


@app.command()
def down(environment: Named = "local", asked: Asked = None, as_json: AsJson = False, yes: Yes = False) -> None:
    """Delete everything in an environment. Offline only 'local'."""
    _run("down", environment, asked, as_json, lambda driver, where, choice: driver.down(where, choice), yes=yes)


@app.command()
def plan(
    *,
    environment: Named,
    out: Annotated[Path | None, typer.Option(help="The file; build/<env>/plan.json if absent.")] = None,
    asked: Asked = None,
    state: State = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="Offline: simulated ids, nothing unknown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what an environment would consist of to a file; changes nothing."""
    path = out or Path("build") / environment / "plan.json"

    def planned(driver: Driver, where: Environment, choice: Choice) -> Outcome:
        outcome = driver.preview(where, choice, state=state, plan=True, simulated=simulated)
        assert outcome.plan is not None
        write_plan(outcome.plan, path)
        return outcome

    _run("plan", environment, asked, as_json, planned, wrote=path)


@app.command()
def diff(before: Path, after: Path, as_json: AsJson = False) -> None:
    """Compare two plan files: added, removed, changed, replaced."""
    with reported(as_json), stoppable(children=True):
        difference = compare(read_plan(before), read_plan(after))
        if as_json:
            print_json(dataclasses.asdict(difference))
        else:
            show_difference(Console(), difference)


@app.command()
def cost(
    environment: Named,
    budget: Annotated[float | None, typer.Option(min=0.01, help="US dollars a month; above, exit code 1.")] = None,
    asked: Asked = None,
    state: State = None,
    as_json: AsJson = False,
) -> None:
    """Price what the monitoring of an environment consists of, by component; changes nothing."""

    def planned(driver: Driver, where: Environment, choice: Choice) -> Outcome:
        return driver.preview(where, choice, state=state, plan=True)

    def report(outcome: Outcome) -> None:
        assert outcome.plan is not None
        found, limit = costs.priced(outcome.plan), costs.budget_of(outcome.plan, budget)
        if as_json:
            print_json(costs.machine_readable(environment, found, limit))
        else:
            costs.show(Console(), environment, found, limit)
        if costs.over(found, limit):
            raise typer.Exit(1)

    _run("cost", environment, asked, as_json, planned, report=report)


@app.command("drift")
def drift_(environment: Named, asked: Asked = None, as_json: AsJson = False) -> None:
    """Compare program, state and reality; changes nothing. `python -m ops drift` judges what is found."""
    errors = Console(stderr=True)
    with reported(as_json), stoppable(children=True):
        where = environment_named(environment)
        mode = None if asked is None else Mode.OFFLINE if asked else Mode.REAL
        driver = make_driver()
        choice = choose(where, mode, os.environ, driver.tools)
        show_choice(errors, "drift", where, choice)
        with Progress(errors, f"drift {where}") as progress:
            driver.tell = progress.tell
            found = drifted.drift(driver, where, choice, os.environ.get("CHART_MIRROR"))
        # The report is for `ops drift`; a person sees how much there is.
        if as_json:
            print_json(found.model_dump(mode="json"))
            return
        reality = "not compared" if found.reality is None else len(found.reality)
        print(f"program and state: {len(found.program)} differ; state and reality: {reality}")
        for line in (*found.limits, *found.failures):
            print(f"not compared: {line}")


@app.command()
def policy(
    environment: Named,
    file: Annotated[Path | None, typer.Option("--plan", help="A plan file; made now if absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the policies about an environment's resources; changes nothing. Exit code 3: a mandatory one is violated."""
    with reported(as_json), stoppable(children=True):
        where = environment_named(environment)
        planned = read_plan(file) if file else _simulated(where)
        if planned["environment"] != where:
            raise BadInput([Problem(f"{file}: environment", f"found {planned['environment']!r}", str(where))])
        judged = policies.judged(planned)
        if as_json:
            print_json(policies.machine_readable(environment, judged))
        else:
            policies.show(Console(), environment, judged)
        if policies.mandatory(judged):
            raise typer.Exit(policies.MANDATORY_FOUND)


@app.command()
def changes(
    environments: Annotated[list[str] | None, typer.Argument(metavar="[ENV]...", help="All if absent.")] = None,
    base: Annotated[str, typer.Option(help="A branch, tag or commit; compared is where it and HEAD parted.")] = "main",
    html: Annotated[Path | None, typer.Option(help="Also as an HTML file.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also as JSON, for `python -m ops comment`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say in Markdown what a change does to resources, alarms, rules, routes, rights, paths and cost."""
    with reported(as_json), stoppable(children=True):
        chosen = [environment_named(name) for name in environments or Environment if name != "all"] or [*Environment]
        errors = Console(stderr=True)
        made = changed.changes(ROOT, base, chosen, lambda line: errors.print(escape(line), highlight=False))
        for path, text in ((html, page), (report, lambda one: one.model_dump_json())):
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text(made.report), encoding="utf-8")
        print(made.report.model_dump_json() if as_json else markdown(made.report), end="")
        parts = ", ".join(f"{what} {seconds:.0f}" for what, seconds in made.seconds.items())
        errors.print(f"Seconds: {parts}.", highlight=False)


@app.command("charts-check")
def charts_check(
    environments: Annotated[list[str] | None, typer.Argument(metavar="[ENV]...", help="All if absent.")] = None,
    profiles: Annotated[
        bool, typer.Option(help="Also with each sizing profile forced (docs/sizing.md).", show_default=True)
    ] = False,
    kinds: Annotated[
        bool,
        typer.Option(help="Also the last environment on each kind of nodes (docs/compute.md).", show_default=True),
    ] = False,
    mirror: Mirror = None,
    as_json: AsJson = False,
) -> None:
    """Render every release with its pinned chart and check what would reach the cluster; changes nothing."""
    with reported(as_json, ChartsUnreachable), stoppable(children=True):
        chosen = [environment_named(name) for name in environments or Environment]
        forced = list(Profile) if profiles else ()
        results = charts.checked(make_driver(), chosen, mirror, Console(stderr=True), forced, kinds=kinds)
        if as_json:
            print_json(charts.machine_readable(results))
        else:
            charts.show(Console(), results)
        if charts.broken(results):
            raise typer.Exit(1)


def _simulated(environment: Environment) -> Plan:
    """A plan in which nothing is unknown: a policy of IAM that holds one ARN would be unknown as a whole."""
    driver = make_driver()
    with Progress(Console(stderr=True), f"plan {environment}") as progress:
        driver.tell = progress.tell
        choice = choose(environment, Mode.OFFLINE, os.environ, driver.tools)
        outcome = driver.preview(environment, choice, plan=True, simulated=True)
    assert outcome.plan is not None
    return outcome.plan


@app.command("chart")
def chart(
    name: Annotated[str, typer.Argument(metavar="CHART", help="A chart of versions.toml.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version to take.")],
    *,
    repository: Annotated[str, typer.Option(help="Of a new chart: https://... or oci://...")] = "",
    namespace: Annotated[str, typer.Option(help="Of a new chart: where it is installed.")] = "",
    mirror: Mirror = None,
    as_json: AsJson = False,
) -> None:
    """Take a version of a Helm chart: show what it changes for the values that we set, then pin it.

    With --repository and --namespace: start a chart that Belfry does not have yet.

    Writes versions.toml and the inventory of the chart's values. Exits with 1 when values are to be adapted.
    """
    with reported(as_json), stoppable(children=True):
        if repository or namespace:
            screen = Console(stderr=True)
            started = chart_start.start(
                make_driver(), name, chart_start.Asked(version, repository, namespace), mirror, screen
            )
            if as_json:
                print_json(chart_start.machine_readable(started))
            else:
                chart_start.show(Console(), started)
            return
        result = chart_bump.bump(make_driver(), name, version, mirror, Console(stderr=True))
        if as_json:
            print_json(chart_bump.machine_readable(result))
        else:
            chart_bump.show(Console(), result)
        if result.breaks:
            raise typer.Exit(1)


@app.command("schema")
def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if the file would change.")
    ] = False,
) -> None:
    """Describe the settings in Pulumi.yaml: its part config follows from their types."""
    with reported(False):
        differs = project_config.write(ROOT, check=check)
        if differs:
            print(f"{'stale' if check else 'written'}  {PROJECT_FILE}")
        if differs and check:
            raise typer.Exit(1)


def make_driver() -> Driver:
    """Belfry's driver; tests put another program in its place."""
    return Driver(root=ROOT, program=belfry())


def _run(
    operation: str,
    name: str,
    asked: bool | None,
    as_json: bool,
    work: Callable[[Driver, Environment, Choice], Outcome],
    *,
    yes: bool = True,
    wrote: Path | None = None,
    report: Callable[[Outcome], None] | None = None,
) -> None:
    errors = Console(stderr=True)
    with reported(as_json), stoppable(children=True):
        environment = environment_named(name)
        mode = None if asked is None else Mode.OFFLINE if asked else Mode.REAL
        driver = make_driver()
        choice = choose(environment, mode, os.environ, driver.tools)
        show_choice(errors, operation, environment, choice)
        if not choice.offline and not yes:
            _confirm(operation, environment)
        with Progress(errors, f"{operation} {environment}") as progress:
            driver.tell = progress.tell
            outcome = work(driver, environment, choice)
        if report:
            report(outcome)
            return
        mirror = os.environ.get("CHART_MIRROR")
        rendered = rendered_difference.of_steps(outcome.steps, tools=driver.tools, mirror=mirror)
        if as_json:
            found = machine_readable(outcome) | {"rendered": [dataclasses.asdict(one) for one in rendered]}
            print_json(found | ({"plan": str(wrote)} if wrote else {}))
            return
        show_outcome(Console(), outcome)
        rendered_difference.show(Console(), rendered)
        if wrote:
            print(f"The plan is in {wrote}.")


def _confirm(operation: str, environment: Environment) -> None:
    """Real resources are changed only by a person who said so, or by --yes."""
    if not sys.stdin.isatty():
        found = f"'{operation} {environment}' would change real resources, and there is no terminal to confirm"
        raise BadInput([Problem(operation, found, f"{operation} {environment} --yes")])
    typer.confirm(f"{operation} {environment} changes real resources. Continue?", abort=True, err=True)
