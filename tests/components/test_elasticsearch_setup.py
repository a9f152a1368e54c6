"""The job that sets Elasticsearch up: it runs here too, with a curl that writes down what it is asked."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest

from components.elasticsearch_setup import ElasticsearchSetup, ElasticsearchSetupArgs, documents
from configs.stores import elasticsearch
from configs.stores.elasticsearch import ElasticsearchInput
from model import names
from model.quantities import Duration
from tests.components.examples import EXAMPLES, deploy
from tests.synth import Resource

Job = kubernetes.batch.v1.Job

ARGS = ElasticsearchSetupArgs(
    namespace="logging",
    config=ElasticsearchInput(retention=Duration("7d")),
    certificate_namespaces=["tracing", "collectors"],
)
CURL = """#!/bin/sh
echo "$@" >> "$RECORD/calls"
case "$*" in
  *_simulate_index*) echo "$ANSWER" ;;
  *apply-patch*) cat > "$RECORD/secret" ;;
  *"$REFUSED"*) exit 22 ;;
esac
"""
GOOD = '{"template":{"settings":{"index":{"lifecycle":{"name":"belfry-logs"}}}}}{"name":"belfry-falco"}'


def job(args: ElasticsearchSetupArgs = ARGS) -> Resource:
    return deploy(lambda: ElasticsearchSetup("logs", args)).only(Job)


def pod() -> dict[str, Any]:
    return dict(job().inputs["spec"]["template"]["spec"])


def run(folder: Path, answer: str = GOOD, refused: str = "nothing") -> tuple[int, list[str]]:
    """The script as it lies in the ConfigMap, on folders of this machine: its exit code, and curl's arguments."""
    places = {f"/{place}/": folder / place for place in ("documents", "ca", "account", "tmp")}
    for place in (*places.values(), folder / "bin"):
        place.mkdir()
    (folder / "ca" / "ca.crt").write_text("certificate\n")
    (folder / "account" / "token").write_text("token-of-the-pod")
    curl = folder / "bin" / "curl"
    curl.write_text(CURL)
    curl.chmod(0o755)
    script = documents(ARGS)["setup.sh"]
    found = "|".join(re.escape(place) for place in places)
    script = re.sub(rf"(?<![\w/])({found})", lambda match: f"{places[match[1]]}/", script)
    done = subprocess.run(
        ["sh", "-c", script],
        env={
            "PATH": f"{curl.parent}:{os.environ['PATH']}",
            "RECORD": str(folder),
            "ANSWER": answer,
            "REFUSED": refused,
            "ELASTICSEARCH_URL": "https://elasticsearch:9200",
            "ELASTICSEARCH_PASSWORD": "hush",
            "KUBERNETES_URL": "https://kubernetes",
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert "hush" not in done.stdout + done.stderr
    return done.returncode, (folder / "calls").read_text().splitlines()


def test_it_waits_then_puts_every_document_in_order_then_asks_whether_it_holds(tmp_path: Path) -> None:
    code, calls = run(tmp_path)
    addresses = [match[0] for call in calls if (match := re.search(r"https://\S+", call))]

    assert code == 0
    assert addresses[0].startswith("https://elasticsearch:9200/_cluster/health")
    assert addresses[1:-4] == [f"https://elasticsearch:9200/{path}" for path in elasticsearch.documents(ARGS.config)]
    assert "_index_template/_simulate_index/logs-generic.otel-default" in addresses[-4]
    assert "_index_template/_simulate_index/falco-2026.11.30" in addresses[-3]


def test_a_template_that_is_passed_over_fails_the_job_because_logs_would_never_end(tmp_path: Path) -> None:
    code, calls = run(tmp_path, answer=GOOD.replace("belfry-logs", "logs@lifecycle"))

    assert code != 0
    assert "_simulate_index" in calls[-1]


def test_a_refused_document_ends_the_job_before_the_next(tmp_path: Path) -> None:
    code, calls = run(tmp_path, refused="_ingest/pipeline/belfry-logs-access")

    assert code != 0
    assert "belfry-logs-access" in calls[-1]


def test_the_certificate_is_handed_to_each_namespace_that_needs_it(tmp_path: Path) -> None:
    _, calls = run(tmp_path)

    for namespace, call in zip(("collectors", "tracing"), calls[-2:], strict=True):
        assert f"https://kubernetes/api/v1/namespaces/{namespace}/secrets/elasticsearch-ca?" in call
    assert '"name":"elasticsearch-ca"},"data":{"ca.crt":"Y2VydGlmaWNhdGUK"}' in (tmp_path / "secret").read_text()


def test_no_password_and_no_token_is_an_argument_of_a_process(tmp_path: Path) -> None:
    _, calls = run(tmp_path)

    assert "hush" not in "".join(calls)
    assert "token-of-the-pod" not in "".join(calls)


def test_the_password_comes_from_the_operators_secret_alone() -> None:
    (container,) = pod()["containers"]
    (password,) = (each for each in container["env"] if each["name"] == "ELASTICSEARCH_PASSWORD")

    assert password["valueFrom"]["secretKeyRef"] == {"name": names.ELASTIC_PASSWORD_SECRET, "key": "elastic"}


@pytest.mark.parametrize("namespace", ["collectors", "tracing"])
def test_it_may_change_one_secret_of_others_and_read_no_other(namespace: str) -> None:
    roles = deploy(EXAMPLES[ElasticsearchSetup]).of(kubernetes.rbac.v1.Role)
    named, unnamed = roles[f"logs-{namespace}-role"].inputs["rules"]

    assert (named["resourceNames"], named["verbs"]) == (["elasticsearch-ca"], ["get", "patch"])
    # Kubernetes cannot limit the making of an object to a name.
    assert unnamed["verbs"] == ["create"]


def test_it_runs_only_once_its_rights_are_there() -> None:
    result = deploy(EXAMPLES[ElasticsearchSetup])
    bindings = {binding.key for binding in result.of(kubernetes.rbac.v1.RoleBinding).values()}

    assert bindings <= result.only(Job).dependencies
    assert len(bindings) == 2


def test_findings_of_falco_end_and_a_template_that_does_not_reach_them_fails_the_job(tmp_path: Path) -> None:
    put = elasticsearch.documents(ARGS.config)

    delete = put["_ilm/policy/belfry-falco"]["policy"]["phases"]["delete"]
    assert delete == {"min_age": "30d", "actions": {"delete": {}}}
    template = put["_index_template/belfry-falco"]
    assert template["index_patterns"] == ["falco-*"]
    assert template["template"]["settings"]["index"]["lifecycle"] == {"name": "belfry-falco"}
    assert put["falco-*/_settings?allow_no_indices=true"] == {"index": {"lifecycle": {"name": "belfry-falco"}}}
    code, _ = run(tmp_path, answer='{"name":"belfry-logs"}')
    assert code == 1, "the template of findings was not seen"


def test_snapshots_go_to_the_bucket_each_night_and_end_by_elasticsearchs_own_policy() -> None:
    config = ElasticsearchInput(retention=Duration("7d"), snapshot_days=14)
    kept = ElasticsearchSetupArgs(namespace="logging", config=config, snapshot_bucket="belfry-prod-snapshots")
    files = documents(kept)
    script = files["setup.sh"]

    assert script.index("_snapshot/belfry") < script.index("put '_slm/policy/belfry' snapshots.json")
    policy = elasticsearch.snapshot_policy(14)
    assert policy["repository"] == "belfry"
    assert policy["retention"] == {"expire_after": "14d", "min_count": 3, "max_count": 100}
    assert policy["config"]["include_global_state"] is True
    (container,) = job(kept).inputs["spec"]["template"]["spec"]["containers"]
    assert {"name": "SNAPSHOT_BUCKET", "value": "belfry-prod-snapshots"} in container["env"]
    assert "snapshots.json" not in documents(ARGS)
    assert "_slm" not in documents(ARGS)["setup.sh"]
