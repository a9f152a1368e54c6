"""Series of exporters that have nothing to ask here: Kubernetes, containers, PostgreSQL, Redis and CloudWatch.

Simulated from what the parts were asked and from effects, under the exporters' own names and labels, as far as rules
about services need them. One page holds all; each series names its system, component, namespace and pod itself.
"""

from collections.abc import Iterator
from time import time

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lab.workload.plan import Key, Part
from lab.workload.runtime import Queue, Runtime
from model import labels

GIB = 1024**3
# On a good day: shares of a container's limit and request, of a store's memory and of its connections.
MEMORY, CPU, STORE_MEMORY, CONNECTIONS = 0.45, 0.3, 0.5, 0.2
MEMORY_LIMIT, CPU_REQUEST = GIB // 2, 0.5
CACHE_MEMORY = 13 * GIB
DATABASE_NAME = "app"
# Pages that a database finds in its memory, of a hundred; queries of one transaction.
BLOCKS_HIT = 98
CONNECTION_STATES = {"active": 0.2, "idle": 0.8}

Labels = dict[str, str]


class Page(Collector):
    """All simulated series of a workload."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._began = time()
        self._families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        self._processor: dict[Key, tuple[float, float]] = {}

    def collect(self) -> Iterator[Metric]:
        """The series as they are now."""
        self._families = {}
        # Once each: of two samples of one series, Prometheus drops one and complains.
        for namespace in sorted({part.namespace for part in self._runtime.plan.parts.values() if part.in_cluster}):
            self._gauge("kube_namespace_created", self._began, {"namespace": namespace})
        for part in self._runtime.plan.parts.values():
            if part.in_cluster:
                self._kubernetes(part)
            elif part.database and "postgres" in part.database.engine:
                self._postgres(part, part.database.max_connections)
            elif part.cache and part.cache.engine != "memcached":
                self._redis(part, part.cache.replicated)
            elif part.queue:
                self._sqs(part)
        return iter(self._families.values())

    def _kubernetes(self, part: Part) -> None:
        effect, up = self._runtime.effect(part), float(self._runtime.lives(part.key))
        namespace = {"namespace": part.namespace}
        replica_set = part.pod.rpartition("-")[0]
        deployment, pod = {**namespace, "deployment": part.name}, {**namespace, "pod": part.pod}
        container = {**pod, "container": part.name}
        self._gauge("kube_deployment_spec_replicas", 1, deployment)
        self._gauge("kube_deployment_status_replicas_available", up, deployment)
        owned = {**namespace, "replicaset": replica_set, **_owner("Deployment", part.name)}
        self._gauge("kube_replicaset_owner", 1, owned)
        self._gauge("kube_pod_owner", 1, {**pod, **_owner("ReplicaSet", replica_set)})
        self._gauge("kube_pod_info", 1, {**pod, "node": "local", "host_ip": "127.0.0.1"})
        for phase in ("Running", "Pending", "Failed"):
            self._gauge("kube_pod_status_phase", float(phase == "Running"), {**pod, "phase": phase})
        self._counter("kube_pod_container_status_restarts", 0, container)
        memory = {"resource": "memory", "unit": "byte", "node": "local"}
        cores = {"resource": "cpu", "unit": "core", "node": "local"}
        self._gauge("kube_pod_container_resource_limits", MEMORY_LIMIT, {**container, **memory})
        self._gauge("kube_pod_container_resource_requests", MEMORY_LIMIT / 2, {**container, **memory})
        self._gauge("kube_pod_container_resource_requests", CPU_REQUEST, {**container, **cores})
        if up:
            used = MEMORY if effect.memory is None else effect.memory
            self._gauge("container_memory_working_set_bytes", used * MEMORY_LIMIT, container)
            busy = CPU if effect.cpu is None else effect.cpu
            self._counter("container_cpu_usage_seconds", self._processor_seconds(part, busy), container)

    def _postgres(self, part: Part, connections: int) -> None:
        effect, store = self._runtime.effect(part), self._runtime.store(part)
        own = {labels.SYSTEM: part.system, labels.COMPONENT: part.name}
        self._gauge("pg_up", float(not effect.down), own)
        if effect.down:
            return
        database = {**own, "datname": DATABASE_NAME}
        numbered = {**database, "datid": "16384"}
        used = CONNECTIONS if effect.connections is None else effect.connections
        for state, share in CONNECTION_STATES.items():
            of_state = {**database, "state": state}
            self._gauge("pg_stat_activity_count", used * share * connections, of_state)
            self._gauge("pg_stat_activity_max_tx_duration", 0.01, of_state)
        self._gauge("pg_replication_lag_seconds", 0.1, own)
        self._gauge("pg_database_size_bytes", 20 * GIB, database)
        done, failed = store.calls["done"], store.calls["failed"]
        self._gauge("pg_stat_database_xact_commit", done, numbered)
        self._gauge("pg_stat_database_xact_rollback", failed, numbered)
        self._gauge("pg_stat_database_deadlocks", 0, numbered)
        self._gauge("pg_stat_database_blks_hit", done * BLOCKS_HIT, numbered)
        self._gauge("pg_stat_database_blks_read", done * (100 - BLOCKS_HIT), numbered)
        statement = {**database, "queryid": "1", "user": "app"}
        self._counter("pg_stat_statements_calls", done, statement)
        self._counter("pg_stat_statements_seconds", store.seconds, statement)
        for collector in ("database", "replication", "stat_activity", "stat_database", "stat_statements"):
            self._gauge("pg_scrape_collector_success", 1, {**own, "collector": collector})

    def _redis(self, part: Part, replicated: bool) -> None:
        effect, calls = self._runtime.effect(part), self._runtime.store(part).calls
        own = {labels.SYSTEM: part.system, labels.COMPONENT: part.name}
        self._gauge("redis_up", float(not effect.down), own)
        if effect.down:
            return
        used = STORE_MEMORY if effect.memory is None else effect.memory
        self._gauge("redis_memory_max_bytes", CACHE_MEMORY, own)
        self._gauge("redis_memory_used_bytes", used * CACHE_MEMORY, own)
        self._gauge("redis_connected_clients", 20, own)
        self._gauge("redis_db_keys", 50_000, {**own, "db": "db0"})
        self._gauge("redis_db_keys_expiring", 45_000, {**own, "db": "db0"})
        self._counter("redis_keyspace_hits", calls["hit"], own)
        self._counter("redis_keyspace_misses", calls["miss"], own)
        self._counter("redis_commands", calls["done"], {**own, "cmd": "get"})
        self._counter("redis_evicted_keys", 0, own)
        self._counter("redis_rejected_connections", 0, own)
        if replicated:
            self._gauge("redis_master_link_up", 1, {**own, "master_host": part.name, "master_port": "6379"})

    def _sqs(self, part: Part) -> None:
        declared, queue = part.queue, self._runtime.queue(part)
        assert declared
        waiting = (declared.queue, float(len(queue.waiting)), queue.oldest(), Queue.lately(queue.sent), queue.taken)
        dead = (declared.dead_letter_queue, 0.0, 0.0, 0, type(queue.taken)())
        for name, visible, oldest, sent, taken in (waiting, dead):
            if name:
                of_queue = {"dimension_QueueName": name}
                self._gauge("aws_sqs_approximate_number_of_messages_visible_average", visible, of_queue)
                self._gauge("aws_sqs_approximate_age_of_oldest_message_maximum", oldest, of_queue)
                self._gauge("aws_sqs_number_of_messages_sent_sum", sent, of_queue)
                self._gauge("aws_sqs_number_of_messages_deleted_sum", Queue.lately(taken), of_queue)

    def _processor_seconds(self, part: Part, share: float) -> float:
        """A share of what is requested, added up over time: it is read as a rate."""
        now = time()
        before, total = self._processor.get(part.key, (now, 0.0))
        total += (now - before) * share * CPU_REQUEST
        self._processor[part.key] = now, total
        return total

    def _gauge(self, name: str, value: float, own: Labels) -> None:
        family = self._families.setdefault(name, GaugeMetricFamily(name, name, labels=list(own)))
        family.add_metric(list(own.values()), value)

    def _counter(self, name: str, value: float, own: Labels) -> None:
        family = self._families.setdefault(name, CounterMetricFamily(name, name, labels=list(own)))
        family.add_metric(list(own.values()), value)


def _owner(kind: str, name: str) -> Labels:
    return {"owner_kind": kind, "owner_name": name}
