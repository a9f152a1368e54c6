"""Runs the verb `verify` for its tests."""

import json
from typing import Any

from typer.testing import CliRunner

from ops.cli import app
from tests.ops.running_environment import Running


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["verify", *words], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def verified(environment: Running, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and check -> what is said of it."""
    code, said, errors = run(*environment.options, "--json", *words)
    assert said, errors
    return code, {one["check"]: one for one in json.loads(said)["checks"]}
