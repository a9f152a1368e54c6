"""What in the Kubernetes audit log somebody should know of, as metric filters of CloudWatch Logs with an alarm each."""

from dataclasses import dataclass

from model.vocabulary import Severity

NAMESPACE = "Belfry/Audit"
# EKS hands audit lines over within two minutes; five of them are one alarm for one deed.
PERIOD_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Lines that match ``pattern``, and how many of them in ``PERIOD_SECONDS`` are one alarm."""

    name: str
    severity: Severity
    summary: str
    reason: str
    pattern: str
    threshold: int = 0

    def metric(self, cluster: str) -> str:
        """The metric's name. With the cluster in it: audit lines do not say whose they are, so it can be no dimension.

        Two clusters of one account would otherwise count into one metric.
        """
        return f"{cluster}-{self.name}"


def _all(*conditions: str) -> str:
    return "{ " + " && ".join(f"({condition})" for condition in conditions) + " }"


# Served to anybody by Kubernetes' own default role system:public-info-viewer, and asked for by load balancers.
_PUBLIC = tuple(f'$.requestURI != "{path}*"' for path in ("/healthz", "/livez", "/readyz", "/version"))
_ALLOWED = "$.responseStatus.code < 400"

FILTERS = (
    AuditFilter(
        name="eks-anonymous-request",
        severity=Severity.CRITICAL,
        summary="The cluster answered an anonymous request",
        reason="Anonymous requests are denied unless a binding allows them; a successful one is a security hole.",
        pattern=_all('$.user.username = "system:anonymous"', _ALLOWED, *_PUBLIC),
    ),
    AuditFilter(
        name="eks-exec",
        severity=Severity.WARNING,
        summary="Somebody opened a shell in a pod",
        reason="A shell makes changes outside any deployment, and intruders use one.",
        pattern=_all(
            '$.objectRef.resource = "pods"',
            '($.objectRef.subresource = "exec") || ($.objectRef.subresource = "attach")',
            _ALLOWED,
        ),
    ),
    AuditFilter(
        name="eks-secret-read",
        severity=Severity.INFO,
        summary="A person or pipeline read Kubernetes secrets",
        reason="Controllers read Secrets regularly and are excluded; users should not. Deployments do, hence no page.",
        pattern=_all(
            '$.objectRef.resource = "secrets"',
            '($.verb = "get") || ($.verb = "list") || ($.verb = "watch")',
            '$.user.username != "system:*"',
            '$.user.username != "eks:*"',
            _ALLOWED,
        ),
    ),
    AuditFilter(
        name="eks-denied-burst",
        severity=Severity.WARNING,
        summary="Somebody tries forbidden actions",
        reason="A broken controller makes a few refused calls a minute; a hundred in five minutes is a search.",
        pattern=_all("$.responseStatus.code = 403"),
        threshold=100,
    ),
)
