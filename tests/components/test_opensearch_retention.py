"""The job that sets the retention of traces in OpenSearch: it runs here, against a simulated domain and identity."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pulumi_kubernetes as kubernetes
import pytest

from components.opensearch_retention import OpenSearchRetention, OpenSearchRetentionArgs, files
from configs.stores.opensearch import POLICY
from tests.components.examples import EXAMPLES, deploy

ARGS = OpenSearchRetentionArgs(namespace="tracing", url="https://traces.example.com", region="eu-central-1", days=7)
PATH = f"/_plugins/_ism/policies/{POLICY}"
Call = tuple[str, str, dict[str, str], str]


class Domain(ThreadingHTTPServer):
    """Stands for the domain, for the agent of Pod Identity, and for STS."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[Call] = []
        self.policy: tuple[int, str] = (404, '{"error":{"reason":"Policy not found"},"status":404}')

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Domain

    def do_GET(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.calls.append((self.command, self.path, dict(self.headers), body))
        status, text = 200, "{}"
        if self.path == "/identity":
            # As EKS's agent answers: on one line, with the words of the container credential provider.
            text = '{"AccessKeyId":"AKIDPOD","SecretAccessKey":"se/cr+et=","Token":"to/ken==","AccountId":"1"}'
        elif self.path == "/sts":
            keys = {"AccessKeyId": "AKIDWEB", "SecretAccessKey": "web", "SessionToken": "web-token", "Expiration": 1.0}
            text = json.dumps({"AssumeRoleWithWebIdentityResponse": {"Result": {"Credentials": keys}}}, indent=1)
        elif self.command == "GET":
            status, text = self.server.policy
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def domain() -> Iterator[Domain]:
    server = Domain()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(domain: Domain, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script as it lies in the ConfigMap, on folders of this machine."""
    for place in ("documents", "tmp"):
        (folder / place).mkdir()
    (folder / "token").write_text("token-of-the-pod")
    for name, text in files(ARGS).items():
        here = re.sub(r"(?<![\w/])/(documents|tmp)/", rf"{folder}/\1/", text)
        (folder / "documents" / name).write_text(here)
    identity = environment or {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{domain.url}/identity",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(folder / "token"),
    }
    return subprocess.run(
        ["sh", folder / "documents" / "retention.sh"],
        env={"PATH": os.environ["PATH"], "OPENSEARCH_URL": domain.url, "REGION": "eu-central-1", **identity},
        check=False,
        capture_output=True,
        text=True,
    )


def of_the_domain(domain: Domain) -> list[Call]:
    return [call for call in domain.calls if call[1].startswith("/_plugins")]


def test_a_new_domain_gets_the_policy_and_its_indices_follow_it(domain: Domain, tmp_path: Path) -> None:
    done = run(domain, tmp_path)

    assert done.returncode == 0, done.stderr
    asked, put, added = of_the_domain(domain)
    assert (asked[:2], put[:2]) == (("GET", PATH), ("PUT", PATH))
    assert added[:2] == ("POST", "/_plugins/_ism/add/belfry-jaeger-*")
    assert json.loads(added[3]) == {"policy_id": POLICY}
    (kept, deleted) = json.loads(put[3])["policy"]["states"]
    assert kept["transitions"] == [{"state_name": "deleted", "conditions": {"min_index_age": "8d"}}]
    assert deleted["actions"] == [{"delete": {}}]


def test_every_request_to_the_domain_is_signed_by_the_pods_own_identity(domain: Domain, tmp_path: Path) -> None:
    run(domain, tmp_path)

    (identity,) = [call for call in domain.calls if call[1] == "/identity"]
    assert identity[2]["Authorization"] == "token-of-the-pod"
    for _, _, headers, _ in of_the_domain(domain):
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDPOD/")
        assert "/eu-central-1/es/aws4_request" in headers["Authorization"]
        assert headers["X-Amz-Security-Token"] == "to/ken=="


def test_with_irsa_the_role_is_taken_by_the_projected_token(domain: Domain, tmp_path: Path) -> None:
    token = tmp_path / "token"
    done = run(
        domain,
        tmp_path,
        AWS_ROLE_ARN="arn:aws:iam::1:role/x",
        AWS_WEB_IDENTITY_TOKEN_FILE=str(token),
        STS_URL=f"{domain.url}/sts",
    )

    assert done.returncode == 0, done.stderr
    (asked,) = [call for call in domain.calls if call[1] == "/sts"]
    form = parse_qs(asked[3])
    assert (form["RoleArn"], form["WebIdentityToken"]) == (["arn:aws:iam::1:role/x"], ["token-of-the-pod"])
    for _, _, headers, _ in of_the_domain(domain):
        assert "Credential=AKIDWEB/" in headers["Authorization"]
        assert headers["X-Amz-Security-Token"] == "web-token"


def test_a_policy_that_is_there_is_replaced_by_naming_its_version(domain: Domain, tmp_path: Path) -> None:
    domain.policy = (200, '{"_id":"belfry-traces","_version":3,"_seq_no":17,"_primary_term":2,"policy":{}}')
    run(domain, tmp_path)

    assert of_the_domain(domain)[1][1] == f"{PATH}?if_seq_no=17&if_primary_term=2"


def test_a_domain_that_refuses_fails_the_job_in_its_own_words(domain: Domain, tmp_path: Path) -> None:
    domain.policy = (403, '{"Message":"no permissions for [cluster:admin/opendistro/ism/policy/get]"}')
    done = run(domain, tmp_path)

    assert done.returncode != 0
    assert "the domain answers 403" in done.stdout
    assert "no permissions" in done.stdout
    assert len(of_the_domain(domain)) == 1


def test_no_secret_is_an_argument_of_a_process_or_in_the_log(domain: Domain, tmp_path: Path) -> None:
    done = run(domain, tmp_path)

    assert "se/cr+et=" not in done.stdout + done.stderr
    assert "$(field" not in " ".join(line for line in files(ARGS)["retention.sh"].splitlines() if "curl" in line)


def test_the_pod_runs_as_jaeger_whose_rights_the_domain_knows() -> None:
    pod = deploy(EXAMPLES[OpenSearchRetention]).only(kubernetes.batch.v1.Job).inputs["spec"]["template"]["spec"]

    assert pod["serviceAccountName"] == "jaeger"
    assert pod["automountServiceAccountToken"] is False
