"""Arguments and sizes of Thanos' programs that read the bucket of long-term metrics.

Every flag is one of ``thanos <program> --help`` of the version of ``IMAGE``.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING
from typing import Any

from model import names
from model.metrics.long_term_metrics import object_storage
from model.quantities import Duration
from model.versions import image
from model.yaml_text import to_yaml

IMAGE = image("thanos")
"""For the sidecar too, so that one version writes and reads. It is the version of kube-prometheus-stack."""

USER = 1001  # of the image
CONFIG_FOLDER, DATA_FOLDER = "/etc/thanos", "/data"
OBJECT_STORAGE, ENDPOINTS = "objstore.yaml", "endpoints.yaml"
# The operator writes it on what leaves each Prometheus of the pair.
REPLICA_LABEL = "prometheus_replica"

# Between the mark and the deletion of a block: whoever still reads it has looked at the bucket again by then.
DELETE_DELAY = Duration("48h")
# The compactor refuses to start with less: a block is downsampled to an hour when it spans ten days.
SHORTEST_RETENTION = Duration("10d")
# The longest block that it makes. Source: docs/components/compact.md of github.com/thanos-io/thanos.
LONGEST_BLOCK = Duration("14d")
SMALLEST_SCRATCH_GIB = 10


def configuration(bucket: str, region: str) -> dict[str, str]:
    """File -> text. Nothing of it is secret: the pods' own identities open the bucket."""
    addresses = (names.THANOS_SIDECARS, names.THANOS_STORE)
    endpoints = {"endpoints": [{"address": _each_pod(service)} for service in addresses]}
    return {OBJECT_STORAGE: _yaml(object_storage(bucket, region)), ENDPOINTS: _yaml(endpoints)}


def query_arguments() -> list[str]:
    """Query: one answer of the sidecars (the last days) and the store gateway (all before)."""
    return [
        "query",
        # Not `--endpoint`, which is deprecated.
        f"--endpoint.sd-config-file={CONFIG_FOLDER}/{ENDPOINTS}",
        f"--query.replica-label={REPLICA_LABEL}",
        # Grafana cannot ask for a resolution: without this a graph of a year reads every sample of it.
        "--query.auto-downsampling",
        "--enable-auto-gomemlimit",
    ]


def store_arguments(memory_mib: int) -> list[str]:
    """Store gateway: half of its memory for chunks and a quarter for the index; a query beyond fails alone."""
    return [
        "store",
        *_bucket(),
        f"--index-cache-size={memory_mib // 4}MiB",
        f"--chunk-pool-size={memory_mib // 2}MiB",
        "--enable-auto-gomemlimit",
    ]


def compactor_arguments(retention: Duration) -> list[str]:
    """Compactor: merges, downsamples, and is what ends data.

    All resolutions as long as each other: what is kept in hours alone cannot be looked at closely any more.
    """
    return [
        "compact",
        "--wait",
        *_bucket(),
        # What arrives late (Prometheus' out-of-order window) is a block beside the one of the same hours. Without
        # this the compactor halts at the first such pair.
        "--compact.enable-vertical-compaction",
        *(f"--retention.resolution-{resolution}={retention}" for resolution in ("raw", "5m", "1h")),
        f"--delete-delay={DELETE_DELAY}",
        "--enable-auto-gomemlimit",
    ]


def scratch_gib(volume_gib: int, retention: Duration) -> int:
    """The compactor's disk: a longest block, as what it is made of and as itself, at the same time.

    Reckoned from a Prometheus' ``volume_gib``, which holds ``retention`` of the same samples.
    """
    both = 2 * volume_gib * LONGEST_BLOCK.seconds / retention.seconds
    return max(int(both.to_integral_value(ROUND_CEILING)), SMALLEST_SCRATCH_GIB)


def _bucket() -> list[str]:
    return [
        f"--data-dir={DATA_FOLDER}",
        f"--objstore.config-file={CONFIG_FOLDER}/{OBJECT_STORAGE}",
        # The page of blocks has a button that deletes them, and no login.
        "--disable-admin-operations",
    ]


def _each_pod(service: str) -> str:
    """The port named grpc of every pod behind a headless Service."""
    return f"dnssrv+_grpc._tcp.{service}.{names.MONITORING}.svc"


def _yaml(document: Mapping[str, Any]) -> str:
    return to_yaml(document)
