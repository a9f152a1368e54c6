"""What a cluster holds, and what it would hold after a manifest, by the HTTP API of Kubernetes. Nothing is changed."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

from ops.http import Unreachable, ask

_MANAGER = "belfry-drift"
_NOT_FOUND = 404


class Cluster(Protocol):
    """One Kubernetes cluster."""

    def live(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The object as it is; None where it is not there. Raises Unreachable."""

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The object as applying the manifest would leave it. Raises Unreachable."""


@dataclass(slots=True)
class ApiServer:
    """``url`` of the API server. ``headers`` authenticate. The role needs `get`, and `patch` for the dry run."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    context: ssl.SSLContext | None = None
    _kinds: dict[str, dict[str, tuple[str, bool]]] = field(default_factory=dict)

    def live(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The object as it is."""
        try:
            found: dict[str, Any] = self._ask("GET", self._path(body))
        except Unreachable as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        return found

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The object as applying the manifest would leave it, by a server-side dry run.

        As another field manager, and by force: otherwise a field that somebody took over would be a conflict instead
        of an answer.
        """
        query = f"?dryRun=All&force=true&fieldManager={_MANAGER}"
        answer: dict[str, Any] = self._ask("PATCH", f"{self._path(body)}{query}", body)
        return answer

    def _path(self, body: Mapping[str, Any]) -> str:
        version, kind, metadata = str(body["apiVersion"]), str(body["kind"]), body["metadata"]
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if version not in self._kinds:
            listed = self._ask("GET", base)["resources"]
            # Subresources such as deployments/scale have the same kind.
            self._kinds[version] = {
                one["kind"]: (one["name"], bool(one["namespaced"])) for one in listed if "/" not in one["name"]
            }
        if kind not in self._kinds[version]:
            raise Unreachable(f"{self.url} knows no {kind} of {version}")
        plural, namespaced = self._kinds[version][kind]
        namespace = f"/namespaces/{quote(metadata.get('namespace') or 'default')}" if namespaced else ""
        return f"{base}{namespace}/{plural}/{quote(metadata['name'])}"

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        # JSON is YAML: the one content type that every version of the API takes.
        kind = {"Content-Type": "application/apply-patch+yaml"} if method == "PATCH" else {}
        return ask(method, f"{self.url}{path}", body, {**self.headers, **kind}, context=self.context, proxy=True)
