"""Arguments of Thanos' programs that read the bucket of long-term metrics."""

import re
from decimal import Decimal

import pytest
import yaml

from configs.prometheus import thanos
from model import names
from model.account.storage import BucketUse, buckets
from model.metrics.long_term_metrics import object_storage
from model.quantities import Duration


def flags(arguments: list[str]) -> dict[str, str]:
    return dict(argument.removeprefix("--").partition("=")[::2] for argument in arguments[1:])


COMPACTOR = flags(thanos.compactor_arguments(Duration("400d")))
STORE = flags(thanos.store_arguments(2048))
QUERY = flags(thanos.query_arguments())


def test_query_asks_every_sidecar_and_every_store_gateway_by_the_ports_name() -> None:
    files = thanos.configuration("long-term", "eu-central-1")
    asked = [each["address"] for each in yaml.safe_load(files["endpoints.yaml"])["endpoints"]]

    assert asked == [
        "dnssrv+_grpc._tcp.monitoring-kube-prometheus-thanos-discovery.monitoring.svc",
        "dnssrv+_grpc._tcp.thanos-store.monitoring.svc",
    ]
    # The chart names it after the release, as it does Prometheus' own Service.
    assert names.THANOS_SIDECARS.removesuffix("thanos-discovery") == names.PROMETHEUS.removesuffix("prometheus")
    assert QUERY["endpoint.sd-config-file"] == "/etc/thanos/endpoints.yaml"


def test_a_pair_of_prometheus_is_answered_for_as_one() -> None:
    assert QUERY["query.replica-label"] == "prometheus_replica"


def test_reader_and_writer_open_the_bucket_in_one_way_and_with_no_key_of_aws() -> None:
    text = thanos.configuration("long-term", "eu-central-1")["objstore.yaml"]

    assert yaml.safe_load(text) == object_storage("long-term", "eu-central-1")
    assert not re.search(r"access_key|secret", text)
    assert COMPACTOR["objstore.config-file"] == STORE["objstore.config-file"] == "/etc/thanos/objstore.yaml"


def test_all_resolutions_end_with_the_retention() -> None:
    ends = {name: value for name, value in COMPACTOR.items() if name.startswith("retention.")}

    assert ends == {f"retention.resolution-{resolution}": "400d" for resolution in ("raw", "5m", "1h")}


@pytest.mark.parametrize("retention", ["10d", "15d", "400d", "3650d"])
def test_the_buckets_lifecycle_is_later_than_the_compactor_which_waits_before_it_deletes(retention: str) -> None:
    kept = buckets({BucketUse.LONG_TERM_METRICS: Duration(retention)})[BucketUse.LONG_TERM_METRICS]

    assert kept.expire_days is not None
    # A merged block is as young as its merging, so the bucket counts from later on: nothing is added for its length.
    assert kept.expire_days > (Duration(retention).seconds + thanos.DELETE_DELAY.seconds) / 86400
    assert COMPACTOR["delete-delay"] == thanos.DELETE_DELAY


def test_trap_the_compactor_halts_at_late_samples_unless_it_merges_blocks_of_the_same_hours() -> None:
    assert "compact.enable-vertical-compaction" in COMPACTOR
    # Merging the pair's copies too would be forever, and one of two clocks may be wrong.
    assert "deduplication.replica-label" not in COMPACTOR


def test_the_compactor_goes_on_after_its_first_round() -> None:
    assert "wait" in COMPACTOR


@pytest.mark.parametrize("program", [STORE, COMPACTOR], ids=["store", "compactor"])
def test_pages_without_a_login_cannot_delete_blocks(program: dict[str, str]) -> None:
    assert "disable-admin-operations" in program


@pytest.mark.parametrize("memory", [512, 2048, 16384])
def test_the_store_gateways_caches_leave_it_a_quarter_of_its_memory(memory: int) -> None:
    reported = flags(thanos.store_arguments(memory))
    caches = sum(int(reported[name].removesuffix("MiB")) for name in ("index-cache-size", "chunk-pool-size"))

    assert caches <= Decimal("0.75") * memory


@pytest.mark.parametrize(
    ("volume", "retention", "gib"),
    [
        pytest.param(100, "15d", 187, id="fourteen of fifteen days, twice"),
        pytest.param(20, "2d", 280, id="a short retention, so a volume that holds a seventh of the longest block"),
        pytest.param(1, "15d", 10, id="never less than room for a few blocks"),
    ],
)
def test_the_compactor_has_room_for_the_longest_block_and_what_it_is_made_of(
    volume: int, retention: str, gib: int
) -> None:
    assert thanos.scratch_gib(volume, Duration(retention)) == gib
