"""``python -m lab.console``: serve the console until the process is ended."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lab.console.server import listen
from lab.layout import ROOT, Layout


def serve(
    port: Annotated[int, typer.Option(min=0)],
    root: Annotated[Path, typer.Option()] = ROOT,
) -> None:
    """Serve it."""
    try:
        server = listen(Layout(root), port)
    except OSError as error:
        sys.exit(f"the console cannot listen: {error}")
    server.serve_forever()


if __name__ == "__main__":
    typer.run(serve)
