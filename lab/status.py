"""How the servers are, as data."""

import time
from dataclasses import dataclass
from enum import StrEnum

from lab.layout import Layout
from lab.process import Record, answers, records, tail


class State(StrEnum):
    """Of one server."""

    RUNNING = "running"
    NOT_READY = "not ready"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """``memory_mib``: resident. ``cpu_seconds``: used since it started. ``said``: the end of a crashed one's log."""

    name: str
    state: State
    pid: int
    memory_mib: float
    cpu_seconds: float
    up_seconds: float
    url: str
    log: str
    said: str


def status(layout: Layout) -> list[Status]:
    """Every server that was started and not stopped. Raises ValueError when the folder is damaged."""
    return [_of(layout, record) for record in records(layout).values()]


def moved_from(layout: Layout) -> str:
    """The folder to which running servers still write, where the checkout was moved since they began; else empty."""
    found = {record.folder for record in records(layout).values() if record.process()}
    return next(iter(sorted(found - {"", str(layout.folder)})), "")


def _of(layout: Layout, record: Record) -> Status:
    process, run = record.process(), record.run
    log = layout.log(run.name)
    if process is None:
        state, memory, cpu, since = State.CRASHED, 0.0, 0.0, 0.0
    else:
        state = State.RUNNING if run.ready is None or answers(run.ready) else State.NOT_READY
        with process.oneshot():
            used = process.cpu_times()
            memory, cpu = process.memory_info().rss / 1024**2, used.user + used.system
            since = max(0.0, time.time() - record.created)
    return Status(
        name=run.name,
        state=state,
        pid=record.pid,
        memory_mib=round(memory, 1),
        cpu_seconds=round(cpu, 1),
        up_seconds=round(since, 1),
        url=run.url,
        log=str(log),
        said=tail(log) if state is State.CRASHED else "",
    )
