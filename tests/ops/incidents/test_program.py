"""The program of the cluster and of the local environment: from its arguments to a served metric, and its refusals."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from model.catalog.catalog import Catalog
from model.incidents.from_catalog import scope
from ops.incidents.__main__ import main
from tests.ops.incidents.world import World, project, served

ROOT = Path(__file__).resolve().parents[3]


def words(folder: Path, world: World, port: int) -> list[str]:
    urls = [word for name in ("prometheus", "alertmanager", "inbox") for word in (f"--{name}", world.url)]
    of = ("--environment", "local", "--scope", str(folder / "scope.json"), "--store", str(folder / "incidents"))
    return [*of, *urls, "--every", "1", "--host", "127.0.0.1", "--port", str(port)]


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_reads_its_sources_and_serves_their_numbers(tmp_path: Path) -> None:
    with served(World()) as world:
        catalog = Catalog.load(project(tmp_path, world) / "catalog")
        (tmp_path / "scope.json").write_text(scope(catalog).model_dump_json())
        port = free()
        command = [sys.executable, "-m", "ops.incidents", *words(tmp_path, world, port)]
        with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as running:
            try:
                text = _metrics(port)
            finally:
                running.terminate()
            assert running.wait() == 0
    assert "incidents_last_read_timestamp_seconds" in text


def _metrics(port: int) -> str:
    """Once the first round is over."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                text: str = answer.read().decode()
            if "incidents_last_read" in text:
                return text
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("it never read its sources")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "scope.json"),
        (json.dumps({"calls": {}, "team": []}), "team: unknown key"),
        (json.dumps({"calls": {}, "teams": ["A b"]}), "teams"),
    ],
)
def test_a_scope_that_is_none_is_one_error(
    tmp_path: Path, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scope.json").write_text(content)
    assert main(words(tmp_path, World(url="http://127.0.0.1:9"), 0)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "incidents").exists()
