"""The demo workload with the real servers: what it sends arrives, and belongs together."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.workload import control
from lab.workload.effects import Effect
from model.catalog.catalog import Catalog
from tests.lab.running_lab import RunningLab

pytestmark = pytest.mark.engine

# The way of a visit of Alchemorsel, from the browser to the database. Other paths also lead by other services.
PATH = "/api/v1/recipes"
HOPS = {"frontend", "haproxy", "nginx", "api"}


# A trace is decided half a minute after its first span; some probes ask once a minute, and rules look back from there.
PATIENCE = 180


def failures(lab: RunningLab, since: str) -> list[dict[str, Any]]:
    """Log records of the API's requests of ``PATH`` whose query failed, of later than ``since``."""
    (file,) = lab.at.pod_logs.glob("alchemorsel_api-*/api/0.log")
    records = [json.loads(line.split(" ", 3)[3]) for line in file.read_text().splitlines()]
    message = re.compile(rf"\w+ {PATH} answered \d+: database failed")
    return [one for one in records if message.fullmatch(one["message"]) and one["timestamp"] > since]


@pytest.fixture(scope="module")
def failure(lab: RunningLab) -> dict[str, Any]:
    """The log record of a request whose query found no database; its trace is kept for certain."""
    began = datetime.now(UTC).isoformat()
    control.apply(lab.at.workload, [Effect(system="alchemorsel", component="database", errors=1, slower=200)])
    try:
        return lab.until(lambda: failures(lab, began))[0]  # type: ignore[no-any-return]
    finally:
        control.clear(lab.at.workload)


def test_every_probe_and_every_scrape_of_the_workload_succeeds(lab: RunningLab) -> None:
    assert lab.until(lambda: lab.series("probe_success == 1"))
    # A server that an earlier test restarted counts as down until it is asked again.
    lab.until(lambda: lab.series("probe_success == 0") == [], PATIENCE)
    lab.until(lambda: lab.series('up{system!="platform"} == 0') == [], PATIENCE)


def test_no_line_of_the_workload_breaks_the_contract_of_its_format(lab: RunningLab) -> None:
    assert lab.until(lambda: lab.series('log_lines_total{system="alchemorsel",component="haproxy"}'))
    assert lab.series('log_lines_malformed_total{system!=""}') == []


def test_the_lines_of_one_request_are_found_in_loki_by_its_correlation_id(
    lab: RunningLab, failure: dict[str, Any]
) -> None:
    query = f'{{service_namespace="alchemorsel"}} | correlation_id="{failure["correlation_id"]}"'

    def found() -> dict[str, list[list[str]]]:
        streams = lab.ask(f"{lab.at.loki}/loki/api/v1/query_range", query=query).get("data", {}).get("result", [])
        return {stream["stream"]["service_name"]: stream["values"] for stream in streams}

    lab.until(lambda: {"api", "frontend"} <= set(found()))

    assert json.loads(found()["api"][0][1])["request_id"] == failure["request_id"]


def test_its_trace_is_complete_in_jaeger_with_every_hop(lab: RunningLab, failure: dict[str, Any]) -> None:
    url = f"{lab.at.jaeger}/api/traces/{failure['trace_id']}"
    (kept,) = lab.until(lambda: lab.ask(url).get("data"), PATIENCE)
    services = {key: process["serviceName"] for key, process in kept["processes"].items()}
    spans = {span["spanID"]: span for span in kept["spans"]}
    parents = [reference["spanID"] for span in spans.values() for reference in span["references"]]

    assert {services[span["processID"]] for span in spans.values()} == HOPS
    assert any(span["operationName"] == "SELECT database" for span in spans.values())
    # One root, and every other span hangs on one that is there: nothing is torn.
    assert len(parents) == len(spans) - 1
    assert set(parents) <= set(spans)


def test_an_exemplar_leads_to_a_trace_that_is_in_jaeger(lab: RunningLab, failure: dict[str, Any]) -> None:
    """Of the slow answers of the failure: those are always kept, and stand alone in their bucket."""
    histogram = 'http_server_request_duration_seconds_bucket{system="alchemorsel",component="api"}'

    def exemplars() -> set[str]:
        now = time.time()
        found = lab.ask(
            f"{lab.at.prometheus}/api/v1/query_exemplars", query=histogram, start=int(now - 600), end=int(now + 60)
        )
        return {each["labels"]["trace_id"] for series in found.get("data", []) for each in series["exemplars"]}

    def kept() -> bool:
        return any(lab.ask(f"{lab.at.jaeger}/api/traces/{trace}").get("data") for trace in exemplars())

    assert lab.until(exemplars)
    assert lab.until(kept, PATIENCE)


def test_simulated_containers_have_the_workload_of_their_component(lab: RunningLab) -> None:
    used = lab.until(lambda: lab.series('namespace_workload:container_memory_working_set:ratio_max{workload="nginx"}'))

    assert used[0]["metric"]["namespace"] == "alchemorsel"
    assert used[0]["metric"]["cluster"] == lab.at.cluster


def test_the_machine_carries_the_default_load(lab: RunningLab) -> None:
    assert control.state(lab.at.workload).skipped == 0


def test_every_objective_of_the_catalog_has_data(lab: RunningLab) -> None:
    """But one: it asks only for minutes in which as many come as a laptop cannot send."""
    wanted = {
        (system.system, part.name, objective.name)
        for system in Catalog.load(lab.root / "catalog").systems
        for part in (*system.components, *system.resources)
        for objective in part.objectives
    } - {("cloudmart", "backend", "throughput")}

    def measured() -> set[tuple[str, str, str]]:
        found = lab.series("component:slo_events:increase5m")
        return {tuple(one["metric"][name] for name in ("system", "component", "objective")) for one in found}

    lab.until(lambda: wanted <= measured(), PATIENCE)

    assert measured() == wanted
