"""Where an environment keeps its metrics for longer: a workspace of Amazon, or a bucket with Thanos."""

import functools
import json
from typing import Any

import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from configs.prometheus import thanos
from model import names
from model.cluster import workloads
from model.quantities import Duration
from tests.stacks.deployment import deploy, deployed, stack_config
from tests.stacks.test_platform import ROLE, every_environment, values_of
from tests.synth import Synth


def test_samples_go_to_a_workspace_of_amazon_with_rights_to_that_workspace_alone() -> None:
    workspace = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0123abcd"
    store = {"store": "managed-prometheus", "url": workspace, "region": "eu-west-1"}
    metrics = {**stack_config("dev")["belfry:metrics"], "long_term": store}
    result = deploy("dev", changes={"metrics": metrics})
    (written,) = values_of(result, "monitoring")["prometheus"]["prometheusSpec"]["remoteWrite"]
    assert written["url"] == f"{workspace}/api/v1/remote_write"
    (policy,) = (r.inputs["policy"] for n, r in result.of(aws.iam.RolePolicy).items() if n.startswith("prometheus"))
    assert "arn:aws:aps:eu-west-1:123456789012:workspace/ws-0123abcd" in policy


def test_a_workspace_without_a_name_is_made_and_keeps_metrics_as_long_as_the_settings_say() -> None:
    metrics = {**stack_config("dev")["belfry:metrics"], "long_term": {"store": "managed-prometheus"}}
    result = deploy("dev", changes={"metrics": metrics, "storage": {"metrics": "400d"}})
    made, kept = result.only(aws.amp.Workspace), result.only(aws.amp.WorkspaceConfiguration)
    stack = values_of(result, "monitoring")
    (written,) = stack["prometheus"]["prometheusSpec"]["remoteWrite"]

    assert made.inputs["alias"] == "belfry-dev"
    assert kept.inputs["retentionPeriodInDays"] == 400
    assert (
        written["url"] == "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-made-up/api/v1/remote_write"
    )
    (shown,) = (s for s in stack["grafana"]["additionalDataSources"] if s["uid"] == names.MANAGED_PROMETHEUS_DATASOURCE)
    assert shown["type"] == "prometheus", "signed by the proxy: the pinned Grafana has no data source that signs"
    assert shown["url"] == "http://managed-prometheus-reader.monitoring.svc:8005/workspaces/ws-made-up"


def test_the_proxy_may_query_the_workspace_and_prometheus_only_write_to_it() -> None:
    metrics = {**stack_config("dev")["belfry:metrics"], "long_term": {"store": "managed-prometheus"}}
    result = deploy("dev", changes={"metrics": metrics})
    allowed = {
        name: (set(statement["Action"]), statement["Resource"])
        for name, policy in result.of(aws.iam.RolePolicy).items()
        if name.startswith(("prometheus-role", names.PROMETHEUS_READER))
        for statement in json.loads(policy.inputs["policy"])["Statement"]
    }

    assert {frozenset(actions) for actions, _ in allowed.values()} == {
        frozenset({"aps:RemoteWrite"}),
        frozenset({"aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"}),
    }
    assert all(resource != ["*"] for _, resource in allowed.values())


@functools.cache
def with_thanos(identity: str = "pod-identity", scratch_gib: int | None = None) -> Synth:
    config = stack_config("dev")
    metrics = {**config["belfry:metrics"], "long_term": {"store": "thanos", "scratch_gib": scratch_gib}}
    cluster = {**config["belfry:cluster"], "identity": identity}
    return deploy("dev", changes={"metrics": metrics, "cluster": cluster, "storage": {"metrics": "90d"}})


def compactor(result: Synth) -> dict[str, Any]:
    sets = {r.inputs["metadata"]["name"]: r.inputs for r in result.of(kubernetes.apps.v1.StatefulSet).values()}
    return dict(sets[names.THANOS_COMPACTOR]["spec"]["template"]["spec"])


def test_blocks_go_to_the_bucket_of_long_term_metrics_and_the_same_bucket_is_read() -> None:
    result = with_thanos()
    installed = values_of(result, "monitoring")
    stored = installed["prometheus"]["prometheusSpec"]["thanos"]["objectStorageConfig"]["secret"]
    (files,) = (c.inputs["data"] for n, c in result.of(kubernetes.core.v1.ConfigMap).items() if n == "thanos-config")

    assert "long-term-metrics" in json.dumps(stored)
    assert yaml.safe_load(files["objstore.yaml"]) == stored
    assert "thanos" in {source["uid"] for source in installed["grafana"]["additionalDataSources"]}


def test_data_ends_with_the_environments_retention_and_the_bucket_waits_longer_than_the_compactor() -> None:
    result = with_thanos()
    (container,) = compactor(result)["containers"]
    (lifecycle,) = (
        resource.inputs["rules"]
        for name, resource in result.of(aws.s3.BucketLifecycleConfiguration).items()
        if "long-term-metrics" in name
    )
    (days,) = (rule["expiration"]["days"] for rule in lifecycle if rule.get("expiration", {}).get("days"))

    assert "--retention.resolution-raw=90d" in container["args"]
    assert days > 90 + thanos.DELETE_DELAY.seconds / 86400


def test_the_compactor_may_delete_blocks_and_the_store_gateway_only_read_them() -> None:
    allowed = {
        name: {action for s in json.loads(policy.inputs["policy"])["Statement"] for action in s["Action"]}
        for name, policy in with_thanos().of(aws.iam.RolePolicy).items()
    }
    (reads,) = (actions for name, actions in allowed.items() if name.startswith(names.THANOS_STORE))
    (writes,) = (actions for name, actions in allowed.items() if name.startswith(names.THANOS_COMPACTOR))

    assert reads == {"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "kms:Decrypt"}
    assert {"s3:DeleteObject", "s3:PutObject", "kms:GenerateDataKey"} <= writes


@pytest.mark.parametrize("identity", ["pod-identity", "irsa"])
def test_the_reader_of_blocks_names_its_roles_with_irsa_alone(identity: str) -> None:
    accounts = {
        r.inputs["metadata"]["name"]: r.inputs["metadata"].get("annotations") or {}
        for r in with_thanos(identity).of(kubernetes.core.v1.ServiceAccount).values()
    }
    opening = {workloads.THANOS_STORE.service_account, workloads.THANOS_COMPACTOR.service_account}

    assert opening <= set(accounts)
    assert {name for name in opening if ROLE in accounts[name]} == (opening if identity == "irsa" else set())


def test_the_compactors_disk_follows_prometheus_volume_unless_it_is_stated() -> None:
    def scratch(result: Synth) -> str:
        (claim,) = (v["ephemeral"]["volumeClaimTemplate"] for v in compactor(result)["volumes"] if "ephemeral" in v)
        return str(claim["spec"]["resources"]["requests"]["storage"])

    volume = stack_config("dev")["belfry:metrics"]["volume_gib"]
    kept = values_of(with_thanos(), "monitoring")["prometheus"]["prometheusSpec"]["retention"]
    assert scratch(with_thanos()) == f"{thanos.scratch_gib(volume, Duration(kept))}Gi"
    assert scratch(with_thanos(scratch_gib=333)) == "333Gi"


@every_environment
def test_staging_and_prod_keep_metrics_for_longer_than_the_volumes_and_dev_pays_for_no_reader(stack: str) -> None:
    long = stack in ("staging", "prod")
    shown = json.dumps(values_of(deployed(stack), "monitoring")["grafana"]["additionalDataSources"])

    assert bool(deployed(stack).of("belfry:kubernetes:ThanosReader")) is long
    assert ("thanos" in shown) is long
    assert ("storage-long-term-metrics" in deployed(stack).of(aws.s3.Bucket)) is long, "a bucket that nothing writes"
