"""Documents: what is refused, what is cut, and that no secret stays in them."""

import json
from typing import Any

import pytest

from model.problems import BadInput
from model.promotion.evidence import Kind, checked_commit, read_evidence, versions_digest
from model.promotion.sources import GateAnswer, plan_digest, read_output
from tests.model.promotion.examples import COMMIT, evidence

# Each of the shape of one, and none of them real.
SECRETS = [
    "https://hooks.slack.com/services/" + "T0000/B0000/abcdef",
    "xoxb-" + "0123456789abcdef",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "postgres://ana:hunter22@db.example.com",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_stays_in_a_document(secret: str) -> None:
    documents = [
        evidence(Kind.GATE, subject=secret),
        evidence(Kind.SOAK, pages=[f"NodeDown {secret}"], burning=[secret]),
        evidence(Kind.VERIFICATION, checks=[{"name": secret, "result": "passed", "text": f"said {secret}"}]),
    ]
    for document in documents:
        written = document.model_dump_json()
        assert secret not in written
        assert "[secret]" in written


def test_a_link_is_kept_without_what_may_be_a_key() -> None:
    link = "https://ana:hunter22@ci.example.com/runs/7?token=abc#step"
    written = evidence(Kind.TESTS, run=link).model_dump(mode="json")
    assert written["run"] == "https://ci.example.com/runs/7"


@pytest.mark.parametrize(
    ("kind", "changed", "text"),
    [
        (Kind.TESTS, {"commit": "abc"}, "x.json: commit: found 'abc'"),
        (Kind.TESTS, {"environment": "production"}, "x.json: environment: found 'production'"),
        (Kind.TESTS, {"result": "ok"}, "x.json: result: found 'ok'"),
        (Kind.TESTS, {"run": "run 7"}, "x.json: run: found 'run 7'; allowed: an http or https URL"),
        (Kind.TESTS, {"who": "ana"}, "x.json: who: unknown key"),
        (Kind.SOAK, {"pages": ["x"] * 3}, "x.json: pages: found 'x' more than once"),
        (Kind.PLAN, {"versions": {"shop": "latest"}}, "x.json: versions.shop: found 'latest'"),
        (Kind.GATE, {"answer": "maybe"}, "x.json: answer: found 'maybe'"),
        (Kind.POLICY, {"mandatory": -1}, "x.json: mandatory: found -1"),
    ],
)
def test_a_wrong_document_is_refused_with_its_key(kind: Kind, changed: dict[str, Any], text: str) -> None:
    with pytest.raises(BadInput) as caught:
        evidence(kind, **changed)
    assert text in str(caught.value)


def test_a_long_text_is_cut_and_stays_one_line() -> None:
    text = evidence(Kind.VERIFICATION, checks=[{"name": "a\nb" + "c" * 900, "result": "passed"}])
    (check,) = text.model_dump()["checks"]
    assert len(check["name"]) == 300
    assert check["name"].startswith("a bc")


@pytest.mark.parametrize("commit", ["abc", "main", "A" * 40, "g" * 40, "a" * 41, ""])
def test_a_commit_is_written_in_full(commit: str) -> None:
    with pytest.raises(BadInput, match=r"--commit: found .*; allowed: all 40 digits of a commit"):
        checked_commit(commit, "--commit")
    assert checked_commit(COMMIT, "--commit") == COMMIT


def test_a_document_is_the_same_after_it_was_written_and_read() -> None:
    for kind in Kind:
        one = evidence(kind)
        assert read_evidence(json.loads(one.model_dump_json()), kind, "x.json") == one


def test_one_version_more_is_another_digest_and_the_order_none() -> None:
    assert versions_digest({"a": "1.0.0", "b": "1.0.0"}) == versions_digest({"b": "1.0.0", "a": "1.0.0"})
    assert versions_digest({"a": "1.0.0"}) != versions_digest({"a": "1.0.1"})


def test_a_plan_has_one_digest_however_it_is_written() -> None:
    assert plan_digest({"a": 1, "b": [2]}) == plan_digest({"b": [2], "a": 1})
    assert plan_digest({"a": 1}) != plan_digest({"a": 2})


def test_an_output_without_a_time_is_refused() -> None:
    answer = {"environment": "prod", "system": "shop", "answer": "allowed", "passes": True, "more": {"x": 1}}
    with pytest.raises(BadInput, match=r"gate\.json: time: missing"):
        read_output(GateAnswer, answer, "gate.json")
    assert read_output(GateAnswer, {**answer, "time": 1}, "gate.json").passes
