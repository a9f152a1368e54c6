"""Servers whose program is not there wait, and join when it is."""

import shutil
from pathlib import Path

import pytest

from lab import manager as module
from lab.context import Context
from lab.deployment import Deployment
from lab.joining import built
from lab.layout import Layout
from lab.manager import Manager
from lab.servers.server import Server
from lab.servers.table import PROGRAMS
from lab.workload.demand import Demand
from tests.lab import resources as given
from tests.lab.servers.test_stores import collector_releases
from tools.table import ROOT, load, needed_for

JOINING = needed_for(load(ROOT / "tools" / "tools.toml"), "join")
COLLECTORS = ("otel-agent", "otel-gateway", "otel-sampler")
# In the place of the real one: it builds all but Loki, and writes down what it was asked for.
BUILDER = """
import pathlib, sys
name = sys.argv[-1]
print("building", name)
with open("asked", "a") as asked:
    print(*sys.argv[1:], file=asked)
if name != "loki":
    pathlib.Path(".tools/bin", name).touch()
"""


@pytest.fixture
def contexts(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """What the servers were made from, at each `up`; nothing is started."""
    found: list[Context] = []

    def servers(context: Context) -> list[Server]:
        found.append(context)
        return []

    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(module, "servers", servers)
    monkeypatch.setattr(module, "silence_absent", lambda context: None)
    layout.tools.mkdir(parents=True)
    for tool in ("alertmanager", "prometheus"):
        (layout.tools / tool).touch(mode=0o755)
    return found


def test_a_server_waits_for_its_program_and_the_workload_for_the_collectors(
    layout: Layout, contexts: list[Context]
) -> None:
    deployment, demand = Deployment.of([*given.resources(), *collector_releases()]), Demand(load=1)

    first = Manager(layout=layout).up(lambda: deployment, "prod", demand)
    assert {name: first.waiting[name] for name in COLLECTORS} == dict.fromkeys(COLLECTORS, "otelcol-lab")
    assert not set(first.absent) & set(COLLECTORS), "it is in the deployment"
    assert [contexts[0].deployment.release(name) for name in COLLECTORS] == [None, None, None]
    assert contexts[0].demand is None

    (layout.tools / "otelcol-lab").touch(mode=0o755)
    second = Manager(layout=layout).up(lambda: deployment, "prod", demand)
    assert second.waiting == {}
    assert all(contexts[1].deployment.release(name) for name in COLLECTORS)
    assert contexts[1].demand == demand


def test_what_the_deployment_has_not_does_not_wait(layout: Layout, contexts: list[Context]) -> None:
    outcome = Manager(layout=layout).up(lambda: Deployment.of(given.resources()), "prod")
    assert not set(outcome.waiting) & set(outcome.absent)
    assert set(COLLECTORS) <= set(outcome.absent)


def builder(layout: Layout) -> Path:
    layout.tools.mkdir(parents=True)
    (layout.root / "tools").mkdir()
    (layout.root / "tools" / "build.py").write_text(BUILDER)
    shutil.copy(ROOT / "tools" / "tools.toml", layout.root / "tools")
    return layout.root / "asked"


def test_each_tool_is_named_once_it_is_there_and_one_that_cannot_be_built_never(layout: Layout) -> None:
    asked, waiting = builder(layout), {server: programs[-1] for server, programs in PROGRAMS.items()}
    assert list(built(layout, waiting)) == ["otelcol-lab", "blackbox_exporter", "jaeger"]
    assert asked.read_text().splitlines() == [f"--keep-going {tool}" for tool in JOINING]


def test_the_builders_progress_goes_where_it_is_asked_for(
    layout: Layout, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    builder(layout)
    with (tmp_path / "progress").open("w") as progress:
        list(built(layout, {}, progress=progress))
    assert (tmp_path / "progress").read_text().splitlines() == [f"building {tool}" for tool in JOINING]
    assert capfd.readouterr().out == ""


def test_where_the_collector_of_the_tests_is_built_the_other_is_not(layout: Layout) -> None:
    asked = builder(layout)
    (layout.tools / "otelcol").touch()
    assert list(built(layout, {"loki": "loki"})) == []
    assert "otelcol-lab" not in asked.read_text()
