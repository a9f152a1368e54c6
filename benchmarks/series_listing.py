"""Recorded listings: which series a target exposed, as names, the few labels that relabelings look at, and counts.

Other labels are left out: nothing that names a machine, an image or a person gets into the project. Of a control group
and a pod only whether there was one is kept.

    .venv/bin/python -m benchmarks.series_listing cadvisor metrics.txt "where it comes from"

reads what a target answered and writes ``benchmarks/data/series/<job>.json``.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

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


def listing(text: str, source: str) -> dict[str, Any]:
    """What a target answered, as it is recorded."""
    counts = Counter(_row(labels) for labels in _samples(text))
    return {"source": source, "labels": list(LABELS), "series": [[*row, counts[row]] for row in sorted(counts)]}


def _samples(text: str) -> Iterator[dict[str, str]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield {**sample.labels, METRIC: sample.name}


def _row(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple("x" if name in ONLY_WHETHER and labels.get(name) else labels.get(name, "") for name in LABELS)


def main(job: str, file: str, source: str) -> None:
    """Record one listing."""
    document = listing(Path(file).read_text(encoding="utf-8"), source)
    rows = ",\n".join(f"  {json.dumps(row)}" for row in document["series"])
    head = f'{{\n"source": {json.dumps(source)},\n"labels": {json.dumps(document["labels"])},\n"series": [\n'
    (FOLDER / f"{JOBS[job]}.json").write_text(f"{head}{rows}\n]\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
