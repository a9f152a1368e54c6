"""The verbs: run, report, judge, arm."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from model.vocabulary import Environment
from ops.cli import app
from ops.remediation.ledger import Ledger
from ops.remediation.stores import FileStore
from tests.model.catalog.test_remediation import system_with
from tests.model.catalogs import good_organization, write_catalog
from tests.model.remediation.examples import NOW, alert
from tests.ops.remediation_world import (
    ACTING,
    World,
    api_alert,
    firing,
    serving,
    shop,
)


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Any]]]:
    with serving() as found:
        yield found


def run(project: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["remediation", *words, "--root", str(project)], env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_catalog(tmp_path / "catalog", [system_with(ACTING)], good_organization())
    return tmp_path


def test_the_local_runner_decides_and_reports(project: Path, server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    dog = {**api_alert(), "labels": {"alertname": "Watchdog"}, "fingerprint": "w"}
    answers["/api/v2/alerts/groups"] = [{"alerts": [dog, api_alert()]}]
    now = time.time()
    answers["/api/v1/query"] = {"data": {"result": [{"value": [now, str(now)]}]}}
    endpoints = project / ".local/lab/endpoints.json"
    endpoints.parent.mkdir(parents=True)
    endpoints.write_text(json.dumps({"alertmanager": url, "prometheus": url, "workload": "", "environment": "prod"}))
    assert run(project, "run", "--env", "local", "--once")[0] == 0
    code, out = run(project, "report", "--env", "local", "--json")
    assert code == 0
    [found] = json.loads(out)
    assert (found["rule"], found["verdicts"], found["armable"]) == ("restart", 1, False)


def test_bad_options_are_reported_together_and_change_nothing(project: Path) -> None:
    assert run(project, "report", "--env", "qa")[0] == 2
    code, out = run(project, "report", "--env", "prod")
    assert (code, "--ledger: it is missing; allowed: the ledger of prod" in out) == (2, True)
    assert "Pulumi.dev.yaml: the file does not exist" in run(project, "run", "--env", "dev")[1]
    assert "no running local environment; allowed: `make up`" in run(project, "run", "--env", "local")[1]
    code, out = run(project, "judge", "--env", "local", "--key", "x", "--as", "good", "--by", " ")
    assert code == 2
    assert all(text in out for text in ("--as: found 'good'", "--by: found no name", "--key: found unknown verdict"))
    code, out = run(project, "arm", "--env", "local", "--rule", "shop/x", "--by", "")
    assert (code, "found unknown rule 'shop/x'; allowed: shop/restart" in out) == (2, True)


def test_arming_wants_twenty_judged_verdicts(project: Path) -> None:
    world = World()
    ledger = Ledger(FileStore(project / "l.sqlite"), Environment.PROD)
    keys = []
    for number in range(20):
        world.alerts.found = [firing(alert=alert(fingerprint=f"f{number}"))]
        [entry] = world.engine.step(NOW + number)
        ledger.record(entry)
        keys.append(entry.key)
    place = ("--env", "prod", "--ledger", str(project / "l.sqlite"))
    for key in keys[:19]:
        assert run(project, "judge", *place, "--key", key, "--as", "right", "--by", "ada")[0] == 0
    arm = ("arm", *place, "--rule", "shop/restart", "--by", "ada")
    code, out = run(project, *arm)
    assert (code, "found 19 judged verdicts of shop/restart, 0 wrong; allowed: at least 20" in out) == (2, True)
    run(project, "judge", *place, "--key", keys[19], "--as", "wrong", "--by", "ada")
    assert run(project, *arm) == (0, "shop/restart is armed in prod: 20 judged verdicts, 1 wrong\n")
    kept = ledger.book(alert(), shop().remediation[0]).arming
    assert kept is not None
    assert (kept.by, kept.verdicts, kept.wrong) == ("ada", 20, 1)
    assert " yes" in run(project, "report", *place)[1]
