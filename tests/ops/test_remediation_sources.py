"""Alertmanager, a real Prometheus, and the demo workload."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from model.catalog.change_calendar import ChangeCalendar
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.remediation.decision import Stop
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.remediation.actors import DemoWorkload, Refused, local_actors
from ops.remediation.alertmanager import Alertmanager
from ops.remediation.change_calendar import SystemsManager
from ops.remediation.facts import Prometheus, dependencies
from tests.model.catalog.test_remediation import RULE, system_with
from tests.model.remediation.examples import NOW, alert
from tests.ops.remediation_world import api_alert, serving, shop
from tests.ops.test_gate_prometheus import prometheus, wait_for


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Any]]]:
    with serving() as found:
        yield found


def test_a_restart_of_the_demo_workload_cures_its_own_faults_only(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    here, there = {"system": "shop", "component": "api"}, {"system": "shop", "component": "worker", "down": True}
    answers["/effects"] = [{**here, "down": True, "traffic": 5}, there]
    demo = DemoWorkload(url)
    assert demo.act(shop(), shop().remediation[0]) == "restarted shop/api of the demo workload"
    assert answers["/effects"] == [{**here, "traffic": 5}, there]
    with pytest.raises(Refused, match="no fault that a restart cures"):
        demo.act(shop(), shop().remediation[0])
    answers["/effects"] = {"no": "list"}
    with pytest.raises(Unreachable, match="does not answer as the demo workload does"):
        demo.act(shop(), shop().remediation[0])


def test_without_a_demo_workload_nothing_can_be_restarted() -> None:
    assert local_actors("") == {}


def test_alertmanager_says_what_stops_an_alert_and_who_silenced_it(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    every = {"silencedBy": ["s1"], "inhibitedBy": ["f9"], "mutedBy": ["nights"]}
    old = {**api_alert(), "fingerprint": "f3"}
    del old["status"]["mutedBy"]
    stopped = {**api_alert(**every), "fingerprint": "f2"}
    # Muted in one of its groups only, and a copy for a higher level.
    own = {**stopped, "status": {**stopped["status"], "mutedBy": []}}
    copy = {**api_alert(), "fingerprint": "f4", "labels": {**api_alert()["labels"], "level": "2"}}
    answers["/api/v2/alerts/groups"] = [{"alerts": [api_alert(), own, copy]}, {"alerts": [stopped, old]}]
    answers["/api/v2/silences"] = [{"id": "s1", "createdBy": "ada"}]
    found = Alertmanager(url).firing()
    assert [one.stops for one in found] == [
        frozenset(),
        frozenset({Stop.SILENCE, Stop.INHIBITION, Stop.MAINTENANCE}),
        None,
    ]
    assert [one.silenced_by for one in found] == ["", "ada", ""]
    assert found[0].alert == alert(environment="local", starts=NOW)


def test_a_mute_time_is_maintenance_and_a_copy_for_a_higher_level_is_no_alert(
    server: tuple[str, dict[str, Any]],
) -> None:
    url, answers = server
    mute = api_alert()
    mute |= {"labels": {"alertname": "AlertsMuted", "system": "platform", "muting": "nights"}, "fingerprint": "m"}
    copy = api_alert()
    copy["labels"] |= {"level": "2"}
    both = {**api_alert(inhibitedBy=["m", "f9"]), "fingerprint": "f2"}
    copy["fingerprint"] = "f3"
    answers["/api/v2/alerts/groups"] = [{"alerts": [mute, copy, api_alert(inhibitedBy=["m"]), both]}]
    own, muted, twice = Alertmanager(url, {"local": "dev"}).firing()
    assert own.alert.name == "AlertsMuted"
    assert (muted.alert.environment, muted.stops) == ("dev", frozenset({Stop.MAINTENANCE}))
    assert twice.stops == frozenset({Stop.MAINTENANCE, Stop.INHIBITION})


def test_another_answer_than_alertmanagers_is_unreachable(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    answers["/api/v2/alerts/groups"] = [{"alerts": [{"labels": {}}]}]
    with pytest.raises(Unreachable, match="does not answer as Alertmanager does"):
        Alertmanager(url).firing()


def test_an_answer_of_a_part_of_the_data_is_unknown(server: tuple[str, dict[str, Any]]) -> None:
    url, answers = server
    answers["/api/v1/query"] = {"data": {"result": [{"value": [1, "1"]}]}, "warnings": ["a store is away"]}
    found = Prometheus(url).facts(shop(), shop().remediation[0], NOW)
    assert (found.watchdog, found.sampled_at, found.firing) == (None, None, None)
    assert found.unknown == (f"{url} has only a part of the data",)


def with_calendar(**calendar: Any) -> System:
    return shop().model_copy(update={"calendar": ChangeCalendar.model_validate(calendar)})


@pytest.mark.parametrize(
    ("answer", "frozen"), [({"State": "OPEN"}, False), ({"State": "CLOSED"}, True), ("AccessDenied", None)]
)
def test_a_change_calendar_that_is_not_known_to_be_open_is_unknown(
    server: tuple[str, dict[str, Any]], answer: Any, frozen: bool | None
) -> None:
    url, answers = server
    answers["/api/v1/query"] = {"data": {"result": []}}
    client = boto3.client("ssm", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        asked = {"CalendarNames": ["holidays"]}
        if isinstance(answer, str):
            stub.add_client_error("get_calendar_state", answer, expected_params=asked)
        else:
            stub.add_response("get_calendar_state", answer, asked)
        read = Prometheus(url, Environment.DEV, SystemsManager(client))
        found = read.facts(with_calendar(change_calendars=["holidays"]), shop().remediation[0], NOW)
        stub.assert_no_pending_responses()
    assert found.frozen is frozen
    assert [one.startswith("GetCalendarState") for one in found.unknown] == [True] * (frozen is None)


def test_a_calendar_of_systems_manager_that_nobody_reads_is_unknown_and_a_freeze_needs_nobody(
    server: tuple[str, dict[str, Any]],
) -> None:
    url, answers = server
    answers["/api/v1/query"] = {"data": {"result": []}}
    sale = {"name": "sale", "reason": "Sales.", "time_zone": "UTC", "start": "2027-01-15", "end": "2027-01-16"}
    both = with_calendar(freezes=[sale], change_calendars=["holidays"])
    rule = shop().remediation[0]
    assert Prometheus(url).facts(both, rule, NOW).frozen is True
    later = Prometheus(url, Environment.DEV).facts(both, rule, NOW)
    assert (later.frozen, later.unknown) == (None, ("nobody reads the change calendars",))
    assert Prometheus(url).facts(shop(), rule, NOW).frozen is False
    assert Prometheus("http://127.0.0.1:9").facts(both, rule, NOW).frozen is True


def test_an_answer_of_systems_manager_that_is_neither_open_nor_closed_is_unreachable() -> None:
    class Odd:
        def get_calendar_state(self, **values: Any) -> Any:
            return {"State": "AJAR"}

    with pytest.raises(Unreachable, match="found 'AJAR'"):
        SystemsManager(Odd()).closed(["holidays"])


def test_what_a_target_depends_on_is_followed_through_its_system_and_one_step_beyond() -> None:
    document = system_with(RULE)
    links = {"api": ["orders", "worker"], "worker": ["bank/ledger", "api"]}
    for part in document["components"]:
        part["depends_on"] = links.get(part["name"], [])
    system = System.model_validate(document)
    assert dependencies(system, "api") == {("shop", "orders"), ("shop", "worker"), ("bank", "ledger")}
    assert dependencies(system, "payments") == set()


RULES = """
groups:
  - name: all
    interval: 1s
    rules:
      - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
      - record: component:slo_error_budget_remaining:ratio
        expr: vector(0.5)
        labels: {system: shop, component: api, objective: availability}
      - record: component:slo_objective:ratio
        expr: vector(0.99)
        labels: {system: shop, component: api, objective: availability}
      - record: component:slo_errors:ratio5m
        expr: vector(ERRORS)
        labels: {system: shop, component: api, objective: availability}
      - record: component:slo_events:increase5m
        expr: vector(EVENTS)
        labels: {system: shop, component: api, objective: availability, outcome: total}
      - {alert: SloOutage, expr: vector(1), labels: {severity: critical, system: shop, component: api, objective: a}}
      - {alert: SloFastBurn, expr: vector(1), labels: {severity: critical, system: shop, component: api, objective: b}}
      - {alert: ServiceDown, expr: vector(1), labels: {severity: critical, system: shop, component: worker}}
      - {alert: SloTrickle, expr: vector(1), labels: {severity: warning, system: shop, component: payments}}
      - {alert: SloOutage, expr: vector(1), labels: {severity: critical, system: bank, component: ledger}}
"""


def test_facts_are_read_from_a_real_prometheus(tmp_path: Path) -> None:
    """The worker fires, on which the API depends; so does a part of another system, on which it does not."""
    document = system_with(RULE)
    for part in document["components"]:
        part["depends_on"] = ["worker"] if part["name"] == "api" else []
    system = System.model_validate(document)
    rules = RULES.replace("ERRORS", "0.009").replace("EVENTS", "50")
    with prometheus(tmp_path, {"all": rules}) as (address, _):
        read = Prometheus(address)
        wait_for(lambda: read.facts(shop(), shop().remediation[0], NOW).firing == 2)
        found = read.facts(system, shop().remediation[0], NOW)
        other = Remediation.model_validate({**RULE, "proof": {"component": "worker", "objective": "x"}})
        without = read.facts(shop(), other, NOW)
        assert read.is_met(shop(), shop().remediation[0])
        assert not read.is_met(shop(), other)
    assert found.watchdog is True
    assert found.sampled_at is not None
    assert abs(found.sampled_at - time.time()) < 60
    assert (found.firing, found.components) == (2, len(shop().components) + len(shop().resources))
    assert without.sampled_at is None
    assert (found.causes, found.met, without.met, found.frozen) == (frozenset({"shop/worker"}), True, False, False)


@pytest.mark.parametrize(("errors", "events"), [("0.011", "50"), ("0", "0")])
def test_an_objective_is_not_met_with_too_many_errors_or_without_events(
    tmp_path: Path, errors: str, events: str
) -> None:
    rules = RULES.replace("ERRORS", errors).replace("EVENTS", events)
    with prometheus(tmp_path, {"all": rules}) as (address, _):
        read = Prometheus(address)
        wait_for(lambda: read.facts(shop(), shop().remediation[0], NOW).firing == 2)
        assert not read.is_met(shop(), shop().remediation[0])
