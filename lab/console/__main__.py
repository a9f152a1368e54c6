"""``python -m lab.console``: serve the console until the process is ended."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from lab.console.server import pages
from lab.layout import ROOT, Layout
from lab.web import listening


async def listen(layout: Layout, port: int) -> None:
    """Answer; forever. Raises OSError when the port is taken."""
    async with listening(pages(layout), port):
        await asyncio.Event().wait()


def serve(
    port: Annotated[int, typer.Option(min=0)],
    root: Annotated[Path, typer.Option()] = ROOT,
) -> None:
    """Serve it."""
    try:
        asyncio.run(listen(Layout(root), port))
    except OSError as error:
        sys.exit(f"the console cannot listen: {error}")


if __name__ == "__main__":
    typer.run(serve)
