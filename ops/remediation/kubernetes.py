"""Actions in a cluster by its API, each with its limits inside, and how deployments are.

Rights that suffice, in the namespaces of the catalog: ``get`` and ``patch`` deployments and horizontalpodautoscalers,
``list`` pods, ``create`` pods/eviction.
"""

import ssl
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation, RestartPod, RolloutRestart, ScaleOut
from model.catalog.system import System
from model.remediation.cluster_rights import namespace as namespace_of
from ops.http import Unreachable, ask
from ops.remediation.actors import Refused

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
"""What `kubectl rollout restart` writes; other tools know it."""
_MERGE = "application/merge-patch+json"
_FACTOR = 2
"""One action at most doubles: more at once has the database or the nodes as its next limit."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The API server at ``url``.

    ``headers`` gives those that say who asks, for each request; ``context``: whose certificate is believed.
    """

    url: str
    headers: Callable[[], Mapping[str, str]] = dict
    context: ssl.SSLContext | None = None

    def get(self, path: str) -> Any:
        """An object. Raises Refused where there is none or no right to it, and Unreachable."""
        return self._ask("GET", path)

    def post(self, path: str, body: object) -> Any:
        """Create an object. Raises Refused where the server did not, and Unreachable."""
        return self._ask("POST", path, body)

    def patch(self, path: str, body: object) -> Any:
        """Change an object by a merge patch. Raises Refused where the server did not, and Unreachable."""
        return self._ask("PATCH", path, body, {"Content-Type": _MERGE})

    def _ask(self, method: str, path: str, body: object = None, more: Mapping[str, str] | None = None) -> Any:
        try:
            headers = {**self.headers(), **(more or {})}
            return ask(method, f"{self.url}{path}", body, headers, proxy=False, context=self.context)
        except Unreachable as error:
            # The server looked at it and said no; of any other error nobody knows what happened.
            if HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Refused(str(error)) from None
            raise


@dataclass(frozen=True, slots=True)
class KubernetesActor:
    """Carries out restart-pod, rollout-restart and scale-out. ``now``: Unix time, seconds."""

    cluster: Cluster
    now: Callable[[], float] = time.time

    def act(self, system: System, rule: Remediation) -> str:
        """Do it. An answer that Kubernetes does not give is unreachable: nobody knows what was done."""
        namespace = namespace_of(system, rule.component)
        try:
            match rule.action:
                case RestartPod():
                    return self._evict(namespace, rule.action.workload or rule.component, rule.action.min_ready)
                case RolloutRestart():
                    return self._restart(namespace, rule.action.workload or rule.component)
                case ScaleOut():
                    return self._scale(namespace, rule.action.autoscaler or rule.component, rule.action.most)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreachable(f"the cluster does not answer as Kubernetes does: {type(error).__name__}") from None
        raise Refused(f"{rule.action.kind} is no action in a cluster")

    def _evict(self, namespace: str, workload: str, min_ready: int) -> str:
        """The oldest pod: of pods that hang, it had the most time to come to that."""
        deployment = self.cluster.get(_deployment(namespace, workload))
        ready = int(deployment["status"].get("readyReplicas", 0))
        if ready < min_ready:
            raise Refused(f"{namespace}/{workload} has {ready} ready replicas, at least {min_ready} are required")
        selector = deployment["spec"]["selector"]
        if selector.get("matchExpressions") or not selector.get("matchLabels"):
            raise Refused(f"{namespace}/{workload} does not select its pods by labels alone")
        chosen = ",".join(f"{name}={value}" for name, value in sorted(selector["matchLabels"].items()))
        query = urllib.parse.urlencode({"labelSelector": chosen})
        pods = self.cluster.get(f"/api/v1/namespaces/{namespace}/pods?{query}")["items"]
        running = [pod["metadata"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]
        if len(running) != len(pods) or len(running) < min_ready:
            raise Refused(f"{namespace}/{workload} is replacing pods already")
        name = min(running, key=lambda pod: (pod["creationTimestamp"], pod["name"]))["name"]
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
        }
        self.cluster.post(f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", eviction)
        return f"evicted the pod {namespace}/{name}"

    def _restart(self, namespace: str, workload: str) -> str:
        deployment = self.cluster.get(_deployment(namespace, workload))
        if deployment["spec"].get("paused") or _is_rolling(deployment):
            raise Refused(f"{namespace}/{workload} is paused or being rolled out")
        stamp = datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        template = {"template": {"metadata": {"annotations": {RESTARTED_AT: stamp}}}}
        self.cluster.patch(_deployment(namespace, workload), {**_unchanged(deployment), "spec": template})
        return f"restarted the rollout of {namespace}/{workload}"

    def _scale(self, namespace: str, name: str, most: int) -> str:
        path = f"/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers/{name}"
        autoscaler = self.cluster.get(path)
        present = int(autoscaler["status"]["currentReplicas"])
        to = min(present * _FACTOR, most, int(autoscaler["spec"]["maxReplicas"]))
        least = int(autoscaler["spec"].get("minReplicas", 1))
        if to <= max(present, least):
            raise Refused(f"{namespace}/{name} has {present} replicas, and its limits allow no more")
        self.cluster.patch(path, {**_unchanged(autoscaler), "spec": {"minReplicas": to}})
        return f"raised minReplicas of {namespace}/{name} from {least} to {to}"


@dataclass(frozen=True, slots=True)
class KubernetesDeployments:
    """How the Deployments of components are; one that cannot be read is unknown."""

    cluster: Cluster
    catalog: Catalog

    def state(self, system: str, component: str) -> tuple[bool | None, float | None]:
        """Whether it is being rolled out, and when the last rollout ended."""
        [home] = [one for one in self.catalog.systems if one.system == system]
        try:
            deployment = self.cluster.get(_deployment(namespace_of(home, component), component))
            conditions = {one["type"]: one for one in deployment["status"]["conditions"]}
            ended = datetime.fromisoformat(conditions["Progressing"]["lastUpdateTime"]).timestamp()
            return _is_rolling(deployment), ended
        except (Refused, Unreachable, KeyError, TypeError, ValueError, AttributeError):
            return None, None


def _deployment(namespace: str, name: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"


def _unchanged(found: Mapping[str, Any]) -> dict[str, Any]:
    """The patch is refused where somebody changed the object since it was read."""
    return {"metadata": {"resourceVersion": found["metadata"]["resourceVersion"]}}


def _is_rolling(deployment: Mapping[str, Any]) -> bool:
    status, replicas = deployment["status"], int(deployment["spec"].get("replicas", 1))
    return bool(
        status["observedGeneration"] != deployment["metadata"]["generation"]
        or status.get("updatedReplicas", 0) != replicas
        or status.get("replicas", 0) != replicas
    )
