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
# Never muted, and in prod never changed.
PROTECTED = frozenset({*DELIVERY, names.WATCHDOG, names.ESCALATION})
