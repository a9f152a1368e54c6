"""Settings of a running Elasticsearch: retention of logs, how they are stored, and which fields are indexed.

Logs arrive by OTLP in data streams `logs-<dataset>.otel-<namespace>`, for which Elasticsearch has templates of its own.
They all take in the component template `logs@custom`, the documented place for what is ours: an upgrade of
Elasticsearch brings better templates, and our retention stays. What the collectors have read stays as it is; the
pipelines read what came past them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from configs.collector.logs import FIELDS, LEVELS, MALFORMED
from configs.stores.jaeger import INDEX_PREFIX
from model import names
from model.problems import Problem
from model.quantities import Duration

Config = dict[str, Any]

POLICY = "belfry-logs"
PIPELINE = "belfry-logs"
STRUCTURED = "belfry-logs-structured"
ACCESS_LOG = "belfry-logs-access"
TEMPLATE = "logs@custom"
FINDINGS = "belfry-falco"
FINDINGS_INDEX = "falco-*"  # falcosidekick makes one a day
# Asked after the set-up: an index of this name must come out with the policy of findings.
EXAMPLE_FINDINGS = "falco-2026.11.30"
SNAPSHOTS = "belfry"  # the repository and its policy
# Asked after the set-up: a data stream of this name must come out with our policy.
EXAMPLE_INDEX = "logs-generic.otel-default"

DAY_SECONDS = 86_400
# Elastic's own recommendation for a shard ("Size your shards"): 10 to 50 GB.
SHARD_SIZE = "50gb"
# Mappings grow with every new key that somebody logs; beyond this they stay in the document, unmapped.
FIELD_LIMIT = 1500

BODY = "body.text"
# Holds what is being read, and is removed at the end.
_READ = "reading"

# Grok; what stands in brackets in the collector's pattern has the same name here.
ACCESS_LOG_GROK = (
    rf"^%{{NOTSPACE:{_READ}.client}} %{{NOTSPACE}} %{{NOTSPACE:{_READ}.user}} \[%{{DATA:{_READ}.time}}\] "
    rf'"%{{WORD:{_READ}.method}} %{{ACCESS_PATH:{_READ}.path}}(?:\?%{{ACCESS_QUERY:{_READ}.query}})? '
    rf'HTTP/%{{NUMBER:{_READ}.version}}" %{{INT:{_READ}.status:int}} (?:%{{INT:{_READ}.size:long}}|-)'
    rf'(?: "%{{DATA:{_READ}.referer}}" "%{{DATA:{_READ}.agent}}")?%{{GREEDYDATA:{_READ}.rest}}$'
)
ACCESS_LOG_DEFINITIONS = {"ACCESS_PATH": r'[^ ?"]+', "ACCESS_QUERY": r'[^ "]*'}
_ACCESS_ATTRIBUTES = {
    "client.address": "client",
    "http.request.method": "method",
    "http.response.status_code": "status",
    "http.response.body.size": "size",
    "url.path": "path",
    "url.query": "query",
    "user": "user",
    "user_agent.original": "agent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who speaks to Elasticsearch, from where, and as what. Each has a password of its own, in its own namespace."""

    name: str
    namespace: str
    role: str

    @property
    def secret(self) -> str:
        """The Secret with its name and password, in Elasticsearch's namespace and in its own."""
        return f"elasticsearch-user-{self.name}"


# The least that each does its work with; nobody but the set-up is the superuser `elastic`.
ROLES: dict[str, Config] = {
    "belfry-log-writer": {
        "cluster": ["monitor"],
        "indices": [
            {"names": ["logs-*", FINDINGS_INDEX], "privileges": ["auto_configure", "create_doc", "create_index"]}
        ],
    },
    # Jaeger makes its templates and indices itself, and its nightly job deletes them.
    "belfry-traces": {
        "cluster": ["monitor", "manage_index_templates"],
        "indices": [{"names": [f"{INDEX_PREFIX}-jaeger-*"], "privileges": ["all"]}],
    },
    "belfry-reader": {
        "cluster": ["monitor"],
        "indices": [{"names": ["logs-*", FINDINGS_INDEX], "privileges": ["read", "view_index_metadata"]}],
    },
    "belfry-monitor": {"cluster": ["monitor"], "indices": [{"names": ["*"], "privileges": ["monitor"]}]},
}
COLLECTOR = User(name="collector", namespace=names.COLLECTORS, role="belfry-log-writer")
FALCOSIDEKICK = User(name=names.FALCOSIDEKICK, namespace=names.FALCO, role="belfry-log-writer")
JAEGER = User(name=names.JAEGER, namespace=names.TRACING, role="belfry-traces")
GRAFANA = User(name="grafana", namespace=names.MONITORING, role="belfry-reader")
EXPORTER = User(name="exporter", namespace=names.MONITORING, role="belfry-monitor")
USERS = (COLLECTOR, EXPORTER, FALCOSIDEKICK, GRAFANA, JAEGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchInput:
    """``replicas`` of each shard: 0 with one node, where a copy has no place and the state would never be green.

    ``findings_days``: how long Falco's findings stay. ``snapshot_days``: how long snapshots do; none without a bucket.
    """

    retention: Duration
    findings_days: int = 30
    snapshot_days: int | None = None
    shards: int = 1
    replicas: int = 1


def problems(given: ElasticsearchInput, where: str, nodes: int) -> Iterator[Problem]:
    """What would never be green or never end, with keys below ``where``."""
    if given.retention.seconds < DAY_SECONDS:
        yield Problem(f"{where}.retention", f"found {given.retention}", "1d or more: an index a day is what is deleted")
    if given.replicas >= nodes:
        yield Problem(f"{where}.replicas", f"found {given.replicas} with {nodes} nodes", f"at most {nodes - 1}")


def documents(given: ElasticsearchInput) -> dict[str, Config]:
    """Path of Elasticsearch's API -> what is put there. In this order: each names only what stands before it."""
    return {
        f"_ilm/policy/{POLICY}": policy(given),
        f"_ingest/pipeline/{STRUCTURED}": structured(),
        f"_ingest/pipeline/{ACCESS_LOG}": access_log(),
        f"_ingest/pipeline/{PIPELINE}": pipeline(),
        f"_component_template/{TEMPLATE}": template(given),
        f"_ilm/policy/{FINDINGS}": findings_policy(given),
        f"_index_template/{FINDINGS}": findings_template(given),
        # Those that were made before the template was there.
        f"{FINDINGS_INDEX}/_settings?allow_no_indices=true": {"index": {"lifecycle": {"name": FINDINGS}}},
    }


def findings_policy(given: ElasticsearchInput) -> Config:
    """Falcosidekick makes an index a day: nothing rolls over, each is deleted by its age."""
    return {
        "policy": {
            "_meta": {"managed-by": "belfry"},
            "phases": {"delete": {"min_age": f"{given.findings_days}d", "actions": {"delete": {}}}},
        }
    }


def findings_template(given: ElasticsearchInput) -> Config:
    """Settings of every index of findings. One shard: a day of them has megabytes, and shards are limited."""
    return {
        "_meta": {"managed-by": "belfry"},
        "index_patterns": [FINDINGS_INDEX],
        "priority": 300,
        "template": {
            "settings": {
                "index": {
                    "lifecycle": {"name": FINDINGS},
                    "number_of_shards": 1,
                    "number_of_replicas": given.replicas,
                    "mapping": {"total_fields": {"limit": FIELD_LIMIT, "ignore_dynamic_beyond_limit": True}},
                }
            }
        },
    }


def snapshot_policy(days: int) -> Config:
    """A snapshot each night of everything, Kibana's objects included; the newest stay whatever their age."""
    return {
        # Cron of Elasticsearch, in UTC: after the day's indices have rolled over.
        "schedule": "0 30 1 * * ?",
        "name": f"<{SNAPSHOTS}-{{now/d}}>",
        "repository": SNAPSHOTS,
        "config": {"indices": ["*"], "include_global_state": True},
        "retention": {"expire_after": f"{days}d", "min_count": 3, "max_count": 100},
    }


def policy(given: ElasticsearchInput) -> Config:
    """A new index each day, deleted when the newest of it is as old as the retention: nothing ends too early."""
    days = int(given.retention.seconds) // DAY_SECONDS
    return {
        "policy": {
            "_meta": {"managed-by": "belfry"},
            "phases": {
                "hot": {
                    "min_age": "0ms",
                    "actions": {
                        "rollover": {"max_age": "1d", "max_primary_shard_size": SHARD_SIZE},
                        "set_priority": {"priority": 100},
                    },
                },
                # Counted from the rollover, not from the first record.
                "delete": {"min_age": f"{days}d", "actions": {"delete": {}}},
            },
        }
    }


def template(given: ElasticsearchInput) -> Config:
    """Settings of every index of logs. It reaches a data stream at its next rollover, a day later at most."""
    return {
        "_meta": {"managed-by": "belfry"},
        "template": {
            "settings": {
                "index": {
                    "lifecycle": {"name": POLICY},
                    # The final one: a sender can ask for another first, and cannot switch this one off.
                    "final_pipeline": PIPELINE,
                    "number_of_shards": given.shards,
                    "number_of_replicas": given.replicas,
                    # Logs are looked for after seconds, not at once; each refresh costs a segment.
                    "refresh_interval": "5s",
                    "mapping": {"total_fields": {"limit": FIELD_LIMIT, "ignore_dynamic_beyond_limit": True}},
                }
            }
        },
    }


def pipeline() -> Config:
    """Reads what nobody has read yet. A record that cannot be read is kept, with the reason."""
    text = "ctx.severity_text == null && ctx.body?.text instanceof String"
    return {
        "_meta": {"managed-by": "belfry"},
        "description": "Reads records that the collectors have not read",
        "processors": [
            {"pipeline": {"name": STRUCTURED, "if": f"{text} && ctx.body.text.startsWith('{{')"}},
            {"pipeline": {"name": ACCESS_LOG, "if": f"{text} && ctx.body.text.contains(' HTTP/')"}},
        ],
        "on_failure": _failed("pipeline-failed"),
    }


def structured() -> Config:
    """The structured contract: JSON lines with timestamp, level, service, and the ids that requests carry."""
    level = f"{_READ}.level"
    return {
        "_meta": {"managed-by": "belfry"},
        "description": "The structured contract",
        "processors": [
            {"json": {"field": BODY, "target_field": _READ}},
            *(
                _copy(f"attributes.{field}", f"{_READ}.{key}")
                for field, keys in FIELDS.items()
                for key in keys  # the first spelling wins: nothing is written over
            ),
            _copy("attributes.duration_ms", f"{_READ}.duration_ms"),
            _copy("resource.attributes.service.name", f"{_READ}.service"),
            _copy("trace_id", f"{_READ}.trace_id"),
            _copy("span_id", f"{_READ}.span_id"),
            {"lowercase": {"field": level, "ignore_missing": True, "ignore_failure": True}},
            *_severities(level),
            *_time(f"{_READ}.timestamp", ["ISO8601"]),
            _forget(),
        ],
        "on_failure": _failed("not-json"),
    }


def access_log() -> Config:
    """Access logs of web servers, Common and Combined. Their level follows from the status."""
    status = f"{_READ}.status"
    return {
        "_meta": {"managed-by": "belfry"},
        "description": "Access logs of web servers",
        "processors": [
            {
                "grok": {
                    "field": BODY,
                    "patterns": [ACCESS_LOG_GROK],
                    "pattern_definitions": ACCESS_LOG_DEFINITIONS,
                }
            },
            *(
                _copy(f"attributes.{attribute}", f"{_READ}.{key}", f"ctx.{_READ}.{key} != '-'")
                for attribute, key in _ACCESS_ATTRIBUTES.items()
            ),
            *(
                _set("severity_text", text, f"ctx.{status} {condition}")
                for text, condition in (("ERROR", ">= 500"), ("WARN", ">= 400"), ("INFO", "> 0"))
            ),
            *_numbers(),
            *_time(f"{_READ}.time", ["dd/MMM/yyyy:HH:mm:ss Z"]),
            _forget(),
        ],
        # Any text may speak of HTTP: what does not match is a plain line, and no mistake.
        "on_failure": [_forget()],
    }


def _copy(field: str, source: str, condition: str = "") -> Config:
    copied: Config = {"field": field, "copy_from": source, "ignore_empty_value": True, "override": False}
    return {"set": {**copied, "if": condition} if condition else copied}


def _set(field: str, value: Any, condition: str) -> Config:
    return {"set": {"field": field, "value": value, "override": False, "if": condition}}


def _severities(level: str) -> list[Config]:
    spelled = (
        _set("severity_text", text, " || ".join(f"ctx.{level} == '{spelling}'" for spelling in spellings))
        for text, (_, spellings) in LEVELS.items()
    )
    return [*spelled, *_numbers()]


def _numbers() -> list[Config]:
    return [_set("severity_number", number, f"ctx.severity_text == '{text}'") for text, (number, _) in LEVELS.items()]


def _time(field: str, formats: list[str]) -> list[Config]:
    condition = f"ctx.{field} != null"
    # A wrong time must not lose the record: the one of its arrival stays.
    return [{"date": {"field": field, "formats": formats, "if": condition, "ignore_failure": True}}]


def _failed(reason: str) -> list[Config]:
    return [{"set": {"field": f"attributes.{MALFORMED}", "value": reason, "override": False}}, _forget()]


def _forget() -> Config:
    return {"remove": {"field": _READ, "ignore_missing": True}}
