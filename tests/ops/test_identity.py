"""As whom the verbs ask AWS: a profile and a role of the environment's file, or the shell's credentials."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from model.account.identity import AssumeRole, AwsIdentity
from model.problems import BadInput
from ops import identity
from ops.cli import app
from ops.environment_file import EnvironmentFile

REGION, ACCOUNT = "eu-central-1", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


@pytest.fixture(autouse=True)
def _signed_out() -> Iterator[None]:
    yield
    boto3.DEFAULT_SESSION = None


def project(folder: Path, aws: str = "", account: str = ACCOUNT) -> Path:
    text = f"config:\n  belfry:region: {REGION}\n  belfry:account: '{account}'\n  belfry:aws: {{{aws}}}\n"
    (folder / "Pulumi.prod.yaml").write_text(text)
    return folder


def run(root: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--root", str(root)], env={"COLUMNS": "200"})
    return done.exit_code, done.stdout + done.stderr


@pytest.mark.usefixtures("aws")
def test_the_state_backend_is_made_in_the_account_of_the_role(tmp_path: Path) -> None:
    code, output = run(project(tmp_path, f"assume_role: {{arn: '{ROLE}'}}"), "backend", "--env", "prod")

    assert code == 0, output
    assert f"belfry-state-{ACCOUNT}-{REGION}" in output


@pytest.mark.usefixtures("aws")
def test_without_a_role_the_credentials_of_another_account_are_refused(tmp_path: Path) -> None:
    code, output = run(project(tmp_path), "backend", "--env", "prod")

    assert code == 2
    assert f"found credentials of the account 123456789012; allowed: those of {ACCOUNT}" in output


@pytest.mark.usefixtures("aws")
def test_the_gate_reads_its_documents_with_the_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in: list[AwsIdentity] = []
    monkeypatch.setattr("ops.gate.documents.sign_in", lambda found, region: signed_in.append(found))
    root = project(tmp_path, f"assume_role: {{arn: '{ROLE}'}}")

    run(root, "gate", "--env", "prod", "--system", "shop", "--status", "s3://status/slo.json")
    run(root, "gate", "--env", "prod", "--system", "shop", "--status", str(tmp_path / "slo.json"))
    run(root, "slo-status", "--env", "local", "--to", "s3://status/slo.json")

    assert [found.assume_role for found in signed_in] == [AssumeRole(arn=ROLE)]


def test_an_unknown_profile_is_one_clear_line(tmp_path: Path) -> None:
    code, output = run(project(tmp_path, "profile: nobody"), "backend", "--env", "prod")

    assert code == 1
    assert output.strip() == "AWS: The config profile (nobody) could not be found"


def test_the_role_is_taken_with_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text(f"[profile deployer]\naws_access_key_id = A\naws_secret_access_key = b\nregion = {REGION}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)

    identity.sign_in(AwsIdentity(profile="deployer"), REGION)

    session = boto3.DEFAULT_SESSION
    assert session is not None
    assert session.profile_name == "deployer"
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "A"


def test_mistakes_of_the_identity_come_with_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        EnvironmentFile.read(project(tmp_path, "profil: x, assume_role: {arn: admin}", account="1"), "prod")

    text = str(error.value)
    assert "Pulumi.prod.yaml: belfry:aws.profil: unknown key; allowed: assume_role, profile" in text
    assert "Pulumi.prod.yaml: belfry:aws.assume_role.arn: found 'admin'" in text
    assert "Pulumi.prod.yaml: belfry:account: found '1'" in text
