"""Actions in a cluster, against an API server that answers as Kubernetes does and keeps what it was sent."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.catalog.teams import Organization
from ops.http import Unreachable
from ops.remediation.actors import Refused
from ops.remediation.kubernetes import Cluster, KubernetesActor, KubernetesDeployments
from tests.model.catalog.test_remediation import RULE
from tests.model.catalogs import good_organization
from tests.model.remediation.examples import NOW
from tests.ops.remediation_world import shop

DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/api"
PODS = "/api/v1/namespaces/shop/pods"
EVICTION = f"{PODS}/api-old/eviction"
AUTOSCALER = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/api"


def deployment(**status: Any) -> dict[str, Any]:
    return {
        "metadata": {"generation": 4, "resourceVersion": "77"},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "api", "part": "web"}}},
        "status": {
            "observedGeneration": 4,
            "replicas": 3,
            "updatedReplicas": 3,
            "readyReplicas": 3,
            "conditions": [{"type": "Progressing", "lastUpdateTime": "2027-01-15T08:00:00Z"}],
            **status,
        },
    }


def pod(name: str, day: int, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "creationTimestamp": f"2027-01-{day:02}T00:00:00Z", **metadata}}


def autoscaler(present: int, highest: int = 20, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"resourceVersion": "9"},
        "spec": {"minReplicas": 2, "maxReplicas": highest, **spec},
        "status": {"currentReplicas": present},
    }


@dataclass
class Server:
    """``objects`` by path; ``refuses``: path -> status code of a write; ``writes``: method, path, body, media type."""

    url: str = ""
    objects: dict[str, Any] = field(default_factory=dict)
    refuses: dict[str, int] = field(default_factory=dict)
    writes: list[tuple[str, str, Any, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.url)


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            found.queries.append(query)
            self._answer(200 if path in found.objects else 404, found.objects.get(path, {}))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.writes.append((self.command, self.path, body, self.headers["Content-Type"]))
            self._answer(found.refuses.get(self.path, 201), {})

        def do_PATCH(self) -> None:
            self.do_POST()

        def _answer(self, code: int, body: Any) -> None:
            content = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        found.url = f"http://127.0.0.1:{running.server_port}"
        found.objects = {
            DEPLOYMENT: deployment(),
            PODS: {"items": [pod("api-new", 3), pod("api-old", 1), pod("api-mid", 2)]},
            AUTOSCALER: autoscaler(4),
        }
        yield found
        running.shutdown()


def act(server: Server, **action: Any) -> str:
    rule = Remediation.model_validate({**RULE, "action": action})
    return KubernetesActor(server.cluster, lambda: NOW).act(shop(), rule)


def test_the_oldest_pod_is_evicted_and_none_deleted(server: Server) -> None:
    assert act(server, kind="restart-pod") == "evicted the pod shop/api-old"
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "api-old", "namespace": "shop"}}
    assert server.writes == [("POST", EVICTION, body, "application/json")]
    assert "labelSelector=app%3Dapi%2Cpart%3Dweb" in server.queries


@pytest.mark.parametrize(
    ("path", "found", "message"),
    [
        (DEPLOYMENT, deployment(readyReplicas=1), "has 1 ready replicas, at least 2 are required"),
        (DEPLOYMENT, {**deployment(), "spec": {"selector": {"matchLabels": {}}}}, "does not select its pods by labels"),
        (PODS, {"items": [pod("a", 1), pod("b", 2), pod("c", 3, deletionTimestamp="x")]}, "is replacing pods already"),
        (PODS, {"items": [pod("a", 1)]}, "is replacing pods already"),
    ],
)
def test_no_pod_is_evicted_that_the_others_cannot_replace(
    server: Server, path: str, found: dict[str, Any], message: str
) -> None:
    server.objects[path] = found
    with pytest.raises(Refused, match=message):
        act(server, kind="restart-pod")
    assert server.writes == []


def test_a_disruption_budget_is_the_last_word(server: Server) -> None:
    server.refuses[EVICTION] = 429
    with pytest.raises(Refused, match="answers 429"):
        act(server, kind="restart-pod")
    assert len(server.writes) == 1


def test_after_an_error_of_the_server_nobody_knows(server: Server) -> None:
    server.refuses[EVICTION] = 503
    with pytest.raises(Unreachable, match="answers 503"):
        act(server, kind="restart-pod")


def test_a_rollout_is_restarted_as_kubectl_does_it(server: Server) -> None:
    assert act(server, kind="rollout-restart") == "restarted the rollout of shop/api"
    [(method, path, body, media)] = server.writes
    assert (method, path, media) == ("PATCH", DEPLOYMENT, "application/merge-patch+json")
    assert body == {
        "metadata": {"resourceVersion": "77"},
        "spec": {
            "template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "2027-01-15T08:00:00Z"}}}
        },
    }


@pytest.mark.parametrize(
    "found",
    [
        deployment(observedGeneration=3),
        deployment(updatedReplicas=2),
        deployment(replicas=4),
        {**deployment(), "spec": {"replicas": 3, "paused": True}},
    ],
)
def test_what_is_being_rolled_out_is_not_restarted(server: Server, found: dict[str, Any]) -> None:
    server.objects[DEPLOYMENT] = found
    with pytest.raises(Refused, match="is paused or being rolled out"):
        act(server, kind="rollout-restart")
    assert server.writes == []


@pytest.mark.parametrize(
    ("found", "most", "to"),
    [
        pytest.param(autoscaler(4), 100, 8, id="at most twice"),
        pytest.param(autoscaler(4), 6, 6, id="at most what the rule allows"),
        pytest.param(autoscaler(4, 5), 100, 5, id="at most the autoscaler's maximum"),
    ],
)
def test_scaling_out_raises_the_lower_bound_within_every_limit(
    server: Server, found: dict[str, Any], most: int, to: int
) -> None:
    server.objects[AUTOSCALER] = found
    assert act(server, kind="scale-out", most=most) == f"raised minReplicas of shop/api from 2 to {to}"
    [(method, path, body, _)] = server.writes
    assert (method, path) == ("PATCH", AUTOSCALER)
    assert body == {"metadata": {"resourceVersion": "9"}, "spec": {"minReplicas": to}}


@pytest.mark.parametrize("found", [autoscaler(20), autoscaler(4, minReplicas=8), autoscaler(0)])
def test_at_its_limit_nothing_is_scaled(server: Server, found: dict[str, Any]) -> None:
    server.objects[AUTOSCALER] = found
    with pytest.raises(Refused, match="its limits allow no more"):
        act(server, kind="scale-out", most=100)
    assert server.writes == []


def test_what_is_not_there_and_what_is_no_action_of_a_cluster_is_refused(server: Server) -> None:
    del server.objects[AUTOSCALER]
    with pytest.raises(Refused, match="answers 404"):
        act(server, kind="scale-out", most=100)
    with pytest.raises(Refused, match="runbook is no action in a cluster"):
        act(server, kind="runbook", document="Restart")


def test_another_answer_than_that_of_kubernetes_is_unreachable(server: Server) -> None:
    server.objects[DEPLOYMENT] = {"kind": "Status"}
    with pytest.raises(Unreachable, match="does not answer as Kubernetes does: KeyError"):
        act(server, kind="restart-pod")


ENDED = 1_800_000_000.0


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (deployment(), (False, ENDED)),
        (deployment(updatedReplicas=1), (True, ENDED)),
        (deployment(conditions=[]), (None, None)),
        (None, (None, None)),
    ],
)
def test_deployments_are_seen_by_their_status(
    server: Server, found: dict[str, Any] | None, state: tuple[bool | None, float | None]
) -> None:
    server.objects = {} if found is None else {DEPLOYMENT: found}
    catalog = Catalog.of(Organization.model_validate(good_organization()), [shop()])
    assert KubernetesDeployments(server.cluster, catalog).state("shop", "api") == state
