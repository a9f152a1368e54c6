"""`make addons` against answers of AWS that botocore checks: versions, releases and schemas become files."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from components.cluster_addons import NODE_ADDONS
from model.account.eks_bump import release_parameter
from model.versions import FILE, ROOT, read_versions
from ops.addons.bump import SCHEMAS
from ops.cli import app

REGION = "eu-central-1"
SCHEMA = {"$schema": "http://json-schema.org/draft-06/schema#", "type": "object"}
PROXY = "v1.35.99-eksbuild.1"
RELEASE = "1.35.99-20991231"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The table and the schemas of the project, of the versions that the table has: nothing is to be done."""
    shutil.copy(ROOT / FILE, tmp_path)
    shutil.copytree(ROOT / SCHEMAS, tmp_path / SCHEMAS)
    pins = read_versions(tmp_path).eks.versions["1.35"]
    for name in ("coredns", *(name for name in NODE_ADDONS if name != "eks-pod-identity-agent")):
        path = tmp_path / SCHEMAS / f"{name}.json"
        path.write_text(
            json.dumps({"addonName": name, "addonVersion": pins.addon(name), "configurationSchema": SCHEMA})
        )
    return tmp_path


Asked = Callable[..., Mapping[str, Stubber]]


@pytest.fixture
def aws_says(project: Path, aws: None, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What AWS offers for a Kubernetes version: the pinned versions, but for those given by name."""

    def answering(
        given: Mapping[str, str] | None = None, *, kubernetes: str = "1.35", refused: str = "", schemas: str = ""
    ) -> Mapping[str, Stubber]:
        given = given or {}
        clients = {name: boto3.Session().client(name, region_name=REGION) for name in ("eks", "ssm")}
        monkeypatch.setattr("ops.addons.offers.boto3.client", lambda name, **_: clients[name])
        eks, ssm = stubs = [Stubber(client) for client in clients.values()]
        pins = read_versions(project).eks.versions[kubernetes]
        for name, pin in pins.addons.items():
            pages = (pin.version, False), (given.get(name, pin.version), True)
            for number, page in enumerate(pages):
                more = {"nextToken": "more"} if number == 0 else {}
                asked = {"addonName": name, "kubernetesVersion": kubernetes}
                eks.add_response(
                    "describe_addon_versions",
                    {"addons": [{"addonName": name, "addonVersions": [_version(kubernetes, *page)]}], **more},
                    asked | ({"nextToken": "more"} if number else {}),
                )
        for name, image in pins.images.items():
            if refused:
                ssm.add_client_error("get_parameter", refused, "not authorized")
                continue
            parameter = {"Parameter": {"Value": given.get(name, image.version)}}
            ssm.add_response("get_parameter", parameter, {"Name": release_parameter(kubernetes, name)})
        for name in schemas.split():
            asked = {"addonName": name, "addonVersion": given[name]}
            eks.add_response("describe_addon_configuration", asked | {"configurationSchema": json.dumps(SCHEMA)}, asked)
        for stub in stubs:
            stub.activate()
        return {"eks": eks, "ssm": ssm}

    return answering


def _version(kubernetes: str, version: str, default: bool) -> dict[str, Any]:
    other = {"clusterVersion": "1.29", "defaultVersion": True}
    fits = {"clusterVersion": kubernetes, "defaultVersion": default}
    return {"addonVersion": version, "compatibilities": [other, fits]}


def run(root: Path, *words: str, kubernetes: str = "1.35") -> tuple[int, str, str]:
    command = ["addons", "--kubernetes", kubernetes, *words, "--root", str(root)]
    done = CliRunner().invoke(app, command, env={"COLUMNS": "80"})
    return done.exit_code, done.stdout, done.stderr


def test_versions_and_schemas_are_written_and_shown_within_80_columns(project: Path, aws_says: Asked) -> None:
    before = read_versions(project).eks.versions
    stubs = aws_says(
        {"kube-proxy": PROXY, "AL2023_ARM_64_STANDARD": RELEASE, "vpc-cni": "v1.0.0-eksbuild.1"}, schemas="kube-proxy"
    )
    code, said, _ = run(project)

    assert code == 0
    after = read_versions(project).eks.versions
    assert (after["1.35"].addon("kube-proxy"), after["1.35"].images["AL2023_ARM_64_STANDARD"].version) == (
        PROXY,
        RELEASE,
    )
    assert {pin.source for pin in after["1.35"].addons.values()} == {"aws-1.35"}
    assert (after["1.33"], after["1.34"]) == (before["1.33"], before["1.34"])
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert f"kube-proxy {before['1.35'].addon('kube-proxy')} {PROXY}" in lines
    assert f"vpc-cni {before['1.35'].addon('vpc-cni')} kept; default: v1.0.0-eksbuild.1" in lines
    assert not any(line.startswith("coredns") for line in lines)
    assert "Kubernetes 1.35: 2 of 8 versions change" in lines
    assert [line for line in said.splitlines() if len(line) > 80] == []
    schema = json.loads((project / SCHEMAS / "kube-proxy.json").read_text())
    assert (schema["addonVersion"], schema["configurationSchema"]) == (PROXY, SCHEMA)
    assert f"written {SCHEMAS.as_posix()}/kube-proxy.json" in lines
    for stub in stubs.values():
        stub.assert_no_pending_responses()


def test_a_check_shows_the_same_writes_nothing_and_fails(project: Path, aws_says: Asked) -> None:
    text = (project / FILE).read_bytes()
    aws_says({"kube-proxy": PROXY}, schemas="kube-proxy")
    code, said, _ = run(project, "--check")

    assert code == 1
    assert PROXY in said
    assert f"to write  {FILE}" in said
    assert (project / FILE).read_bytes() == text


def test_a_second_run_changes_nothing_and_a_check_passes(project: Path, aws_says: Asked) -> None:
    aws_says({"kube-proxy": PROXY}, schemas="kube-proxy")
    run(project)
    text = (project / FILE).read_bytes()
    aws_says()
    code, said, _ = run(project, "--check", "--json")

    assert code == 0
    document = json.loads(said)
    assert (document["files"], [pin for pin in document["pins"] if pin["changes"]]) == ([], [])
    assert (project / FILE).read_bytes() == text


def test_the_schema_of_an_older_kubernetes_is_not_taken(project: Path, aws_says: Asked) -> None:
    aws_says({"kube-proxy": "v1.34.99-eksbuild.1"}, kubernetes="1.34")
    code, said, _ = run(project, "--json", kubernetes="1.34")

    assert code == 0
    assert json.loads(said)["files"] == [FILE]


def test_an_unknown_kubernetes_version_asks_nobody(project: Path) -> None:
    code, _, said = run(project, kubernetes="1.29")

    assert code == 2
    assert "KUBERNETES: found '1.29', for which versions.toml has no entries; allowed: 1.33, 1.34, 1.35" in said


def test_a_parameter_that_aws_does_not_have_is_named_and_nothing_is_written(project: Path, aws_says: Asked) -> None:
    text = (project / FILE).read_bytes()
    aws_says({"kube-proxy": PROXY}, refused="ParameterNotFound")
    code, _, said = run(project)

    assert code == 2
    assert said.count("AWS has no parameter /aws/service/eks/optimized-ami/1.35/amazon-linux-2023/") == 2
    assert (project / FILE).read_bytes() == text


def test_rights_that_do_not_reach_are_one_line(project: Path, aws_says: Asked) -> None:
    aws_says(refused="AccessDeniedException")
    code, _, said = run(project)

    assert (code, len(said.splitlines())) == (1, 1)
    assert said.startswith("AWS: ")
    assert "AccessDeniedException" in said


def test_without_credentials_it_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for key in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(key, str(project / "none"))
    code, _, said = run(project)

    assert (code, said) == (1, "AWS: Unable to locate credentials\n")


def test_an_environment_gives_region_and_identity(
    project: Path, aws_says: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "Pulumi.prod.yaml").write_text(
        f"config:\n  belfry:region: {REGION}\n  belfry:aws: {{profile: deployer}}\n"
    )
    signed_in: list[tuple[str | None, str]] = []
    monkeypatch.setattr("ops.addons.verb.sign_in", lambda who, where: signed_in.append((who.profile, where)))
    aws_says()
    code, _, said = run(project, "--check", "--env", "prod")

    assert (code, said) == (0, "")
    assert signed_in == [("deployer", REGION)]
