"""What Belfry keeps in S3, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import Annotated

from pydantic import Field

from model.quantities import Duration
from model.vocabulary import Vocabulary

# Amazon EBS User Guide, "General Purpose SSD volumes": a gp3 volume has at most 64 TiB.
VolumeGib = Annotated[int, Field(ge=1, le=65_536)]

DAY = 86_400
# A deletion, or a faulty release that wrote over objects, is noticed within days.
NONCURRENT_DAYS = 7
# What a killed pod left unfinished can never be read, and is paid for all the same.
ABORT_UPLOAD_DAYS = 7
# The program deletes at the end of its retention, hours late at the worst and days when it was down. A bucket that is
# faster than the program deletes what an index still names, and queries fail with "object not found".
MARGIN_DAYS = 14
# From here on a month in Glacier Instant Retrieval is cheaper than the moves in and out; it wants 90 days at least.
COLD_AFTER_DAYS = 30
COLD_FROM_DAYS = 180
# Two years: the report of a month is compared with the same month of the year before, and asked for in audits.
REPORTS_KEPT = Duration("730d")


class BucketUse(Vocabulary):
    """What a bucket is for. Each has a program that writes to it: an empty bucket looks like a lost archive."""

    LOKI_CHUNKS = ("loki-chunks", "Log lines and their index.")
    LONG_TERM_METRICS = ("long-term-metrics", "Blocks of metrics beyond Prometheus' own disks.")
    ELASTICSEARCH_SNAPSHOTS = ("elasticsearch-snapshots", "Snapshots of Elasticsearch, which ends them itself.")
    LOAD_BALANCER_LOGS = ("load-balancer-logs", "Who asked the load balancer for what: its access logs.")
    REPORTS = ("reports", "The status of objectives for pipelines; reports.")
    JOBS = ("jobs", "Archives of Belfry's own programs, one per version.")


# Elastic Load Balancing writes to a bucket with S3's own key and to no other ("Enable access logs for your Application
# Load Balancer", requirements).
S3_MANAGED_KEY = frozenset({BucketUse.LOAD_BALANCER_LOGS})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBucket:
    """When objects end, and from when on they are kept cold; None: never."""

    expire_days: int | None
    cold_days: int | None = None


# Read by machines every few minutes: cold storage would cost more than it saves.
# Reports are small, and cold storage bills 128 KiB for each.
HOT = frozenset({BucketUse.LOKI_CHUNKS, BucketUse.REPORTS})


def buckets(retention: Mapping[BucketUse, Duration | None]) -> dict[BucketUse, KeptBucket]:
    """A bucket for each use, with a lifecycle that is longer than the retention of whoever writes.

    Programs are no history: a bucket without a retention keeps what is current forever. Nor are snapshots: they share
    files, and a lifecycle that deletes an old one breaks the new ones.
    """
    return {use: _kept(use, kept) for use, kept in retention.items()}


def _kept(use: BucketUse, retention: Duration | None) -> KeptBucket:
    if retention is None:
        return KeptBucket(expire_days=None)
    days = int((retention.seconds / DAY).to_integral_value(ROUND_CEILING))
    cold = use not in HOT and days >= COLD_FROM_DAYS
    return KeptBucket(expire_days=days + MARGIN_DAYS, cold_days=COLD_AFTER_DAYS if cold else None)
