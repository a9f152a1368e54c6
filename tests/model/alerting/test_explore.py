"""Links into Grafana's Explore: whatever text the labels hold, the query that arrives has it as a value."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import promql_parser
import pytest
import yaml

from model.alerting import explore
from model.alerting.explore import FirstQueries, explore_url
from model.problems import BadInput
from tests.tools import run

GRAFANA = "https://grafana.example.com"
EVIL = "a\"b\\c'd`e{{ $value }} f&g=h+i%j#k\n<l>é日.*|$x"


def expanded(templates: Mapping[str, str], labels: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The texts as Prometheus's own template language writes them; amtool has the same functions."""
    data = {
        "receiver": "r",
        "status": "firing",
        "alerts": [{"status": "firing", "labels": dict(labels), "annotations": {}}],
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "https://alerts.example.com",
    }
    (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
    lines = "\n".join(templates.values())
    text = f'{{{{ define "all" }}}}{{{{ $labels := (index .Alerts 0).Labels }}}}{lines}{{{{ end }}}}'
    (folder / "all.tmpl").write_text(text, encoding="utf-8")
    text = run(
        "amtool",
        "template",
        "render",
        f"--template.glob={folder / '*.tmpl'}",
        '--template.text={{ template "all" . }}',
        "--template.type=text",
        f"--template.data={folder / 'data.json'}",
    )
    return dict(zip(templates, text.strip().splitlines(), strict=True))


def panes(url: str) -> dict[str, str]:
    """Data source -> query, as Grafana reads the link."""
    where = urlsplit(url)
    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{GRAFANA}/explore"
    query = parse_qs(where.query, strict_parsing=True)
    assert query["schemaVersion"] == ["1"]
    assert "+" not in url
    found = json.loads(query["panes"][0])
    return {pane["datasource"]: pane["queries"][0]["expr"] for pane in found.values()}


def filled(queries: FirstQueries, labels: Mapping[str, str], own: Mapping[str, str], folder: Path) -> dict[str, str]:
    return panes(expanded({"X": explore_url(GRAFANA, queries, own)}, labels, folder)["X"])


def matchers(query: str) -> dict[str, str]:
    selector = promql_parser.parse(query)
    assert isinstance(selector, promql_parser.VectorSelector)
    return {matcher.name: matcher.value for matcher in selector.matchers.matchers}


def test_any_text_of_a_label_arrives_as_the_value_of_a_matcher(tmp_path: Path) -> None:
    found = filled(FirstQueries(promql='up{a="$a", b="10 %"}'), {"a": EVIL}, {}, tmp_path)
    assert matchers(found["prometheus"]) == {"a": EVIL, "b": "10 %"}


def test_a_label_in_a_regular_expression_stands_for_itself(tmp_path: Path) -> None:
    found = filled(FirstQueries(promql='up{pod=~"$workload-[^\\\\.]+"}'), {"workload": "a.b(c)"}, {}, tmp_path)
    assert matchers(found["prometheus"]) == {"pod": r"a\.b\(c\)-[^\.]+"}


def test_labels_of_the_rule_itself_are_filled_in_too(tmp_path: Path) -> None:
    own = {"system": "shop", "component": "{{ $labels.service_name }}", "team": "t"}
    query = 'up{a="$system", b="$component", c="$cluster"}'
    found = filled(FirstQueries(promql=query), {"service_name": "api", "cluster": "eu"}, own, tmp_path)
    assert matchers(found["prometheus"]) == {"a": "shop", "b": "api", "c": "eu"}


def test_both_stores_open_side_by_side_and_raw_strings_stay(tmp_path: Path) -> None:
    queries = FirstQueries(promql="vector(5 % 2)", logql='{a="$a"} |~ `"x": "$a` | json | line_format "{{.b}}"')
    assert filled(queries, {"a": "v"}, {}, tmp_path) == {
        "prometheus": "vector(5 % 2)",
        "loki": '{a="v"} |~ `"x": "$a` | json | line_format "{{.b}}"',
    }


def test_prometheus_itself_expands_the_link(tmp_path: Path) -> None:
    template = explore_url(GRAFANA, FirstQueries(promql='up{a="$a"}'), {})
    url = expanded({"X": template}, {"a": EVIL}, tmp_path)["X"]
    rule = {"alert": "X", "expr": "up == 0", "labels": {}, "annotations": {"explore_url": template}}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}))
    expected = {"exp_labels": {"a": EVIL}, "exp_annotations": {"explore_url": url}}
    case = {
        "interval": "1m",
        "input_series": [{"series": f"up{{a={json.dumps(EVIL, ensure_ascii=False)}}}", "values": "0x5"}],
        "alert_rule_test": [{"alertname": "X", "eval_time": "2m", "exp_alerts": [expected]}],
    }
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [case]}
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    run("promtool", "test", "rules", tmp_path / "cases.yaml")


def test_a_broken_file_of_queries_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "queries.yaml").write_text("X: {sql: select}")
    monkeypatch.setattr(explore, "FILE", tmp_path / "queries.yaml")
    with pytest.raises(BadInput, match="sql"):
        explore.shipped.__wrapped__()
