"""``python -m authoring``: writes the generated assets, locks their versions, starts new systems."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from authoring import new_system
from authoring.bundles import assets, changelog, listing, lock, schema
from authoring.dashboards.boards import business
from checks import prose
from checks.rules import command as rules_check
from model.catalog.catalog import Catalog
from model.problems import BadInput

PROJECT = Path(__file__).resolve().parent.parent
DIFFERS = 1
FINDINGS = 1

app = typer.Typer(
    help="Writes the generated part of rules/ and dashboards/ from catalog/, and locks versions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
new = typer.Typer(help="Start something new from its commented starter.", no_args_is_help=True)
app.add_typer(new, name="new")

Root = Annotated[Path, typer.Option(help="The project's folder.", file_okay=False, exists=True)]
Json = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 when a file would change.")]


@app.command("assets")
def assets_(root: Root = PROJECT, check: Check = False, as_json: Json = False) -> None:
    """Write all generated rules, dashboards and schemas whose content has changed."""
    files = assets.generate(root)
    _write(root, files, check, as_json)
    catalog = Catalog.load(root / "catalog")
    new = () if check else listing.list_new(root, files, catalog)
    if (missing := business.left_out(catalog)) and not as_json:
        names = ", ".join(system.system for system in missing)
        Console().print(f"No business board of {names}: the catalog has no kpis of theirs.", highlight=False)
    if new and not as_json:
        Console().print(f"Listed in the manifests: {', '.join(new)}. Look at them, then `make lock`.", highlight=False)


@app.command("schema")
def schema_(root: Root = PROJECT, check: Check = False, as_json: Json = False) -> None:
    """Write the JSON Schemas of the catalog's files, for editors."""
    _write(root, schema.generate(), check, as_json)


@app.command("lock")
def lock_(
    root: Root = PROJECT,
    bump: Annotated[
        lock.Bump | None, typer.Option(help="Raise the version of the bundles whose bytes changed.")
    ] = None,
    message: Annotated[str, typer.Option(help="What changed, for the changelogs of the bundles.")] = "",
    as_json: Json = False,
) -> None:
    """Write the checksums of all bundles; refuse changed bytes under an old version unless --bump says by how much."""
    results = lock.lock(root, bump)
    missing = changelog.write(root, results, message)
    if as_json:
        _print_json([asdict(result) for result in results])
        return
    table = Table("bundle", "locked at", "version", "")
    for result in results:
        table.add_row(
            result.name, result.before or "never", result.version, "locked" if result.changed else "unchanged"
        )
    console = Console()
    console.print(table)
    changed = [result.name for result in results if result.changed]
    console.print(f"{len(results)} bundles, {len(changed)} with new checksums", highlight=False)
    if missing:
        console.print(
            f"No section in {changelog.FOLDER}/: {', '.join(missing)}. "
            'Write them, or lock with MESSAGE="what changed".',
            highlight=False,
            soft_wrap=True,
        )


@app.command("rules-check")
def rules_check_(root: Root = PROJECT, as_json: Json = False) -> None:
    """Check all rules: promtool, lokitool, amtool, the cases of every alert, the routes, and the linter.

    Exits with 1 when anything complains, with 2 when a tool is missing.
    """
    jobs = rules_check.jobs(root)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=as_json or not console.is_terminal) as progress:
        task = progress.add_task("", total=len(jobs))

        def done(outcome: rules_check.Outcome) -> None:
            progress.update(task, advance=1, description=f"{outcome.check} {outcome.file}")

        outcomes = rules_check.run(jobs, done)
    if as_json:
        _print_json([asdict(outcome) for outcome in outcomes])
    else:
        _print_checks(outcomes)
    if any(outcome.complaints for outcome in outcomes):
        raise typer.Exit(FINDINGS)


@app.command("prose")
def prose_(root: Root = PROJECT, as_json: Json = False) -> None:
    """Check the words of docs, catalog, rules, runbooks and dashboards against checks/prose_words.yaml.

    Exits with 1 when a text uses a word to avoid.
    """
    findings = prose.check(root)
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        console = Console()
        for finding in findings:
            console.print(str(finding), style="red", highlight=False, markup=False, soft_wrap=True)
        console.print(f"prose: {len(findings)} words to replace", highlight=False)
    if findings:
        raise typer.Exit(FINDINGS)


@new.command("system")
def system(
    name: Annotated[str, typer.Argument(help="Its name: lower case and hyphens.")], root: Root = PROJECT
) -> None:
    """Copy catalog/generic.yaml under the name of a new system."""
    console = Console()
    console.print(f"written   {new_system.create(root, name)}", highlight=False)
    for number, step in enumerate(new_system.next_steps(name), start=1):
        console.print(f"  {number}. {step}", highlight=False, markup=False, soft_wrap=True)


def _write(root: Path, files: Mapping[str, str], check: bool, as_json: bool) -> None:
    outcomes = assets.write(root, files, check=check)
    if as_json:
        _print_json([asdict(outcome) for outcome in outcomes])
    else:
        _print_outcomes(outcomes)
    if any(outcome.state is assets.State.STALE for outcome in outcomes):
        raise typer.Exit(DIFFERS)


def _print_outcomes(outcomes: Sequence[assets.Outcome]) -> None:
    console = Console()
    styles = {assets.State.WRITTEN: "green", assets.State.STALE: "red", assets.State.UNCHANGED: "dim"}
    for outcome in outcomes:
        console.print(
            f"{outcome.state:<10}{outcome.file}", style=styles[outcome.state], highlight=False, soft_wrap=True
        )
    counts = [(state, sum(outcome.state is state for outcome in outcomes)) for state in assets.State]
    summary = ", ".join(f"{count} {state}" for state, count in counts if count)
    console.print(f"{len(outcomes)} files: {summary}", highlight=False)


def _print_checks(outcomes: Sequence[rules_check.Outcome]) -> None:
    console = Console()
    complaints = [complaint for outcome in outcomes for complaint in outcome.complaints]
    for each in complaints:
        where = f"{each.file}:{each.line}" if each.line else each.file
        console.print(
            f"{where}: {each.says} ({each.check})", style="red", highlight=False, markup=False, soft_wrap=True
        )
    table = Table("check", "files", "complaints")
    for check in dict.fromkeys(outcome.check for outcome in outcomes):
        files = [outcome for outcome in outcomes if outcome.check == check]
        found = sum(len(outcome.complaints) for outcome in files)
        table.add_row(check, str(len(files)), str(found), style="red" if found else None)
    console.print(table)
    console.print(f"{len(outcomes)} checks, {len(complaints)} complaints", highlight=False)


def _print_json(data: object) -> None:
    print(json.dumps(data, indent=2, sort_keys=True))


def main() -> None:
    """Run the command line; bad input is one message and exit code 2."""
    try:
        app(prog_name="python -m authoring")
    except BadInput as error:
        # No markup: a problem quotes the input, and [0] or [red] in it is text.
        Console(stderr=True).print(str(error), style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
