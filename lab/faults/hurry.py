"""A deployment in a hurry: what waits, waits a part of its time. What is watched and where the lines are, stays.

Shortened are the holds of rules (`for`, `keep_firing_for`) and the waits of Alertmanager's groups. Windows of queries
stay, for another window is another rule. So do the holds of alerts about the platform itself: a rehearsal restarts its
servers, and their alerts are made to sit that out.
"""

import copy
import dataclasses
from typing import Any

import yaml

from lab.deployment import Deployment
from lab.faults.knowledge import seconds
from lab.layout import Layout
from lab.process import records
from lab.workload.demand import Demand
from lab.workload.server import NAME as WORKLOAD
from model import labels
from model.yaml_text import to_yaml

_OF_RULES = ("for", "keep_firing_for")
_OF_GROUPS = ("group_wait", "group_interval")
# The critical route waits as long; no wait of a person is worth less.
_LEAST = 5.0


def demand(layout: Layout) -> Demand | None:
    """What the running workload was asked for: it goes on while the servers hurry."""
    record = records(layout).get(WORKLOAD)
    if record is None:
        return None
    words = record.run.command
    return Demand.model_validate_json(words[words.index("--demand") + 1])


def hurried(deployment: Deployment, factor: float) -> Deployment:
    """``deployment`` with waits of a ``factor``th of their time, five seconds at least."""
    rules = [
        dataclasses.replace(each, spec={**each.spec, "groups": _groups(each.spec["groups"], factor)})
        for each in deployment.rules
    ]
    logs = {}
    for path, text in deployment.loki_rules.items():
        document = yaml.safe_load(text)
        logs[path] = to_yaml({**document, "groups": _groups(document["groups"], factor)})
    routes = {**deployment.alertmanager, "route": _route(deployment.alertmanager["route"], factor)}
    return dataclasses.replace(deployment, rules=rules, loki_rules=logs, alertmanager=routes)


def _groups(groups: list[dict[str, Any]], factor: float) -> list[dict[str, Any]]:
    found = copy.deepcopy(groups)
    for group in found:
        for rule in group["rules"]:
            if rule.get("labels", {}).get(labels.SYSTEM) == labels.OWN_SYSTEM:
                continue
            rule |= {key: _shorter(rule[key], factor) for key in _OF_RULES if key in rule}
    return found


def _route(route: dict[str, Any], factor: float) -> dict[str, Any]:
    found = {**route, **{key: _shorter(route[key], factor) for key in _OF_GROUPS if key in route}}
    if "routes" in route:
        found["routes"] = [_route(child, factor) for child in route["routes"]]
    return found


def _shorter(duration: str, factor: float) -> str:
    given = seconds(str(duration))
    return f"{round(max(min(given, _LEAST), given / factor))}s"
