"""How AWS knows whether alarms reach Alertmanager, and names that the forwarder's parts agree on."""

from collections.abc import Sequence
from typing import Any

# The heartbeat that the forwarder writes each minute, after Alertmanager had what was posted.
NAMESPACE, METRIC, DIMENSION = "Belfry", "AlarmsForwarded", "Environment"

SUPPRESSOR = "alarms-forwarded"
SUPPRESSOR_SUMMARY = "Alarms reach Alertmanager, so composite alarms do not notify"
SUPPRESSOR_REASON = (
    "ALARM is its good state: heartbeats of the forwarder arrive. When it leaves ALARM, composite alarms notify in "
    "Alertmanager's place."
)
# One heartbeat in three minutes is enough: a forwarder that moves to another node is silent for one or two. CloudWatch
# also looks at points before the three while newer ones are missing, so it leaves ALARM three to six minutes after the
# last heartbeat. Missing data is OK, not unknown: then composites notify.
PERIOD_SECONDS, PERIODS = 60, 3


def event_pattern(prefixes: Sequence[str]) -> dict[str, Any]:
    """State changes of all alarms whose names begin so.

    Composites and the heartbeat's alarm are among them; the forwarder knows the alarms of its table and passes over
    others, which somebody else may have named alike.
    """
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [{"prefix": f"{prefix}-"} for prefix in prefixes]},
    }


def queue(prefix: str) -> str:
    """Name of the queue of state changes."""
    return f"{prefix}-alarm-state-changes"


def dead_letter_queue(prefix: str) -> str:
    """Name of the queue of what the forwarder could not read."""
    return f"{prefix}-alarm-state-changes-dead"
