"""Two states of one Kubernetes object: as it is, and as a server-side dry run of its manifest would leave it."""

from collections.abc import Iterator, Mapping
from typing import Any

# The API server writes them with each change, also with one that changes nothing.
_SERVER = frozenset({"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"})


def differences(live: Mapping[str, Any], applied: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths of the fields that the manifest would set back, such as ``spec.replicas``, sorted.

    ``applied``: the answer to the dry run. Fields that the manifest does not name are alike in both, because the
    server leaves them to whoever owns them: defaults, autoscalers, other controllers. The status is no wish of ours.
    """
    return tuple(sorted(_paths(_compared(live), _compared(applied), "")))


def title(body: Mapping[str, Any]) -> str:
    """Kind, namespace and name, such as ``Deployment/monitoring/grafana``."""
    metadata = body.get("metadata") or {}
    return "/".join(str(part) for part in (body.get("kind"), metadata.get("namespace"), metadata.get("name")) if part)


def _compared(body: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: item for key, item in (body.get("metadata") or {}).items() if key not in _SERVER}
    return {**{key: item for key, item in body.items() if key != "status"}, "metadata": metadata}


def _paths(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before.keys() | after.keys():
            spelled = f"{path}.{key}" if path else str(key)
            yield from _paths(before.get(key), after.get(key), spelled)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _paths(one, other, f"{path}[{index}]")
    elif before != after:
        yield path
