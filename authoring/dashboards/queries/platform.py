"""The monitoring itself: its targets, rules and notifications."""

from authoring.dashboards.queries import chosen


def targets_down() -> str:
    """How many targets did not answer; 0 and not nothing when all do."""
    return f"count({chosen.cluster('up')} == 0) or vector(0)"


def targets_down_by_job() -> str:
    """A row for each job with targets that do not answer."""
    return f"sort_desc(count by (cluster, namespace, job) ({chosen.cluster('up')} == 0))"


def targets_up() -> str:
    """Share of targets that answer, by namespace."""
    return f"avg by (cluster, namespace) ({chosen.cluster('up')})"
