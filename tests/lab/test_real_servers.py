"""The real servers, with what a real deployment of a changed catalog produced."""

import dataclasses
import json
import os
import re
import signal
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import psutil
import pytest
import yaml
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from engine.state import deployed
from lab.deployment import Deployment
from lab.manager import Action, Manager
from lab.process import records, request
from lab.servers.silences import ABSENT
from lab.workload.demand import Demand
from model.alarms.forwarding import read_table
from tests.configs.sink import attributes, post
from tests.configs.test_traces_run import trace
from tests.lab.running_lab import RunningLab, must

pytestmark = pytest.mark.engine

EVERY_SYSTEM = Demand()
SERVERS = {
    *("inbox", "alertmanager", "prometheus", "blackbox", "loki", "jaeger", "watch"),
    *("otel-agent", "otel-gateway", "otel-sampler", "workload", "console", "aws", "alarm-forwarder"),
    *("incident-watch", "remediation"),
}


def deployment(lab: RunningLab) -> Deployment:
    return Deployment.of(deployed(lab.root, os.environ))


def alert(name: str, **labels: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "labels": {"alertname": name, "cluster": "belfry-local", "environment": "prod", **labels},
        "annotations": {"summary": f"{name} is rehearsed", "runbook_url": f"https://runbooks/{name}.md"},
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(minutes=5)).isoformat(),
    }


def test_every_server_accepts_its_configuration_and_stays_below_a_gibibyte(lab: RunningLab) -> None:
    shown = json.loads(must(lab.run("lab", "status", "--json")))

    assert {one["name"]: one["state"] for one in shown} == dict.fromkeys(SERVERS, "running")
    assert all(0 < one["memory_mib"] < 1024 for one in shown)
    assert sum(one["memory_mib"] for one in shown) < 3 * 1024


def test_nothing_listens_but_on_loopback(lab: RunningLab) -> None:
    heard = {
        (name, where.laddr.ip)
        for name, record in records(lab.layout).items()
        if (process := record.process())
        for where in process.net_connections(kind="inet")
        if where.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
    }

    assert {address for _, address in heard} == {"127.0.0.1"}
    assert {name for name, _ in heard} == SERVERS - {"watch"}


def test_an_alarm_of_cloudwatch_reaches_the_pager_of_its_team_and_its_end_too(lab: RunningLab) -> None:
    forwarder = deployment(lab).forwarder
    assert forwarder is not None
    alerts = read_table(forwarder.table.values())
    name = min(name for name, alert in alerts.items() if alert.labels["severity"] == "critical")
    for state, action in (("ALARM", "trigger"), ("OK", "resolve")):
        must(lab.run("lab", "alarm", name, state, "--reason", "Rehearsed by a test"))

        def paged(action: str = action) -> list[dict[str, Any]]:
            paged = [one["payload"] for one in lab.notifications(kind="pagerduty")]
            summary = alerts[name].annotations["summary"]
            return [one for one in paged if one["event_action"] == action and summary in json.dumps(one)]

        lab.until(paged, seconds=180)  # an end waits for the next minute of its group


def test_a_threshold_of_the_catalog_is_seen_in_the_running_prometheus(lab: RunningLab) -> None:
    queries = [
        rule["query"] for rule in lab.rules() if rule["name"] == "HighErrorRate" and 'system="generic"' in rule["query"]
    ]

    assert any("> 0.37" in query for query in queries), queries
    assert not any("> 0.1 " in query for query in queries), queries


def test_prometheus_has_every_deployed_rule_and_evaluates_each_without_an_error(lab: RunningLab) -> None:
    wanted = {
        (group["name"], rule.get("alert") or rule["record"])
        for rules in deployment(lab).rules
        for group in rules.spec["groups"]
        for rule in group["rules"]
    }

    found = lab.until(lambda: [rule for rule in lab.rules() if rule["health"] != "unknown"])

    assert {(rule["group"], rule["name"]) for rule in lab.rules()} == wanted
    assert [rule["name"] for rule in found if rule["health"] == "err"] == []


def test_loki_has_every_deployed_rule(lab: RunningLab) -> None:
    wanted = {group["name"] for text in deployment(lab).loki_rules.values() for group in yaml.safe_load(text)["groups"]}
    assert wanted

    def loaded() -> set[str]:
        found = lab.ask(f"{lab.at.loki}/prometheus/api/v1/rules").get("data", {}).get("groups", [])
        return {group["name"] for group in found}

    lab.until(lambda: wanted <= loaded())

    assert loaded() == wanted


def test_a_critical_alert_reaches_the_pager_and_the_chat_as_they_would_see_it(lab: RunningLab) -> None:
    firing = alert("Rehearsal", severity="critical", team="platform", system="platform", component="prometheus")
    assert request("POST", f"{lab.at.alertmanager}/api/v2/alerts", body=json.dumps([firing]))[0] == 200

    def sent(kind: str) -> list[dict[str, Any]]:
        # The alarm of another test goes to the same team.
        found = lab.notifications(kind=kind, receiver="platform-critical-page")
        return [each for each in found if "Rehearsal is rehearsed" in json.dumps(each["payload"])]

    (page, *_) = lab.until(lambda: sent("pagerduty"))
    (chat, *_) = lab.until(lambda: sent("slack"))

    assert page["payload"]["routing_key"] == "pagerduty-platform"
    assert page["payload"]["event_action"] == "trigger"
    assert page["payload"]["dedup_key"]
    assert page["payload"]["payload"]["severity"] == "critical"
    assert page["payload"]["payload"]["summary"] == "Rehearsal is rehearsed"
    assert chat["payload"]["channel"].startswith("#")
    assert "Rehearsal" in json.dumps(chat["payload"])


def test_an_alert_of_a_deployed_rule_travels_from_prometheus_to_the_inbox(lab: RunningLab) -> None:
    (beat, *_) = lab.until(lambda: lab.notifications(receiver="dead-mans-switch"))

    (sent,) = beat["payload"]["alerts"]
    assert sent["labels"]["alertname"] == "Watchdog"
    assert sent["labels"]["environment"] == lab.at.environment == "prod"


def test_a_log_record_is_found_by_its_correlation_id(lab: RunningLab) -> None:
    call = ExportLogsServiceRequest()
    block = call.resource_logs.add()
    block.resource.attributes.extend(attributes({"service.namespace": "cloudmart", "service.name": "backend"}))
    block.scope_logs.add().log_records.add(
        time_unix_nano=time.time_ns(),
        severity_text="ERROR",
        attributes=attributes({"correlation_id": "corr-4711", "request_id": "req-1"}),
    ).body.string_value = "card declined"
    port = int(lab.at.otlp_http.rpartition(":")[2])
    post(port, "/v1/logs", call.SerializeToString(), {"Content-Type": "application/x-protobuf"})

    query = '{service_name="backend"} | correlation_id="corr-4711"'
    (stream,) = lab.until(
        lambda: lab.ask(f"{lab.at.loki}/loki/api/v1/query_range", query=query).get("data", {}).get("result")
    )

    assert stream["stream"]["service_namespace"] == "cloudmart"
    assert stream["values"][0][1] == "card declined"


def test_a_line_of_a_container_is_parsed_by_the_agent_and_the_gateway(lab: RunningLab) -> None:
    folder = lab.at.pod_logs / "cloudmart_backend-7d9f_0b1c2d3e-0000-4000-8000-000000000001" / "backend"
    folder.mkdir(parents=True)
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = {"timestamp": now, "level": "WARN", "service": "backend", "message": "slow", "correlation_id": "corr-4712"}
    (folder / "0.log").write_text(f"{now} stdout F {json.dumps(line)}\n")

    query = '{service_name="backend"} | correlation_id="corr-4712"'
    (stream,) = lab.until(
        lambda: lab.ask(f"{lab.at.loki}/loki/api/v1/query_range", query=query).get("data", {}).get("result")
    )

    assert stream["stream"]["severity_text"] == "WARN"
    assert lab.until(lambda: lab.series('log_lines_total{system="cloudmart",component="backend"}'))


def test_a_trace_is_in_jaeger_and_an_exemplar_leads_to_it(lab: RunningLab) -> None:
    number = 7 << 40
    # Of a part that the workload does not have: a newer exemplar takes the place of an older one.
    call: ExportTraceServiceRequest = trace(number, "generic", failed=True)
    port = int(lab.at.otlp_http.rpartition(":")[2])
    post(port, "/v1/traces", call.SerializeToString(), {"Content-Type": "application/x-protobuf"})
    wanted = f"{number:032x}"
    histogram = 'traces_span_metrics_duration_seconds_bucket{system="generic",component="backend"}'

    def exemplars() -> list[str]:
        now = time.time()
        found = lab.ask(
            f"{lab.at.prometheus}/api/v1/query_exemplars", query=histogram, start=int(now - 600), end=int(now + 60)
        )
        return [each["labels"]["trace_id"] for series in found.get("data", []) for each in series["exemplars"]]

    assert wanted in lab.until(exemplars)
    # Kept after the sampler's decision, half a minute later.
    (kept,) = lab.until(lambda: lab.ask(f"{lab.at.jaeger}/api/traces/{wanted}").get("data"))
    assert [span["operationName"] for span in kept["spans"]] == ["GET /orders"]


def test_what_the_workload_registers_is_scraped_and_probed_under_the_deployed_labels(lab: RunningLab) -> None:
    def one() -> list[dict[str, Any]]:
        # A workload that an earlier test restarted has two series for a while, at its former port too.
        found = lab.series('up{system="cloudmart",component="security-reporter",job!="probe"} == 1')
        return found if len(found) == 1 else []

    (scraped,) = lab.until(one)
    (probed,) = lab.until(
        lambda: lab.series('probe_success{system="cloudmart",component="backend",probe="ready"} == 1')
    )

    assert scraped["metric"]["job"] == "security-posture"
    assert scraped["metric"]["cluster"] == "belfry-local"
    assert probed["metric"]["instance"].startswith("http://backend.cloudmart.svc:")


def test_the_platform_watches_its_own_servers(lab: RunningLab) -> None:
    components = {
        *("alarm-forwarder", "incident-watch", "jaeger", "loki", "otel-agent", "otel-gateway", "otel-sampler"),
        "remediation",
    }

    lab.until(lambda: len(lab.series('up{system="platform"} == 1')) == len(components))

    found = lab.series('up{system="platform"} == 1')
    assert {one["metric"]["component"] for one in found} == components


def test_what_a_laptop_cannot_have_is_silenced_and_each_silence_names_an_alert_that_exists(lab: RunningLab) -> None:
    silences = lab.ask(f"{lab.at.alertmanager}/api/v2/silences")

    assert {matcher["value"] for one in silences for matcher in one["matchers"]} == set(ABSENT)
    assert set(ABSENT) <= {rule["name"] for rule in lab.rules()}


def test_no_secret_of_the_deployment_is_in_the_labs_files(lab: RunningLab) -> None:
    made_up = {
        value
        for one in deployed(lab.root, os.environ)
        if one["type"] == "kubernetes:core/v1:Secret" and one["inputs"]["metadata"]["name"] != "alertmanager-config"
        for value in json.loads(one["inputs"]["stringData"]["plaintext"]).values()
        if len(value) > 12
    }
    assert made_up

    for file in lab.layout.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [value for value in made_up if value.encode() in content], file


def test_a_second_up_changes_nothing(lab: RunningLab) -> None:
    before = {name: record.pid for name, record in records(lab.layout).items()}

    again = json.loads(must(lab.run("lab", "up", "--json")))

    assert set(again["actions"].values()) == {"kept"}
    assert {name: record.pid for name, record in records(lab.layout).items()} == before


def test_a_changed_rule_and_a_changed_route_are_reloaded_without_a_restart(lab: RunningLab) -> None:
    whole = deployment(lab)
    manager = Manager(layout=lab.layout)
    first, *others = whole.rules
    (group, *_) = first.spec["groups"]
    added = {"groups": [{**group, "name": "added.by.test"}]}
    config = {**whole.alertmanager, "route": {**whole.alertmanager["route"], "repeat_interval": "13h"}}
    rules = [dataclasses.replace(first, spec=added), *others]
    changed = dataclasses.replace(whole, rules=rules, alertmanager=config)
    before = {name: record.pid for name, record in records(lab.layout).items()}
    try:
        actions = manager.up(lambda: changed, "prod", EVERY_SYSTEM).actions

        assert {name for name, action in actions.items() if action is Action.RELOADED} == {"prometheus", "alertmanager"}
        assert {name: record.pid for name, record in records(lab.layout).items()} == before
        assert "added.by.test" in {rule["group"] for rule in lab.rules()}
        running = lab.ask(f"{lab.at.alertmanager}/api/v2/status")["config"]["original"]
        assert "repeat_interval: 13h" in running
    finally:
        manager.up(lambda: whole, "prod", EVERY_SYSTEM)


def test_a_configuration_that_prometheus_refuses_leaves_the_old_one_at_work(lab: RunningLab) -> None:
    whole = deployment(lab)
    first, *others = whole.rules
    broken = dataclasses.replace(first, spec={"groups": [{"name": "g", "rules": [{"alert": "A", "expr": "sum("}]}]})
    refused = dataclasses.replace(whole, rules=[broken, *others])
    try:
        with pytest.raises(Exception, match="prometheus rejects its new configuration and keeps the old one"):
            Manager(layout=lab.layout).up(lambda: refused, "prod", EVERY_SYSTEM)

        assert request("GET", f"{lab.at.prometheus}/-/ready")[0] == 200
    finally:
        Manager(layout=lab.layout).up(lambda: whole, "prod", EVERY_SYSTEM)


def test_the_console_reads_every_server_and_its_links_work(lab: RunningLab) -> None:
    lab.until(lambda: 'class="box in-budget"' in request("GET", f"{lab.at.console}/")[1])
    page = request("GET", f"{lab.at.console}/")[1]

    assert 'class="trouble"' not in page
    links = {unescape(link).partition("#")[0] for link in re.findall(r'href="(http://127[^"]*)"', page)}
    assert len(links) > 5
    assert {link: found for link in links if (found := request("GET", link)[0]) != 200} == {}


def test_silences_and_the_log_of_what_was_sent_outlive_a_restart_of_alertmanager(lab: RunningLab) -> None:
    def silences() -> set[str]:
        return {one["id"] for one in lab.ask(f"{lab.at.alertmanager}/api/v2/silences")}

    before = silences()
    assert before

    must(lab.run("lab", "restart", "alertmanager"))

    assert silences() == before


def test_a_crash_is_reported_and_the_next_up_repairs_it(lab: RunningLab) -> None:
    record = records(lab.layout)["jaeger"]
    os.kill(record.pid, signal.SIGKILL)

    lab.until(lambda: lab.layout.events.exists() and '"jaeger"' in lab.layout.events.read_text())
    assert lab.run("lab", "status").returncode == 1

    again = json.loads(must(lab.run("lab", "up", "--json")))

    assert again["actions"].pop("jaeger") == "started"
    assert set(again["actions"].values()) == {"kept"}
    assert lab.run("lab", "status").returncode == 0
