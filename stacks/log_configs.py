"""The configuration of the log stores from the settings, and what in it would lose logs."""

from collections.abc import Iterator, Mapping
from typing import Any

from configs.stores import elasticsearch as elastic
from configs.stores.loki import S3, LokiInput, Tenant
from configs.stores.loki import problems as loki_problems
from model import names
from model.account.storage import BucketUse, buckets
from model.catalog.catalog import Catalog
from model.problems import Problem
from stacks.account_settings import CreatedCluster
from stacks.settings import Settings

# A deletion by mistake is noticed within days; traces and logs themselves stay about a week.
SNAPSHOT_DAYS = 14


def loki(settings: Settings, names_of_buckets: Mapping[BucketUse, Any]) -> LokiInput:
    """Loki's configuration."""
    logs = settings.logs
    return LokiInput(
        mode=logs.mode,
        replicas=logs.replicas,
        storage=S3(
            chunks=names_of_buckets[BucketUse.LOKI_CHUNKS],
            region=settings.region,
        ),
        retention=settings.storage.logs,
        cluster=settings.cluster.name,
        environment=settings.environment,
        grafana=settings.links.grafana,
        alertmanagers=names.alertmanager_replicas(settings.alerting.replicas),
        prometheus=names.prometheus_replicas(settings.metrics.replicas),
        tenants=[
            Tenant(name=tenant.name, retention=tenant.retention, ingestion_mb=tenant.ingestion_mb)
            for tenant in logs.tenants
        ],
        ingestion_mb=logs.ingestion_mb,
        memory_mib=logs.memory_mib,
        ipv6=settings.compute.ipv6,
    )


def elasticsearch(settings: Settings) -> elastic.ElasticsearchInput:
    """Elasticsearch's configuration. A copy of each shard, where there is a second node for it."""
    copies = min(settings.logs.elasticsearch.nodes - 1, 1)
    return elastic.ElasticsearchInput(
        retention=settings.storage.logs,
        replicas=copies,
        # As long as the log group with the same findings.
        findings_days=settings.storage.log_group_days,
        snapshot_days=SNAPSHOT_DAYS if keeps_snapshots(settings) else None,
    )


def keeps_snapshots(settings: Settings) -> bool:
    """Whether Elasticsearch writes snapshots: where workloads get rights and the cluster's OIDC issuer is known."""
    cluster = settings.cluster
    known = isinstance(cluster, CreatedCluster) or cluster.issuer is not None
    return settings.logs.has_elasticsearch and cluster.identity is not None and known


def problems(file: str, settings: Settings, catalog: Catalog) -> Iterator[Problem]:
    """What would lose logs, with the keys of ``file``."""
    kept = buckets({BucketUse.LOKI_CHUNKS: settings.storage.logs})[BucketUse.LOKI_CHUNKS]
    yield from loki_problems(loki(settings, {use: str(use) for use in BucketUse}), f"{file}:logs", kept.expire_days)
    if settings.logs.has_elasticsearch:
        nodes = settings.logs.elasticsearch.nodes
        yield from elastic.problems(elasticsearch(settings), f"{file}:logs.elasticsearch", nodes)
    for system in catalog.systems:
        if not set(system.logs.destinations) & set(settings.logs.backends):
            yield Problem(
                f"catalog/{system.system}.yaml: logs.destinations",
                f"found {', '.join(system.logs.destinations)}, none of which this environment has",
                f"one of {', '.join(settings.logs.backends)}, or another backend in logs.backends of {file}",
            )
