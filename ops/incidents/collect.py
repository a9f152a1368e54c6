"""One round: read all sources, decide which incidents there are, and write what is new."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from model.incidents.entry import Entry, Kind, State
from model.incidents.grouping import Group, groups
from model.incidents.masking import masked_entry
from model.incidents.parts import Parts
from model.incidents.record import BEFORE_SECONDS, Impact, Record, Status, belongs, record
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.incidents.prometheus import Prometheus
from ops.incidents.sources import Evidence, Source, read_all
from ops.incidents.store import Folder, Store, as_text

LOOKBACK_SECONDS = 7200.0
"""Of each round: an incident that began while nobody watched for two hours is still written whole."""

_GATHERED = "evidence/.gathered"
_WINDOW_SECONDS = 60.0
_LATE_SECONDS = 60.0

EVIDENCE_SECONDS = 300.0
"""After the onset: log records and traces of the first minutes show what failed first."""


@dataclass(kw_only=True)
class Collector:
    """``prometheus``: for the impact. ``failures``: of the last round, by source."""

    environment: Environment
    parts: Parts
    store: Store
    sources: Sequence[Source]
    evidence: Sequence[Evidence]
    prometheus: Prometheus
    failures: dict[str, str] = field(default_factory=dict)

    def round(self, now: float) -> list[tuple[Folder, Record]]:
        """The incidents that this round wrote or wrote again.

        Raises BadInput, OSError and Unreachable for a store that is broken or away.
        """
        there = self.store.all()
        known = [(folder, one) for folder in there if _lately(one := folder.record(), now)]
        start = min([now - LOOKBACK_SECONDS, *(one.opened - BEFORE_SECONDS for _, one in known)])
        reading = read_all(self.sources, start, now)
        self.failures = dict(reading.failures)
        kept = {folder.id: folder.timeline() for folder, _ in known}
        lines = [*reading.lines, *(line for timeline in kept.values() for line in timeline)]
        free = {folder.id: folder for folder, _ in known}
        found = []
        for group in groups(lines, self.parts, now):
            folder = next((free.pop(name) for name in list(free) if _same(kept[name], group, now)), None)
            if folder is None:
                folder = self.store.new(group.opening.subject[0], group.opening.start, there)
                there.append(folder)
            mine = [line for line in lines if belongs(line, group, now)]
            found.append((folder, self._write(folder, group, mine, now)))
        return found

    def _write(self, folder: Folder, group: Group, lines: list[Entry], now: float) -> Record:
        folder.append(lines)
        made = record(folder.id, self.environment, group, folder.timeline())
        made = made.model_copy(update={"impact": tuple(self._impact(one, made, now) for one in made.impact)})
        folder.write_record(made)
        start = group.opening.start if group.onset is None else min(group.onset, group.opening.start)
        # Not before everything of the time has reached the stores.
        if now >= start + EVIDENCE_SECONDS + _LATE_SECONDS and folder.read(_GATHERED) is None:
            self._gather(folder, group, start)
        return made

    def _impact(self, impact: Impact, made: Record, now: float) -> Impact:
        onset = made.times.onset
        if onset is None:
            return impact
        try:
            # The window that ends a minute later counts the last bad events; one of the future would count them twice.
            end = now if made.times.restored is None else min(now, made.times.restored + _WINDOW_SECONDS)
            return self.prometheus.impact(impact, onset, end)
        except Unreachable as error:
            self.failures[self.prometheus.name] = str(error)
            return impact

    def _gather(self, folder: Folder, group: Group, start: float) -> None:
        """Log records and traces, once. A source that does not answer is asked again in the next round."""
        found: list[Entry] = []
        failed = False
        for source in self.evidence:
            for system in dict.fromkeys(system for system, _ in group.parts):
                components = [component for one, component in group.parts if one == system and component]
                try:
                    samples = source.samples(system, components, start, start + EVIDENCE_SECONDS) if components else ()
                    found += map(masked_entry, samples)
                except Unreachable as error:
                    self.failures[source.name] = str(error)
                    failed = True
        if failed:
            return
        logs = [one for one in found if one.kind is Kind.LOG]
        if logs:
            text = "".join(json.dumps({"at": one.at, "text": one.text}, ensure_ascii=False) + "\n" for one in logs)
            folder.write("evidence/logs.jsonl", text)
        for trace in (one for one in found if one.kind is Kind.TRACE):
            # Jaeger's ids are hexadecimal; anything else would be a path.
            if trace.ref.isalnum():
                folder.write(f"evidence/trace-{trace.ref}.json", as_text(trace.raw))
        folder.append(one.model_copy(update={"raw": {}}) for one in found)
        # Last: a crash before asks the sources again.
        folder.write(_GATHERED, "")


def _lately(made: Record, now: float) -> bool:
    """Whether a new line could still be about it."""
    return made.status is Status.OPEN or (made.closed or 0.0) > now - LOOKBACK_SECONDS - BEFORE_SECONDS


def _same(timeline: Sequence[Entry], group: Group, now: float) -> bool:
    fired = (line for line in timeline if line.kind is Kind.ALERT and line.state is State.FIRING)
    return any(belongs(line, group, now) for line in fired)
