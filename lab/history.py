"""Weeks of simulated use for the local Prometheus, so that forecasts have a past: ``python -m lab history``.

What runs here for minutes has no weeks. The series are those that a cluster would have, of a namespace called
`simulated`, and end an hour ago: they are history, and no alert watches them.
"""

import math
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lab.context import find_tool, missing
from lab.endpoints import read_endpoints
from lab.layout import Layout
from lab.servers.prometheus import NAME as PROMETHEUS
from model.problems import BadInput, Problem

WEEKS: Final = 8
"""Twice what a forecast needs at least, so that it is tested on half of it."""
_HOUR, _WEEK = 3600, 168
Use = Callable[[int, random.Random], float]
"""Hours since the beginning, and chance -> share of a limit."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A series of a recorded metric."""

    metric: str
    labels: Mapping[str, str]
    use: Use

    def sample(self, hour: int, at: int) -> str:
        """A line of OpenMetrics. The same series has the same values in every run."""
        labels = ",".join(f'{name}="{value}"' for name, value in self.labels.items())
        chance = random.Random(f"{self.metric} {labels} {hour}")  # noqa: S311 (no secret)
        return f"{self.metric}{{{labels}}} {min(max(self.use(hour, chance), 0), 1):.5f} {at}"


def _day(hour: int) -> float:
    return math.sin(2 * math.pi * hour / 24) + math.sin(2 * math.pi * hour / _WEEK) / 2


def _volume(name: str, use: Use) -> Simulated:
    labels = {"cluster": "local", "namespace": "simulated", "persistentvolumeclaim": name}
    return Simulated("namespace_volume:kubelet_volume_stats_used:ratio", labels, use)


_HOURS = WEEKS * _WEEK
SERIES: Final = (
    _volume("orders-0", lambda hour, chance: 0.97 - 0.3 * (1 - hour / _HOURS) + chance.gauss(0, 0.003)),
    _volume(
        "images-0", lambda hour, chance: 0.78 - 0.4 * (1 - hour / _HOURS) + 0.01 * _day(hour) + chance.gauss(0, 0.005)
    ),
    _volume("cache-0", lambda hour, chance: 0.5 + 0.05 * _day(hour) + chance.gauss(0, 0.02)),
    _volume("moved-0", lambda hour, chance: (0.3 if hour < _HOURS - 100 else 0.7) + chance.gauss(0, 0.01)),
    Simulated(
        "namespace_resource:quota_used:ratio",
        {"cluster": "local", "namespace": "simulated", "resource": "requests.cpu"},
        lambda hour, chance: (0.4 + 0.06 * _day(hour)) * math.exp(0.5 * hour / _HOURS) + chance.gauss(0, 0.01),
    ),
)


def open_metrics(end: int) -> Iterator[str]:
    """The lines of :data:`WEEKS` weeks by the hour, up to ``end``: Unix time, a whole hour."""
    for metric in dict.fromkeys(one.metric for one in SERIES):
        yield f"# TYPE {metric} gauge"
        for one in SERIES:
            if one.metric == metric:
                yield from (one.sample(hour, end - (_HOURS - 1 - hour) * _HOUR) for hour in range(_HOURS))
    yield "# EOF"


def write(root: Path, now: float) -> int:
    """Give the local Prometheus the series; the number of samples. Raises BadInput.

    It reads the new blocks within a minute. Of hours that it has already, it keeps what it has.
    """
    read_endpoints(root)  # whoever has none running is not served by files
    layout = Layout(root)
    promtool = find_tool(layout, "promtool")
    if promtool is None:
        raise BadInput([missing(layout, "promtool")])
    lines = list(open_metrics(int(now // _HOUR - 1) * _HOUR))
    with TemporaryDirectory(dir=layout.folder) as folder:
        file = Path(folder) / "history.txt"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # Of a month each, as Prometheus compacts them in the end: of two hours they would be seven hundred.
        command = [str(promtool), "tsdb", "create-blocks-from", "--max-block-duration=31d", "--quiet", "openmetrics"]
        done = subprocess.run(
            [*command, str(file), str(layout.data(PROMETHEUS))], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise BadInput([Problem("promtool", done.stderr.strip(), "a readable folder of Prometheus")])
    return sum(not line.startswith("#") for line in lines)
