"""``python -m ops.security_posture``: asks Inspector, Security Hub and Config, and answers Prometheus on a port.

It runs all the time: numbers that a job pushes every quarter of an hour are gone for Prometheus after five minutes.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence

from ops.log import log
from ops.security_posture.aws import AwsConfig, AwsInspector, AwsSecurityHub
from ops.security_posture.metrics import PostureCollector, read
from ops.serving import EVERY_ADDRESS, Served, serve

# Reading all findings of a large organization takes minutes, at three calls a second; four periods it never takes.
HUNG_PERIODS = 4


def main(arguments: Sequence[str], rounds: int | None = None) -> None:
    """Ask forever, or ``rounds`` times. Raises OSError when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m ops.security_posture", description=__doc__)
    parser.add_argument("--host", default=EVERY_ADDRESS)
    parser.add_argument("--port", type=int, default=8080)
    # The services check every 12 to 24 hours, and Inspector with each new CVE.
    parser.add_argument("--every", type=float, default=900, help="seconds between two readings")
    given = parser.parse_args(arguments)
    served, collector = Served(HUNG_PERIODS * given.every), PostureCollector()
    served.registry.register(collector)
    server = serve(served, given.host, given.port)
    sources = AwsInspector(), AwsSecurityHub(), AwsConfig()
    try:
        done = 0
        while rounds is None or done < rounds:
            served.alive = time.monotonic()
            collector.numbers = read(*sources)
            for source, why in collector.numbers.failures.items():
                log("source unavailable", level="ERROR", source=source, error=why)
            done += 1
            if rounds is None or done < rounds:
                time.sleep(given.every)
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(sys.argv[1:])
