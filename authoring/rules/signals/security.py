"""Logins, and what services count of attacks."""

from collections.abc import Callable

from authoring.rules.signals.query import Measured, Query


def login_failures(m: Measured) -> Query | None:
    """Failed logins a minute, while they are most of all logins."""
    # The whole of the component: addresses are in the logs, where a rule of Loki's counts each of them by itself. A
    # busy service always has some who mistype, so more than half of all logins must fail before it is an attack.
    if metric := m.find("(.*_)?auth_events_total"):
        every, failed = ['type="login"'], ['type="login"', 'status="failure"']
    elif metric := m.find("(.*_)?logins_total"):
        every, failed = [], ['result="failure"']
    else:
        return None
    share = f"{m.rate(metric, *failed)} / {m.rate(metric, *every)} > 0.5"
    return Query(f"{m.rate(metric, *failed)} * 60", "component:login_failures:per_minute", share)


def per_minute(record: str, *patterns: tuple[str, str]) -> Callable[[Measured], Query | None]:
    """A counter a minute: the first of the ``patterns`` (name, matcher) that the part declares."""

    def query(m: Measured) -> Query | None:
        for pattern, matcher in patterns:
            if metric := m.find(pattern):
                return Query(f"{m.rate(metric, *filter(None, [matcher]))} * 60", record)
        return None

    return query


def threat_score(m: Measured) -> Query | None:
    """The highest score of any one subject, by kind of subject: which address or user it is stands in the logs."""
    metric = m.find("(.*_)?threat_score")
    return Query(f"max by (cluster, subject) ({m.series(metric)})", "component:threat_score:max") if metric else None
