"""Records what a target exposed, for ``benchmarks/keep_list.py``.

    .venv/bin/python -m benchmarks.series_recording cadvisor metrics.txt "where it comes from"

reads what a target answered and writes ``benchmarks/data/series/<job>.json``.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.series_listing import FOLDER, JOBS, LABELS, ONLY_WHETHER
from configs.prometheus.relabeling import METRIC


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
