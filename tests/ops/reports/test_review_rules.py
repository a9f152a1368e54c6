"""The lines of the rules that are deployed: what is replayed of each is PromQL, and compared with no number."""

from pathlib import Path

import promql_parser
import pytest
import yaml

from model.reports.review_line import line_of

RULES = Path(__file__).parents[3] / "rules" / "prometheus"
FILES = sorted(RULES.glob("thresholds-*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_most_thresholds_have_a_line_and_the_rest_of_each_is_promql(path: Path) -> None:
    groups = yaml.safe_load(path.read_text())["groups"]
    # As Prometheus prints an expression, which is how its API has it.
    texts = [
        promql_parser.parse(rule["expr"]).prettify() for group in groups for rule in group["rules"] if "alert" in rule
    ]
    lines = [(text, line) for text in texts if (line := line_of(text))]
    assert len(lines) >= len(texts) / 2
    for text, line in lines:
        promql_parser.parse(line.series)
        assert len(line.series) < len(text)
        # A comparison that is left over is one of a condition.
        assert line_of(line.series) is None
