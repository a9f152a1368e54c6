"""Drift against an API server that answers as Kubernetes does, and the metric that says how much there is."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from model.drift.report import EngineReport
from model.problems import BadInput
from model.vocabulary import Environment
from ops.cli import app
from ops.drift import command
from ops.drift.cluster import ApiServer
from ops.drift.verb import gauges
from ops.http import Unreachable
from ops.otlp import Receiver, gateway, publish
from tests.model.catalogs import good_organization, good_system, write_catalog

TODAY = "2026-12-01"
URN = "urn:pulumi:prod::belfry::aws:s3/bucket:Bucket::storage-jobs"
MANIFEST: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {"replicas": 2},
}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
KINDS = {
    "/apis/apps/v1": [
        {"name": "deployments", "kind": "Deployment", "namespaced": True},
        {"name": "deployments/scale", "kind": "Deployment", "namespaced": True},
    ],
    "/api/v1": [{"name": "namespaces", "kind": "Namespace", "namespaced": False}],
}


class FakeApi:
    """Objects by path. A dry run merges the manifest over the object, and refuses what ``forbidden`` names."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.forbidden = ""
        self.asked: list[tuple[str, str, str | None]] = []
        self.received: list[Any] = []

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON."""
        parts = urlsplit(path)
        if parts.path in KINDS:
            return 200, {"resources": KINDS[parts.path]}
        if method == "POST":
            self.received.append((parts.path, body))
            return 200, {}
        found = self.objects.get(parts.path)
        if method == "GET":
            return (200, found) if found else (404, {"message": "not found"})
        assert parse_qs(parts.query)["dryRun"] == ["All"], "nothing may ever be changed"
        if self.forbidden and self.forbidden in path:
            return 403, {"message": "patch is forbidden"}
        return 200, merged(found or {}, body) | {"status": {"seen": True}}


def merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {
            key: merged(old[key], new[key]) if key in old and key in new else {**new, **old}[key]
            for key in {*old, *new}
        }
    return new


@contextmanager
def serving(api: FakeApi) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            api.asked.append((self.command, self.path, self.headers.get("Content-Type")))
            status, content = api.answer(self.command, self.path, body)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_PATCH = do_POST = do_GET  # noqa: N815 (the base's names)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture(name="root")
def project(tmp_path: Path) -> Path:
    write_catalog(tmp_path / "catalog", [good_system()], good_organization())
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "drift.yaml").write_text("allowed: []\n")
    return tmp_path


@pytest.fixture(name="api")
def cluster_without_drift() -> FakeApi:
    api = FakeApi()
    api.objects["/apis/apps/v1/namespaces/shop/deployments/api"] = {
        **MANIFEST,
        "spec": {"replicas": 2, "paused": False},
    }
    api.objects["/api/v1/namespaces/shop"] = NAMESPACE
    return api


def report(**values: Any) -> EngineReport:
    good = {"environment": "prod", "program": [], "reality": [], "objects": [MANIFEST, NAMESPACE]}
    return EngineReport.model_validate({**good, **values})


def found(root: Path, api: FakeApi, **values: Any) -> command.Outcome:
    with serving(api) as url:
        return command.drift(root, Environment.PROD, lambda _: report(**values), lambda: ApiServer(url), TODAY)


def test_without_drift_the_exit_code_is_0_and_nothing_was_changed(root: Path, api: FakeApi) -> None:
    outcome = found(root, api)
    assert (outcome.exit_code, outcome.objects, list(outcome.judged.open)) == (0, 2, [])
    assert {kind for method, _, kind in api.asked if method == "PATCH"} == {"application/apply-patch+yaml"}
    assert [path for method, path, _ in api.asked if method == "GET"].count("/apis/apps/v1") == 1


def test_what_was_edited_by_hand_or_deleted_in_the_cluster_is_found(root: Path, api: FakeApi) -> None:
    api.objects["/apis/apps/v1/namespaces/shop/deployments/api"]["spec"]["replicas"] = 5
    del api.objects["/api/v1/namespaces/shop"]
    outcome = found(root, api)
    assert outcome.exit_code == 3
    assert list(command.lines(outcome)) == [
        "cluster: Deployment/shop/api: update spec.replicas",
        "cluster: Namespace/shop: delete",
        "prod: 0 program, 0 reality, 2 cluster; 0 accepted, 2 objects compared.",
    ]


def test_what_the_engine_found_is_judged_with_it(root: Path, api: FakeApi) -> None:
    (root / "policy" / "drift.yaml").write_text(
        f"allowed:\n  - {{side: reality, about: '{URN}', environments: [prod], owner: shop, "
        "reason: Tagged by others., until: 2027-01-01}\n"
    )
    tags = {"urn": URN, "change": "update", "paths": ["tags"]}
    outcome = found(root, api, program=[{"urn": URN, "change": "replace"}], reality=[tags])
    document = command.as_json(outcome)
    assert (outcome.exit_code, document["exit_code"]) == (3, 3)
    assert document["findings"] == [{"side": "program", "about": URN, "change": "replace", "property": "", "note": ""}]
    assert [(one["owner"], one["property"], one["until"]) for one in document["allowed"]] == [
        ("shop", "tags", "2027-01-01")
    ]


@pytest.mark.parametrize(
    ("forbidden", "objects", "words"),
    [
        ("deployments", [MANIFEST], "Deployment/shop/api: "),
        ("", [{**MANIFEST, "kind": "Widget"}], "Widget/shop/api: "),
    ],
)
def test_what_could_not_be_compared_is_a_failure_and_never_no_drift(
    root: Path, api: FakeApi, forbidden: str, objects: list[Any], words: str
) -> None:
    api.forbidden = forbidden
    outcome = found(root, api, objects=objects, failures=["charts"])
    assert outcome.exit_code == 1
    assert outcome.objects == 0
    assert outcome.failures[0] == "charts"
    assert outcome.failures[1].startswith(words)


def test_without_a_cluster_it_says_what_was_not_compared(root: Path) -> None:
    outcome = command.drift(root, Environment.LOCAL, lambda _: report(limits=["reality"]), lambda: None, TODAY)
    assert outcome.exit_code == 0
    assert list(command.lines(outcome))[:2] == [
        "not compared: reality",
        "not compared: manifests against the cluster: there is no cluster",
    ]


def test_the_number_of_findings_is_sent_for_each_side_zero_too(root: Path, api: FakeApi) -> None:
    api.objects.clear()
    outcome = found(root, api)
    with serving(api) as url:
        publish("drift", gauges(outcome), Receiver(gateway(url)), 1_796_000_000.5)
    ((path, body),) = api.received
    assert path == "/api/v1/namespaces/collectors/services/otel-gateway:4318/proxy/v1/metrics"
    (metric,) = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    points = metric["gauge"]["dataPoints"]
    assert metric["name"] == "drift_findings"
    assert {one["attributes"][0]["value"]["stringValue"]: one["asDouble"] for one in points} == {
        "program": 0,
        "reality": 0,
        "cluster": 2,
    }
    assert {one["timeUnixNano"] for one in points} == {"1796000000500000000"}


def engine(monkeypatch: pytest.MonkeyPatch, code: int, stdout: str, stderr: str = "") -> command.Engine:
    class Done:
        returncode = code

    Done.stdout, Done.stderr = stdout, stderr  # type: ignore[attr-defined]
    monkeypatch.setattr("ops.drift.command.subprocess.run", lambda *_, **__: Done)
    return command.engine_of(Path())


def test_what_the_engine_says_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = report().model_dump_json()
    assert engine(monkeypatch, 0, whole)(Environment.PROD) == report()
    with pytest.raises(BadInput, match="no credentials"):
        engine(monkeypatch, 2, '{"error": "no credentials"}')(Environment.PROD)
    with pytest.raises(Unreachable, match="engine drift: it broke"):
        engine(monkeypatch, 1, "", "it broke")(Environment.PROD)


def test_the_verb_shows_it_and_sends_it_to_the_local_collector(
    root: Path, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = report(environment="local", program=[{"urn": URN, "change": "create"}], reality=None)
    monkeypatch.setattr("ops.drift.command.engine_of", lambda _: lambda _: given)
    words = ["drift", "--env", "local", "--root", str(root)]
    missing = CliRunner().invoke(app, [*words, "--publish"])
    assert missing.exit_code == 2
    assert "no running local environment" in missing.stderr
    file = root / ".local" / "lab" / "endpoints.json"
    file.parent.mkdir(parents=True)
    with serving(api) as url:
        file.write_text(json.dumps({"otlp_http": url}))
        shown = CliRunner().invoke(app, [*words, "--publish"])
    assert shown.exit_code == 3
    assert f"program: {URN}: create" in shown.stdout
    assert "not compared: manifests against the cluster: there is no cluster" in shown.stdout
    assert [path for path, _ in api.received] == ["/v1/metrics"]
    assert json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["exit_code"] == 3
    unknown = CliRunner().invoke(app, ["drift", "--env", "qa", "--root", str(root)])
    assert (unknown.exit_code, "--env: found 'qa'" in unknown.stderr) == (2, True)
