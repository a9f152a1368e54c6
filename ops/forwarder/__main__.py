"""``python -m ops.forwarder``: settings by arguments, rights and region by the environment as boto3 reads it."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from model.alarms.forwarding import Alarms, Alert, read_table
from ops.forwarder.alertmanager import HttpAlertmanager
from ops.forwarder.aws import AwsCloudWatch, SqsQueue
from ops.forwarder.loop import Forwarder
from ops.forwarder.metrics import Metrics
from ops.log import log
from ops.serving import EVERY_ADDRESS, serve


def main(arguments: Sequence[str]) -> None:
    """Forward until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m ops.forwarder", description=__doc__)
    parser.add_argument("--queue", required=True, help="URL of the queue of state changes")
    parser.add_argument(
        "--alertmanager", required=True, action="append", help="URL of an Alertmanager; repeat for each"
    )
    parser.add_argument("--table", required=True, type=Path, help="folder with the tables of alerts")
    parser.add_argument("--prefix", required=True, action="append", help="prefix of alarm names")
    parser.add_argument("--environment", required=True)
    parser.add_argument("--component", required=True, help="component name in its own alert")
    parser.add_argument("--host", default=EVERY_ADDRESS)
    parser.add_argument("--port", type=int, default=8080)
    given = parser.parse_args(arguments)
    metrics = Metrics()
    serve(metrics, given.host, given.port)
    texts = read_table(file.read_text(encoding="utf-8") for file in sorted(given.table.glob("*.json")))
    log("started", alarms=len(texts), alertmanagers=len(given.alertmanager))
    Forwarder(
        queue=SqsQueue(given.queue),
        cloudwatch=AwsCloudWatch(given.prefix, given.environment),
        alertmanagers=[HttpAlertmanager(url) for url in given.alertmanager],
        alarms=Alarms(texts),
        marker=_marker(given.environment, given.component),
        metrics=metrics,
    ).run()


def _marker(environment: str, component: str) -> Alert:
    return Alert(
        labels={
            "alertname": "AlarmForwarderAlive",
            "severity": "none",
            "environment": environment,
            "system": "platform",
            "component": component,
        },
        annotations={"summary": "CloudWatch alarms are forwarded; this alert sends no notification"},
        starts=time.time(),
        ends=0.0,
        url="",
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(sys.argv[1:])
