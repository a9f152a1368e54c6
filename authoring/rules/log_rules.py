"""Loki's rules, one file a system: what only the lines themselves can tell.

Every query begins with the system's own streams and looks back 15 minutes at most, for Loki reads all lines in the
window at each evaluation. What a line filter can drop is dropped before anything is parsed. Labels with an open end
(addresses, accounts) are counted inside and aggregated away: an attacker must not choose how many alerts there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from authoring.promql import enclosed
from authoring.rule_file import Rule, rule_file
from model import labels
from model.catalog.catalog import Catalog, owner_of
from model.catalog.components import Component, RateLimit
from model.catalog.system import System
from model.dashboards import Board
from model.go_template import literal
from model.query_text import matcher, one_of, pattern, quoted, raw
from model.vocabulary import ComponentKind, LogDestination, LogFormat, Severity

_NAMED = "{{ $labels.service_name }}"

# What comes back within a quarter of an hour is the same trouble.
KEEP = "15m"

# Fewer errors than these are what any service has; a tenth of all lines says that it is no longer the odd request.
MINIMUM_ERRORS = 30
ERROR_SHARE = "0.1"
# One broken line in twenty: a library that writes past the logger, not a stack trace now and then.
MINIMUM_MALFORMED = 20
MALFORMED_SHARE = "0.05"
# One a minute, as the line of the catalog's own attack counters: visitors send no SQL and no script.
MINIMUM_ATTACKS = 5
# Of one client where the catalog declares no limit: what the login of the platform's strictest system lets through.
LOGINS_A_MINUTE = 5
# Who writes 100 MiB a day writes a mebibyte in a quarter of an hour: then silence is no accident.
STEADY_GIB_PER_DAY = Decimal("0.1")

# As they stand in a request line: encoded, for a plain blank cannot. So a service's own log of its SQL is no attack.
_BLANK = r"(?:%20|%09|%0a|\+|/\*[^ /]*/)"
_QUOTE = r"(?:%27|')"
_SQL = (
    rf"(?i)union{_BLANK}+(?:all{_BLANK}+)?select"
    rf"|{_QUOTE}{_BLANK}*(?:or|and){_BLANK}+{_QUOTE}?[0-9a-z]+{_QUOTE}?{_BLANK}*(?:=|%3d)"
    rf"|(?:;|%3b){_BLANK}*(?:drop|truncate|alter){_BLANK}+table"
    r"|(?:pg_sleep|sleep|benchmark)(?:\(|%28)[0-9]"
    rf"|waitfor{_BLANK}+delay|information_schema(?:\.|%2e)|xp_cmdshell"
)
# Go writes `<` as \\u003c into JSON.
_TAG = r"(?:<|%3c|\\u003c)"
_SCRIPT = (
    rf"(?i){_TAG}(?:/?script|iframe)|{_TAG}(?:svg|img|body|object|video)[^ ]*on[a-z]+(?:=|%3d)"
    r"|(?:=|%3d)(?:javascript|vbscript)(?::|%3a)|document(?:\.|%2e)cookie"
)


class Signature(NamedTuple):
    """What betrays an attack in a request line, and how it is called."""

    alert: str
    pattern: str
    title: str


SIGNATURES = (
    Signature("SqlInjectionAttempts", _SQL, "SQL injection"),
    Signature("CrossSiteScriptingAttempts", _SCRIPT, "cross-site scripting"),
)

_IN_CLUSTER = (
    ComponentKind.HTTP_SERVICE,
    ComponentKind.WORKER,
    ComponentKind.AI_SERVICE,
    ComponentKind.LOAD_BALANCER,
)

_HEAD = """\
Alerts on logs of {system}, generated from catalog/{system}.yaml by `make assets`; do not edit.
Streams first, line filters next, parsers last; addresses and accounts are counted but never labels."""


def generate(catalog: Catalog) -> dict[str, str]:
    """Path below the project -> rule file of each system whose logs are in Loki."""
    return {
        path(system): _file(system) for system in catalog.systems if LogDestination.LOKI in system.logs.destinations
    }


def path(system: System) -> str:
    """Where the rules of a system lie."""
    return f"rules/loki/logs-{system.system}.yaml"


def _file(system: System) -> str:
    return rule_file(
        _HEAD.format(system=system.system),
        [
            (f"belfry.logs.{system.system}", (rule for team in _teams(system) for rule in _now(system, *team))),
            # Quarters of an hour need no look each minute.
            (f"belfry.logs.{system.system}.slow", (rule for team in _teams(system) for rule in _slow(system, *team))),
        ],
        intervals={f"belfry.logs.{system.system}": "1m", f"belfry.logs.{system.system}.slow": "5m"},
    )


def _teams(system: System) -> Iterator[tuple[str, Sequence[Component]]]:
    """The components whose lines come from containers, by team: an alert must know whom to tell."""
    running = sorted(
        (c for c in system.components if c.kind in _IN_CLUSTER), key=lambda c: (owner_of(system, c), c.name)
    )
    for team, components in groupby(running, key=lambda component: owner_of(system, component)):
        yield team, tuple(components)


def _now(system: System, team: str, components: Sequence[Component]) -> Iterator[Rule]:
    yield _errors(system, team, components)
    if access := _outermost([c for c in components if c.telemetry.logs is LogFormat.COMMON_LOG]):
        yield _logins_of_one_address(system, team, access)
        yield from _beyond_limits(system, team, access)
    if services := [c for c in components if c.kind is ComponentKind.HTTP_SERVICE]:
        yield _logins_of_one_account(system, team, services)
    # Where there is an access log it has every request, and a service's own lines would count them twice.
    if facing := access or services:
        yield from (_attack(system, team, facing, signature) for signature in SIGNATURES)


def _outermost(components: Sequence[Component]) -> list[Component]:
    """Those that no other of them passes requests on to: a request through two proxies is one request."""
    behind = {name for component in components for name in component.depends_on}
    return [component for component in components if component.name not in behind]


def _slow(system: System, team: str, components: Sequence[Component]) -> Iterator[Rule]:
    if structured := [c for c in components if c.telemetry.logs is LogFormat.STRUCTURED]:
        yield _malformed(system, team, structured)
    for component in components:
        if component.load.log_gib_per_day >= STEADY_GIB_PER_DAY:
            yield _missing(system, team, component)


def _errors(system: System, team: str, components: Sequence[Component]) -> Rule:
    title = literal(system.title)
    every = _count(_streams(system, components), "5m")
    errors = _count(_streams(system, components, '| severity_text=~"ERROR|FATAL"'), "5m")
    return _alert(
        "LogErrorBurst",
        f"{errors}\n  /\n{every}\n  > {ERROR_SHARE}\n  and\n{errors}\n  > {MINIMUM_ERRORS}",
        (system, team, Board.SERVICE),
        f"{_NAMED} logs many errors",
        f"{{{{ $value | humanizePercentage }}}} of the lines that {_NAMED} of {title} wrote in five minutes are"
        " errors.",
        hold="2m",
    )


def _logins_of_one_address(system: System, team: str, components: Sequence[Component]) -> Rule:
    title = literal(system.title)
    limits = [
        limit.requests_per_minute * 5 + limit.burst
        for component in system.components
        for limit in component.rate_limits
        if limit.route.endswith("/login")
    ]
    refused = _streams(
        system,
        components,
        '|= "/login"',
        '| url_path=~".*/login"',
        '| http_response_status_code=~"401|403|429"',
    )
    return _alert(
        "LoginFailuresFromOneAddress",
        f"{_most(refused, 'client_address')} > {min(limits, default=LOGINS_A_MINUTE * 5)}",
        (system, team, Board.SECURITY),
        f"One address fails many logins at {title}",
        f"From one address {{{{ $value }}}} logins were rejected by {_NAMED} of {title} in five minutes, more than "
        f"its rate limit allows one client.",
    )


def _beyond_limits(system: System, team: str, components: Sequence[Component]) -> Iterator[Rule]:
    """One alert for each rate limit of the system but that of logins, which has its own."""
    for limit in (limit for component in system.components for limit in component.rate_limits):
        if not limit.route.endswith("/login"):
            yield _beyond_limit(system, team, components, limit)


def _beyond_limit(system: System, team: str, components: Sequence[Component], limit: RateLimit) -> Rule:
    title, route = literal(system.title), literal(limit.route)
    allowed = limit.requests_per_minute * 5 + limit.burst
    steps: tuple[str, ...]
    if limit.route.endswith("*"):
        # Every request of a busy service would be read: only those that the limiter refused are.
        prefix = quoted(pattern(limit.route.removesuffix("*")) + ".*")
        steps = ('|= "429"', f"| url_path=~{prefix}", '| http_response_status_code="429"')
        says = "requests were refused by the rate limit"
    else:
        path = quoted(limit.route)
        steps = (f"|= {path}", f"| url_path={path}")
        says = "requests came"
    return _alert(
        "RateLimitExceededByOneAddress",
        f"{_most(_streams(system, components, *steps), 'client_address')} > {allowed}",
        (system, team, Board.SECURITY),
        f"One address sends more requests to {route} of {title} than its rate limit allows",
        f"From one address {{{{ $value }}}} {says} at {route} of {title} in five minutes; the rate limit"
        f" allows {limit.requests_per_minute} a minute and a burst of {limit.burst}.",
        # Two limits of one component would be one alert to Alertmanager without it.
        more={"route": route},
    )


def _logins_of_one_account(system: System, team: str, components: Sequence[Component]) -> Rule:
    title = literal(system.title)
    failed = _streams(
        system,
        components,
        "|~ `(?i)log_?in|sign_?in|authenticat`",
        '| action=~"(?i).*(log_?in|sign_?in|authenticat).*"',
        '| severity_text=~"WARN|ERROR|FATAL"',
        '| user!=""',
    )
    return _alert(
        "LoginFailuresOfOneAccount",
        f"{_most(failed, 'user')} > {LOGINS_A_MINUTE * 5}",
        (system, team, Board.SECURITY),
        f"Many failed logins to one account of {title}",
        f"Logins to one account failed {{{{ $value }}}} times at {_NAMED} of {title} in five minutes. Many"
        " addresses may have a part in it.",
    )


def _attack(system: System, team: str, components: Sequence[Component], signature: Signature) -> Rule:
    title = literal(system.title)
    return _alert(
        signature.alert,
        f"{_count(_streams(system, components, f'|~ {raw(signature.pattern)}'), '5m')} > {MINIMUM_ATTACKS}",
        (system, team, Board.SECURITY),
        f"{_NAMED} receives requests with {signature.title}",
        f"{_NAMED} of {title} logged {{{{ $value }}}} requests with {signature.title} in five minutes.",
    )


def _malformed(system: System, team: str, components: Sequence[Component]) -> Rule:
    title = literal(system.title)
    every = _count(_streams(system, components), "15m")
    broken = _count(_streams(system, components, '| log_malformed!=""'), "15m")
    return _alert(
        "MalformedStructuredLogs",
        f"{broken}\n  /\n{every}\n  > {MALFORMED_SHARE}\n  and\n{broken}\n  > {MINIMUM_MALFORMED}",
        (system, team, Board.SERVICE),
        f"{_NAMED} writes malformed log lines",
        f"{{{{ $value | humanizePercentage }}}} of the lines of {_NAMED} of {title} are no JSON with timestamp,"
        " level and service. They are stored, but cannot be queried by their fields.",
        hold="15m",
    )


def _missing(system: System, team: str, component: Component) -> Rule:
    title = literal(system.title)
    return _alert(
        "LogsMissing",
        f"absent_over_time({_streams(system, [component])}[15m])",
        (system, team, Board.SERVICE),
        f"{component.name} has stopped logging",
        f"No log line of {component.name} of {title} has arrived for 15 minutes;"
        f" {component.load.log_gib_per_day} GiB a day are expected.",
        hold="5m",
        component=component.name,
    )


def _streams(system: System, components: Sequence[Component], *steps: str) -> str:
    """The lines of the components, each step that chooses among them on a line of its own."""
    names = [component.name for component in components]
    chosen = f"{matcher('service_namespace', system.system)}, {one_of('service_name', names)}"
    return "\n  ".join((f"{{{chosen}}}", *steps))


def _count(lines: str, window: str) -> str:
    return enclosed(enclosed(f"{lines} [{window}]", "count_over_time"), "sum by (service_name) ")


def _most(lines: str, of: str) -> str:
    """The most that any one value of ``of`` has, without saying which: values of an attacker's choice are no labels."""
    counted = enclosed(f"{lines} [5m]", "count_over_time")
    return enclosed(enclosed(counted, f"sum by (service_name, {of}) "), "max by (service_name) ")


def _alert(
    name: str,
    expr: str,
    whose: tuple[System, str, Board],
    summary: str,
    description: str,
    *,
    hold: str | None = None,
    component: str = _NAMED,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Rule:
    system, team, board = whose
    return Rule(
        "alert",
        name,
        expr,
        {
            labels.SEVERITY: Severity.WARNING,
            labels.TEAM: team,
            labels.SYSTEM: system.system,
            labels.COMPONENT: component,
            **more,
        },
        hold=hold,
        keep=KEEP,
        annotations={labels.SUMMARY: summary, labels.DESCRIPTION: description, labels.DASHBOARD_URL: board.path},
    )
