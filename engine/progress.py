"""Progress of one run on stderr: one updating line on a terminal, a plain line every few seconds elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from engine.events import Recorder

# Often enough to see that it lives, seldom enough for a log file.
_SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """A context manager whose ``tell`` listens to a recorder."""

    def __init__(self, console: Console, doing: str) -> None:
        self._console, self._doing = console, doing
        self._status: Status | None = None
        self._reported = time.monotonic()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status(f"{self._doing}: starting the engine")
            self._status.start()
        else:
            self._console.print(f"{self._doing}: starting the engine", highlight=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, recorder: Recorder) -> None:
        """Show the counts. Called from the engine's thread, which swallows what is raised here."""
        line = f"{self._doing}: {recorder.done} of {len(recorder.steps)} resources so far, {escape(recorder.current)}"
        if self._status is not None:
            self._status.update(line)
        elif time.monotonic() - self._reported >= _SECONDS_BETWEEN_LINES:
            self._reported = time.monotonic()
            self._console.print(line, highlight=False)
