"""``python -m ops addons``."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from ops.addons.bump import bump, machine_readable, show
from ops.addons.offers import Aws
from ops.environment_file import EnvironmentFile
from ops.identity import sign_in
from ops.options import ROOT, AsJson, Root, errors, print_json


def addons(
    kubernetes: Annotated[str, typer.Option(metavar="VERSION", help="A Kubernetes version of versions.toml.")],
    env: Annotated[
        str, typer.Option(metavar="ENV", help="Ask as this environment does; left out: with the shell's credentials.")
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if something would change.")
    ] = False,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """Take the versions of EKS add-ons and node images that AWS offers into versions.toml; AWS is only read."""
    with errors(as_json):
        file = EnvironmentFile.read(root, env) if env else None
        if file:
            sign_in(file.identity, file.region)
        region = file.region if file else None
        result = bump(root, lambda: Aws.of(region), kubernetes, datetime.now(UTC).date().isoformat())
        if not check:
            result.write(root)
        if as_json:
            print_json(machine_readable(result))
        else:
            show(Console(), result, check=check)
        if check and result.files:
            raise typer.Exit(1)
