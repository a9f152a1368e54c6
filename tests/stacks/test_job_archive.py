"""The job archive: the same bytes from the same input, complete, and with what each architecture needs."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import pulumi_kubernetes as kubernetes
import pytest

from model.problems import BadInput
from model.versions import image
from stacks.job_archive import ROOT, WHEELS, job_archive
from tests.stacks.deployment import deploy, deployed
from tests.synth import Synth
from tools import wheels


@pytest.fixture(name="folder", scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    with zipfile.ZipFile(job_archive().file) as archive:
        archive.extractall(folder)
    # The image's Python finds its own compiled files in the archive; this one gets them the same way, by their names.
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    for package in ("pydantic_core", "re2", "yaml"):
        (own,) = Path(sysconfig.get_path("platlib"), package).glob(f"*{suffix}")
        shutil.copy(own, folder / package)
    return folder


def copied(folder: Path) -> Path:
    for file in [*ROOT.glob("ops/**/*.py"), *ROOT.glob("model/**/*.py"), ROOT / WHEELS]:
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    return folder


def test_the_same_files_are_the_same_bytes_whenever_and_wherever_they_were_written(tmp_path: Path) -> None:
    first, second = copied(tmp_path / "a"), copied(tmp_path / "b")
    for number, file in enumerate(second.rglob("*.py")):
        os.utime(file, (number, number))

    made, again = job_archive(first), job_archive(second)
    assert made.sha256 == again.sha256
    assert made.file.read_bytes() == again.file.read_bytes()
    assert made.file.name == f"{made.sha256}.zip"


def test_another_program_is_another_archive_and_what_none_imports_changes_nothing(tmp_path: Path) -> None:
    first, second, third = (copied(tmp_path / name) for name in "abc")
    (second / "ops" / "new.py").write_text("")
    (third / "ops" / "log.py").write_text("")

    assert job_archive(first).sha256 == job_archive(second).sha256
    assert job_archive(first).sha256 != job_archive(third).sha256


def test_a_missing_or_changed_wheel_is_bad_input_that_says_what_fetches_it(tmp_path: Path) -> None:
    root = copied(tmp_path / "a")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "re2-1-cp313-cp313-manylinux_2_28_x86_64.whl").write_text("another")

    with pytest.raises(BadInput, match=r"requirements-jobs\.txt.*found no wheel with the checksum .*make archive"):
        job_archive(root, tmp_path / "wheels")
    assert not (root / "build").exists()


@pytest.mark.parametrize(
    ("module", "option"),
    [
        ("ops.forwarder", "--alertmanager"),
        ("ops.acknowledgements", "--pagerduty"),
        ("ops.reports", "--subject"),
        ("ops.security_posture", "--every"),
        ("ops.slo_status", "--watchdog"),
        ("ops.incidents", "--pagerduty-keys"),
    ],
)
def test_each_program_runs_from_the_archive_alone(module: str, option: str, folder: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import {module}.__main__ as m; m.main(['--help'])"
    # -S: without the packages of this environment; -I: without its variables.
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert option in done.stdout


def test_what_only_pipelines_start_is_not_in_the_archive(folder: Path) -> None:
    assert (folder / "ops" / "forwarder" / "__main__.py").exists()
    assert not (folder / "ops" / "comment").exists()
    assert not (folder / "ops" / "promotion").exists()


def as_function(folder: Path, event: str) -> subprocess.CompletedProcess[str]:
    """The archive as Lambda imports it: its root is the folder of modules, and nothing else is installed."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import ops.function as f; print(f.handler({event}, None))"
    return subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)


def test_the_archive_is_the_code_of_a_lambda_function(folder: Path) -> None:
    done = as_function(folder, "{'program': 'ops.forwarder', 'arguments': ['--help']}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("{'exit_code': 0}\n")


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ("{'program': 'os'}", "program: found 'os'"),
        ("{}", "program: found None"),
        ("{'program': 'ops.forwarder', 'arguments': '--help'}", "arguments: allowed: a list of texts"),
        ("{'program': 'ops.forwarder', 'arguments': ['--wrong']}", "ops.forwarder ended with 2"),
        ("{'program': 'ops.comment'}", "No module named 'ops.comment'"),
    ],
)
def test_a_function_that_cannot_run_its_program_fails(folder: Path, event: str, text: str) -> None:
    done = as_function(folder, event)
    assert done.returncode == 1
    assert text in done.stderr


# Every actor and every client, and the catalog that the functions read.
REMEDIATION = f"""
from ops.remediation import function
from ops.remediation.in_aws import *
place = Place(environment=Environment.DEV, region='eu-central-1', account='1', cluster=lambda: Cluster(''))
assert len(actors(tuple(Family), place)) == 8
[boto3.client(name) for name in ('dynamodb', 'eks', 'sns', 'ssm', 'sts')]
os.environ.update(BELFRY_ENVIRONMENT='dev', BELFRY_SYSTEMS='cloudmart')
function._ROOT = Path({str(ROOT)!r})
assert [one.system for one in function._catalog().systems] == ['cloudmart']
"""


@pytest.mark.parametrize(
    ("module", "clients"),
    [
        ("ops.forwarder.aws", "SqsQueue('https://sqs'); AwsCloudWatch(['a'], 'b'); boto3.client('sts')"),
        ("ops.security_posture.aws", "AwsInspector(); AwsSecurityHub(); AwsConfig()"),
        ("ops.reports.places", "place('s3://belfry/slo').names; boto3.client('s3')"),
        ("ops.slo_status.publishing", "AwsBucket('belfry')"),
        ("ops.incidents.bucket", "Bucket('belfry', 'incidents/prod/')"),
        ("ops.remediation.function", REMEDIATION),
    ],
)
def test_each_program_can_make_its_clients_from_the_archive_alone(module: str, clients: str, folder: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from {module} import *\n{clients}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "HOME": "/nowhere"},
    )
    assert done.returncode == 0, done.stderr


def test_compiled_packages_are_in_it_for_both_architectures_of_the_python_that_runs_it() -> None:
    with zipfile.ZipFile(job_archive().file) as archive:
        compiled = {name for name in archive.namelist() if name.endswith(".so")}

    assert compiled == {
        f"{name}.cpython-313-{machine}-linux-gnu.so"
        for name in ("pydantic_core/_pydantic_core", "re2/_re2", "yaml/_yaml")
        for machine in ("aarch64", "x86_64")
    }
    assert image("python").startswith(f"docker.io/library/python:{wheels.PYTHON}."), "the Python of the wheels"
    assert "-slim-" in image("python"), "with glibc, as the wheels need it"


def test_compiled_packages_are_of_the_versions_that_everything_else_is_tested_with() -> None:
    pins = re.findall(r"^([\w-]+)==(\S+)", (ROOT / WHEELS).read_text(), re.MULTILINE)

    assert len(pins) == 3
    assert {name: version(name) for name, _ in pins} == dict(pins)


def test_it_is_small_and_holds_no_command_and_no_cache() -> None:
    with zipfile.ZipFile(job_archive().file) as archive:
        files = [PurePosixPath(name) for name in archive.namelist()]

    assert not [file for file in files if file.suffix == ".pyc" or "bin" in file.parts]
    assert {file.parts[2] for file in files if file.parts[:2] == ("botocore", "data") and len(file.parts) > 3} == {
        "appconfig",
        "application-autoscaling",
        "arc-zonal-shift",
        "cloudwatch",
        "config",
        "dynamodb",
        "ec2",
        "eks",
        "elbv2",
        "inspector2",
        "s3",
        "securityhub",
        "sns",
        "sqs",
        "ssm",
        "sts",
    }
    assert job_archive().file.stat().st_size < 32 * 1024**2
    templates = {PurePosixPath(file.relative_to(ROOT)) for file in ROOT.glob("ops/reports/templates/*")}
    assert templates
    assert templates <= set(files), "what a program reads beside its modules"
    assert [file for file in files if "LICENSE" in file.name], "licenses travel with what they are for"


OWN = f"registry.example.com:5000/platform/python:3.13@sha256:{'0a' * 32}"


def python_images(result: Synth) -> set[str]:
    """Of every container whose command is Python: programs, what unpacks them, scripts."""
    kinds = (kubernetes.apps.v1.Deployment, kubernetes.batch.v1.CronJob, kubernetes.batch.v1.Job)
    specs = [made.inputs["spec"] for kind in kinds for made in result.of(kind).values()]
    pods = [spec.get("jobTemplate", {}).get("spec", spec)["template"]["spec"] for spec in specs]
    containers = [one for pod in pods for one in (*pod["containers"], *pod.get("initContainers", ()))]
    return {one["image"] for one in containers if one.get("command", [""])[0] == "python"}


def test_an_image_of_ones_own_runs_every_program() -> None:
    assert python_images(deployed("dev")) == {image("python")}
    assert python_images(deploy("dev", changes={"jobs": {"image": OWN}})) == {OWN}


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("registry.example.com/python:3.13", id="a tag is not one content"),
        pytest.param(f"python@sha256:{'0a' * 32}", id="no registry and path"),
        pytest.param(f"registry.example.com/python@sha256:{'0a' * 31}", id="a short digest"),
        pytest.param(f"https://registry.example.com/python@sha256:{'0a' * 32}", id="a URL"),
    ],
)
def test_an_image_that_is_not_pinned_is_bad_input(wrong: str) -> None:
    with pytest.raises(BadInput, match=r"Pulumi\.dev\.yaml: belfry:jobs\.image: found"):
        deploy("dev", changes={"jobs": {"image": wrong}})
