"""What a service makes of requests that mean harm: refused, logged and counted as its catalog entry declares."""

import re
from collections import Counter
from time import monotonic
from urllib.parse import unquote

from lab.workload.behaviour import LOGIN
from lab.workload.runtime import Actor

# Requests as attackers write them, encoded as they stand in a request line.
SQL_QUERY = "q=1%27%20or%201%20%3d%201"
SCRIPT_QUERY = "q=%3Cscript%3Ealert(1)%3C/script%3E"
# How a visitor says that the password is wrong: no real ones are sent.
WRONG_PASSWORD = {"X-Demo-Password": "wrong"}
ATTACKER, VICTIM = "203.0.113.66", "user-1"

UNAUTHORIZED, TOO_MANY, BAD_REQUEST = 401, 429, 400
# Failed logins of one account within a minute that a person does not make.
MOST_FAILURES = 10

_SQL, _SCRIPT = re.compile(r"'\s*or\s+\d|union\s+select", re.IGNORECASE), re.compile("<script", re.IGNORECASE)


class Guard:
    """Of one service."""

    def __init__(self, actor: Actor) -> None:
        part = actor.part
        self._meters = actor.meters
        self._events = part.metric(".*security_events_total")
        self._signatures = part.metric(".*attack_signatures_total")
        self._logins, self._auth = part.metric("(.*_)?logins_total"), part.metric("(.*_)?auth_events_total")
        self._blocked = part.metric(".*blocked_requests_total")
        limits = part.component.rate_limits if part.component else ()
        self._limit = next((one.requests_per_minute + one.burst for one in limits if one.route.endswith(LOGIN)), None)
        self._failures: Counter[str] = Counter()
        self._minute = 0

    def attack(self, query: str) -> bool:
        """Whether ``query`` carries a signature; then it is counted."""
        text = unquote(query)
        kind = "sql_injection" if _SQL.search(text) else "xss" if _SCRIPT.search(text) else ""
        if not kind:
            return False
        if self._signatures:
            self._meters.add(self._signatures, 1, {"type": kind})
        if self._events:
            self._meters.add(self._events, 1, {"type": "injection"})
        return True

    def login(self, user: str, succeeds: bool) -> int:
        """The status of a login."""
        if self._minute != (minute := int(monotonic() // 60)):
            self._minute = minute
            self._failures.clear()
        if not succeeds:
            self._failures[user] += 1
        if self._limit is not None and self._failures[user] > self._limit:
            if self._blocked:
                self._meters.add(self._blocked, 1, {"reason": "rate_limit", "source_class": "unknown"})
            self._count(succeeds=False)
            return TOO_MANY
        self._count(succeeds)
        if self._events and self._failures[user] > MOST_FAILURES:
            self._meters.add(self._events, 1, {"type": "credential_stuffing"})
        return 200 if succeeds else UNAUTHORIZED

    def _count(self, succeeds: bool) -> None:
        result = "success" if succeeds else "failure"
        if self._logins:
            self._meters.add(self._logins, 1, {"result": result})
        if self._auth:
            self._meters.add(self._auth, 1, {"type": LOGIN, "status": result})
