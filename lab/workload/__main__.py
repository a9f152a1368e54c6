"""``python -m lab.workload``: started by the lab, not by hand."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lab.layout import Layout
from lab.workload.demand import Demand
from lab.workload.run import run


def main(
    root: Annotated[Path, typer.Option()],
    port: Annotated[int, typer.Option()],
    agent: Annotated[str, typer.Option()],
    demand: Annotated[str, typer.Option()],
) -> None:
    """Run until the process is ended."""
    asyncio.run(run(Layout(root), port, agent, Demand.model_validate_json(demand)))


if __name__ == "__main__":
    typer.run(main)
