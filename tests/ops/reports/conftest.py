"""A project with a shop, and a Prometheus that has watched it through November."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from model.calendar import midnight
from tests.model.catalogs import good_organization, write_catalog
from tests.model.gate.examples import component
from tests.ops.reports.prometheus import FakePrometheus

DAY = 86_400
NOW = midnight("2026-12-02", "UTC") + 1000
OBJECTIVE = {"system": "shop", "component": "api", "objective": "errors"}
SETTINGS = """
config:
  belfry:region: eu-central-1
  belfry:alerting:
    maintenance:
      - {name: upgrade, systems: [shop], reason: A new database., time_zone: UTC,
         start: 2026-11-10T22:00, end: 2026-11-10T23:02}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shop = {
        "system": "shop",
        "title": "Shop",
        "description": "It.",
        "owner": "shop",
        "components": [component("api", [], ("errors", None), ("checkout", "pay"))],
        "tracing": {"sample_percent": 10, "slow": "1s"},
        "sla": [
            {
                "component": "api",
                "objective": "errors",
                "credits": [{"below": 99.9, "credit": 10}],
                "reason": "The contract.",
            }
        ],
    }
    write_catalog(tmp_path / "catalog", [shop], good_organization())
    (tmp_path / "Pulumi.prod.yaml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakePrometheus:
    """288 events in five minutes since the first of November, one of them bad; a gap of an hour on the 20th."""
    since, gap = midnight("2026-11-01", "UTC"), midnight("2026-11-20", "UTC") + 7200

    def at(value: float) -> Any:
        return lambda when: None if when <= since or gap < when <= gap + 3600 else value

    target = {**OBJECTIVE, "window": "30d", "sli": "availability", "team": "shop"}
    here = {**OBJECTIVE, "cluster": "one"}
    found = FakePrometheus(now=NOW)
    found.series.append(("component:slo_objective:ratio", target, at(0.999)))
    for outcome, count in (("total", 288.0), ("bad", 0.25)):
        labels = {**here, "outcome": outcome}
        found.series.append(("component:slo_events:increase5m", labels, at(count)))
        found.series.append(("component:slo_events:increase1d", labels, at(count * 288)))
        found.series.append(("component:slo_events:increase30d", labels, at(count * 288 * 30)))
    found.series.append(("component:slo_error_budget_remaining:ratio", here, at(0.125)))
    alert = {"alertname": "SloOutage", "severity": "critical", "team": "shop", "system": "shop", "component": "api"}
    found.ended.append(({**alert, "cluster": "one"}, [(midnight("2026-11-20", "UTC") + 600.0, 300.0)]))
    monkeypatch.setattr("ops.reports.api.get", lambda url, *, shown: found.ask("GET", url))
    return found


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="belfry")
        yield "belfry"
