"""Evidence and promotion as a pipeline uses them: files and S3, exit codes, and what is printed."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from model.problems import BadInput
from model.promotion.evidence import Deployment, Kind
from model.vocabulary import Environment
from ops.cli import app
from ops.http import Unreachable
from ops.promotion import verbs
from ops.promotion.soaking import PrometheusHistory, Seen
from ops.promotion.store import FolderStore, S3Store, Store, store
from tests.model.promotion.examples import BUNDLES, CHECKS, COMMIT, HOUR, NOW, OTHER
from tests.ops.conftest import REGION

DAY = 24 * HOUR
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one bundle, one commit and nothing else."""
    root = tmp_path / "project"
    bundle = {
        "name": "shop-slo",
        "kind": "prometheus",
        "path": "prometheus/shop.yaml",
        "version": "2.0.0",
        "maturity": "stable",
        "owner": "shop",
        "description": "It.",
    }
    files = {
        "rules/manifest.yaml": json.dumps({"bundles": [bundle]}),
        "dashboards/manifest.yaml": json.dumps({"bundles": []}),
        "policy/exceptions.yaml": "exceptions: []\n",
        ".gitignore": "build/\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        git(root, *words)
    return root


def git(root: Path, *words: str) -> str:
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    return subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def run(project: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words, "--root", str(project)], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def write(project: Path, env: str, kind: str, *words: str) -> Any:
    code, said, wrong = run(project, "evidence", "write", "--env", env, "--kind", kind, *words, "--json")
    assert code == 0, wrong
    return json.loads(said)


def in_file(project: Path, name: str, content: Any) -> str:
    path = project / "build" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def a_plan(project: Path, environment: str, *, simulated: bool = True, bucket: str = "logs") -> str:
    resource = {
        "urn": f"urn:pulumi:{environment}::belfry::aws:iam/rolePolicy:RolePolicy::{bucket}",
        "type": "aws:iam/rolePolicy:RolePolicy",
        "name": bucket,
        "parent": "",
        "provider": "",
        "protect": False,
        "dependencies": [],
        "inputs": {"policy": json.dumps({"Statement": [ALL]})},
    }
    plan = {
        "format": 2,
        "environment": environment,
        "offline": True,
        "simulated": simulated,
        "resources": [resource],
        "outputs": {},
    }
    return in_file(project, f"{environment}-{bucket}-plan.json", plan)


def gate_answer(project: Path, answer: str, environment: str = "staging", **more: Any) -> str:
    passes = answer == "allowed"
    content = {"environment": environment, "system": answer, "answer": answer, "passes": passes, "time": time.time()}
    return in_file(project, f"gate-{answer}.json", content | more)


class FakeHistory:
    """A Prometheus that saw everything, and nothing happened."""

    pages: tuple[str, ...] = ()

    def __init__(self, url: str) -> None:
        self.url = url

    def now(self) -> float:
        return time.time()

    def seen(self, since: float, until: float) -> Seen:
        return Seen(measured=until - since, pages=self.pages, burning=())


def test_a_commit_goes_from_dev_to_staging_by_what_its_pipeline_wrote(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verbs, "PrometheusHistory", FakeHistory)
    clock = time.time()
    monkeypatch.setattr(time, "time", lambda: clock - 2 * HOUR)
    write(project, "dev", "tests", "--result", "passed", "--run", "https://ci.example.com/1")
    write(project, "dev", "plan", "--from", a_plan(project, "dev"))
    write(project, "dev", "policy", "--from", a_plan(project, "dev"))
    write(project, "dev", "deployment")
    verified = {"exit_code": 0, "environment": "dev", "time": clock - HOUR, "systems_left_out": [], "more": 1}
    verified["checks"] = [{"check": one["name"], "verdict": "passed", "seconds": 1.2} for one in CHECKS]
    monkeypatch.setattr(time, "time", lambda: clock)
    write(project, "dev", "verification", "--from", in_file(project, "verify.json", verified))
    write(project, "dev", "soak", "--prometheus", "http://127.0.0.1:9")
    write(project, "staging", "plan", "--from", a_plan(project, "staging"))
    write(project, "staging", "policy", "--from", a_plan(project, "staging"))
    promote = ("promote", "--from", "dev", "--to", "staging")

    code, said, _ = run(project, *promote)
    assert code == 1
    assert "staging  gate          missing  there is none" in said
    assert said.endswith("from dev to staging: 1 of 9 pieces of evidence are missing.\n")
    assert max(map(len, said.splitlines())) <= 80

    write(project, "staging", "gate", "--from", gate_answer(project, "allowed"))
    code, said, _ = run(project, *promote, "--plan", a_plan(project, "staging"))
    assert code == 0
    assert said.endswith("from dev to staging: nothing is missing.\n")

    code, said, _ = run(project, *promote, "--plan", a_plan(project, "staging", bucket="other"), "--json")
    assert code == 1
    document = json.loads(said)
    assert not document["allowed"]
    (lacking,) = [one for one in document["pieces"] if one["missing"]]
    assert (lacking["environment"], lacking["kind"]) == ("staging", "plan")


def test_the_evidence_of_one_commit_is_none_for_the_next(project: Path) -> None:
    write(project, "dev", "tests", "--result", "passed", "--run", "https://ci.example.com/1")
    first = git(project, "rev-parse", "HEAD")
    git(project, "commit", "-qm", "more", "--allow-empty")
    assert "dev      tests         missing" in run(project, "promote", "--from", "dev", "--to", "staging")[1]
    named = run(project, "promote", "--from", "dev", "--to", "staging", "--commit", first)[1]
    assert "dev      tests         there    passed, https://ci.example.com/1" in named


def test_a_document_that_was_copied_to_another_commit_is_missing(project: Path) -> None:
    write(project, "dev", "tests", "--result", "passed", "--run", "https://ci.example.com/1")
    folder = project / "build" / "evidence" / "dev"
    (folder / git(project, "rev-parse", "HEAD")).rename(folder / COMMIT)
    code, said, _ = run(project, "promote", "--from", "dev", "--to", "staging", "--commit", COMMIT)
    assert code == 1
    assert "not aaaaaaaaaaaa" in said


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', "[" * 5000, '{"kind": "soak"}'])
def test_a_broken_document_is_missing_and_says_why(project: Path, content: str) -> None:
    write(project, "dev", "tests", "--result", "passed", "--run", "https://ci.example.com/1")
    (file,) = (project / "build" / "evidence").rglob("tests.json")
    file.write_text(content, encoding="utf-8")
    code, said, _ = run(project, "promote", "--from", "dev", "--to", "staging")
    assert code == 1
    assert "dev      tests         missing  it cannot be read" in said


def test_the_policies_are_asked_about_the_plan_itself(project: Path) -> None:
    written = write(project, "prod", "policy", "--from", a_plan(project, "prod"))
    assert written["mandatory"] == 1
    plan = write(project, "prod", "plan", "--from", a_plan(project, "prod"))
    assert written["plan"] == plan["digest"]
    assert plan["versions"] == {"shop-slo": "2.0.0"}


@pytest.mark.parametrize(("code", "verdict"), [(0, "passed"), (1, "failed"), (3, "unknown"), (137, "unknown")])
def test_a_verification_is_what_its_exit_code_says_and_what_was_not_checked_is_unknown(
    project: Path, code: int, verdict: str
) -> None:
    checks = [{"check": word, "verdict": word} for word in ("passed", "failed", "unknown", "not checked")]
    said = {"exit_code": code, "environment": "dev", "time": NOW, "checks": checks, "systems_left_out": ["shop"]}
    written = write(project, "dev", "verification", "--from", in_file(project, "verify.json", said))
    assert (written["verdict"], written["time"], written["systems_left_out"]) == (verdict, NOW, ["shop"])
    assert [one["result"] for one in written["checks"]] == ["passed", "failed", "unknown", "unknown"]


def test_of_several_systems_the_worst_answer_of_the_gate_counts(project: Path) -> None:
    files = [gate_answer(project, "allowed"), gate_answer(project, "unknown", time=1000)]
    written = write(project, "staging", "gate", *[word for file in files for word in ("--from", file)])
    assert (written["answer"], written["passes"], written["time"]) == ("unknown", False, 1000)
    assert written["subject"] == "allowed, unknown"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--env", "production", "--kind", "tests"), "--env: found 'production'; allowed: local, dev, staging, prod"),
        (("--env", "dev", "--kind", "smoke"), "--kind: found 'smoke'; allowed: tests, plan"),
        (("--env", "dev", "--kind", "tests"), "--result, --run"),
        (("--env", "dev", "--kind", "tests", "--result", "ok", "--run", "x"), "--result: found 'ok'"),
        (("--env", "dev", "--kind", "tests", "--result", "passed", "--run", "run 7"), "run: found 'run 7'"),
        (("--env", "dev", "--kind", "plan"), "--from: found 0 files"),
        (("--env", "dev", "--kind", "gate"), "--from: found 0 files"),
        (("--env", "dev", "--kind", "soak"), "--prometheus: it is missing"),
        (("--env", "dev", "--kind", "soak", "--prometheus", "http://127.0.0.1:9"), "no evidence of a deployment"),
        (("--env", "dev", "--kind", "deployment", "--commit", "abc"), "--commit: found 'abc'"),
        (("--env", "dev", "--kind", "deployment", "--commit", COMMIT), "but the files are those of"),
    ],
)
def test_wrong_options_are_said_and_write_nothing(project: Path, words: tuple[str, ...], text: str) -> None:
    code, _, wrong = run(project, "evidence", "write", *words)
    assert code == 2
    assert text in wrong
    assert not (project / "build" / "evidence").exists()


def test_sources_of_another_environment_or_commit_are_refused(project: Path) -> None:
    verified = {
        "exit_code": 0,
        "environment": "dev",
        "commit": OTHER,
        "time": NOW,
        "checks": [],
        "systems_left_out": [],
    }
    sources = {
        "plan": (a_plan(project, "staging"), "environment: found staging; allowed: dev"),
        "policy": (a_plan(project, "dev", simulated=False), "simulated: found false"),
        "gate": (gate_answer(project, "allowed"), "environment: found staging; allowed: dev"),
        "verification": (in_file(project, "verify.json", verified), f"commit: found {OTHER}; allowed: "),
    }
    for kind, (file, text) in sources.items():
        code, _, wrong = run(project, "evidence", "write", "--env", "dev", "--kind", kind, "--from", file)
        assert code == 2
        assert text in wrong
    promoted = ("promote", "--from", "dev", "--to", "staging", "--plan", a_plan(project, "dev"))
    assert "environment: found dev; allowed: staging" in run(project, *promoted)[2]


def test_files_that_are_not_committed_are_no_evidence(project: Path) -> None:
    (project / "new.yaml").write_text("x", encoding="utf-8")
    code, _, wrong = run(project, "evidence", "write", "--env", "dev", "--kind", "deployment")
    assert code == 2
    assert "1 files differ from" in wrong
    assert "new.yaml" in wrong


def test_a_folder_without_git_needs_none_to_promote_a_named_commit(tmp_path: Path) -> None:
    assert run(tmp_path, "promote", "--from", "dev", "--to", "staging", "--commit", COMMIT)[0] == 1
    code, _, wrong = run(tmp_path, "promote", "--from", "dev", "--to", "staging")
    assert code == 2
    assert "is no work tree of git" in wrong


@pytest.mark.parametrize(
    ("soak", "text"),
    [("5m", "--soak: found 5m; allowed: 1h or longer for staging"), ("soon", "--soak: found 'soon'")],
)
def test_a_soak_may_be_longer_and_never_shorter(project: Path, soak: str, text: str) -> None:
    code, _, wrong = run(project, "promote", "--from", "dev", "--to", "staging", "--soak", soak)
    assert code == 2
    assert text in wrong


def test_a_soak_of_a_day_is_asked_for_with_the_number_of_seconds(project: Path) -> None:
    said = run(project, "promote", "--from", "dev", "--to", "staging", "--soak", "2h", "--json")[1]
    assert json.loads(said)["soak_seconds"] == 2 * HOUR


def test_a_soak_ends_where_another_commit_was_deployed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "PrometheusHistory", FakeHistory)
    write(project, "dev", "deployment")
    kept = FolderStore(project / "build" / "evidence")
    begun = time.time()
    for commit, at in ((OTHER, begun + 600), ("c" * 40, begun + 900), ("d" * 40, begun - 900)):
        kept.write(Deployment(environment=Environment.DEV, commit=commit, time=at, bundles=BUNDLES))
    monkeypatch.setattr(FakeHistory, "now", lambda self: begun + DAY)
    monkeypatch.setattr(FakeHistory, "pages", ("NodeDown", "NodeDown"))
    soak = write(project, "dev", "soak", "--prometheus", "http://127.0.0.1:9")
    assert soak["until"] == begun + 600
    assert soak["pages"] == ["NodeDown"]


def deployment(commit: str = COMMIT) -> Deployment:
    return Deployment(environment=Environment.DEV, commit=commit, time=NOW, bundles=BUNDLES)


@pytest.fixture(params=["folder", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, aws: None) -> Store:
    if request.param == "folder":
        return store(str(tmp_path / "evidence"))
    boto3.client("s3").create_bucket(Bucket="belfry", CreateBucketConfiguration={"LocationConstraint": REGION})
    return store("s3://belfry/evidence/")


def test_a_store_gives_back_what_it_was_given(kept: Store) -> None:
    dev = Environment.DEV
    assert kept.read(dev, COMMIT, Kind.DEPLOYMENT) is None
    assert kept.deployed(dev, 0) == []
    for commit in (OTHER, COMMIT):
        assert kept.write(deployment(commit)).endswith(f"dev/{commit}/deployment.json")
    assert kept.read(dev, COMMIT, Kind.DEPLOYMENT) == deployment().model_dump(mode="json")
    assert kept.deployed(dev, 0) == [COMMIT, OTHER]
    assert kept.deployed(Environment.PROD, 0) == []


def test_a_bucket_names_only_what_was_deployed_since(aws: None) -> None:
    boto3.client("s3").create_bucket(Bucket="belfry", CreateBucketConfiguration={"LocationConstraint": REGION})
    kept = S3Store("s3://belfry/evidence")
    kept.write(deployment())
    assert kept.deployed(Environment.DEV, time.time()) == [COMMIT]
    assert kept.deployed(Environment.DEV, time.time() + HOUR) == []


def test_an_object_that_is_too_large_or_no_text_is_refused(aws: None) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="belfry", CreateBucketConfiguration={"LocationConstraint": REGION})
    kept, key = S3Store("s3://belfry/evidence"), f"evidence/dev/{COMMIT}/tests.json"
    for body, text in ((b"x" * (1024 * 1024 + 1), "too large"), (b"\xff", "is not UTF-8")):
        s3.put_object(Bucket="belfry", Key=key, Body=body)
        with pytest.raises(BadInput, match=text):
            kept.read(Environment.DEV, COMMIT, Kind.TESTS)


def test_a_bucket_that_does_not_answer_is_an_error_and_no_missing_evidence(project: Path, aws: None) -> None:
    words = ("promote", "--from", "dev", "--to", "staging", "--evidence", "s3://nowhere/evidence")
    code, said, wrong = run(project, *words)
    assert (code, said) == (1, "")
    assert "NoSuchBucket" in wrong
    with pytest.raises(Unreachable, match="NoSuchBucket"):
        S3Store("s3://nowhere/evidence").deployed(Environment.DEV, 0)


def test_an_address_without_a_prefix_is_refused(project: Path) -> None:
    code, _, wrong = run(project, "promote", "--from", "dev", "--to", "staging", "--evidence", "s3://belfry")
    assert code == 2
    assert "found no bucket or no prefix" in wrong


def test_what_is_no_prometheus_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [{"data": {}}, {"warnings": ["a store did not answer"], "data": {"result": []}}]
    monkeypatch.setattr("ops.promotion.soaking.ask", lambda *_, **__: answers.pop(0))
    with pytest.raises(Unreachable, match="does not answer as Prometheus does"):
        PrometheusHistory("http://127.0.0.1:9").now()
    with pytest.raises(Unreachable, match="partial data: a store did not answer"):
        PrometheusHistory("http://127.0.0.1:9").now()
