"""Loki with the deployed limits, schema and rules, in one process on a folder of this machine."""

import copy
from typing import Any

from configs.stores.loki import DATA_FOLDER, RULES_FOLDER
from lab.context import Context
from lab.ports import HOST
from lab.servers.server import Command, Server
from model import labels, names
from model.yaml_text import to_yaml

NAME = names.LOKI
GRPC_PORT = 9095

Config = dict[str, Any]

# The chart's keys that have another name in Loki's own file; the rest have the same.
_SECTIONS = {"commonConfig": "common", "schemaConfig": "schema_config", "rulerConfig": "ruler"}
# What the chart takes for itself below `loki`, and what a process of this machine gets in another way.
_OTHERWISE_GIVEN = {"podAnnotations", "runtimeConfig", "server", "storage"}


def loki(context: Context) -> Server | None:
    """The server; None when the deployment has none."""
    release = context.deployment.release(NAME)
    if release is None:
        return None
    layout, url = context.layout, context.url(NAME, names.LOKI_PORT)
    sections = release.values["loki"]
    config = _folders(context, context.localized(_document(context, sections), "Loki's configuration"))
    overrides = sections.get("runtimeConfig") or {}
    files = {"loki.yaml": to_yaml(config)}
    if overrides:
        files["overrides.yaml"] = to_yaml(overrides)
    files |= {f"rules/{path}": text for path, text in context.deployment.loki_rules.items()}
    notes = ["one process, a folder on this machine instead of S3"]
    run = Command(
        name=NAME,
        command=(context.program("loki"), f"-config.file={layout.config(NAME) / 'loki.yaml'}"),
        ready=f"{url}/ready",
        url=url,
    )
    return Server(run=run, files=files, notes=tuple(notes))


def _document(context: Context, sections: Config) -> Config:
    """Loki's own file: the deployed sections, and what a single process without a bucket needs instead of theirs."""
    given = copy.deepcopy({key: value for key, value in sections.items() if key not in _OTHERWISE_GIVEN})
    config = {_SECTIONS.get(key, key): value for key, value in given.items()}
    config["analytics"] = {"reporting_enabled": False}
    config["server"] = {
        "http_listen_address": HOST,
        "http_listen_port": context.ports.of(NAME, names.LOKI_PORT),
        "grpc_listen_address": HOST,
        "grpc_listen_port": context.ports.of(NAME, GRPC_PORT),
    }
    data = context.layout.data(NAME)
    config["common"] |= {
        "replication_factor": 1,
        "ring": {"kvstore": {"store": "inmemory"}},
        "instance_addr": HOST,
        "storage": {"filesystem": {"chunks_directory": f"{data}/chunks", "rules_directory": f"{data}/unused"}},
    }
    for period in config["schema_config"]["configs"]:
        period["object_store"] = "filesystem"
    if "delete_request_store" in config["compactor"]:
        config["compactor"]["delete_request_store"] = "filesystem"
    # Alone, it need not wait for others to see that it stays.
    config.setdefault("ingester", {}).setdefault("lifecycler", {})["min_ready_duration"] = "0s"
    config["ingester"]["wal"] = {**config["ingester"].get("wal", {}), "replay_memory_ceiling": "256MB"}
    ruler = config["ruler"]
    ruler["enable_sharding"] = False
    ruler["external_labels"] = {**ruler.get("external_labels", {}), labels.ENVIRONMENT: context.environment}
    if sections.get("runtimeConfig"):
        config["runtime_config"] = {"file": str(context.layout.config(NAME) / "overrides.yaml")}
    return config


def _folders(context: Context, config: Config) -> Config:
    """The pod's folders, as they are here."""
    data, rules = str(context.layout.data(NAME)), str(context.layout.config(NAME) / "rules")

    def here(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: here(item) for key, item in value.items()}
        if isinstance(value, list):
            return [here(item) for item in value]
        if isinstance(value, str) and (value == RULES_FOLDER or value.startswith(f"{RULES_FOLDER}/")):
            return rules
        return (
            value.replace(DATA_FOLDER, data, 1) if isinstance(value, str) and value.startswith(DATA_FOLDER) else value
        )

    return {section: here(part) for section, part in config.items()}
