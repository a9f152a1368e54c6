"""Log records with errors of a period from Loki, by their template and without secrets."""

from collections.abc import Sequence
from typing import Any, Final

from model.incidents.masking import masked
from model.query_text import one_of
from model.reports.review_patterns import Pattern, patterns
from ops.http import Unreachable
from ops.incidents.evidence import COMPONENT_LABEL, ERRORS, SYSTEM_LABEL
from ops.incidents.sources import get, unreadable

MOST_RECORDS: Final = 5000
"""Loki's own limit of an answer (`limits_config.max_entries_limit_per_query`)."""


def error_patterns(
    url: str | None, systems: Sequence[str], start: float, end: float
) -> tuple[tuple[Pattern, ...] | None, str]:
    """The most frequent templates of the last records, and a sentence for people; None where they are not known."""
    if url is None:
        return None, "Error patterns: not available, no Loki was named (--loki URL)."
    query = [
        ("query", f"{{{one_of(SYSTEM_LABEL, systems)}}} {ERRORS}"),
        ("start", f"{start * 1e9:.0f}"),
        ("end", f"{end * 1e9:.0f}"),
        ("limit", str(MOST_RECORDS)),
        ("direction", "backward"),
    ]
    try:
        streams = get(url, "/loki/api/v1/query_range", query)["data"]["result"]
        records = [
            (_of(one, SYSTEM_LABEL), _of(one, COMPONENT_LABEL), masked(str(line)))
            for one in streams
            for _, line, *_ in one["values"]
        ]
    except Unreachable as error:
        return None, f"Error patterns: not available. {error}"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return None, f"Error patterns: not available. {unreadable(url, error)}"
    cut = f"; the last {MOST_RECORDS} of them, there are more" if len(records) >= MOST_RECORDS else ""
    return patterns(records), f"Error patterns: {len(records)} log records with errors from Loki{cut}."


def _of(stream: Any, label: str) -> str:
    return str(stream["stream"].get(label, ""))
