"""The columns of tables: which are narrow, so that long names have room, and how limits colour cells."""

from collections.abc import Iterable
from typing import Final

from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from authoring.dashboards.kit.thresholds import NO_LIMIT, Steps, alerting_only, override

# Pixels. Grafana gives all columns the same, however short their texts are.
LETTER: Final = 8
EDGES: Final = 36  # padding, and the button that filters
LEAST: Final = 90
NAME: Final = 280
COLUMN: Final = 66  # of the 24 of a board, on a screen of 1,600
# Words of our own lists, whose length is known; all other texts are names and share what is left.
SHORT: Final = {
    "Severity": 95,
    "Cluster": 110,
    "Team": 110,
    "System": 145,
    "Threshold": 105,
    "Reason": 160,
    "Resource": 150,
    "Namespace": 150,
}


def widths(texts: Iterable[str], numbers: Iterable[str], wide: int) -> dict[str, list[DynamicConfigValue]]:
    """Heading -> its width as an override, or nothing for the columns that share what is left; never of all.

    ``wide``: of the panel, of 24. Where there is more room than names need, every column has more.
    """
    names = list(texts)
    fixed = {heading: max(LEAST, len(heading) * LETTER + EDGES) for heading in numbers}
    short = {heading: SHORT[heading] for heading in names if heading in SHORT}
    if len(short) < len(names):
        fixed |= short
    free = sum(heading not in fixed for heading in names)
    more = max(1.0, wide * COLUMN / (sum(fixed.values()) + free * NAME))
    return {
        heading: [DynamicConfigValue("custom.width", int(fixed[heading] * more))] if heading in fixed else []
        for heading in (*names, *fixed)
    }


def cell(steps: Steps) -> list[DynamicConfigValue]:
    """A coloured ground: coloured text is not read in the light theme. None where nothing is good or bad."""
    if steps == NO_LIMIT:
        return [override(steps)]
    return [override(alerting_only(steps)), DynamicConfigValue("custom.cellOptions", GROUND)]


GROUND: Final = {"type": "color-background", "mode": "basic"}
