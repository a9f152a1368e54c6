"""Share of series that the keep-list drops, against kube-prometheus-stack's defaults, from recorded listings.

    .venv/bin/python -m benchmarks.keep_list

The last line reckons a cluster of ten such nodes, two API servers, two Prometheus and three Alertmanagers, for in the
recorded cluster of one node the API server is nearly everything. Not counted, to the keep-list's disadvantage,
because listings are missing:
the kubelet's own metrics (histograms for the most part), its probes (not scraped at all here), CoreDNS,
Grafana and the operator.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.series_listing import JOBS, Listing, recorded
from configs.prometheus.keep_list import Job, relabelings
from configs.prometheus.relabeling import Action, Relabeling, kept

DEFAULTS = Path(__file__).parent / "data" / "chart_relabelings.yaml"
GOAL = 0.6
# How many times each listing is there in the cluster of ten nodes. Objects of Kubernetes grow with the nodes.
TEN_NODES = {
    Job.ALERTMANAGER: 3,
    Job.API_SERVER: 2,
    Job.CADVISOR: 10,
    Job.KUBE_STATE_METRICS: 10,
    Job.NODE_EXPORTER: 10,
    Job.PROMETHEUS: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Series that are exposed, that the chart would keep, and that we keep."""

    name: str
    exposed: int
    chart: int
    ours: int

    @property
    def dropped(self) -> float:
        """Share of what the chart would keep, 0 to 1."""
        return 1 - self.ours / self.chart


def chart_defaults() -> dict[Job, tuple[Relabeling, ...]]:
    """What the chart does when nobody says anything."""
    document = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    return {
        JOBS[job]: tuple(
            Relabeling(action=Action.DROP, regex=row["regex"], labels=tuple(row["labels"])) for row in rows
        )
        for job, rows in document.items()
    }


def count(job: Job, listing: Listing) -> Count:
    """One job."""
    return Count(
        name=str(job),
        exposed=_after((), listing),
        chart=_after(chart_defaults().get(job, ()), listing),
        ours=_after(relabelings(job), listing),
    )


def counts() -> list[Count]:
    """Every recorded job, then their sum, then the cluster of ten nodes."""
    by_job = {job: count(job, listing) for job, listing in recorded().items()}
    return [
        *by_job.values(),
        _sum("all, as recorded", [(1, one) for one in by_job.values()]),
        _sum("ten nodes", [(TEN_NODES[job], one) for job, one in by_job.items()]),
    ]


def _after(rules: Sequence[Relabeling], listing: Listing) -> int:
    return sum(number for labels, number in listing.series if kept(rules, labels))


def _sum(name: str, parts: Iterable[tuple[int, Count]]) -> Count:
    known = list(parts)
    return Count(
        name=name,
        exposed=sum(times * one.exposed for times, one in known),
        chart=sum(times * one.chart for times, one in known),
        ours=sum(times * one.ours for times, one in known),
    )


def main() -> None:
    """Print the table."""
    rows = counts()
    if "--json" in sys.argv:
        print(json.dumps([{**_plain(row), "dropped": round(row.dropped, 4)} for row in rows], indent=2))
        return
    table = Table("job", "exposed", "chart keeps", "we keep", "dropped", title="Series")
    for row in rows:
        table.add_row(row.name, f"{row.exposed:,}", f"{row.chart:,}", f"{row.ours:,}", f"{row.dropped:.1%}")
    console = Console()
    console.print(table)
    for job, listing in recorded().items():
        console.print(f"{job}: {listing.source}", highlight=False, soft_wrap=True)
    worst = min(rows[-2:], key=lambda row: row.dropped)
    reached = "reached" if worst.dropped >= GOAL else "missed"
    console.print(f"Goal {GOAL:.0%} {reached}: {worst.name} drops {worst.dropped:.1%}", highlight=False)


def _plain(row: Count) -> dict[str, str | int]:
    return {"job": row.name, "exposed": row.exposed, "chart": row.chart, "ours": row.ours}


if __name__ == "__main__":
    main()
