"""The heartbeat of the way that AWS's alarms take."""

from decimal import Decimal

from model.vocabulary import Severity

# Every hour, so that the last proof is never older than that when a real alarm comes.
SCHEDULE = "rate(1 hour)"
PERIOD_SECONDS = 3600
# One message of EventBridge, and the heartbeat alarm's ALARM and OK.
MESSAGES = Decimal(3)
# Two hours without: one alone would also be the hour in which a beat fell a minute late.
PERIODS = 2

BEAT, SILENT = "heartbeat", "alarm-path-silent"
BEAT_SUMMARY = "The heartbeat of the alarm path"
BEAT_REASON = "It fires every hour on purpose: its messages are counted, and nobody is notified."
SILENT_SUMMARY = "Alarms may not arrive: the heartbeat of the alarm path is missing"
SILENT_REASON = (
    "CloudWatch, EventBridge, the topic's policy or its key fails. Right after the first deployment it is in ALARM for "
    "up to two hours, until there are two heartbeats: hence no page."
)
SILENT_SEVERITY = Severity.WARNING
