"""What the page says, and that it stays of use when a server does not work."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from lab.endpoints import Endpoints
from lab.faults.lock import alone
from lab.process import request
from tests.lab.console import samples
from tests.lab.console.fakes import Fakes, endpoints, running


def page(fakes: Fakes) -> str:
    status, text = request("GET", f"{fakes.console}/")
    assert status == 200, text
    return text


def words(html: str) -> str:
    """The text that a person reads, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def section(html: str, name: str) -> str:
    """One section of the page."""
    start = html.index(f'<section id="{name}"')
    following = html.find("<section id=", start + 1)
    return html[start : following if following > 0 else None]


def box(html: str, part: str) -> str:
    """The box of a part in the map, as a person reads it."""
    found = re.search(rf'<g class="box [a-z-]+"[^>]*>\s*<title>{part}: .*?</g>', html, re.DOTALL)
    assert found, part
    return found[0]


def test_a_firing_alert_is_reported_with_its_place_and_links_that_work_here(fakes: Fakes) -> None:
    fakes.fire("SloOutage", annotations={"runbook_url": samples.RUNBOOK, "dashboard_url": samples.BOARD})
    found = section(page(fakes), "alerts")
    assert "critical SloOutage of the backend SloOutage of cloudmart/backend, team shop" in words(found)
    assert "goes to shop-critical-page" in words(found)
    assert 'href="/docs/runbooks/SloOutage.md"' in found
    assert 'href="/#board-belfry-slo"' in found
    assert f'href="{fakes.url}/api/v1/query?query=up+%3D%3D+0"' in found


def test_a_link_to_a_section_of_a_runbook_keeps_the_section(fakes: Fakes) -> None:
    fakes.fire("SloOutage", annotations={"runbook_url": f"{samples.RUNBOOK}#impact"})
    assert 'href="/docs/runbooks/SloOutage.md#impact"' in section(page(fakes), "alerts")


def test_an_escalated_alert_counts_once(fakes: Fakes) -> None:
    fakes.fire("SloOutage")
    for level in ("2", "3", "4"):
        fakes.fire("SloOutage", labels={"level": level})
    found = page(fakes)
    assert "Alerts 1 critical, 0 warning" in words(found)
    assert "<title>1 critical, 1 firing" in found


def test_in_a_storm_the_most_urgent_stand_first_and_the_rest_is_a_click_away(fakes: Fakes) -> None:
    for number in range(7):
        fakes.fire(f"Drop{number}", "warning")
    fakes.fire("Flood", "critical")
    first, _, rest = section(page(fakes), "alerts").partition('<details id="more-alerts">')
    assert words(first).startswith("Alerts critical Flood of the backend")
    assert first.count('<li class="alert') == 5
    assert "3 more" in words(rest)
    assert rest.count('<li class="alert') == 3


def test_verdicts_of_auto_remediation_are_shown_with_who_answered_and_what_waits(fakes: Fakes) -> None:
    assert "There is no verdict yet" in section(page(fakes), "remediation")
    one: dict[str, object] = {
        "system": "shop",
        "component": "api",
        "rule": "restart",
        "alert": "SloOutage",
        "verdict": "ask",
    }
    one |= {"reason": "asks", "text": "<b>asks</b>", "at": 1_700_000_000.0}
    fakes.verdicts = [
        {**one, "outcome": "waiting", "approved_by": ""},
        {**one, "outcome": "healed", "approved_by": "ada"},
    ]
    found = section(page(fakes), "remediation")
    assert "restart of shop/api waits for an approval" in found
    assert "healed, by ada" in found
    assert f'<a href="{fakes.url}/">Approvals</a>' in found
    assert "<b>asks</b>" not in found
    fakes.broken["/verdicts"] = "503"
    assert "Auto-remediation answers 503" in section(page(fakes), "remediation")


def test_a_part_is_coloured_and_worded_by_its_worst_news(fakes: Fakes) -> None:
    fakes.fire("QueueGrowing", "warning", labels={"component": "orders"})
    fakes.fire("SloOutage", "critical")
    fakes.fire("LogErrorBurst", "warning")
    fakes.fire("Quiet", "critical", labels={"component": "carts"}, status={"silencedBy": ["somebody"]})
    fakes.measure("availability", 0.4, component="frontend")
    fakes.measure("availability", 0.2, component="ai-service")
    fakes.measure("latency-p95", -0.1, component="ai-service")
    found = page(fakes)
    reported = {part: box(found, part) for part in ("backend", "orders", "frontend", "ai-service", "carts")}
    classes = {part: re.findall(r'class="box ([a-z-]+)"', text)[0] for part, text in reported.items()}
    assert classes == {
        "backend": "critical",
        "orders": "warning",
        "frontend": "in-budget",
        "ai-service": "budget-spent",
        "carts": "no-alert",
    }
    assert all(name.replace("-", " ") in words(reported[part]) for part, name in classes.items())
    assert words(section(found, "systems")).startswith("Systems CloudMart ✖ critical")


def test_an_objective_shows_its_remaining_budget_and_when_it_is_exhausted(fakes: Fakes) -> None:
    fakes.measure("availability", 0.5, burn=30)
    fakes.measure("latency-p95", 0.9996)
    found = words(section(page(fakes), "systems"))
    assert "backend availability error budget remaining: 50 % 99.9 % in 30d exhausted in 12 h" in found
    assert "backend latency-p95 error budget remaining: 99.9 % 95 % in 30d burn rate 0.4\u00d7" in found
    assert "backend throughput no events yet" in found


def test_silenced_inhibited_and_pending_alerts_are_apart(fakes: Fakes) -> None:
    fakes.fire("First", status={"silencedBy": ["1"]})
    fakes.fire("Second", status={"inhibitedBy": ["2"]})
    labels = {"alertname": "Third", "severity": "warning", "system": "cloudmart", "component": "backend"}
    about = {"labels": labels, "annotations": {}, "activeAt": "2026-01-01T00:00:00.123456789Z"}
    fakes.pending = [{**about, "state": "pending"}, {**about, "state": "firing"}]
    found = words(section(page(fakes), "alerts"))
    assert "Nothing fires." in found
    assert "1 pending, 2 silenced or inhibited" in found
    assert all(text in found for text in ("warning pending Third", "critical silenced First", "inhibited Second"))


def test_the_heartbeat_is_no_alert_but_its_absence_is_news(fakes: Fakes) -> None:
    assert "Heartbeat missing" in words(page(fakes))
    fakes.fire("Watchdog", "none")
    fakes.inbox.take("webhook", "dead-mans-switch", samples.WATCHDOG)
    found = page(fakes)
    assert "Heartbeat alive 0 s ago at the dead man's switch" in words(found)
    assert "Nothing fires." in words(found)
    assert "notice-1" not in found


def test_many_who_look_at_once_ask_the_servers_once(tmp_path: Path) -> None:
    with running(tmp_path, fresh_seconds=60) as fakes:
        page(fakes)
        first = sorted(fakes.asked)
        page(fakes)
        assert "/api/v2/alerts" in first
        assert sorted(fakes.asked) == first


def test_a_changed_catalog_is_shown_and_a_mistake_in_it_keeps_the_last_good_one(fakes: Fakes) -> None:
    assert "Starter system" in page(fakes)
    changed = fakes.layout.root / "catalog" / "generic.yaml"
    text = changed.read_text()
    changed.write_text(text.replace("Starter system", "Started system"))
    assert "Started system" in page(fakes)
    more = fakes.layout.root / "catalog" / "cloudmart" / "ai.yaml"
    more.write_text(more.read_text().replace("OpenAI API", "Models of OpenAI"))
    assert "Models of OpenAI" in page(fakes)
    changed.write_text("system: [")
    assert "Started system" in page(fakes)


def test_without_a_readable_catalog_the_mistakes_are_reported(fakes: Fakes) -> None:
    (fakes.layout.root / "catalog" / "cloudmart.yaml").write_text("system: [")
    status, text = request("GET", f"{fakes.console}/")
    assert status == 503
    assert "catalog/cloudmart.yaml" in words(text)


def test_each_receiver_sees_its_notification_its_own_way(fakes: Fakes) -> None:
    fakes.inbox.take("pagerduty", "shop-critical-page", samples.PAGERDUTY)
    fakes.inbox.take("slack", "shop-critical", samples.SLACK)
    fakes.inbox.take("email", "shop-lead", samples.MAIL)
    fakes.inbox.take("sns", "shop-topic", {"Message": "a message"})
    found = section(page(fakes), "inbox")
    assert f"Triggered critical, service pagerduty-cloudmart {samples.SUMMARY}" in words(found)
    assert '<dd><a href="/docs/runbooks/SloOutage.md">https://github.com/' in found
    assert f"Alertmanager APP #cloudmart-alerts {samples.TITLE} {samples.SUMMARY}" in words(found)
    assert f"<b>{samples.SUMMARY}</b>" in found
    assert '<a href="/docs/runbooks/SloOutage.md">Runbook</a>' in found
    assert f"{samples.TITLE} from alertmanager@monitoring.svc to cloudmart-lead@example.com" in words(found)
    assert '<iframe sandbox loading="lazy" src="/mail/3"' in found
    assert "Other receivers shop-topic" in words(found)


def test_whatever_is_written_into_an_alert_or_a_notification_stays_text(fakes: Fakes) -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    fakes.fire(evil, evil, labels={"component": evil, "team": evil}, annotations={"summary": evil, "description": evil})
    fakes.fire("Link", annotations={"runbook_url": "javascript:alert(1)", "dashboard_url": "https://[broken"})
    attachment = {
        "title": evil,
        "title_link": "javascript:alert(1)",
        "text": f"<javascript:x|{evil}> *{evil}*",
        "color": evil,
    }
    fakes.inbox.take("slack", evil, {"channel": evil, "text": evil, "attachments": [attachment, "no attachment"]})
    fakes.inbox.take(
        "pagerduty", evil, {"payload": {"summary": evil, "custom_details": {evil: evil}}, "event_action": evil}
    )
    fakes.inbox.take("email", evil, {"subject": evil, "to": [evil, 1], "text": evil, "html": evil})
    strange: tuple[Any, ...] = (None, [], "text", 7, {"payload": 1, "attachments": 2, "to": 3})
    for kind in ("pagerduty", "slack", "email", "webhook", "sns"):
        for payload in strange:
            fakes.inbox.take(kind, evil, payload)
    fakes.effects = [{"system": "cloudmart", "component": "backend", "down": True}]
    found = page(fakes)
    assert "<img src=x" not in found
    assert "javascript:" not in re.findall(r'href="([^"]*)"', found)
    assert not [link for link in re.findall(r'(?:href|src)="([^"]*)"', found) if link.startswith("javascript")]
    assert evil in unescape(found)


LONG = "x" * 100_000


def test_of_long_texts_the_page_shows_the_beginning_and_how_much_is_missing(fakes: Fakes) -> None:
    for _ in range(4):
        fakes.inbox.take("pagerduty", LONG, {"payload": {"summary": LONG, "custom_details": {LONG: LONG}}})
        fakes.inbox.take("slack", "a", {"text": LONG, "channel": LONG, "attachments": [{"title": LONG}] * 100})
        fakes.inbox.take("email", "a", {"to": [LONG] * 30, "subject": LONG, "text": LONG})
        fakes.inbox.take("webhook", "a", {str(number): number for number in range(10_000)})
    fakes.fire(LONG, LONG, labels={"team": LONG}, annotations={"summary": LONG, "description": LONG})

    found = page(fakes)

    assert len(found) < 1_000_000
    assert "… (98,000 more letters)" in found


def test_of_a_thousand_alerts_the_page_shows_the_first_and_counts_all(fakes: Fakes) -> None:
    for number in range(1000):
        fakes.fire(f"Alert{number}", "warning")

    found = section(page(fakes), "alerts")

    assert found.count('<li class="alert') == 200
    assert "995 more; the page shows 200, Alertmanager's own page all" in words(found)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"https://a.example/runbooks/{'x' * 5000}.md", id="a runbook whose name no disk takes"),
        pytest.param("https://a.example/runbooks/%00.md", id="a runbook of no name"),
        pytest.param(f"https://a.example/{'x' * 20_000}", id="a long address"),
        pytest.param(f"https://a.example/explore?panes={'[' * 5000}", id="a deep query"),
    ],
)
def test_an_odd_link_does_not_break_the_page(fakes: Fakes, url: str) -> None:
    fakes.fire("LogsMissing", annotations={"runbook_url": url, "explore_url": url})

    assert "LogsMissing" in words(section(page(fakes), "alerts"))


def test_a_running_fault_is_reported(fakes: Fakes) -> None:
    fakes.effects = [
        {"system": "cloudmart", "component": "backend", "errors": 0.5, "slower": 3},
        {"system": "cloudmart", "component": "orders", "down": True},
    ]
    done = "cloudmart/backend: errors 50 %, slower 3 times; cloudmart/orders: down"
    assert f"Fault {done} being done to the workload" in words(page(fakes))

    with alone(fakes.layout, "error-burst"):
        assert f"Fault error-burst {done}" in words(page(fakes))
        fakes.effects = []
        assert "Fault error-burst running" in words(page(fakes))
    assert "Fault none" in words(page(fakes))


def test_without_a_workload_there_is_no_fault_and_what_is_measured_is_what_runs(fakes: Fakes) -> None:
    endpoints(fakes, workload="").write(fakes.layout)
    found = words(page(fakes))
    assert "Fault none" in found
    assert "2 others in the catalog, of which nothing runs here: CloudMart, Starter system" in found
    fakes.measure("availability", 0.5)
    assert "1 other in the catalog, of which nothing runs here: Starter system" in words(page(fakes))


def test_a_system_whose_workload_runs_comes_first_whatever_another_alerts(fakes: Fakes) -> None:
    fakes.running = ["generic"]
    fakes.fire("LogsMissing", "warning")
    found = words(section(page(fakes), "systems"))
    assert found.startswith("Systems Starter system")
    assert "1 other in the catalog, of which nothing runs here: CloudMart" in found


def test_a_query_of_loki_leads_to_lokis_api(fakes: Fakes) -> None:
    pane = quote('{"queries":[{"expr":"sum({app=\\"a\\"})"}]}')
    fakes.fire("LogsMissing")
    fakes.alerts[0]["generatorURL"] = f"http://127.0.0.1:3000/explore?left={pane}"
    found = section(page(fakes), "alerts")
    assert f'href="{fakes.url}/loki/api/v1/query?query=sum%28%7Bapp%3D%22a%22%7D%29"' in found
    fakes.alerts[0]["generatorURL"] = "http://127.0.0.1:3000/explore?left=7"
    assert 'href="http://127.0.0.1:3000/explore?left=7"' in section(page(fakes), "alerts")


@pytest.mark.parametrize(
    ("panes", "path"),
    [
        ('{"a":{"datasource":"prometheus","queries":[{"expr":"up == 0"}]}}', "/api/v1/query?query=up+%3D%3D+0"),
        (
            '{"a":{"datasource":"loki","queries":[{"expr":"{a=\\"b\\"}"}]}}',
            "/loki/api/v1/query?query=%7Ba%3D%22b%22%7D",
        ),
    ],
)
def test_the_first_queries_of_a_runbook_are_answered_here(fakes: Fakes, panes: str, path: str) -> None:
    fakes.fire("LogsMissing", annotations={"explore_url": f"https://grafana.example.com/explore?panes={quote(panes)}"})
    assert f'href="{fakes.url}{path}"' in section(page(fakes), "alerts")


@pytest.mark.parametrize("panes", ["7", "{}", "[]", '{"a":{"queries":[]}}', "{"])
def test_an_explore_link_that_cannot_be_read_stays_as_it_is(fakes: Fakes, panes: str) -> None:
    url = f"https://grafana.example.com/explore?panes={quote(panes)}"
    fakes.fire("LogsMissing", annotations={"explore_url": url})
    assert f'href="{url}"' in section(page(fakes), "alerts")


def test_a_board_with_a_picture_shows_it(fakes: Fakes) -> None:
    assert "board-belfry-slo" in section(page(fakes), "boards")
    picture = fakes.layout.root / "docs" / "dashboards" / "belfry-slo.png"
    picture.parent.mkdir()
    picture.write_bytes(b"\x89PNG")
    found = section(page(fakes), "boards")
    assert 'src="/docs/dashboards/belfry-slo.png" alt="The board SLO tracking"' in found
    assert request("GET", f"{fakes.console}/docs/dashboards/belfry-slo.png")[0] == 200


def test_with_grafana_links_lead_there(fakes: Fakes) -> None:
    fakes.fire("SloOutage", annotations={"dashboard_url": samples.BOARD})
    endpoints(fakes, grafana="http://127.0.0.1:9999").write(fakes.layout)
    assert 'href="http://127.0.0.1:9999/d/belfry-slo?var-system=cloudmart"' in section(page(fakes), "alerts")


def test_the_servers_can_be_asked_by_hand(fakes: Fakes) -> None:
    found = section(page(fakes), "servers")
    known: Endpoints = endpoints(fakes)
    for url in (f"{known.prometheus}/api/v1/rules", f"{known.loki}/loki/api/v1/labels", f"{known.jaeger}/api/services"):
        assert f'href="{url}"' in found
