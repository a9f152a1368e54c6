"""Recorded listings: which series a target exposed, as names, the few labels that relabelings look at, and counts.

Other labels are left out: nothing that names a machine, an image or a person gets into the project. Of a control group
and a pod only whether there was one is kept. ``benchmarks/series_recording.py`` writes them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from configs.prometheus.keep_list import Job
from configs.prometheus.relabeling import METRIC

FOLDER = Path(__file__).parent / "data" / "series"
LABELS = (METRIC, "le", "scope", "interface", "id", "pod")
JOBS = {str(job): job for job in Job}
ONLY_WHETHER = frozenset({"id", "pod"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Series of one target, alike ones together: their labels, and how many there are."""

    source: str
    series: tuple[tuple[Mapping[str, str], int], ...]

    @property
    def metrics(self) -> frozenset[str]:
        """Names of all metrics."""
        return frozenset(labels[METRIC] for labels, _ in self.series)


def recorded() -> dict[Job, Listing]:
    """Every listing in the project."""
    return {job: read(job) for job in Job if (FOLDER / f"{job}.json").is_file()}


def read(job: Job) -> Listing:
    """The listing of one job."""
    document = json.loads((FOLDER / f"{job}.json").read_text(encoding="utf-8"))
    rows = ((dict(zip(LABELS, row[:-1], strict=False)), row[-1]) for row in document["series"])
    series = tuple(({name: value for name, value in labels.items() if value}, count) for labels, count in rows)
    return Listing(source=document["source"], series=series)
