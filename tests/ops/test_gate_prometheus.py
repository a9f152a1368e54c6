"""The gate and a real Prometheus that evaluates the shipped kind of rules: their numbers are the gate's numbers."""

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from authoring.rules import slo
from model.catalog.catalog import Catalog
from model.gate.status import Status, read_status
from model.vocabulary import Environment
from ops.cli import app
from ops.gate.prometheus import Prometheus
from ops.http import Unreachable
from tests.model.catalogs import good_organization, write_catalog
from tests.model.gate.examples import component
from tests.tools import find, run

NAME = "component:slo_error_budget_remaining:ratio"
WATCHDOG = """
groups:
  - name: watchdog
    interval: 1s
    rules: [{alert: Watchdog, expr: vector(1), labels: {severity: none}}]
"""
# How long rules may take to be evaluated on a busy machine.
SECONDS = 60


def ask(address: str, query: str) -> list[Any]:
    words = urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(f"{address}/api/v1/query?{words}") as answer:  # noqa: S310 (loopback)
        found: list[Any] = json.load(answer)["data"]["result"]
    return found


def wait_for(what: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            if what():
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"not within {SECONDS} s")


def samples(now: int) -> Iterator[str]:
    """An hour of requests: 20 in 15 s, one in 2000 of them fails.

    None is of the future: Prometheus records nothing that is older than its newest block.
    """
    yield "# TYPE http_server_request_duration_seconds histogram"
    for status, share in (("200", 19.99), ("500", 0.01)):
        named = f'http_response_status_code="{status}",system="shop",component="api",cluster="c1",instance="a",job="j"'
        for step in range(-240, 1):
            count = round((step + 241) * share, 3)
            yield f"http_server_request_duration_seconds_count{{{named}}} {count} {now + step * 15}"


@contextmanager
def prometheus(folder: Path, rules: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    text = folder / "samples.om"
    text.write_text("\n".join([*samples(int(time.time()) // 15 * 15), "# EOF", ""]))
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, folder / "data")
    for name, content in rules.items():
        (folder / f"{name}.rules.yaml").write_text(content)
    config = folder / "prometheus.yml"
    config.write_text(f"rule_files: ['{folder}/*.rules.yaml']\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    options = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address[7:]}",
    ]
    with (
        (folder / "output.log").open("wb") as log,
        subprocess.Popen([find("prometheus"), *options], stdout=log, stderr=log) as process,
    ):
        try:
            yield address, process
        finally:
            process.terminate()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shop = {
        "system": "shop",
        "title": "Shop",
        "description": "It.",
        "owner": "shop",
        "components": [component("api", [], ("errors", None))],
        "tracing": {"sample_percent": 10, "slow": "1s"},
    }
    write_catalog(tmp_path / "catalog", [shop], good_organization())
    return tmp_path


def gate(project: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(
        app, ["gate", "--env", "prod", "--system", "shop", "--json", "--root", str(project), *words]
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == found["exit_code"]
    return found


def test_the_budget_of_the_gate_is_the_recorded_series_and_a_dead_prometheus_is_unknown(project: Path) -> None:
    [system] = Catalog.load(project / "catalog").systems
    folder = project / "prometheus"
    folder.mkdir()
    with prometheus(folder, {"slo": slo.rule_file(system), "watchdog": WATCHDOG}) as (address, process):
        wait_for(lambda: ask(address, NAME) and ask(address, 'ALERTS{alertname="Watchdog"}'))
        before = gate(project, "--prometheus", address)
        status = Prometheus(address).status(Environment.PROD, ["shop"])

        [one] = status.objectives
        # At the status' own moment, so that no evaluation lies between the two.
        [recorded] = ask(address, f"{NAME} @ {status.generated_at}")
        assert one.remaining == float(recorded["value"][1])
        assert (one.cluster, one.component, one.objective, one.window) == ("c1", "api", "errors", "30d")
        assert one.total is not None
        assert one.total > 10
        assert before["answer"] == "allowed", before
        assert [found["objective"] for found in before["objectives"]] == ["errors"]

        # The same as a document: the same schema, and the same decision.
        place = project / "slo.json"
        words = ["slo-status", "--env", "prod", "--prometheus", address, "--to", str(place), "--root", str(project)]
        assert CliRunner().invoke(app, words).exit_code == 0
        assert read_status(json.loads(place.read_text()), "slo.json").objectives[0].remaining == pytest.approx(
            one.remaining, abs=0.05
        )
        assert gate(project, "--status", str(place))["answer"] == "allowed"
        shown = CliRunner().invoke(app, [*words[:5], *words[7:]])
        assert json.loads(shown.stdout)["environment"] == "prod"

        # Without rules nothing is recorded and no alert fires: the samples that are left are those of before.
        for file in folder.glob("*.rules.yaml"):
            file.unlink()
        process.send_signal(1)
        wait_for(lambda: not ask(address, 'ALERTS{alertname="Watchdog"}'))
        frozen = gate(project, "--prometheus", address)
        assert (frozen["answer"], frozen["exit_code"]) == ("unknown", 4)
    dead = gate(project, "--prometheus", address)
    assert (dead["answer"], dead["exit_code"]) == ("unknown", 4)
    with pytest.raises(Unreachable, match="refused"):
        Prometheus(address).status(Environment.PROD, ["shop"])


def answer(*series: tuple[dict[str, str], str], **more: Any) -> dict[str, Any]:
    return {"data": {"result": [{"metric": labels, "value": [1, value]} for labels, value in series]}, **more}


ERRORS = {"system": "shop", "component": "api", "objective": "errors"}


def read(monkeypatch: pytest.MonkeyPatch, numbers: dict[str, Any]) -> Status:
    """The status by a server that answers the queries which begin with a key of ``numbers``."""

    def ask_(_: str, url: str, **__: object) -> object:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["query"][0]
        if query == "time()":
            return {"data": {"result": [1000, "1000"]}}
        return next((found for start, found in numbers.items() if query.startswith(start)), answer())

    monkeypatch.setattr("ops.http.ask", ask_)
    return Prometheus("https://thanos.example.com").status(Environment.PROD, ["shop"])


def test_an_objective_is_read_in_every_cluster_that_has_numbers_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    target = answer(({**ERRORS, "window": "30d"}, "0.999"))
    budgets = answer(({**ERRORS, "cluster": "a"}, "0.5"), ({**ERRORS, "cluster": "b"}, "-1"))
    found = read(monkeypatch, {"component:slo_objective:ratio": target, NAME: budgets})
    assert [(one.cluster, one.remaining) for one in found.objectives] == [("a", 0.5), ("b", -1)]


def test_where_targets_have_clusters_one_without_numbers_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = answer(*(({**ERRORS, "window": "30d", "cluster": cluster}, "0.999") for cluster in "ab"))
    found = read(
        monkeypatch,
        {"component:slo_objective:ratio": targets, NAME: answer(({**ERRORS, "cluster": "a"}, "0.5"))},
    )
    assert [(one.cluster, one.remaining) for one in found.objectives] == [("a", 0.5), ("b", None)]


def test_what_is_no_number_is_absent_and_warnings_are_partial_data(monkeypatch: pytest.MonkeyPatch) -> None:
    target = answer(({**ERRORS, "window": "30d"}, "0.999"), warnings=["store 2 did not answer"])
    found = read(monkeypatch, {"component:slo_objective:ratio": target, NAME: answer((ERRORS, "NaN"))})
    assert found.objectives[0].remaining is None
    assert found.partial == ("store 2 did not answer",)
    assert found.watchdog is False


@pytest.mark.parametrize("odd", [{"data": {}}, {"data": {"result": [{}]}}, [], None, answer(({}, "x"))])
def test_an_answer_of_another_shape_is_no_status(monkeypatch: pytest.MonkeyPatch, odd: object) -> None:
    with pytest.raises(Unreachable, match="does not answer as Prometheus does"):
        read(monkeypatch, {"component": odd})
