"""What a cluster is made of, asked of AWS by moto and of a small API server over TLS."""

import base64
import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from model.cluster.compute import Compute, IpFamily
from model.cluster.detection import (
    AUTO_DRIVER,
    DRIVER,
    AwsFacts,
    KubernetesFacts,
    VolumeClass,
    detected,
)
from model.problems import BadInput
from ops import cluster_facts, cluster_setting
from ops.cli import app
from ops.http import Unreachable

REGION, ACCOUNT = "eu-central-1", "123456789012"
PROD = f"""# Production.
config:
  belfry:region: {REGION}
  belfry:account: "{ACCOUNT}"  # ours
  belfry:cluster:
    mode: adopt  # somebody else made it

    name: theirs
  belfry:protect: true
"""
ADDONS = frozenset({"aws-ebs-csi-driver", "eks-pod-identity-agent"})


@dataclass
class ApiServer:
    """Answers by path, a page an item, whoever brings the token."""

    url: str = ""
    authority: str = ""
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    def node(self, name: str, **labels: str) -> None:
        metadata = {"name": name, "labels": {key.replace("__", "/"): value for key, value in labels.items()}}
        self.items.setdefault("/api/v1/nodes", []).append({"metadata": metadata})

    @property
    def cluster(self) -> dict[str, Any]:
        data = base64.b64encode(self.authority.encode()).decode()
        return {"endpoint": self.url, "certificateAuthority": {"data": data}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of its own authority for the loopback address, and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(name="api")
def answering(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    api = ApiServer(authority=certificate[0].read_text())
    for path in ("/api/v1/nodes", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"):
        api.items[path] = []
    api.items["/apis/storage.k8s.io/v1/storageclasses"] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            api.tokens.append(self.headers["Authorization"])
            at = int(parse_qs(parts.query).get("continue", ["0"])[0])
            items = api.items[parts.path]
            more = {"continue": str(at + 1)} if at + 1 < len(items) else {}
            body = json.dumps({"metadata": more, "items": items[at : at + 1]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api.url = f"https://127.0.0.1:{server.server_address[1]}"
    yield api
    server.shutdown()
    server.server_close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.prod.yaml").write_text(PROD)
    return tmp_path


def run(*words: str, project: Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["detect", "--env", "prod", *words, "--root", str(project)], env={"COLUMNS": "200"})
    return done.exit_code, done.stdout, done.stderr


class _WithAddons:
    """moto's EKS, which knows no add-ons, and an endpoint that answers."""

    def __init__(self, inner: Any, api: ApiServer | None) -> None:
        self._inner, self._api = inner, api

    def describe_cluster(self, **given: str) -> Any:
        answer = self._inner.describe_cluster(**given)
        return {"cluster": {**answer["cluster"], **(self._api.cluster if self._api else {})}}

    def get_paginator(self, operation: str) -> Any:
        if operation != "list_addons":
            return self._inner.get_paginator(operation)
        return type("Pages", (), {"paginate": lambda self, **given: [{"addons": ["coredns", *ADDONS]}]})()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@pytest.fixture
def theirs(aws: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[ApiServer | None], Any]:
    """A cluster with Graviton nodes and a Fargate profile, and whether its API answers."""
    client = boto3.client("eks", region_name=REGION)

    def made(api: ApiServer | None) -> Any:
        monkeypatch.setattr(cluster_facts, "eks", lambda region: _WithAddons(client, api))
        return client

    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    client.create_cluster(
        name="theirs",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": ["subnet-1"]},
        kubernetesNetworkConfig={"ipFamily": "ipv6"},
    )
    client.create_nodegroup(
        clusterName="theirs", nodegroupName="g", nodeRole=role, subnets=["subnet-1"], amiType="AL2023_ARM_64_STANDARD"
    )
    client.create_fargate_profile(
        clusterName="theirs",
        fargateProfileName="f",
        podExecutionRoleArn=role,
        selectors=[{"namespace": "log*"}, {"namespace": "tracing", "labels": {"fargate": "yes"}}],
    )
    return made


def test_what_aws_and_the_cluster_say_becomes_the_setting(
    theirs: Callable[[ApiServer | None], Any], api: ApiServer, project: Path
) -> None:
    theirs(api)
    api.node("a", **{"kubernetes.io__arch": "amd64"})
    api.node("b", **{"kubernetes.io__arch": "arm64", "karpenter.sh__nodepool": "p"})
    api.items["/apis/storage.k8s.io/v1/storageclasses"] = [
        {"metadata": {"name": "gp2"}, "provisioner": "kubernetes.io/aws-ebs"},
        {
            "metadata": {"name": "fast", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": DRIVER,
        },
    ]
    code, said, errors = run(project=project)

    assert (code, errors) == (0, "")
    assert (
        "compute: {kinds: [managed, karpenter, fargate], architectures: [amd64, arm64], family: ipv6}"
        in said.splitlines()
    )
    assert "class: fast" in said.splitlines()
    assert "a Fargate profile selects pods of logging (log*)" in said
    assert "tracing" not in said
    assert {token.split(".")[0] for token in api.tokens} == {"Bearer k8s-aws-v1"}
    assert (project / "Pulumi.prod.yaml").read_text() == PROD, "nothing is written unless asked"


def test_an_api_that_is_out_of_reach_is_reported_and_aws_alone_used(
    theirs: Callable[[ApiServer | None], Any], project: Path
) -> None:
    theirs(None)
    code, said, errors = run("--json", project=project)

    assert code == 0
    assert "Without the data of the Kubernetes API (nodes' labels, StorageClasses)" in errors
    assert json.loads(said)["compute"] == {
        "kinds": ["managed", "fargate"],
        "architectures": ["arm64"],
        "family": "ipv6",
    }
    assert json.loads(said)["storage_class"] is None


def test_written_into_the_file_everything_else_stays(theirs: Callable[[ApiServer | None], Any], project: Path) -> None:
    theirs(None)
    run("--write", project=project)
    line = "    compute: {kinds: [managed, fargate], architectures: [arm64], family: ipv6}\n"
    once = (project / "Pulumi.prod.yaml").read_text()

    assert once == PROD.replace("    mode:", f"{line}    mode:")
    run("--write", project=project)
    assert (project / "Pulumi.prod.yaml").read_text() == once
    (project / "Pulumi.prod.yaml").write_text(once.replace("family: ipv6", "family: ipv4"))
    run("--write", project=project)
    assert (project / "Pulumi.prod.yaml").read_text() == once


@pytest.mark.parametrize(
    "text",
    [
        PROD.replace("mode: adopt", "mode: create"),
        "config:\n  belfry:cluster: {mode: adopt, name: theirs}\n",
        PROD.replace("    mode", "    compute:\n      kinds: [auto]\n    mode"),
    ],
)
def test_a_file_that_is_written_otherwise_is_refused_and_stays(text: str, tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"without --write, paste: compute: \{kinds"):
        cluster_setting.write(path, cluster_setting.as_yaml(Compute()))
    assert path.read_text() == text


@pytest.mark.usefixtures("aws")
def test_a_cluster_that_does_not_exist_and_one_without_a_name_are_reported(project: Path) -> None:
    code, _, said = run(project=project)
    assert code == 1
    assert "ResourceNotFoundException" in said
    (project / "Pulumi.prod.yaml").write_text(PROD.replace("    name: theirs\n", ""))
    code, _, said = run(project=project)
    assert code == 2
    assert "belfry:cluster.name: found None; allowed: the name of a cluster of EKS" in said


def test_auto_mode_is_what_eks_says_of_compute() -> None:
    client = boto3.client("eks", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_response("describe_cluster", {"cluster": {"computeConfig": {"enabled": True}}}, {"name": "theirs"})
        for operation, key in (
            ("list_nodegroups", "nodegroups"),
            ("list_fargate_profiles", "fargateProfileNames"),
            ("list_addons", "addons"),
        ):
            stub.add_response(operation, {key: []}, {"clusterName": "theirs"})
        facts, _ = cluster_facts.of_aws(client, "theirs")
    assert facts == AwsFacts(auto=True, family=IpFamily.IPV4)


@pytest.mark.usefixtures("aws")
def test_an_authority_that_is_none_and_a_server_of_another_are_unreachable(api: ApiServer) -> None:
    token = cluster_facts.token("theirs", REGION)
    with pytest.raises(Unreachable, match="certificate authority"):
        cluster_facts.of_kubernetes({**api.cluster, "certificateAuthority": {"data": "bWFkZSB1cA=="}}, token)
    api.authority = ssl.get_server_certificate(("127.0.0.1", int(api.url.rpartition(":")[2])))
    with pytest.raises(Unreachable) as raised:
        cluster_facts.of_kubernetes({**api.cluster, "endpoint": "https://127.0.0.1:1"}, token)
    assert token not in str(raised.value)


AUTO = {"eks.amazonaws.com/compute-type": "auto", "kubernetes.io/arch": "amd64", "karpenter.sh/nodepool": "system"}


@pytest.mark.parametrize(
    ("nodes", "kinds", "found"),
    [
        ([AUTO], {"nodepools.karpenter.sh"}, ("auto",)),
        ([{"eks.amazonaws.com/compute-type": "fargate"}], set(), ("fargate",)),
        ([AUTO, {}], {"ec2nodeclasses.karpenter.k8s.aws"}, ("managed", "auto", "karpenter")),
        ([], set(), ("managed",)),
    ],
)
def test_nodes_are_known_by_their_labels(nodes: list[Mapping[str, str]], kinds: set[str], found: tuple[str]) -> None:
    facts = KubernetesFacts(nodes=tuple(nodes), kinds=frozenset(kinds))
    result = detected(AwsFacts(auto=False, family=IpFamily.IPV4, addons=ADDONS), facts)
    assert tuple(map(str, result.compute.kinds)) == found
    assert ("no nodes were found: managed is an assumption" in result.notes) == (not nodes)


@pytest.mark.parametrize(
    ("auto", "classes", "found"),
    [
        (True, {"gp3": DRIVER, "auto": AUTO_DRIVER}, "auto"),
        (False, {"gp3": DRIVER, "auto": AUTO_DRIVER}, "gp3"),
        (False, {"a": DRIVER, "b": DRIVER}, None),
        (True, {"gp3": DRIVER}, None),
        (False, {}, None),
    ],
)
def test_a_class_of_volumes_must_be_of_a_driver_that_the_nodes_have(
    auto: bool, classes: dict[str, str], found: str | None
) -> None:
    listed = tuple(VolumeClass(name=name, provisioner=driver) for name, driver in classes.items())
    label = {"eks.amazonaws.com/compute-type": "auto"} if auto else {}
    facts = KubernetesFacts(nodes=(label,), classes=listed)
    result = detected(AwsFacts(auto=auto, family=IpFamily.IPV4, addons=ADDONS), facts)
    assert result.storage_class == found
    assert bool([note for note in result.notes if "no StorageClass is the one" in note]) == (found is None)


def test_volumes_of_a_mixed_cluster_are_of_either_driver() -> None:
    facts = KubernetesFacts(nodes=(AUTO, {}), classes=(VolumeClass(name="a", provisioner=AUTO_DRIVER, default=True),))
    assert detected(AwsFacts(auto=True, family=IpFamily.IPV4), facts).storage_class == "a"


def test_add_ons_that_belfry_needs_or_would_install_twice_are_reported() -> None:
    bare = detected(AwsFacts(auto=False, family=IpFamily.IPV4, ami_types=("CUSTOM",)), None)
    assert [note for note in bare.notes if note.startswith("add-on aws-ebs-csi-driver of EKS is not installed")]
    assert "no node and no AMI type names a processor: amd64 is an assumption" in bare.notes
    full = AwsFacts(auto=True, family=IpFamily.IPV4, ami_types=("AL2023_x86_64_STANDARD",))
    assert detected(full, None).notes == ()
    served = detected(AwsFacts(auto=True, family=IpFamily.IPV4, addons=frozenset({"metrics-server"})), None)
    assert [note for note in served.notes if "leave exporters.metrics_server false" in note]
    alone = detected(AwsFacts(auto=False, family=IpFamily.IPV4, fargate=True, fargate_namespaces=("*", "")), None)
    assert [note for note in alone.notes if note.startswith("Fargate has no volumes")]
    assert [note for note in alone.notes if "monitoring" in note and "(*)" in note]


def test_insufficient_rights_are_reported_in_awss_words() -> None:
    client = boto3.client("eks", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_client_error("describe_cluster", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            cluster_facts.of_aws(client, "theirs")
