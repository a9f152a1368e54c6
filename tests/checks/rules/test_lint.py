"""The shipped rules are clean, exceptions have reasons, and bad input is one message."""

from pathlib import Path
from shutil import copytree

import pytest

from checks import rules
from checks.finding import Finding
from checks.rules import exceptions
from checks.rules.exceptions import ExceptionFile
from checks.rules.findings import Kind
from checks.rules.inference import source
from model.problems import BadInput
from tests.tools import PROJECT

FOUND = Finding("rules/a.yaml", 3, "ServiceDown", Kind.NO_FOR, "it has no `for`")


def test_the_shipped_rules_have_no_findings() -> None:
    assert [str(finding) for finding in rules.lint(PROJECT)] == []


def given(rule: str = "ServiceDown", kind: Kind = Kind.NO_FOR) -> ExceptionFile:
    return ExceptionFile.model_validate({"exceptions": [{"kind": kind, "rules": [rule], "reason": "It is so."}]})


def test_an_exception_covers_one_check_of_one_rule() -> None:
    assert exceptions.without([FOUND], given(), {"ServiceDown"}) == ()
    assert exceptions.without([FOUND], given("Other"), {"ServiceDown"}) == (FOUND,)
    assert exceptions.without([FOUND], given(kind=Kind.NEVER_TRUE), set()) == (FOUND,)


def test_an_exception_that_its_rule_does_not_need_is_an_error() -> None:
    with pytest.raises(BadInput, match="found the exception no-for of ServiceDown, which does not need it"):
        exceptions.without([], given(), {"ServiceDown"})


def test_an_exception_without_a_reason_or_for_an_unknown_check_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / exceptions.FILE
    file.parent.mkdir(parents=True)
    file.write_text("exceptions:\n  - {kind: no-fun, rules: [A]}\n", encoding="utf-8")
    with pytest.raises(BadInput) as error:
        exceptions.load(tmp_path)

    assert "exceptions[0].kind" in str(error.value)
    assert "exceptions[0].reason: missing" in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "rules: []\n",
        "groups: none\n",
        "- groups\n",
        "groups:\n  - name: a\n",
        "groups:\n  - name: a\n    rules:\n      - record: a:b:c\n        expr: up\n        labels: shop\n",
    ],
)
def test_a_file_that_is_no_rule_file_is_reported(text: str) -> None:
    with pytest.raises(BadInput, match=r"rules/a\.yaml: found no Prometheus rules"):
        source.read("a", "rules/a.yaml", text)


def test_a_bundle_without_its_file_is_reported(tmp_path: Path) -> None:
    copytree(PROJECT / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "prometheus" / "caches.yaml").unlink()

    with pytest.raises(BadInput, match=r"found no file rules/prometheus/caches\.yaml"):
        rules.lint(tmp_path)
