"""Events of the local environment: lines of JSON in ``events.jsonl``, each with `at` (UTC), server, event and text."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from lab.appending import append
from lab.layout import Layout


@dataclass
class Events:
    """Of one process. ``dropped``: how many a full disk refused; the next one that is written has their number."""

    layout: Layout
    dropped: int = 0

    def say(self, server: str, event: str, text: str) -> None:
        """Write an event, if the disk takes it."""
        lines = _line(server, event, text)
        if self.dropped:
            lines = _line(server, "events-dropped", f"{self.dropped} events were not written: no room") + lines
        try:
            append(self.layout.events, lines)
        except OSError as error:
            self.dropped += 1
            report(f"{server}: {event} is in no file: {error}")
        else:
            self.dropped = 0


def report(text: str) -> None:
    """Print it into the process's log, which lies on the same disk."""
    with suppress(OSError):
        print(text, flush=True)


def _line(server: str, event: str, text: str) -> str:
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"at": at, "server": server, "event": event, "text": text}, ensure_ascii=False) + "\n"
