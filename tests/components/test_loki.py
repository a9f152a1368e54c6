"""The chart of Loki: each trap of it that concerns us has its test here."""

from dataclasses import replace
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.chart import check_values, pinned_chart
from components.loki import Loki, LokiArgs, values
from configs.stores import loki
from configs.stores.loki import S3, LokiInput
from model import names
from model.cluster import workloads
from model.cluster.loki import Mode
from tests.components.examples import EXAMPLES, deploy
from tests.configs.loki_examples import DISTRIBUTED, FORMS, MONOLITHIC, SINGLE, TENANTS

Release = kubernetes.helm.v3.Release

PARTS = ("ingester", "distributor", "querier", "queryFrontend", "queryScheduler", "indexGateway", "compactor", "ruler")
GIB = 1024


def args(given: LokiInput = MONOLITHIC, **changes: Any) -> LokiArgs:
    return replace(LokiArgs(namespace="logging", config=given), **changes)


every_form = pytest.mark.parametrize("given", FORMS.values(), ids=FORMS.keys())


@every_form
def test_every_value_is_one_that_the_chart_has(given: LokiInput) -> None:
    assert check_values("loki", values(args(given, storage_class="gp3", priority_class="high", role_arn="arn"))) == []


def test_trap_the_newest_loki_of_grafanas_own_repository_is_for_enterprise_logs() -> None:
    chart = pinned_chart("loki")

    assert chart.repository == "https://grafana-community.github.io/helm-charts"
    assert chart.version == "18.11.0"


@every_form
def test_trap_parts_of_the_other_modes_are_not_zero_by_default_and_nothing_renders(given: LokiInput) -> None:
    found = values(args(given))
    distributed = given.mode is Mode.DISTRIBUTED

    assert [found[part]["replicas"] for part in ("read", "write", "backend")] == [0, 0, 0]
    assert found["singleBinary"]["replicas"] == (0 if distributed else given.replicas)
    assert all((found[part]["replicas"] > 0) is distributed for part in PARTS)
    assert found["deploymentMode"] == ("Distributed" if distributed else "Monolithic")


@every_form
def test_trap_the_chunks_cache_asks_for_eight_gib_by_default(given: LokiInput) -> None:
    found = values(args(given))

    assert 0 < found["chunksCache"]["allocatedMemory"] < GIB
    assert 0 < found["resultsCache"]["allocatedMemory"] < GIB
    assert values(args(given, chunks_cache_mib=4096))["chunksCache"]["allocatedMemory"] == 4096


@every_form
def test_trap_the_sidecars_rules_are_ignored_unless_the_ruler_reads_the_tenants_folder(
    given: LokiInput,
) -> None:
    """With rules in the bucket, or above the tenant's folder, they would be passed over without a word."""
    found = values(args(given))
    rules = found["sidecar"]["rules"]
    storage = found["loki"]["rulerConfig"]["storage"]

    assert storage == {"type": "local", "local": {"directory": "/rules"}}
    assert rules["label"] == "loki_rule"
    assert (rules["folder"], rules["folderAnnotation"]) == (
        ("/rules", loki.TENANT_ANNOTATION) if given.tenants else ("/rules/fake", None)
    )


def test_rules_arrive_in_the_ruler_that_is_by_itself_too() -> None:
    assert values(args(DISTRIBUTED))["ruler"]["sidecar"] is True


def test_the_sidecar_reads_config_maps_of_its_own_namespace_only() -> None:
    found = values(args())

    assert found["rbac"] == {"namespaced": True}
    assert found["sidecar"]["rules"]["resource"] == "configmap"


@every_form
def test_every_pod_has_requests_and_a_limit_of_memory(given: LokiInput) -> None:
    found = values(args(given))
    parts = PARTS if given.mode is Mode.DISTRIBUTED else ("singleBinary",)
    sized = [found[part]["resources"] for part in (*parts, "gateway", "sidecar", "lokiCanary", "memcachedExporter")]

    for resources in (*sized, found["gateway"]["metrics"]["resources"]):
        assert resources["requests"]["cpu"]
        assert resources["requests"]["memory"] == resources["limits"]["memory"]


@every_form
def test_trap_lokis_disruption_budget_only_appears_with_a_number_of_its_own(given: LokiInput) -> None:
    found = values(args(given))
    parts = [part for part in PARTS if part != "compactor"] if given.mode is Mode.DISTRIBUTED else ["singleBinary"]

    for part in ("gateway", *parts):
        assert found[part]["podDisruptionBudget"] == {"maxUnavailable": 1}


@every_form
def test_pods_of_one_part_stand_in_several_zones(given: LokiInput) -> None:
    found = values(args(given))
    part, label = ("ingester", "ingester") if given.mode is Mode.DISTRIBUTED else ("singleBinary", "single-binary")
    (spread,) = found[part]["topologySpreadConstraints"]

    assert spread["topologyKey"] == "topology.kubernetes.io/zone"
    assert spread["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == label


def test_there_is_one_compactor_whatever_else_grows() -> None:
    assert values(args(replace(DISTRIBUTED, replicas=30)))["compactor"]["replicas"] == 1


def test_trap_two_zones_of_ingesters_would_restart_at_once() -> None:
    assert values(args(DISTRIBUTED))["ingester"]["zoneAwareReplication"] == {"enabled": False}


def test_the_size_of_a_volume_is_that_of_its_claim() -> None:
    found = values(args(DISTRIBUTED, volume_gib=50, storage_class="gp3"))

    for part in ("ingester", "compactor"):
        (claim,) = found[part]["persistence"]["claims"]
        assert (claim["name"], claim["size"], claim["storageClass"]) == ("data", "50Gi", "gp3")
    assert values(args(volume_gib=50, storage_class="gp3"))["singleBinary"]["persistence"] == {
        "size": "50Gi",
        "storageClass": "gp3",
    }


def test_a_stopping_process_has_time_to_write_what_it_holds() -> None:
    assert values(args())["singleBinary"]["terminationGracePeriodSeconds"] >= 300
    assert values(args())["loki"]["ingester"]["wal"]["flush_on_shutdown"] is True


def test_the_account_is_the_one_that_has_the_rights_and_has_no_annotation_with_pod_identity() -> None:
    account = values(args())["serviceAccount"]

    assert account == {"name": workloads.LOKI.service_account, "annotations": {}}
    assert workloads.LOKI.namespace == names.LOGGING


def test_with_irsa_the_account_names_the_role() -> None:
    account = values(args(role_arn="arn:aws:iam::123456789012:role/loki"))["serviceAccount"]

    assert account["annotations"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/loki"}


@every_form
def test_no_key_and_no_password_is_in_the_values(given: LokiInput) -> None:
    found = values(args(given))

    assert found["loki"]["storage"]["s3"] == {"region": "eu-central-1"}
    assert "tenants" not in found["loki"]  # the chart wants a password for each
    assert "basicAuth" not in found["gateway"]


@every_form
def test_trap_structured_config_would_replace_what_the_chart_makes(given: LokiInput) -> None:
    assert not {"config", "structuredConfig"} & set(values(args(given))["loki"])


def test_its_series_carry_system_and_component() -> None:
    monitor = values(args())["monitoring"]["serviceMonitor"]

    assert monitor["enabled"] is True
    assert monitor["relabelings"] == [
        {"targetLabel": "system", "replacement": "platform"},
        {"targetLabel": "component", "replacement": "loki"},
    ]


@every_form
def test_the_canary_writes_by_the_way_that_everybody_takes(given: LokiInput) -> None:
    canary = values(args(given))["lokiCanary"]

    assert (canary["kind"], canary["replicas"], canary["push"]) == ("Deployment", 1, True)
    assert canary.get("tenant") == ({"name": "audit"} if given.tenants else None)


@every_form
def test_no_image_is_latest(given: LokiInput) -> None:
    assert values(args(given))["test"] == {"enabled": False}


def test_a_single_process_has_a_gateway_that_may_be_drained() -> None:
    assert values(args(SINGLE, gateway_replicas=1))["gateway"]["replicas"] == 1


def test_buckets_may_be_known_only_when_they_are_made() -> None:
    def program() -> Loki:
        buckets = S3(chunks=pulumi.Output.from_input("made-chunks"), region="eu-central-1")
        return Loki("loki", args(replace(MONOLITHIC, storage=buckets)))

    release = deploy(program).only(Release)

    assert release.inputs["values"]["loki"]["storage"]["bucketNames"] == {"chunks": "made-chunks"}


def test_it_is_one_release_under_the_name_that_services_are_known_by() -> None:
    release = deploy(EXAMPLES[Loki]).only(Release)

    assert release.inputs["name"] == names.LOKI
    assert release.inputs["namespace"] == names.LOGGING
    assert f"{names.LOKI}-gateway" == names.LOKI_GATEWAY


def test_tenants_are_distinguished_by_what_the_sender_says() -> None:
    assert values(args(TENANTS))["loki"]["auth_enabled"] is True
