"""The program that fetches programs: signed as AWS wants it, refused archives are never unpacked."""

import datetime
import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from jobs.unpack import credentials, main, signed

KEYS = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/with+signs=")
ROLE = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>S/e+c</SecretAccessKey>
<SessionToken>T==</SessionToken></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("ops/__init__.py", "")
    return content.getvalue()


class Aws(BaseHTTPRequestHandler):
    """S3, the agent of Pod Identity and STS, as far as they are asked."""

    asked: list[tuple[str, dict[str, str], str]]

    def do_GET(self) -> None:
        self._seen("")
        if self.path == "/credentials":
            self._answer(200, json.dumps(dict(zip(("AccessKeyId", "SecretAccessKey", "Token"), KEYS, strict=True))))
        elif self.path == "/archive.zip":
            self._answer(200, archive())
        else:
            self._answer(403, "<Code>AccessDenied</Code>")

    def do_POST(self) -> None:
        self._seen(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(200, ROLE)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _seen(self, body: str) -> None:
        self.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))

    def _answer(self, status: int, body: str | bytes) -> None:
        content = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(name="aws")
def answering() -> Iterator[tuple[str, type[Aws]]]:
    handler = type("Asked", (Aws,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    server.server_close()


@pytest.fixture(name="pod")
def with_pod_identity(aws: tuple[str, type[Aws]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "token").write_text("of-the-pod\n")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{aws[0]}/credentials")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "token"))
    return aws[0]


def test_a_request_is_signed_exactly_as_the_aws_sdk_signs_it() -> None:
    url = "https://belfry-prod-jobs.s3.eu-central-1.amazonaws.com/0123abcd.zip"
    ours = signed(url, "eu-central-1", KEYS, datetime.datetime(2026, 11, 30, 20, 15, 7, tzinfo=datetime.UTC))

    request = AWSRequest("GET", url, headers={"X-Amz-Content-SHA256": hashlib.sha256(b"").hexdigest()})
    signer = S3SigV4Auth(Credentials(*KEYS), "s3", "eu-central-1")
    request.context["timestamp"] = "20261130T201507Z"
    request.headers["X-Amz-Date"] = "20261130T201507Z"
    request.headers["X-Amz-Security-Token"] = KEYS[2]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    assert re.findall(r"Signature=(\w+)", ours["authorization"]) == [signer.signature(text, request)]


def test_the_archive_is_fetched_with_the_pods_role_and_unpacked(
    pod: str, aws: tuple[str, type[Aws]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checksum = hashlib.sha256(archive()).hexdigest()

    assert main([f"{pod}/archive.zip", "eu-central-1", checksum, str(tmp_path / "program")]) == 0
    assert (tmp_path / "program" / "ops" / "__init__.py").exists()
    asked = aws[1].asked
    assert asked[0][:2] == ("/credentials", {**asked[0][1], "authorization": "of-the-pod"})
    assert "Credential=AKIDEXAMPLE/" in asked[1][1]["authorization"]
    assert KEYS[1] not in capsys.readouterr().out


def test_another_archive_than_the_one_that_was_asked_for_is_never_unpacked(
    pod: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"{pod}/archive.zip", "eu-central-1", "0" * 64, str(tmp_path / "program")]) == 1
    assert not (tmp_path / "program").exists()
    assert "allowed: 000" in capsys.readouterr().err


def test_a_refusal_of_s3_is_in_the_log(pod: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"{pod}/missing.zip", "eu-central-1", "0" * 64, str(tmp_path)]) == 1
    assert "403 <Code>AccessDenied</Code>" in capsys.readouterr().err


def test_an_unreachable_service_and_a_pod_without_a_role_are_reported(
    pod: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["http://127.0.0.1:1/a.zip", "eu-central-1", "0" * 64, str(tmp_path)]) == 1
    assert "127.0.0.1:1" in capsys.readouterr().err
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    monkeypatch.delenv("AWS_ROLE_ARN", raising=False)
    assert main([f"{pod}/archive.zip", "eu-central-1", "0" * 64, str(tmp_path)]) == 1
    assert "a pod with a service account that has a role" in capsys.readouterr().err


def test_with_irsa_the_role_is_taken_at_sts(aws: tuple[str, type[Aws]], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("e.y.J\n")
    environment = {
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/forwarder",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ENDPOINT_URL_STS": aws[0],
    }

    assert credentials(environment, "eu-central-1") == ("AKID", "S/e+c", "T==")
    assert "WebIdentityToken=e.y.J" in aws[1].asked[0][2]
    assert "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fforwarder" in aws[1].asked[0][2]
