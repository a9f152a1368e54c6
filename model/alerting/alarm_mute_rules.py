"""Maintenance windows for composite alarms: mute rules of CloudWatch, for what is notified without Alertmanager."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from model.alerting.maintenance import MaintenanceWindow
from model.vocabulary import Severity

# What one mute rule of CloudWatch takes, and how long it may last.
MOST_TARGETS, LONGEST_MINUTES = 100, 15 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRule:
    """A mute rule of CloudWatch: from ``at`` by the clocks of ``time_zone`` on, for an ISO 8601 ``duration``."""

    name: str
    at: str
    duration: str
    time_zone: str
    reason: str
    alarms: tuple[str, ...]


def mute_rules(
    windows: Iterable[MaintenanceWindow], composites: Mapping[tuple[str, Severity], str]
) -> Iterator[MuteRule]:
    """The windows of whole systems, for the composite alarms that notify without the forwarder.

    ``composites``: system and severity -> name. A window of teams, components or single alerts has no rule: a composite
    stands above all of a system, and would hide what the window does not mean.
    """
    for window in windows:
        if window.teams or window.components or window.alerts:
            continue
        meant = sorted(
            name
            for (system, severity), name in composites.items()
            if severity in window.severities and (not window.systems or system in window.systems)
        )
        zone = ZoneInfo(window.time_zone)
        # By moments: clocks may change within the window.
        begin, end = (moment.replace(tzinfo=zone).timestamp() for moment in (window.start, window.end))
        minutes = int(end - begin) // 60
        for part, first in enumerate(range(0, minutes, LONGEST_MINUTES), 1):
            at = type(window.start).fromtimestamp(begin + 60 * first, zone)
            for group, targets in enumerate(range(0, len(meant), MOST_TARGETS), 1):
                yield MuteRule(
                    name=f"{window.name}-{part}-{group}",
                    at=f"{at:%Y-%m-%dT%H:%M}",
                    duration=_duration(min(minutes - first, LONGEST_MINUTES)),
                    time_zone=window.time_zone,
                    reason=window.reason,
                    alarms=tuple(meant[targets : targets + MOST_TARGETS]),
                )


def _duration(minutes: int) -> str:
    """As CloudWatch gives it back, or each update would find a difference."""
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (rest, "M")) if number)
    return f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"
