"""Sign-in to a cluster of EKS: the token's shape and signature, and what is refused. Nothing here is a real network."""

import base64
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.stub import Stubber
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ops.http import Unreachable
from ops.remediation.eks import cluster, headers
from tests.ops.conftest import REGION

NAME = "belfry-dev"

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def found() -> dict[str, Any]:
    """What DescribeCluster answers."""
    return {
        "status": "ACTIVE",
        "endpoint": "https://0123.gr7.eu-central-1.eks.amazonaws.com",
        "certificateAuthority": {"data": base64.b64encode(authority().encode()).decode()},
    }


def authority() -> str:
    """A certificate of its own, as every cluster has."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubernetes")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def clusters(found: dict[str, Any]) -> Iterator[Any]:
    client = boto3.client("eks")
    with Stubber(client) as stub:
        stub.add_response("describe_cluster", {"cluster": found}, {"name": NAME})
        yield client


def test_the_token_is_a_question_for_the_callers_identity_signed_for_this_cluster_alone() -> None:
    token = headers(NAME, REGION)["Authorization"].removeprefix("Bearer ")
    assert token.startswith("k8s-aws-v1.")
    assert "=" not in token
    padded = token.removeprefix("k8s-aws-v1.") + "=" * (-len(token.removeprefix("k8s-aws-v1.")) % 4)
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(padded).decode())
    query = dict(urllib.parse.parse_qsl(url.query))
    assert (url.scheme, url.netloc, url.path) == ("https", f"sts.{REGION}.amazonaws.com", "/")
    assert (query["Action"], query["X-Amz-Expires"]) == ("GetCallerIdentity", "60")
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert signature(url.geturl(), NAME) == query["X-Amz-Signature"]
    assert signature(url.geturl(), "another-cluster") != query["X-Amz-Signature"]


def signature(url: str, name: str) -> str:
    """As whoever takes the token computes it, from its address and the header that it demands."""
    asked, _, _ = url.partition("&X-Amz-Signature=")
    request = AWSRequest("GET", asked, headers={"x-k8s-aws-id": name})
    request.context["timestamp"] = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["X-Amz-Date"]
    signer = SigV4QueryAuth(boto3.Session().get_credentials(), "sts", REGION)
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def test_each_request_is_signed_in_and_only_the_clusters_own_certificate_is_believed(
    clusters: Any, found: dict[str, Any]
) -> None:
    made = cluster(NAME, REGION, clusters)
    assert made.url == found["endpoint"]
    assert made.headers()["Authorization"].startswith("Bearer k8s-aws-v1.")
    assert made.context is not None
    assert [one["serialNumber"] for one in made.context.get_ca_certs()] == ["01"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "CREATING"}, "is CREATING"),
        ({"endpoint": "http://10.0.0.1"}, "which is not encrypted"),
        ({"certificateAuthority": {"data": "?"}}, "no endpoint or certificate"),
        ({"certificateAuthority": {"data": base64.b64encode(b"no certificate").decode()}}, "no endpoint or certif"),
        ({"certificateAuthority": {}}, "no endpoint or certificate"),
    ],
)
def test_a_cluster_that_cannot_be_trusted_is_not_asked(
    clusters: Any, found: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    found.update(change)
    with pytest.raises(Unreachable, match=said):
        cluster(NAME, REGION, clusters)


def test_a_cluster_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="DescribeCluster"):
        cluster("none", REGION)


def test_without_credentials_nobody_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: None)
    with pytest.raises(Unreachable, match="credentials"):
        headers(NAME, REGION)
