"""``python -m ops.slo_status``: asks Prometheus each minute, and writes the status of all objectives to S3.

One run publishes for a quarter of an hour, then the next one begins: a pod for each minute would be 1,440 pods a day,
each with its own series and its own copy of the program. Exit code 1: the last round could not be published.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from ops.log import log
from ops.slo_status.publishing import AwsBucket, Bucket, Publishing, publish


def main(arguments: Sequence[str], bucket: Bucket | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Publish ``--rounds`` times, ``--every`` so many seconds; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ops.slo_status", description=__doc__)
    parser.add_argument("--environment", required=True)
    parser.add_argument("--system", action="append", required=True, help="its objectives; repeat it")
    parser.add_argument("--prometheus", action="append", required=True, help="URL; the next one if it does not answer")
    parser.add_argument("--watchdog", required=True, help="name of the alert that always fires")
    parser.add_argument("--bucket", required=True)
    # The gate takes a status of 180 s for stale: two may be lost.
    parser.add_argument("--every", type=float, default=60, help="seconds from one status to the next")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args(arguments)
    what = Publishing(
        environment=given.environment,
        systems=given.system,
        prometheus=given.prometheus,
        watchdog=given.watchdog,
    )
    place = bucket or AwsBucket(given.bucket)
    start, failure = time.monotonic(), ""
    for number in range(given.rounds):
        if number:
            sleep(max(0.0, start + number * given.every - time.monotonic()))
        failure = publish(what, place)
        if failure:
            log("the status is not published", level="ERROR", error=failure)
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
