"""Size of an incident and its draft, and seconds to write them: a round of the program, and the draft.

    .venv/bin/python -m benchmarks.incident_drafts [--hours 6] [--alerts 40]

An outage of two parts of a system with alerts that come and go, changes, notifications, log records and people. The
round reads a source that answers at once: what is measured is our part, not Prometheus'.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.incidents.entry import Entry, Kind, State
from model.incidents.parts import Parts
from model.incidents.record import Impact
from model.vocabulary import Environment
from ops.incidents.collect import Collector
from ops.incidents.files import Disk
from ops.incidents.postmortem import write_draft
from ops.incidents.prometheus import Prometheus, Samples
from ops.incidents.store import Store

T0 = 1_800_000_000.0
RUNS = 5
OF = {"system": "shop", "component": "api", "objective": "errors"}


@dataclass(frozen=True, slots=True)
class Told:
    """A source that knows everything already."""

    lines: Sequence[Entry]
    name: str = "Told"

    def read(self, start: float, end: float) -> Sequence[Entry]:
        """Lines of the time."""
        return [line for line in self.lines if start <= line.at <= end]


class Answering(Prometheus):
    """Samples of a day without a server."""

    def impact(self, impact: Impact, start: float, end: float) -> Impact:
        """Some numbers."""
        return impact.model_copy(update={"bad": 1000.0, "total": 60_000.0, "budget": 0.02, "covered": 1.0})

    def ratios(self, system: str, component: str, objective: str, start: float, end: float) -> Samples:
        """One each 15 s."""
        return {start + 15 * number: (number % 40) / 100 for number in range(int((end - start) / 15))}

    def target(self, system: str, component: str, objective: str, at: float) -> float | None:
        """Three nines."""
        return 0.999


def lines(hours: float, alerts: int) -> list[Entry]:
    """Of an incident that long, with so many alerts beside that of the outage."""
    end = T0 + hours * 3600
    page: dict[str, Any] = {**OF, "kind": Kind.ALERT, "source": "Prometheus", "name": "SloOutage"}
    page["severity"] = "critical"
    sli: dict[str, Any] = {**OF, "kind": Kind.SLI, "source": "Prometheus", "text": "errors: 12 % of events are bad"}
    made = [
        Entry(at=T0, state=State.BAD, **sli),
        Entry(at=end, state=State.GOOD, **sli),
        Entry(at=T0 + 30, state=State.FIRING, text="It fires.", **page),
        Entry(at=end + 300, state=State.RESOLVED, text="It is over.", **page),
    ]
    for number in range(alerts):
        other: dict[str, Any] = {**page, "name": f"Alert{number}", "severity": "warning", "objective": ""}
        made += [
            Entry(at=T0 + 60 + number, state=State.FIRING, text="It fires.", **other),
            Entry(at=end - number, state=State.RESOLVED, text="It is over.", **other),
            Entry(at=T0 + 90 + number, kind=Kind.HUMAN, source="PagerDuty", text="Ada noted something.", system="shop"),
        ]
    logs: dict[str, Any] = {"kind": Kind.LOG, "source": "Loki", "system": "shop", "component": "api"}
    return [*made, *(Entry(at=T0 + 5 + n, text='{"message": "GET /items/1 answered 500"}', **logs) for n in range(20))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=6)
    parser.add_argument("--alerts", type=int, default=40)
    given = parser.parse_args()
    prometheus = Answering("http://127.0.0.1:9")
    rounds, drafts = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            collector = Collector(
                environment=Environment.LOCAL,
                parts=Parts({}),
                store=Store(Disk(Path(folder))),
                sources=[Told(lines(given.hours, given.alerts))],
                evidence=[],
                prometheus=prometheus,
            )
            now = T0 + given.hours * 3600 + 300 + 900 + 60
            # From the beginning on: the lines of a day lie beyond what a first round looks back.
            collector.round(T0 + 600)
            began = time.perf_counter()
            ((kept, _),) = collector.round(now)
            rounds.append(time.perf_counter() - began)
            began = time.perf_counter()
            write_draft(kept, prometheus, now)
            drafts.append(time.perf_counter() - began)
            sizes = {path.name: path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()}
    print(f"{given.hours:g} h, {given.alerts} alerts; median of {RUNS} runs")
    print(f"round {statistics.median(rounds) * 1000:.0f} ms, draft {statistics.median(drafts) * 1000:.0f} ms")
    for name in ("timeline.jsonl", "record.json", "postmortem.md", "sli-1.svg"):
        print(f"{name}: {sizes[name] / 1024:.1f} KiB")


if __name__ == "__main__":
    main()
