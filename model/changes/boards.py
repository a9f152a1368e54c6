"""Dashboards of two plans: Grafana's and CloudWatch's, panel by panel."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from model import labels
from model.changes.report import Action, Topic
from model.changes.rules import Change
from model.plan import Plan, mapping, mappings
from model.sentences import some

_CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"
_CLOUDWATCH: Final = "aws:cloudwatch/dashboard:Dashboard"
_NAMED: Final = 5
"""How many panels a sentence names."""


def changes(before: Plan, after: Plan) -> Iterator[Change]:
    """New, changed and removed boards."""
    old, new = dict(_boards(before)), dict(_boards(after))
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield Topic.DASHBOARDS, Action.NEW, name, f"{len(dict(_panels(new[name])))} panels"
        elif name not in new:
            yield Topic.DASHBOARDS, Action.REMOVED, name, ""
        elif old[name] != new[name]:
            yield Topic.DASHBOARDS, Action.CHANGED, name, _detail(old[name], new[name])


def _detail(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    was, now = dict(_panels(old)), dict(_panels(new))
    kinds = {
        "new": [title for title in now if title not in was],
        "removed": [title for title in was if title not in now],
        "changed": [title for title in now if title in was and was[title] != now[title]],
    }
    said = [f"{len(titles)} panels {kind}: {some(titles, _NAMED)}" for kind, titles in kinds.items() if titles]
    return "; ".join(said) or "its settings"


def _panels(board: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Title -> what the panel is, without its place on the board."""
    for panel in (*mappings(board, "panels"), *mappings(board, "widgets")):
        inner = mapping(panel, "properties")
        title = str(panel.get("title") or inner.get("title") or panel.get("type"))
        moved = ("gridPos", "id", "x", "y", "width", "height")
        yield title, {key: value for key, value in panel.items() if key not in moved}
        yield from _panels(panel)


def _boards(plan: Plan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in plan["resources"]:
        inputs = resource["inputs"]
        if resource["type"] == _CLOUDWATCH:
            yield f"CloudWatch {inputs.get('dashboardName')}", _json(inputs.get("dashboardBody"))
        elif resource["type"] == _CONFIG_MAP:
            metadata = mapping(inputs, "metadata")
            if labels.GRAFANA_DASHBOARD in mapping(metadata, "labels"):
                for text in mapping(inputs, "data").values():
                    board = _json(text)
                    yield f"Grafana {board.get('title') or metadata.get('name')}", board


def _json(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
