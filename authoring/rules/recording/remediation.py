"""Recorded series of the auto-remediation board: what its engine counts, of the last day."""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule

INTERVAL: Final = "1m"

VERDICTS: Final = "rule:remediation_verdicts:increase1d"
ENDINGS: Final = "rule:remediation_endings:increase1d"
"""What became of actions and questions."""
ANSWERS: Final = "answer:remediation_answers:increase1d"
VERDICT_SECONDS: Final = "cluster:remediation_verdict_seconds:p99_1d"
"""From the start of an alert to its verdict."""
HEALED_SECONDS: Final = "cluster:remediation_healed_seconds:p50_1d"
"""From the start of an alert to the proof of its cure."""
WAITING: Final = "cluster:remediation_waiting_approvals:sum"
ESCALATED: Final = "target:remediation_escalated:max"
ARMED: Final = "rule:remediation_armed:max"
LAST_STEP: Final = "cluster:remediation_last_step_timestamp:max"


def rules() -> Iterator[Rule]:
    """None depends on the catalog."""
    name = "belfry_remediation_"
    for record, counter, by in (
        (VERDICTS, "verdicts_total", "rule, verdict, reason"),
        (ENDINGS, "endings_total", "rule, outcome"),
        (ANSWERS, "answers_total", "answer"),
    ):
        yield Rule("record", record, f"sum by (cluster, {by}) (increase({name}{counter}[1d]))", {})
    for record, kind, quantile in ((VERDICT_SECONDS, "verdict", "0.99"), (HEALED_SECONDS, "healed", "0.5")):
        buckets = f"sum by (cluster, le) (increase({name}{kind}_seconds_bucket[1d]))"
        yield Rule("record", record, f"histogram_quantile({quantile}, {buckets})", {})
    yield Rule("record", WAITING, f"sum by (cluster) ({name}waiting_approvals)", {})
    for record, gauge, by in (
        (ESCALATED, "escalated", "cluster, rule, target_system, target_component, outcome"),
        (ARMED, "armed", "cluster, rule, mode"),
        (LAST_STEP, "last_step_timestamp_seconds", "cluster"),
    ):
        yield Rule("record", record, f"max by ({by}) ({name}{gauge})", {})
