"""The gate's command: its sources, exit codes, records and what it prints."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from typer.testing import CliRunner

from ops.cli import app
from ops.gate.documents import records
from tests.model.catalogs import good_organization, write_catalog
from tests.model.gate.examples import component, firing, objective, status

GATE = ("gate", "--env", "prod", "--system", "shop")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shop = {
        "system": "shop",
        "title": "Shop",
        "description": "It.",
        "owner": "shop",
        "components": [component("api", [], ("errors", None), ("checkout", "pay"))],
        "tracing": {"sample_percent": 10, "slow": "1s"},
    }
    write_catalog(tmp_path / "catalog", [shop], good_organization())
    return tmp_path


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="belfry")
        yield "belfry"


def document(project: Path, **values: Any) -> str:
    """A status of this moment, in a file."""
    now = time.time()
    budget = {"sampled_at": now, "remaining": values.pop("remaining", 0.8)}
    good = {"generated_at": now, "objectives": [objective(**budget), objective("checkout", **budget)]}
    place = project / "slo.json"
    place.write_text(status(**{**good, **values}).model_dump_json(), encoding="utf-8")
    return str(place)


def run(project: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words, "--root", str(project)], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_a_status_document_that_allows_it_is_shown_as_a_table_within_80_columns(project: Path) -> None:
    code, said, _ = run(project, *GATE, "--status", document(project))
    assert code == 0
    assert "80.0 %" in said
    assert "prod shop: a feature passes (allowed)" in said
    assert max(map(len, said.splitlines())) <= 80


def test_a_report_has_the_answer_and_its_time_whatever_the_answer_is(project: Path) -> None:
    report = project / "build" / "gate.json"
    place = document(project, remaining=-0.5)
    code, said, _ = run(project, *GATE, "--status", place, "--report", str(report))
    written = json.loads(report.read_text())
    assert code == written["exit_code"] == 3
    assert "blocked" in said
    assert written["answer"] == "blocked"
    assert 0 <= time.time() - written["time"] < 60


@pytest.mark.parametrize(
    ("values", "words", "code", "text"),
    [
        ({"remaining": -0.5}, (), 3, "freeze: shop/api errors: error budget remaining -50.0 %, threshold 0 %"),
        ({"remaining": -0.5}, ("--kind", "fix", "--reason", "It hurts.", "--approver", "ana"), 0, "approved by ana"),
        ({"firing": [firing("SloOutage")]}, ("--kind", "security"), 3, "alert: shop/api errors: SloOutage fires"),
        ({"firing": [firing("SloOutage")]}, ("--kind", "rollback"), 0, "a rollback passes while alerts fire"),
        ({"generated_at": 1000}, (), 4, "stale"),
        ({"objectives": [objective("checkout")]}, (), 4, "no data"),
    ],
)
def test_the_exit_code_is_the_answer(
    project: Path, values: dict[str, Any], words: tuple[str, ...], code: int, text: str
) -> None:
    found, said, _ = run(project, *GATE, "--status", document(project, **values), *words)
    assert found == code
    assert text in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80


def test_json_holds_the_reasons_and_the_numbers(project: Path) -> None:
    code, said, _ = run(project, *GATE, "--status", document(project, remaining=-0.5), "--json")
    found = json.loads(said)
    assert code == found["exit_code"] == 3
    assert (found["answer"], found["passes"], found["overridden"]) == ("blocked", False, False)
    assert [one["effect"] for one in found["findings"]] == ["freeze", "warning"]
    assert {one["remaining"] for one in found["objectives"]} == {-0.5}


def test_the_same_document_in_s3_gives_the_same_verdict(project: Path, bucket: str) -> None:
    place = document(project, remaining=-0.5)
    boto3.client("s3").put_object(Bucket=bucket, Key="status/slo.json", Body=Path(place).read_bytes())
    one = json.loads(run(project, *GATE, "--json", "--status", place)[1])
    other = json.loads(run(project, *GATE, "--json", "--status", f"s3://{bucket}/status/slo.json")[1])
    assert {**one, "source": "", "time": 0} == {**other, "source": "", "time": 0}


@pytest.mark.parametrize("key", ["nothing.json", "other-bucket"])
def test_an_object_that_s3_does_not_give_is_unknown(project: Path, bucket: str, key: str) -> None:
    place = f"s3://{bucket}/{key}" if key.endswith("json") else f"s3://{key}/slo.json"
    code, said, _ = run(project, *GATE, "--status", place)
    assert code == 4
    assert "NoSuch" in said


@pytest.mark.parametrize(
    ("body", "message"), [(b"\xff", "byte 0 is not UTF-8"), (b"{", "valid JSON"), (b"{}", "generated_at: missing")]
)
def test_an_object_that_is_no_status_is_bad_input(project: Path, bucket: str, body: bytes, message: str) -> None:
    boto3.client("s3").put_object(Bucket=bucket, Key="slo.json", Body=body)
    code, _, said = run(project, *GATE, "--status", f"s3://{bucket}/slo.json")
    assert code == 2
    assert message in said


def test_an_object_that_is_too_large_is_refused_before_it_is_read_whole(project: Path, bucket: str) -> None:
    boto3.client("s3").put_object(Bucket=bucket, Key="slo.json", Body=b" " * (8 * 1024 * 1024 + 1))
    code, _, said = run(project, *GATE, "--status", f"s3://{bucket}/slo.json")
    assert (code, "the object is too large" in said) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "--prometheus, --status: found none of them"),
        (("--status", "a", "--prometheus", "http://a"), "--prometheus, --status: found both"),
        (("--prometheus", "ftp://a"), "--prometheus: found 'ftp://a'"),
        (("--prometheus", "https://u:hunter2@a"), "--prometheus: found a URL with a user or a password"),
        (("--prometheus", "https://a/?x=1"), "--prometheus: found 'https://a/?x=1'; allowed: no ? and no #"),
        (("--status", "s3://bucket"), "s3://bucket: found no bucket or no key"),
        (("--status", "/nowhere/slo.json"), "/nowhere/slo.json: the file does not exist"),
        (("--status", "a", "--kind", "hotfix"), "--kind: found 'hotfix'; allowed: feature, fix, security, rollback"),
        (("--status", "a", "--env", "qa"), "--env: found 'qa'; allowed: local, dev, staging, prod"),
        (("--status", "a", "--component", "apy"), "--component: found unknown 'apy'; allowed: api"),
        (("--status", "a", "--override", "Now."), "--override: found no --record"),
    ],
)
def test_bad_input_is_one_clear_error(project: Path, words: tuple[str, ...], message: str) -> None:
    code, _, said = run(project, *GATE, *words)
    assert code == 2
    assert message in said
    assert "hunter2" not in said


def test_a_server_that_is_no_prometheus_is_unknown(project: Path) -> None:
    code, said, _ = run(project, *GATE, "--prometheus", "http://127.0.0.1:1")
    assert code == 4
    assert "http://127.0.0.1:1: " in said


def test_the_local_environment_is_found_by_its_file(project: Path) -> None:
    local = ("gate", "--env", "local", "--system", "shop")
    assert "no running local environment" in run(project, *local)[2]
    file = project / ".local" / "lab" / "endpoints.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"prometheus": 1}')
    assert "endpoints.json: prometheus: found no URL" in run(project, *local)[2]
    file.write_text('{"prometheus": "http://127.0.0.1:1"}')
    code, said, _ = run(project, *local)
    # Nobody is hurt on this machine: what is unknown passes, and is still called unknown.
    assert code == 0
    assert "local shop: a feature passes (unknown)" in said


def test_an_exception_in_the_catalog_lets_a_feature_pass(project: Path) -> None:
    file = project / "catalog" / "exceptions" / "sale.yaml"
    file.parent.mkdir()
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400))
    exception = {"system": "shop", "environments": ["prod"], "owner": "shop", "reason": "A sale.", "expires": tomorrow}
    file.write_text(yaml.safe_dump(exception))
    code, said, _ = run(project, *GATE, "--status", document(project, remaining=-0.5), "--json")
    assert code == 0
    assert json.loads(said)["exceptions"] == ["catalog/exceptions/sale.yaml"]


@pytest.mark.parametrize("where", ["folder", "s3"])
def test_an_override_passes_is_recorded_and_counted(project: Path, bucket: str, where: str) -> None:
    place = str(project / "overrides") if where == "folder" else f"s3://{bucket}/overrides"
    bad = document(project, remaining=-0.5)
    for count in (1, 2):
        words = ("--override", "The bank asks.", "--record", place)
        code, said, _ = run(project, *GATE, "--status", bad, *words)
        assert code == 0
        assert "overridden: The bank asks." in said
        assert f"Overrides of prod in 30 days: {count}" in said
    kept = records(place)
    kept.add(f"prod-{time.time() - 31 * 86_400:017.3f}", {})
    kept.add(f"dev-{time.time():017.3f}", {})
    code, said, _ = run(project, *GATE, "--status", bad, "--record", place, "--json")
    assert (code, json.loads(said)["overrides_30d"]) == (3, 2)
    assert len(kept.names()) == 4


def test_an_override_that_cannot_be_recorded_does_not_pass(project: Path, bucket: str) -> None:
    words = ("--override", "Now.", "--record", "s3://nowhere/overrides")
    code, _, said = run(project, *GATE, "--status", document(project, remaining=-0.5), *words)
    assert code == 1
    assert "NoSuchBucket" in said


def test_a_status_cannot_be_written_where_a_file_is(project: Path) -> None:
    (project / "file").write_text("")
    words = ("--override", "Now.", "--record", str(project / "file"))
    code, _, said = run(project, *GATE, "--status", document(project, remaining=-0.5), *words)
    assert code == 2
    assert "the file cannot be written" in said
