"""Where the runbook of a CloudWatch alarm is: one page for each AWS service, one section for each alarm."""

from typing import Final

FOLDER: Final = "cloudwatch"
"""The pages' folder, below the base URL of runbooks."""

# Namespaces whose page is not named after them: services that share a page, and names that readers do not know.
_PAGES: Final = {
    "AWS/ApplicationELB": "elastic-load-balancing",
    "AWS/CertificateManager": "certificate-manager",
    "AWS/ES": "opensearch",
    "AWS/NATGateway": "nat-gateway",
    "AWS/NetworkELB": "elastic-load-balancing",
    "AWS/WAFV2": "waf",
    "AWS/ApiGateway": "api-gateway",
    "Belfry": "alarm-forwarding",
    "ContainerInsights": "container-insights",
    "LambdaInsights": "lambda",
}


def page(namespace: str) -> str:
    """The page of a CloudWatch namespace, without folder and suffix: ``AWS/RDS`` has ``rds``."""
    return _PAGES.get(namespace, namespace.removeprefix("AWS/").lower())


def runbook_url(runbooks: str, namespace: str, alarm: str) -> str:
    """The section of an alarm. ``runbooks`` is the base URL, ``alarm`` the name of its row in ``rules/cloudwatch``."""
    return f"{runbooks}/{FOLDER}/{page(namespace)}.md#{alarm}"
