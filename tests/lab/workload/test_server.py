"""The workload as one more server."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from lab.layout import ROOT
from lab.servers.server import Server
from lab.servers.table import endpoints, servers
from lab.workload import server as module
from lab.workload.demand import Demand
from lab.workload.server import workload
from tests.lab import resources as given


def made(folder: Path, demand: Demand) -> Server:
    if not (folder / "catalog").exists():
        shutil.copytree(ROOT / "catalog", folder / "catalog")
    server = workload(dataclasses.replace(given.context(folder), demand=demand))
    assert server
    return server


def test_without_a_demand_there_is_no_workload(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    context = given.context(tmp_path)

    assert "workload" not in [server.name for server in servers(context)]
    assert endpoints(context).workload == ""


def test_it_gets_the_agents_address_and_the_load_to_make(tmp_path: Path) -> None:
    demand = Demand(systems=("cloudmart",), load=2)
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    context = dataclasses.replace(given.context(tmp_path), demand=demand)
    server = workload(context)
    assert server
    command = server.run.command

    assert Demand.model_validate_json(command[command.index("--demand") + 1]) == demand
    assert command[command.index("--agent") + 1] == endpoints(context).otlp_grpc
    assert "load 2" in server.notes[0]


def test_it_starts_again_when_the_catalog_changes(tmp_path: Path) -> None:
    before = made(tmp_path, Demand()).fingerprint
    catalog = tmp_path / "catalog" / "generic.yaml"
    catalog.write_text(catalog.read_text().replace("critical: 10\n", "critical: 37\n"))

    assert made(tmp_path, Demand()).fingerprint != before
    assert made(tmp_path, Demand()).run.reload is None


def test_it_starts_again_when_its_own_program_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copytree(module.FOLDER, tmp_path / "workload")
    monkeypatch.setattr(module, "FOLDER", copy)
    before = made(tmp_path, Demand()).fingerprint
    (copy / "worker.py").write_text("SLOTS = 8\n")

    assert made(tmp_path, Demand()).fingerprint != before
