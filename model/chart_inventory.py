"""The inventory of a chart's values: which keys it has and what type stands at each.

Facts only (paths and types), never the chart's values themselves. `make chart` makes it when a chart's version changes.

A key counts as known when it stands in the values, merged with those of bundled charts (a bundled chart's values under
its name), in the schema, or commented out in a values.yaml (``# key: ...``, the way charts show what may be set).
Commented keys are facts of the file and not of the templates: one too many only lets one word more through.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES = {"boolean": "bool", "integer": "number", "number": "number", "string": "string", "array": "list"}

# Parts of Kubernetes objects that charts copy as they are, so that more keys are good than the default shows.
# Source of the fields: the Kubernetes API reference, v1.34 (core/v1, apps/v1).
_PROBE = {
    "enabled": "bool",
    **dict.fromkeys(("exec", "grpc", "httpGet", "tcpSocket"), "map"),
    **dict.fromkeys(("failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold"), "number"),
    **dict.fromkeys(("terminationGracePeriodSeconds", "timeoutSeconds"), "number"),
}
_SECURITY = {
    "enabled": "bool",
    **dict.fromkeys(("allowPrivilegeEscalation", "privileged", "readOnlyRootFilesystem", "runAsNonRoot"), "bool"),
    **dict.fromkeys(("fsGroup", "runAsGroup", "runAsUser"), "number"),
    **dict.fromkeys(("fsGroupChangePolicy", "procMount", "seLinuxChangePolicy", "supplementalGroupsPolicy"), "string"),
    **dict.fromkeys(("appArmorProfile", "capabilities", "seLinuxOptions", "seccompProfile", "windowsOptions"), "map"),
    **dict.fromkeys(("supplementalGroups", "sysctls"), "list"),
}
_STRATEGY = {"type": "string", "rollingUpdate": "map"}
_SHAPES: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...] = (
    (re.compile(r"^resources$"), {"claims": "list", "limits": "map", "requests": "map"}),
    (re.compile(r"^affinity$"), dict.fromkeys(("nodeAffinity", "podAffinity", "podAntiAffinity"), "map")),
    (re.compile(r"^(liveness|readiness|startup)Probe$"), _PROBE),
    (re.compile(r"[sS]ecurityContext$"), _SECURITY),
    (re.compile(r"^(deploymentStrategy|strategy|updateStrategy)$"), _STRATEGY),
)
# Maps whose keys are the user's, also when the chart has a default in them.
_OPEN = re.compile(r"([aA]nnotations|[lL]abels|^nodeSelector|[sS]elector|^limits|^requests)$")

_KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z][\w./-]*|\"[^\"]+\"):(?: |$)")
_COMMENTED = re.compile(r"^(?P<indent> *)# ?(?P<key>[a-z][A-Za-z0-9_-]*):(?= *$| +[^ ])")
# Example content of an empty map above (`resources: {}`, then `# limits:` in the same column), no keys of their own.
_EXAMPLES = frozenset({"cpu", "limits", "memory", "nodeAffinity", "requests", "rollingUpdate", "type"})
_PROSE = frozenset({"default", "eg", "example", "examples", "hint", "http", "https", "note", "ref", "see", "warning"})


def inventory_file(chart: str, version: str, values: Mapping[str, Any]) -> str:
    """The text of ``chart_values/<chart>.json``; ``values`` is what :func:`inventory` made."""
    return json.dumps({"chart": chart, "values": values, "version": version}, indent=1, sort_keys=True) + "\n"


def inventory(
    merged: Mapping[str, Any],
    schema: Mapping[str, Any] | None = None,
    texts: Mapping[tuple[str, ...], str] | None = None,
) -> dict[str, Any]:
    """The tree of keys (see ``model.charts.Tree``) of merged values, with what schema and comments add.

    ``texts`` holds values.yaml files by the path of the bundled chart they belong to; () for the chart itself.
    """
    tree = {str(key): _node(str(key), value) for key, value in merged.items()}
    if schema:
        _add_schema(tree, schema)
    for path, text in (texts or {}).items():
        node: Any = tree
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict):  # a bundled chart without values is no map
            _add_commented(node, text)
    return tree


def _node(key: str, value: Any) -> Any:
    match value:
        case dict():
            return _map(key, value)
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
        case _:
            return "any"  # null: the chart shows no type


def _map(key: str, value: Mapping[str, Any]) -> Any:
    if _OPEN.search(key):
        return "map"
    for pattern, shape in _SHAPES:
        if pattern.search(key) and set(value) <= set(shape):
            return dict(shape)
    return {str(name): _node(str(name), below) for name, below in value.items()} or "map"


def _add_schema(tree: dict[str, Any], schema: Mapping[str, Any]) -> None:
    for key, below in schema.get("properties", {}).items():
        known = tree.get(key)
        if isinstance(known, dict):
            _add_schema(known, below)
        elif known in (None, "any"):
            tree[key] = _schema_type(below)


def _schema_type(schema: Mapping[str, Any]) -> str:
    stated = schema.get("type", [])
    types = {_TYPES.get(name, "map") for name in ([stated] if isinstance(stated, str) else stated) if name != "null"}
    return types.pop() if len(types) == 1 else "any"


def _add_commented(tree: dict[str, Any], text: str) -> None:
    for path in _commented(text):
        node: Any = tree
        for key in path[:-1]:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node.setdefault(path[-1], "any")


def _commented(text: str) -> Iterator[tuple[str, ...]]:
    """Paths of the keys that stand commented out, placed by their indentation below the key above them."""
    above: list[tuple[int, str]] = []  # indentation and key, from the outermost
    for line in text.splitlines():
        if key := _KEY.match(line):
            indent = len(key["indent"])
            above = [*((depth, name) for depth, name in above if depth < indent), (indent, key["key"].strip('"'))]
        elif (key := _COMMENTED.match(line)) and key["key"] not in _PROSE | _EXAMPLES:
            yield *(name for depth, name in above if depth < len(key["indent"])), key["key"]
