"""The entry of a Lambda function: how a program ends is how the function ends."""

import sys
from types import SimpleNamespace

import pytest

from ops.function import handler

EVENT = {"program": "ops.backup", "arguments": ["--now"]}


def program(monkeypatch: pytest.MonkeyPatch, code: object, *, by_exit: bool) -> list[list[str]]:
    """A program that ends with ``code``; the arguments of its calls."""
    calls = []

    def main(arguments: list[str]) -> object:
        calls.append(arguments)
        if by_exit:
            raise SystemExit(code)
        return code

    monkeypatch.setitem(sys.modules, "ops.backup", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "ops.backup.__main__", SimpleNamespace(main=main))
    return calls


@pytest.mark.parametrize("by_exit", [False, True])
@pytest.mark.parametrize("code", [None, 0])
def test_a_program_that_ends_well_is_a_success(monkeypatch: pytest.MonkeyPatch, code: object, by_exit: bool) -> None:
    calls = program(monkeypatch, code, by_exit=by_exit)
    assert handler(EVENT, None) == {"exit_code": 0}
    assert calls == [["--now"]]


@pytest.mark.parametrize("by_exit", [False, True])
@pytest.mark.parametrize("code", [1, 2, "no bucket"])
def test_a_program_that_ends_otherwise_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, code: object, by_exit: bool
) -> None:
    program(monkeypatch, code, by_exit=by_exit)
    with pytest.raises(RuntimeError, match=f"ops.backup ended with {code}"):
        handler(EVENT, None)
