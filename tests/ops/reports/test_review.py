"""``python -m ops review``: from Prometheus, Alertmanager and Loki to files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from model.calendar import midnight
from tests.ops.reports.others import Others, others
from tests.ops.reports.prometheus import FakePrometheus
from tests.ops.reports.test_command import run
from tests.ops.reports.test_render import HOSTILE, Tags

DAY = midnight("2026-12-01", "UTC")
REVIEW = ("review", "--env", "prod", "--for", "current", "--prometheus", "http://prometheus.example.com")
STEM = "review-2026-W49"
CPU = {
    "alertname": "HighCpuUsage",
    "severity": "warning",
    "team": "shop",
    "system": "shop",
    "component": "api",
    "cluster": "one",
}
RULE: dict[str, Any] = {
    "name": "HighCpuUsage",
    "query": 'component:cpu:ratio{system="shop", component="api"} > 0.8',
    "duration": 600,
    "keepFiringFor": 300,
    "labels": {"severity": "warning", "system": "shop", "component": "api"},
    "annotations": {"runbook_url": "https://example.com/runbooks/HighCpuUsage.md"},
}
SECRETS = ("AKIAABCDEFGHIJKLMNOP", "hunter2hunter2", "https://hooks.slack.com/services/T000/B000/XXXX")


def cpu(at: int) -> float:
    """Quiet but for 50 minutes at 0.85 each day, and an hour at 0.97 in which somebody acted."""
    if DAY + 36_000 <= at < DAY + 39_600:
        return 0.97
    return 0.85 if at % 86_400 < 3000 else 0.4


def silence(start: float, seconds: float, comment: str, by: str = "ada", **labels: str) -> dict[str, Any]:
    def stamp(at: float) -> str:
        minutes, rest = divmod(int(at - DAY), 60)
        return f"2026-12-01T{minutes // 60:02}:{minutes % 60:02}:{rest:02}.000Z"

    matchers = [
        {"name": name, "value": value, "isRegex": False, "isEqual": True}
        for name, value in {"alertname": "HighCpuUsage", **labels}.items()
    ]
    matchers.append({"name": "level", "value": "", "isRegex": False, "isEqual": False})
    return {
        "createdBy": by,
        "comment": comment,
        "startsAt": stamp(start),
        "endsAt": stamp(start + seconds),
        "matchers": matchers,
    }


@pytest.fixture
def prometheus(server: FakePrometheus) -> FakePrometheus:
    server.series.append(("component:cpu:ratio", {**CPU}, cpu))
    # At 01:00 of each night for 40 minutes, and at 11:00 when somebody acted.
    server.ended.append((CPU, [(DAY + 3300.0, 2400.0), (DAY + 39_900.0, 3000.0)]))
    server.rules = [RULE, {**RULE, "labels": {"severity": "critical"}}]
    return server


@pytest.fixture
def servers() -> Iterator[Others]:
    with others() as found:
        found.answers["/api/v2/silences"] = [
            silence(DAY + 37_500, 600, "ada acknowledged incident 7 in PagerDuty, as HighCpuUsage says"),
            silence(DAY + 1000, 600, "a fault", by="belfry lab"),
        ]
        labels = {"service_namespace": "shop", "service_name": "api"}
        found.answers["/loki/api/v1/query_range"] = {
            "data": {
                "result": [
                    {"stream": labels, "values": [[f"{DAY}000000000", f"ERROR order {n} failed"] for n in range(3)]}
                ]
            }
        }
        yield found


def written(project: Path) -> dict[str, str]:
    folder = project / "build" / "prod" / "reports"
    return {path.name: path.read_text() for path in sorted(folder.glob("review-*"))}


def document(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(project)[f"{STEM}.json"])
    return found


def review(project: Path, servers: Others, *words: str) -> tuple[int, str, str]:
    return run(project, *REVIEW, "--alertmanager", servers.url, "--loki", servers.url, *words)


@pytest.mark.usefixtures("prometheus")
def test_a_week_is_reviewed_in_three_forms(project: Path, servers: Others) -> None:
    code, said, error = review(project, servers)
    assert (code, error) == (0, "")
    assert sorted(written(project)) == [f"{STEM}.html", f"{STEM}.json", f"{STEM}.md"]
    assert max(len(line) for line in said.splitlines() if "Written" not in line) <= 80
    found = document(project)
    assert "2 alerts ended\nacted on: 50 %\nthresholds replayed: 1 of 1\n" in said
    (noise,) = found["noise"]
    assert (noise["alert"], noise["times"], noise["acted"], noise["ignored"]) == ("HighCpuUsage", 2, 1, 1)
    assert [(one["objective"], one["measured"]) for one in found["quiet_objectives"]] == [("checkout", False)]
    assert [(one["alert"], one["named"]) for one in found["runbooks"]] == [("HighCpuUsage", 1)]
    assert [(one["component"], one["template"], one["times"]) for one in found["patterns"]] == [
        ("api", "ERROR order <_> failed", 3)
    ]
    asked = dict(servers.asked)["/loki/api/v1/query_range"]
    assert asked["query"] == ['{service_namespace="shop"} |~ "(?i)error|fatal|panic|exception"']


def test_the_textbooks_pages_are_shown_beside_ours_where_a_system_compares(
    project: Path, servers: Others, prometheus: FakePrometheus
) -> None:
    """The textbook pages in a blip of the morning, and with ours in the hour in which somebody acted."""
    review(project, servers)
    assert all("textbook" not in text.lower() for name, text in written(project).items() if not name.endswith("json"))
    labels = {"system": "shop", "component": "api", "alertstate": "firing"}
    prometheus.rules = [*prometheus.rules, {**RULE, "name": "TextbookPage"}]
    prometheus.series += [
        ("ALERTS", {**labels, "alertname": "TextbookPage"}, lambda at: 1 if at - DAY in (18_000, 38_040) else None),
        (
            "ALERTS",
            {**labels, "alertname": "SloOutage", "severity": "critical"},
            lambda at: 1 if at == DAY + 38_040 else None,
        ),
    ]
    review(project, servers)
    (found,) = document(project)["textbook"]
    assert [(found[of]["times"], found[of]["false"]) for of in ("ours", "textbook")] == [(1, 0), (2, 1)]
    text = written(project)[f"{STEM}.md"]
    assert "| shop/api | textbook | 2 | 2 min | 1 | 0 |" in text
    assert "Pages beside the textbook" in written(project)[f"{STEM}.html"]


@pytest.mark.usefixtures("prometheus")
def test_a_better_line_is_found_by_replaying_the_last_weeks(project: Path, servers: Others) -> None:
    review(project, servers)
    (found,) = document(project)["thresholds"]
    assert (found["alert"], found["severity"], found["why"]) == ("HighCpuUsage", "warning", "")
    lines = [(one["name"], one["line"], one["fired"], one["missed"]) for one in found["candidates"]]
    # 29 nights and the hour. At the highest value of the quiet time only the hour is left: somebody acted on it. The
    # page of an objective in the night of the 20th of November would have been missed.
    assert lines == [
        ("as it is", 0.8, 30, 0),
        ("p99 of the quiet time", 0.85, 1, 1),
        ("p99.9 of the quiet time", 0.85, 1, 1),
    ]
    assert "| as it is | above 0.8 | 30 |" in written(project)[f"{STEM}.md"]


@pytest.mark.usefixtures("prometheus")
def test_the_same_input_gives_the_same_bytes(project: Path, servers: Others) -> None:
    review(project, servers)
    first = written(project)
    review(project, servers)
    assert written(project) == first


@pytest.mark.usefixtures("prometheus")
def test_without_the_other_servers_the_review_says_what_is_not_known(project: Path) -> None:
    code, said, _ = run(project, *REVIEW)
    assert code == 0
    assert "acted on: unknown" in said
    assert "error patterns: not available" in said
    found = document(project)
    assert (found["noise"][0]["unknown"], found["patterns"], found["runbooks"][0]["named"]) == (2, None, None)
    text = written(project)[f"{STEM}.md"]
    assert "no Alertmanager was named" in text
    assert "Error patterns: not available, no Loki was named" in text
    assert "not known |" in text


@pytest.mark.usefixtures("prometheus")
def test_servers_that_do_not_answer_are_named_and_the_rest_is_written(project: Path, servers: Others) -> None:
    servers.answers.clear()
    assert review(project, servers)[0] == 0
    found = document(project)
    assert (found["acted_share"], found["patterns"]) == (None, None)
    said = " ".join(found["sources"])
    assert f"Whether anybody acted: not known. {servers.url}/api/v2/silences answers 503" in said
    assert f"Error patterns: not available. {servers.url}/loki/api/v1/query_range answers 503" in said
    servers.answers |= {"/api/v2/silences": [{}], "/loki/api/v1/query_range": {"data": 7}}
    assert review(project, servers)[0] == 0
    said = " ".join(document(project)["sources"])
    assert said.count(f"{servers.url} answers with something else") == 2


def test_without_prometheus_the_kept_rows_are_reviewed_alone(
    project: Path, prometheus: FakePrometheus, servers: Others
) -> None:
    review(project, servers)
    asked = len(prometheus.asked)
    code, _, _ = run(project, "review", "--env", "prod", "--period", "month", "--for", "2026-11")
    assert (code, len(prometheus.asked)) == (0, asked)
    found = json.loads(written(project)["review-2026-11.json"])
    assert [one["alert"] for one in found["noise"]] == ["SloOutage"]
    assert found["complete"]
    assert found["notes"] == ["Thresholds: not replayed, no Prometheus was named (--prometheus URL)."]


def test_a_rule_for_many_components_is_replayed_for_the_one_that_fired(
    project: Path, prometheus: FakePrometheus, servers: Others
) -> None:
    prometheus.rules = [{**RULE, "labels": {"severity": "warning", "component": "{{ $labels.component }}"}}]
    prometheus.series.append(("component:cpu:ratio", {**CPU, "component": "web"}, lambda _: 1.0))
    prometheus.rules[0]["query"] = 'component:cpu:ratio{system="shop"} > 0.8'
    review(project, servers)
    (found,) = document(project)["thresholds"]
    assert [one["fired"] for one in found["candidates"]] == [30, 1, 1]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"query": "component:cpu:ratio{} > component:band:upper{}"}, "its expression compares with no fixed number"),
        ({"query": 'component:nothing:ratio{system="shop"} > 1'}, "Prometheus has no values of it"),
    ],
)
def test_what_cannot_be_replayed_says_why(
    project: Path, prometheus: FakePrometheus, servers: Others, rule: dict[str, str], why: str
) -> None:
    prometheus.rules = [{**RULE, **rule}]
    review(project, servers)
    (found,) = document(project)["thresholds"]
    assert (found["why"], found["candidates"]) == (why, [])
    assert f"no proposal: {why}" in written(project)[f"{STEM}.md"]


def test_rules_of_objectives_and_copies_for_higher_levels_are_no_thresholds(
    project: Path, prometheus: FakePrometheus, servers: Others
) -> None:
    prometheus.ended.append(({**CPU, "alertname": "SloOutage"}, [(DAY + 5000.0, 60.0)]))
    prometheus.rules = [{**RULE, "name": "SloOutage"}, {**RULE, "labels": {**RULE["labels"], "level": "2"}}]
    review(project, servers)
    assert document(project)["thresholds"] == []
    prometheus.rules = [{"name": "HighCpuUsage"}]
    code, _, said = review(project, servers)
    assert (code, "does not answer as Prometheus does" in said) == (1, True)


@pytest.mark.usefixtures("prometheus")
def test_planted_secrets_are_in_no_output(project: Path, servers: Others) -> None:
    planted = f"{SECRETS[0]} password={SECRETS[1]} {SECRETS[2]}"
    servers.answers["/api/v2/silences"] = [silence(DAY + 37_500, 600, planted)]
    streams = servers.answers["/loki/api/v1/query_range"]["data"]["result"]
    streams[0]["values"] = [["1", f"ERROR {planted}"], ["2", f'ERROR {{"token": "{SECRETS[1]}"}}']]
    streams[0]["stream"]["service_name"] = SECRETS[0]
    code, said, error = review(project, servers, "--json")
    assert code == 0
    assert "ERROR" in said
    for text in (said, error, *written(project).values()):
        assert not [secret for secret in SECRETS if secret in text]


def test_texts_of_others_are_text_in_every_form(project: Path, prometheus: FakePrometheus, servers: Others) -> None:
    prometheus.ended.append(({**CPU, "alertname": HOSTILE}, [(DAY + 5000.0, 60.0)]))
    prometheus.rules = [{**RULE, "annotations": {"runbook_url": HOSTILE}}]
    servers.answers["/loki/api/v1/query_range"]["data"]["result"][0]["values"] = [["1", HOSTILE]]
    code, said, _ = review(project, servers)
    assert code == 0
    assert HOSTILE.partition(" ")[0] in said.replace("\n", "")
    html = written(project)[f"{STEM}.html"]
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(written(project)[f"{STEM}.md"])
    for text in (html, shown):
        tags = Tags()
        tags.feed(text)
        assert not {"script", "a", "img", "link"} & tags.names
        assert not tags.addresses
        assert text.count("<h1>") == 1
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--env", "qa"), "--env: found 'qa'; allowed: local, dev, staging, prod"),
        (("--period", "year"), "--period: found 'year'; allowed: week, month"),
        (("--system", "shoq"), "--system: found unknown system 'shoq'; allowed: shop"),
        (("--team", "sales"), "--team: found unknown team 'sales'; allowed: shop"),
        (("--format", "pdf"), "--format: found 'pdf'; allowed: md, html, json"),
        (("--loki", "ftp://x"), "--loki: found"),
        (("--alertmanager", "http://a/?b"), "--alertmanager: found 'http://a/?b'"),
        (("--for", "2026-W20"), "--for 2026-W20: found no data of this week"),
    ],
)
@pytest.mark.usefixtures("prometheus")
def test_bad_input_is_one_clear_error_and_nothing_is_written(
    project: Path, servers: Others, words: tuple[str, ...], message: str
) -> None:
    code, _, said = review(project, servers, *words)
    assert code == 2
    assert message in " ".join(said.split())
    assert written(project) == {}


def test_the_local_environment_is_asked_where_it_runs(
    project: Path, prometheus: FakePrometheus, servers: Others
) -> None:
    folder = project / ".local" / "lab"
    folder.mkdir(parents=True)
    addresses = {"prometheus": "http://127.0.0.1:1", "alertmanager": servers.url, "loki": servers.url}
    (folder / "endpoints.json").write_text(json.dumps(addresses))
    assert run(project, "review", "--env", "local", "--system", "shop", "--format", "md")[0] == 0
    assert {path for path, _ in servers.asked} == {"/api/v2/silences", "/loki/api/v1/query_range"}
    assert prometheus.asked
    names = [path.name for path in (project / "build/local/reports").glob("review-*")]
    assert names == [f"{STEM}-system-shop.md"]
