"""Recorded series of how alerts come and go: since when each fires, and for how long each that ended had fired.

One sample an alert that ended: weeks of them cost a board next to nothing, where ALERTS itself has a sample for each
series and half minute.
"""

from collections.abc import Iterator
from typing import Final

from authoring.rule_file import Rule

INTERVAL: Final = "1m"

SINCE: Final = "alertname_component:firing_since:timestamp"
"""Unix time since when an alert of a component fires; it goes on while any of its series does."""

ENDED: Final = "alertname_component:ended_after:seconds"
"""One sample when it ends: for how long it had fired, as exactly as a minute."""

ENDED_EARLY: Final = "alertname_component:ended_early:seconds"
"""The same, of those that ended before anybody could have done something."""

# The escalation policy notifies a second person after 15 minutes: until then no one is expected to have acted.
EARLY: Final = 900

LABELS: Final = ("cluster", "alertname", "severity", "team", "system", "component")


def rules() -> Iterator[Rule]:
    """In this order: each reads what the one before wrote at the same moment."""
    # Copies of an alert for higher levels (label `level`) are the same trouble; the watchdog always fires.
    firing = f'group by ({", ".join(LABELS)}) (ALERTS{{alertstate="firing", severity!="none", level=""}})'
    yield Rule("record", SINCE, f"({SINCE} and {firing})\n  or\n0 * {firing} + time()", {})
    yield Rule("record", ENDED, f"time() - ({SINCE} offset {INTERVAL} unless {SINCE})", {})
    yield Rule("record", ENDED_EARLY, f"{ENDED} <= {EARLY}", {})
