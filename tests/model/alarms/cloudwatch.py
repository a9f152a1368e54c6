"""How CloudWatch evaluates alarms, minute by minute: moto neither evaluates nor knows composite alarms.

From the CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data" and "Suppressing composite alarm
actions". Of what the guide leaves open the later moment is taken: an alarm looks back over twice its periods for real
data points before it fills up with the treatment of missing ones.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MINUTE = 60


def states(alarm: Mapping[str, Any], points: Mapping[int, float], until: int) -> list[str]:
    """The alarm's state in each minute; ``points``: minute -> value. Period 60 s, statistic above the threshold."""
    assert (alarm["period"], alarm["comparisonOperator"]) == (MINUTE, "GreaterThanThreshold")
    assert alarm["treatMissingData"] == "notBreaching"
    wanted, enough = alarm["evaluationPeriods"], alarm["datapointsToAlarm"]
    found = []
    for now in range(until):
        looked_at = [points[minute] for minute in range(now, now - 2 * wanted, -1) if minute in points][:wanted]
        breaching = sum(value > alarm["threshold"] for value in looked_at)
        found.append("ALARM" if breaching >= enough else "OK")
    return found


def notified(composite: Mapping[str, Any], fires: Sequence[bool], suppressed: Sequence[bool]) -> list[int]:
    """In which minutes the composite's ALARM actions run."""
    suppressor = composite["actionsSuppressor"]
    wait, extension = (suppressor[key] // MINUTE for key in ("waitPeriod", "extensionPeriod"))
    found: list[int] = []
    due: int | None = None  # when the actions run, unless the suppressor is in ALARM by then
    done = False
    for now, (alarm, quiet) in enumerate(zip(fires, suppressed, strict=True)):
        if not alarm:
            due, done = None, False
            continue
        began = now == 0 or not fires[now - 1]
        left = now > 0 and suppressed[now - 1] and not quiet
        if quiet:
            due = None
        elif not done and due is None:
            due = now + (wait if began else extension if left else 0)
        if due is not None and now >= due and not done:
            found.append(now)
            done = True
    return found
