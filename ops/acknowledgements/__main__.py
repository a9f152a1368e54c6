"""``python -m ops.acknowledgements``: settings by arguments, keys by files."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ops.acknowledgements.loop import Acknowledgements, Metrics
from ops.acknowledgements.pagerduty import PagerDuty, team_keys
from ops.acknowledgements.silences import Silences
from ops.serving import EVERY_ADDRESS, serve


def main(arguments: Sequence[str]) -> None:
    """Work until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m ops.acknowledgements", description=__doc__)
    parser.add_argument("--keys", required=True, type=Path, help="folder with one file per team that contains its key")
    parser.add_argument("--pagerduty", default="https://api.pagerduty.com", help="of accounts in Europe: api.eu....")
    parser.add_argument(
        "--alertmanager", required=True, action="append", help="URL of an Alertmanager; repeat for each"
    )
    parser.add_argument("--environment", required=True)
    parser.add_argument("--host", default=EVERY_ADDRESS)
    parser.add_argument("--port", type=int, default=8081)
    given = parser.parse_args(arguments)
    metrics = Metrics()
    serve(metrics, given.host, given.port)
    Acknowledgements(
        incidents=lambda: teams(given.keys, given.pagerduty),
        silences=Silences(given.alertmanager),
        environment=given.environment,
        metrics=metrics,
    ).run()


def teams(folder: Path, url: str) -> list[PagerDuty]:
    """PagerDuty as each team may see it."""
    return [PagerDuty(url, team, key) for team, key in team_keys(folder).items()]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(sys.argv[1:])
