"""Recorded series of how the monitoring does, as few as a person looks at."""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule

INTERVAL: Final = "1m"

HIGHEST_DUTIES: Final = "rule_group:prometheus_rule_evaluation:highest_duty_ratio"
"""Evaluation as a share of the interval: of each cluster the ten rule groups that take longest."""


def rules() -> Iterator[Rule]:
    """None depends on the catalog."""
    duties = "max by (cluster, rule_group) (rule_group:prometheus_rule_evaluation:duty_ratio)"
    yield Rule("record", HIGHEST_DUTIES, f"topk by (cluster) (10, {duties})", {})
