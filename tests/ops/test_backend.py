"""The state backend by moto, and where the program refuses to keep state."""

import json
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from configs.state_backend import BucketState, StateBackend, bucket_faults, refuses_plain_connections, state_problems
from model.vocabulary import Environment
from ops.backend import Backend
from ops.cli import app

REGION, ACCOUNT = "eu-central-1", "123456789012"
PROD = StateBackend(environment=Environment.PROD, account=ACCOUNT, region=REGION)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.prod.yaml").write_text(f"config:\n  belfry:region: {REGION}\n  belfry:account: '{ACCOUNT}'\n")
    return tmp_path


def run(*words: str, project: Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words, "--root", str(project)], env={"COLUMNS": "200"})
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.usefixtures("aws")
def test_a_new_account_gets_a_bucket_and_a_key_and_the_commands_to_use_them(project: Path) -> None:
    code, said, _ = run("backend", "--env", "prod", project=project)

    assert code == 0
    assert f"pulumi login 's3://belfry-state-{ACCOUNT}-{REGION}?region={REGION}'" in said
    assert f"--secrets-provider='awskms://alias/belfry-state-prod?region={REGION}'" in said
    s3, kms = boto3.client("s3", region_name=REGION), boto3.client("kms", region_name=REGION)
    assert s3.get_bucket_versioning(Bucket=PROD.bucket)["Status"] == "Enabled"
    assert s3.get_bucket_logging(Bucket=PROD.bucket)["LoggingEnabled"]["TargetBucket"] == PROD.log_bucket
    assert refuses_plain_connections(s3.get_bucket_policy(Bucket=PROD.bucket)["Policy"])
    assert all(s3.get_public_access_block(Bucket=PROD.log_bucket)["PublicAccessBlockConfiguration"].values())
    key = kms.describe_key(KeyId=PROD.key_alias)["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    (rule,) = s3.get_bucket_encryption(Bucket=PROD.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key["Arn"]


@pytest.mark.usefixtures("aws")
def test_the_second_run_changes_nothing(project: Path) -> None:
    run("backend", "--env", "prod", project=project)
    code, said, _ = run("backend", "--env", "prod", "--json", project=project)

    assert code == 0
    assert json.loads(said)["made"] == json.loads(said)["faults"] == []


@pytest.mark.usefixtures("aws")
def test_a_check_changes_nothing_and_fails_where_nothing_is(project: Path) -> None:
    code, said, _ = run("backend", "--env", "prod", "--check", project=project)

    assert code == 1
    assert f"wrong: bucket {PROD.bucket} does not exist" in said
    assert "wrong: key alias/belfry-state-prod does not exist" in said
    assert boto3.client("s3", region_name=REGION).list_buckets()["Buckets"] == []


@pytest.mark.usefixtures("aws")
def test_what_a_bucket_has_already_stays() -> None:
    s3 = boto3.client("s3", region_name=REGION)
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
    theirs |= {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{PROD.bucket}/*"}
    s3.create_bucket(Bucket=PROD.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket=PROD.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))

    steps = list(Backend.of(PROD).make())

    assert f"set on {PROD.bucket}, where versioning is off: a broken state cannot be restored" in steps
    policy = s3.get_bucket_policy(Bucket=PROD.bucket)["Policy"]
    assert refuses_plain_connections(policy)
    assert theirs in json.loads(policy)["Statement"]
    assert Backend.of(PROD).faults() == []


@pytest.mark.usefixtures("aws")
def test_credentials_of_another_account_change_nothing(project: Path) -> None:
    (project / "Pulumi.prod.yaml").write_text(f"config:\n  belfry:region: {REGION}\n  belfry:account: '999999999999'\n")
    code, _, said = run("backend", "--env", "prod", project=project)

    assert code == 2
    assert "belfry:account: found credentials of the account 123456789012; allowed: those of 999999999999" in said
    assert boto3.client("s3", region_name=REGION).list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("file", "env", "said"),
    [
        ("", "test", "--env: found 'test'; allowed: dev, staging, prod"),
        ("", "local", "--env: found 'local'"),
        ("config: []\n", "prod", "belfry:region: found ''; allowed: a region"),
        ("config: {'belfry:region': eu-central-1, 'belfry:account': 12}\n", "prod", "belfry:account: found '12'"),
        ("- 1\n", "prod", "belfry:region: found ''"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(file: str, env: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(file)
    code, _, reported = run("backend", "--env", env, project=tmp_path)

    assert code == 2
    assert said in reported


def test_without_credentials_it_is_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(project / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(project / "none"))
    code, said, reported = run("backend", "--env", "prod", "--json", project=project)

    assert code == 1
    assert reported.startswith("AWS: Unable to locate credentials")
    assert json.loads(said) == {"error": reported.strip()}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"versioned": False}, "versioning is off"),
        ({"key": ""}, "not encrypted by a KMS key"),
        ({"public_access_blocked": False}, "public access is not blocked"),
        ({"policy": ""}, "without TLS are accepted"),
        ({"logged_to": ""}, "access is not logged"),
        ({"exists": False}, "does not exist"),
    ],
)
def test_each_fault_of_a_bucket_is_named(change: dict[str, object], fault: str) -> None:
    good: dict[str, object] = {
        "exists": True,
        "versioned": True,
        "key": "k",
        "public_access_blocked": True,
        "logged_to": "log",
        "policy": PROD.bucket_policy(),
    }
    assert list(bucket_faults(PROD, BucketState(**good))) == []  # type: ignore[arg-type]
    (found,) = bucket_faults(PROD, BucketState(**good | change))  # type: ignore[arg-type]
    assert fault in found


@pytest.mark.parametrize("part", ["Effect", "Principal", "Action", "Condition"])
def test_a_policy_that_refuses_less_is_no_refusal(part: str) -> None:
    less = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Condition": {}}
    policy = json.loads(PROD.bucket_policy())
    policy["Statement"][0][part] = less[part]
    assert not refuses_plain_connections(json.dumps(policy))


def test_prod_refuses_state_on_a_disk_and_a_passphrase() -> None:
    problems = list(state_problems(Environment.PROD, "file:///home/me", {"encryptionsalt": "v1:abc"}))

    assert [problem.where for problem in problems] == ["pulumi login", "Pulumi.prod.yaml: encryptionsalt"]
    assert all("make backend ENV=prod" in problem.allowed for problem in problems)
    assert not any("v1:abc" in str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("environment", "url"),
    [(Environment.DEV, "file://~"), (Environment.PROD, PROD.url), (Environment.PROD, "https://api.pulumi.com")],
)
def test_other_backends_are_accepted(environment: Environment, url: str) -> None:
    assert not list(state_problems(environment, url, {"secretsprovider": PROD.secrets_provider}))
