"""When visitors come: at random, by the day's curve, and whether or not the last one was served.

A machine that is too slow is not spared: what was due stays due, and how late it was is measured and said.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic

from lab.workload.plan import Entry
from lab.workload.runtime import Runtime

# Later than this, and the latencies that are measured are those of this machine and not of the services.
TOO_LATE_SECONDS = 1.0
# Arrivals that are later than this are not made up for: the backlog would grow without end. They are counted.
HOPELESS_SECONDS = 5.0
# Visits of one entry at the same time; a thousand waiting callers show nothing that these do not.
MOST_AT_ONCE = 1000
_WINDOW_SECONDS = 60.0
_LOOK_SECONDS = 1.0


class Punctuality:
    """How late arrivals are, of the last minute."""

    def __init__(self) -> None:
        self.started = self.skipped = 0
        self._late: deque[tuple[float, float]] = deque()
        self._skips: deque[float] = deque()

    def began(self, late: float) -> None:
        """A visit began ``late`` seconds after it was due."""
        self.started += 1
        now = monotonic()
        # Only what is later than all that came after it can ever be the latest of a window.
        while self._late and self._late[-1][1] <= late:
            self._late.pop()
        self._late.append((now, late))

    def skip(self, count: int) -> None:
        """Visits were left out."""
        if count:
            self.skipped += count
            self._skips.append(monotonic())

    @property
    def lag(self) -> float:
        """The latest of the last minute, seconds."""
        while self._late and self._late[0][0] < monotonic() - _WINDOW_SECONDS:
            self._late.popleft()
        return self._late[0][1] if self._late else 0.0

    @property
    def carried(self) -> bool:
        """Whether the machine carries the load."""
        while self._skips and self._skips[0] < monotonic() - _WINDOW_SECONDS:
            self._skips.popleft()
        return self.lag <= TOO_LATE_SECONDS and not self._skips


async def arrive(
    runtime: Runtime, entry: Entry, punctuality: Punctuality, visit: Callable[[], Awaitable[None]]
) -> None:
    """Have visits begin; forever."""
    at_work: set[asyncio.Future[None]] = set()
    due = monotonic()
    while True:
        rate = runtime.rate(entry)
        if rate <= 0:
            await asyncio.sleep(_LOOK_SECONDS)
            due = monotonic()
            continue
        due += runtime.chance.gap(rate)
        # In short steps: a rate that an effect changes counts at once, and not after a slow stream's next visit.
        while (early := due - monotonic()) > 0 and runtime.rate(entry) > 0:
            await asyncio.sleep(min(early, _LOOK_SECONDS))
        if early > 0:
            continue
        late = monotonic() - due
        if late > HOPELESS_SECONDS:
            punctuality.skip(int(late * rate))
            due = monotonic()
        if len(at_work) >= MOST_AT_ONCE:
            punctuality.skip(1)
            continue
        punctuality.began(late)
        task = asyncio.ensure_future(visit())
        at_work.add(task)
        task.add_done_callback(at_work.discard)
