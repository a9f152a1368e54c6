"""PagerDuty's incidents over deployments: real Alertmanagers, whose every trigger is followed by its own resolve."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from authoring.rules.alertmanager import generate
from configs.mute_times import muted
from model.alerting.maintenance import MaintenanceWindow, MuteTime
from model.catalog.catalog import Catalog
from model.catalog.teams import Organization
from tests.configs.collectors import wait_for
from tests.rules.alertmanager import CONFIG
from tests.rules.pager import Deployed, Pager, deployed, pager
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")
DATABASE = {
    "alertname": "DatabaseDown",
    "severity": "critical",
    "team": "bakhmach",
    "system": "bakhmach",
    "component": "postgres",
    "cluster": "prod-eu",
    "environment": "prod",
}
SCOPE: dict[str, Any] = {"reason": "PostgreSQL 17.", "systems": ["bakhmach"], "time_zone": "UTC"}
WINDOW = MaintenanceWindow.model_validate(
    {**SCOPE, "name": "upgrade", "components": ["postgres"], "start": "2030-03-07T22:30", "end": "2030-03-08T02:00"}
)
NIGHT = MuteTime.model_validate(
    {**SCOPE, "name": "night", "severities": ["critical"], "times": [{"start": "22:00", "end": "24:00"}]}
)
MUTES = {"alertname": "AlertsMuted", "severity": "none", "team": "platform", "muting": "upgrade", "cluster": "prod-eu"}


@pytest.fixture
def incidents() -> Iterator[Pager]:
    with pager() as running:
        yield running


def with_team(change: Callable[[dict[str, Any]], None]) -> str:
    document = CATALOG.organization.model_dump(mode="json")
    change(document)
    return generate(Catalog.of(Organization.model_validate(document), CATALOG.systems))


def add_team(document: dict[str, Any]) -> None:
    first = {**document["teams"][1], "name": "accounts", "title": "Accounts"}
    document["teams"].insert(0, first)


def add_receiver(document: dict[str, Any]) -> None:
    [team] = [team for team in document["teams"] if team["name"] == "bakhmach"]
    team["receivers"].insert(0, {"kind": "webhook", "secret": "webhook-bakhmach", "severities": ["critical"]})


CHANGES = {
    "a window years away": muted(CONFIG, [WINDOW]),
    "a mute time": muted(CONFIG, [NIGHT]),
    "both": muted(CONFIG, [WINDOW, NIGHT]),
    "another team": with_team(add_team),
    "another receiver of the team": with_team(add_receiver),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("direction", ["deployed", "removed"])
def test_an_incident_is_resolved_under_its_own_key_after_a_deployment(
    tmp_path: Path, incidents: Pager, change: str, direction: str
) -> None:
    before, after = (CONFIG, CHANGES[change]) if direction == "deployed" else (CHANGES[change], CONFIG)
    with deployed(tmp_path, before, incidents) as [server]:
        server.alertmanager.tell([DATABASE])
        incidents.wait_for("trigger")
        server.deploy(after)
        end(server)
        incidents.wait_for("resolve")
    keys = {key for _, key in incidents.events}
    assert len(keys) == 1
    assert incidents.open == set()


def end(server: Deployed, labels: dict[str, str] = DATABASE) -> None:
    server.alertmanager.resolve([labels])


def test_an_incident_names_the_thing_and_links_to_what_helps(tmp_path: Path, incidents: Pager) -> None:
    annotations = {
        "summary": "bakhmach/postgres does not answer",
        "description": "No probe answered for 2 minutes.",
        "runbook_url": "https://runbooks.example.com/DatabaseDown.md",
        "dashboard_url": "https://grafana.example.com/d/belfry-databases?var-system=bakhmach",
    }
    start = datetime(2026, 3, 7, 22, 30, tzinfo=UTC)
    with deployed(tmp_path, CONFIG, incidents) as [server]:
        server.alertmanager.tell([DATABASE], annotations=annotations, startsAt=start.isoformat())
        incidents.wait_for("trigger")
    [event] = [body for path, body in incidents.sent if path.startswith("/pagerduty/")]
    payload, links = event["payload"], {link["text"]: link["href"] for link in event["links"]}
    assert event["routing_key"] == "pagerduty-bakhmach"
    assert {key: payload[key] for key in ("summary", "source", "severity", "class", "component", "group")} == {
        "summary": "bakhmach/postgres does not answer",
        "source": "prod-eu",
        "severity": "critical",
        "class": "DatabaseDown",
        "component": "postgres",
        "group": "bakhmach",
    }
    # No Explore: the alert has no such link.
    assert set(links) == {"Runbook", "Dashboard", "Silence"}
    assert links["Runbook"] == annotations["runbook_url"]
    assert links["Dashboard"] == f"{annotations['dashboard_url']}&from=1772920800000&to=now"
    assert links["Silence"].startswith("https://alertmanager.example.com/#/silences/new?filter=")
    details = payload["custom_details"]
    assert details["description"] == annotations["description"]
    assert details["firing"].strip() == "bakhmach/postgres does not answer, since 2026-03-07 22:30:00 UTC"
    assert (details["environment"], details["team"], details["num_firing"]) == ("prod", "bakhmach", "1")


def test_a_window_that_is_open_mutes_and_what_still_fires_afterwards_is_sent_under_the_same_key(
    tmp_path: Path, incidents: Pager
) -> None:
    with deployed(tmp_path, muted(CONFIG, [WINDOW]), incidents) as [server]:
        server.alertmanager.tell([MUTES])
        server.alertmanager.tell([DATABASE, {**DATABASE, "component": "backend"}])
        # Another component is not in the window: its incident shows that groups were sent.
        incidents.wait_for("trigger")
        states = {alert["labels"]["component"]: alert["status"] for alert in muted_alerts(server)}
        assert states["postgres"]["inhibitedBy"]
        [(_, other)] = incidents.events
        end(server, MUTES)
        incidents.wait_for("trigger", 2)
        end(server)
        incidents.wait_for("resolve")
    postgres = [event for event in incidents.events if event[1] != other]
    assert [action for action, _ in postgres] == ["trigger", "resolve"]
    assert len({key for _, key in postgres}) == 1


def test_an_alert_that_ends_shortly_before_its_window_is_resolved_after_it(tmp_path: Path, incidents: Pager) -> None:
    with deployed(tmp_path, muted(CONFIG, [WINDOW]), incidents) as [server]:
        server.alertmanager.tell([DATABASE])
        incidents.wait_for("trigger")
        server.alertmanager.tell([MUTES])
        wait_for(lambda: all(one["status"]["inhibitedBy"] for one in muted_alerts(server)), 5)
        end(server)
        # The group is sent each second, and is gone once its last alert has ended.
        assert wait_for(lambda: not muted_alerts(server), 5) is True
        end(server, MUTES)
        # Prometheus sends the end of an alert again for 15 minutes.

        def resolved() -> bool:
            end(server)
            return "resolve" in dict(incidents.events)

        assert wait_for(resolved, 10)
    assert len({key for _, key in incidents.events}) == 1
    assert incidents.open == set()


def muted_alerts(server: Deployed) -> list[dict[str, Any]]:
    return [alert for alert in server.alertmanager.alerts() if alert["labels"]["alertname"] == "DatabaseDown"]


def test_a_pair_sends_one_incident_and_resolves_it_under_the_same_key(tmp_path: Path, incidents: Pager) -> None:
    with deployed(tmp_path, CONFIG, incidents, peers=2) as pair:
        for server in pair:
            server.alertmanager.tell([DATABASE])
        incidents.wait_for("trigger")
        for server in pair:
            end(server)
        incidents.wait_for("resolve")
        # The second of the pair waits for the first, 15 seconds at most, and then finds that everything was sent.
        wait_for(lambda: len(incidents.events) > 2, 2)
    assert {key for _, key in incidents.events} == {incidents.events[0][1]}
    assert incidents.open == set()
