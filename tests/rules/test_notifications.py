"""What people read: the templates with real notifications, rendered by amtool."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from model.yaml_file import read_yaml
from tests.tools import PROJECT, run

TEMPLATES = PROJECT / "rules" / "alertmanager"
RECEIVERS: list[dict[str, Any]] = read_yaml(TEMPLATES / "alertmanager.yaml")["receivers"]
GROUP = {"cluster": "prod-eu", "system": "shop", "component": "api", "alertname": "HighErrorRate"}
VOID = {"meta", "br", "img", "hr"}

Render = Callable[..., str]


def alert(status: str = "firing", annotations: dict[str, str] | None = None, **labels: str) -> dict[str, Any]:
    links = {
        "summary": "Errors of shop/api are above 5 % & rising <fast>",
        "description": 'Every 9th request fails: "quoted".',
        "runbook_url": "https://runbooks.example.com/HighErrorRate.md",
        "dashboard_url": "https://grafana.example.com/d/belfry-service?var-component=api&from=now-1h",
        "explore_url": "https://grafana.example.com/explore?schemaVersion=1&panes=%7B%22a%22%3A7%7D",
    }
    return {
        "status": status,
        "labels": {**GROUP, "severity": "critical", "environment": "prod", "team": "shop", **labels},
        "annotations": links if annotations is None else annotations,
        "startsAt": "2026-03-07T22:30:00Z",
        "endsAt": "2026-03-07T22:45:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "https://prometheus.example.com/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
    }


def notification(*alerts: dict[str, Any], **group: str) -> dict[str, Any]:
    def common(part: str) -> dict[str, str]:
        first, *others = (one[part] for one in alerts)
        return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}

    firing = any(one["status"] == "firing" for one in alerts)
    return {
        "receiver": "shop-critical-page",
        "status": "firing" if firing else "resolved",
        "alerts": list(alerts),
        "groupLabels": {**GROUP, **group},
        "commonLabels": common("labels"),
        "commonAnnotations": common("annotations"),
        "externalURL": "https://alerts.example.com",
    }


NOTIFICATIONS = {
    "one that fires": notification(alert()),
    "one that is over": notification(alert("resolved")),
    "several, some over": notification(alert(pod="a"), alert(pod="b", severity="warning"), alert("resolved", pod="c")),
    "one without any annotation": notification(alert(annotations={})),
    "one with a name as Falco gives it": notification(
        alert(alertname="Shell in <pod> & more"), alertname="Shell in <pod> & more"
    ),
    "an escalated copy": notification(alert(level="3")),
    "one that nobody described": {
        **notification({**alert(annotations={}), "labels": {"alertname": "X"}, "generatorURL": ""}),
        "groupLabels": {},
    },
}
every_notification = pytest.mark.parametrize("kind", NOTIFICATIONS)


@pytest.fixture
def render(tmp_path: Path) -> Render:
    def rendered(template: str, data: dict[str, Any]) -> str:
        (tmp_path / "data.json").write_text(json.dumps(data), encoding="utf-8")
        return run(
            "amtool",
            "template",
            "render",
            f"--template.glob={TEMPLATES / '*.tmpl'}",
            f'--template.text={{{{ template "{template}" . }}}}',
            f"--template.type={'html' if template == 'belfry.email' else 'text'}",
            f"--template.data={tmp_path / 'data.json'}",
        )

    return rendered


class Page(HTMLParser):
    """Reads a page; every tag must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._href: str | None = None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._href = dict(attrs).get("href", self._href)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._href and self.open[-1] == "a":
            self.links[data] = self._href
        self.words.append(data.strip())


@every_notification
@pytest.mark.parametrize(
    "template",
    ["belfry.title", "belfry.summary", "belfry.text", "belfry.email", "belfry.slack", "belfry.slack.color"],
)
def test_every_notification_can_be_written_and_lacks_no_value(render: Render, template: str, kind: str) -> None:
    text = render(template, NOTIFICATIONS[kind])
    assert text.strip()
    assert not re.search("no value|%!|ZgotmplZ|0001-01-01", text)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("one that fires", "[FIRING 1] HighErrorRate of shop/api in prod"),
        ("one that is over", "[RESOLVED] HighErrorRate of shop/api in prod"),
        ("several, some over", "[FIRING 2] HighErrorRate of shop/api in prod"),
        ("an escalated copy", "[FIRING 1] Level 3: HighErrorRate of shop/api in prod"),
        ("one that nobody described", "[FIRING 1] alert"),
    ],
)
def test_the_title_says_what_where_and_which_escalation_level(render: Render, kind: str, title: str) -> None:
    assert render("belfry.title", NOTIFICATIONS[kind]).strip() == title


@every_notification
def test_the_mail_is_a_whole_page_whose_tags_are_closed(render: Render, kind: str) -> None:
    text = render("belfry.email", NOTIFICATIONS[kind])
    assert text.startswith("<!DOCTYPE html>")
    assert Page(text).words


def test_the_mail_leads_to_runbook_dashboard_query_and_silence(render: Render) -> None:
    fires = NOTIFICATIONS["one that fires"]
    [one] = fires["alerts"]
    links = Page(render("belfry.email", fires)).links
    assert set(links) == {"Runbook", "Dashboard", "Explore", "Query", "Silence"}
    assert links["Runbook"] == one["annotations"]["runbook_url"]
    assert links["Dashboard"] == one["annotations"]["dashboard_url"]
    assert links["Explore"] == one["annotations"]["explore_url"]
    assert links["Query"] == one["generatorURL"]


BOARD = "https://grafana.example.com/d/belfry-service"
# 22:30 UTC on 7 March 2026, and half an hour before it; half an hour after 22:45; in milliseconds.
FROM, TO = "1772920800000", "1772925300000"
ADDRESSES = {
    f"{BOARD}?var-component=api&var-node=a%2Fb": f"{BOARD}?var-component=api&var-node=a%2Fb&from={FROM}&to=",
    BOARD: f"{BOARD}?from={FROM}&to=",
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("status", "end"), [("firing", "now"), ("resolved", TO)])
def test_the_dashboard_opens_at_the_time_of_the_alert(render: Render, address: str, status: str, end: str) -> None:
    data = notification(alert(status, {"dashboard_url": address}))
    expected = f"{ADDRESSES[address]}{end}"
    assert Page(render("belfry.email", data)).links["Dashboard"] == expected
    assert re.findall(r"^Dashboard: (\S+)$", render("belfry.text", data), flags=re.MULTILINE) == [expected]
    assert re.findall(r"<([^|<>]+)\|Dashboard>", render("belfry.slack", data)) == [expected]
    assert render("belfry.link.dashboard", data).strip() == expected


def test_a_dashboard_link_that_has_a_time_keeps_it(render: Render) -> None:
    fires = NOTIFICATIONS["one that fires"]
    assert render("belfry.link.dashboard", fires).strip() == fires["alerts"][0]["annotations"]["dashboard_url"]


def test_links_of_a_group_are_those_of_an_alert_that_fires(render: Render) -> None:
    ended = alert("resolved", {"runbook_url": "https://x.example.com/a.md", "dashboard_url": BOARD})
    fires = alert("firing", {"runbook_url": "https://x.example.com/b.md", "dashboard_url": BOARD})
    data = notification(ended, fires)
    assert render("belfry.link.runbook", data).strip() == "https://x.example.com/b.md"
    assert render("belfry.link.dashboard", data).strip().endswith("to=now")
    assert render("belfry.link.explore", data).strip() == ""
    assert silence_filter(render("belfry.link.silence", data).strip()).startswith("{alertname=")


def test_the_mail_shows_other_peoples_words_as_words(render: Render) -> None:
    page = Page(render("belfry.email", NOTIFICATIONS["one that fires"]))
    assert "Errors of shop/api are above 5 % & rising <fast>" in page.words
    assert "fast" not in page.open


def silence_filter(link: str) -> str:
    where = urlsplit(link)
    assert f"{where.scheme}://{where.netloc}{where.path}" == "https://alerts.example.com/"
    path, _, query = where.fragment.partition("?filter=")
    assert path == "/silences/new"
    return unquote(query)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("one that fires", "HighErrorRate"), ("one with a name as Falco gives it", "Shell in <pod> & more")],
)
def test_the_silence_is_filled_in_with_the_group_and_so_silences_the_copies_too(
    render: Render, kind: str, name: str
) -> None:
    expected = f'{{alertname="{name}",cluster="prod-eu",component="api",system="shop"}}'
    assert silence_filter(Page(render("belfry.email", NOTIFICATIONS[kind])).links["Silence"]) == expected
    [link] = re.findall(r"^Silence: (\S+)$", render("belfry.text", NOTIFICATIONS[kind]), flags=re.MULTILINE)
    assert silence_filter(link) == expected
    [link] = re.findall(r"<([^|<>]+)\|Silence>", render("belfry.slack", NOTIFICATIONS[kind]))
    assert silence_filter(link) == expected


def test_what_is_over_offers_no_silence(render: Render) -> None:
    for template in ("belfry.email", "belfry.text", "belfry.slack"):
        assert "Silence" not in render(template, NOTIFICATIONS["one that is over"])


def test_slack_gets_its_own_links_and_escapes(render: Render) -> None:
    text = render("belfry.slack", NOTIFICATIONS["several, some over"])
    assert text.count("|Runbook>") == text.count("|Dashboard>") == text.count("|Explore>") == text.count("|Query>") == 3
    assert text.count("above 5 % &amp; rising &lt;fast&gt;*") == 3
    assert text.count("(resolved)") == 1
    # What is left of < and > are links alone.
    assert re.sub(r"<https://[^<>|]+\|[A-Z][a-z]+>", "", text).count("<") == 0


@pytest.mark.parametrize(
    ("data", "color"),
    [
        (notification(alert()), "danger"),
        (notification(alert(severity="warning")), "warning"),
        (notification(alert("resolved")), "good"),
        (notification(alert(severity="info")), "#1565c0"),
    ],
)
def test_slack_shows_how_bad_it_is(render: Render, data: dict[str, Any], color: str) -> None:
    assert render("belfry.slack.color", data).strip() == color


def test_plain_text_says_all_that_the_page_says(render: Render) -> None:
    data = NOTIFICATIONS["several, some over"]
    text = render("belfry.text", data)
    page = Page(render("belfry.email", data))
    for word in page.words:
        if word not in {"", "Runbook", "Dashboard", "Query", "Silence"}:
            assert word in text
    for name, link in page.links.items():
        assert f"{name}: {link}" in text or name == "Silence"


def test_every_mail_has_both_forms_and_every_receiver_names_templates_that_exist() -> None:
    defined = {
        name for path in TEMPLATES.glob("*.tmpl") for name in re.findall(r'define "([^"]+)"', path.read_text("utf-8"))
    }
    text = json.dumps(RECEIVERS)
    assert set(re.findall(r'template \\"([^"\\]+)\\"', text)) <= defined
    mails = [mail for receiver in RECEIVERS for mail in receiver.get("email_configs", [])]
    assert mails
    assert {(mail["html"], mail["text"]) for mail in mails} == {
        ('{{ template "belfry.email" . }}', '{{ template "belfry.text" . }}')
    }
