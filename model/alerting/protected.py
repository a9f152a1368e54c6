"""Alerts that watch alerting itself: nobody would notice that one of them is missing."""

from model import names

# The delivery of alerts.
DELIVERY = (
    "AlertmanagerClusterDown",
    "AlertmanagerConfigReloadFailing",
    "AlertmanagerNotificationsFailing",
    "AlertsNotDelivered",
    "PrometheusNotIngesting",
    "PrometheusRuleEvaluationFailing",
    "PrometheusWithoutAlertmanager",
)
# The delivery of AWS alarms. A lost node explains it, so it may be inhibited.
FORWARDING = ("AlarmForwarderDown", "AlarmForwarderNotDelivering")
# No other alert inhibits one of these.
NEVER_INHIBITED = frozenset({*DELIVERY, names.WATCHDOG, names.ESCALATION})
# Never muted, and in prod never changed.
PROTECTED = NEVER_INHIBITED | frozenset(FORWARDING)
