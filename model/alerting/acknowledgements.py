"""Which copies of alerts are silenced because somebody acknowledged an incident: pure decisions.

The standard library alone: the program runs from the job archive. Times are seconds since 1970.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

AUTHOR = "belfry acknowledgements"
# How long a silence lasts that nobody renews: when PagerDuty or the program is away, escalation continues after it.
HELD_SECONDS = 600.0

# What a matcher of a silence says: label, value, and whether the label must have it.
Matcher = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody acknowledged the incident of these alerts. ``team``: whose key of PagerDuty found it."""

    incident: str
    by: str
    team: str
    alertname: str
    system: str
    component: str

    @property
    def matchers(self) -> frozenset[Matcher]:
        """The copies for higher levels of these alerts of this team, and nothing else."""
        labels = ("team", "alertname", "system", "component")
        return frozenset({*((label, getattr(self, label), True) for label in labels), ("level", "", False)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silence of this program; without ``id``: one to be made."""

    matchers: frozenset[Matcher]
    ends: float
    comment: str
    id: str | None = None

    @property
    def team(self) -> str:
        """Whose alerts it is about."""
        return next((value for label, value, _ in self.matchers if label == "team"), "")


def decide(
    acknowledged: Iterable[Acknowledgement], silences: Sequence[Silence], unread: Collection[str], now: float
) -> tuple[list[Silence], list[Silence]]:
    """What to make or renew, and what to end. ``unread``: teams whose incidents could not be read.

    An incident that is acknowledged no more, whose acknowledgement timed out or that was escalated by hand, escalates
    here too: its silence ends at once. Nothing is known of a team that could not be read, so its silences run out.
    """
    wanted = {one.matchers: one for one in sorted(acknowledged, key=lambda one: one.incident, reverse=True)}
    present = {silence.matchers: silence for silence in silences}
    kept = [
        Silence(
            matchers=matchers,
            ends=now + HELD_SECONDS,
            comment=f"{one.by} acknowledged incident {one.incident} in PagerDuty",
            id=present[matchers].id if matchers in present else None,
        )
        for matchers, one in sorted(wanted.items(), key=lambda item: item[1].incident)
        if matchers not in present or present[matchers].ends - now < HELD_SECONDS / 2
    ]
    ended = [one for matchers, one in present.items() if matchers not in wanted and one.team not in unread]
    return kept, ended
