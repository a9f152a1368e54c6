"""Names of alerts that are about security. tests/rules compares them with the rules."""

from typing import Final

SECURITY_ALERTS: Final = (
    "AttackSignatures",
    "AuditAccountImpersonated",
    "AuditAdministratorMade",
    "AuditAdmissionChanged",
    "AuditDeletionBurst",
    "CrossSiteScriptingAttempts",
    "FalcoBlind",
    "FalcoCriticalEvent",
    "FalcoDropsEvents",
    "FalcoEventsBurst",
    "FalcoEventsNotDelivered",
    "HighThreatScore",
    "LoginFailures",
    "LoginFailuresFromOneAddress",
    "LoginFailuresOfOneAccount",
    "RateLimitExceededByOneAddress",
    "RateLimitedRequests",
    "RefusedRequestsSurge",
    "RequestFlood",
    "RequestSurge",
    "SecurityPostureNotRead",
    "SecuritySourceUnavailable",
    "SqlInjectionAttempts",
)
