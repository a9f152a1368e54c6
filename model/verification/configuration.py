"""Whether the configuration that Alertmanager has loaded is ours.

It never answers with the bytes it was given: secrets are masked, defaults filled in, durations and labels rewritten.
So every value of ours must be in its own, and where a route, an inhibition or an interval has more, that must be a
default.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from model import names
from model.changes.routes import matcher_of
from model.plan import mapping, mappings
from model.verification.verdicts import Outcome, judged

MASKED: Final = "<secret>"
_MATCHERS: Final = frozenset({"matchers", "source_matchers", "target_matchers"})
_DURATION: Final = re.compile(r"(?:[0-9]+(?:ms|[ywdhms]))+")
_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_HEADERS: Final = "headers"
ADDRESSES: Final = frozenset(
    (
        *("routing_key", "routing_key_file", "service_key", "service_key_file", "url", "url_file", "http_config"),
        *("api_url", "api_url_file", "sigv4", "smarthost", "hello", "require_tls", "tls_config", "auth_username"),
        *("auth_password", "auth_password_file", "auth_secret", "auth_secret_file", "auth_identity"),
    )
)
"""What of a receiver says where it is and who we are. The local environment replaces it by its inbox."""
_NOT_LOCAL: Final = frozenset({"global", "templates"})


def configuration(ours: Mapping[str, Any], loaded: Mapping[str, Any], *, local: bool) -> Outcome:
    """``local``: receivers' addresses and the paths of templates are not compared; they are the local inbox's."""
    failed = list(_differences(ours, _without_engine(loaded) if local else loaded, local=local))
    routes, receivers = sum(1 for _ in _routes(ours.get("route", {}))), len(mappings(ours, "receivers"))
    note = ", addresses not compared" if local else ""
    return judged(f"{routes} routes, {receivers} receivers{note}", failed)


def _without_engine(loaded: Mapping[str, Any]) -> Mapping[str, Any]:
    """Auto-remediation of the local environment has a receiver and two routes with the same matchers."""
    route = mapping(loaded, "route")
    children = mappings(route, "routes")
    own = next((child["matchers"] for child in children if child.get("receiver") == names.REMEDIATION), None)
    if own is None:
        return loaded
    receivers = [one for one in mappings(loaded, "receivers") if one.get("name") != names.REMEDIATION]
    others = [child for child in children if child.get("matchers") != own]
    return {**loaded, "route": {**route, "routes": others}, "receivers": receivers}


def _routes(route: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield route
    for child in mappings(route, "routes"):
        yield from _routes(child)


def _differences(ours: Mapping[str, Any], loaded: Mapping[str, Any], *, local: bool) -> Iterator[str]:
    left_out = _NOT_LOCAL if local else frozenset()
    addresses = ADDRESSES if local else frozenset()
    for key in sorted(ours.keys() - left_out):
        if key == "receivers":
            yield from _receivers(mappings(ours, key), mappings(loaded, key), addresses)
        else:
            yield from _compare(key, ours[key], loaded.get(key), strict=key != "global")


def _receivers(
    ours: Sequence[Mapping[str, Any]], loaded: Sequence[Mapping[str, Any]], addresses: frozenset[str]
) -> Iterator[str]:
    planned = {str(each.get("name")): each for each in ours}
    there = {str(each.get("name")): each for each in loaded}
    yield from (f"receiver {name} is not loaded" for name in sorted(planned.keys() - there.keys()))
    yield from (f"receiver {name} is loaded and not ours" for name in sorted(there.keys() - planned.keys()))
    for name in sorted(planned.keys() & there.keys()):
        for kind in sorted({*planned[name], *(key for key, value in there[name].items() if value)} - {"name"}):
            have, found = mappings(planned[name], kind), mappings(there[name], kind)
            where = f"receiver {name}: {kind}"
            if len(have) != len(found):
                yield f"{where}: {len(found)} are loaded, {len(have)} are ours"
                continue
            for one, other in zip(have, found, strict=True):
                kept = {key: value for key, value in one.items() if key not in addresses}
                yield from _compare(where, kept, other, strict=False)


def _compare(where: str, ours: Any, loaded: Any, *, strict: bool) -> Iterator[str]:
    """``strict``: what is only in ``loaded`` must be empty."""
    if isinstance(ours, Mapping) and isinstance(loaded, Mapping):
        yield from _mappings(where, ours, loaded, strict=strict)
    elif isinstance(ours, list) and isinstance(loaded, list):
        if len(ours) != len(loaded):
            yield f"{where}: {len(loaded)} are loaded, {len(ours)} are ours"
            return
        for index, (one, other) in enumerate(zip(ours, loaded, strict=True)):
            yield from _compare(f"{where}[{index}]", one, other, strict=strict)
    elif loaded != MASKED and _plain(ours) != _plain(loaded):
        yield f"{where}: found {loaded!r}, ours is {ours!r}"


def _mappings(where: str, ours: Mapping[str, Any], loaded: Mapping[str, Any], *, strict: bool) -> Iterator[str]:
    for key, value in ours.items():
        found, name = loaded.get(key), f"{where}.{key}"
        if key in _MATCHERS:
            if _parsed(value) != _parsed(found):
                yield f"{name}: found {found}, ours is {value}"
        elif key == _HEADERS:
            # Of mail: Alertmanager writes their names as mail servers do.
            yield from _compare(name, _lower(value), _lower(found), strict=strict)
        elif _empty(value) and _empty(found):
            continue
        else:
            yield from _compare(name, value, found, strict=strict)
    if strict:
        yield from (
            f"{where}.{key}: found {value!r}, ours has none"
            for key, value in loaded.items()
            if key not in ours and not _empty(value)
        )


def _parsed(matchers: Any) -> list[object] | None:
    """In any order: all of them must match."""
    if not isinstance(matchers, list):
        return None
    return sorted((matcher_of(each) or (str(each), "", "") for each in matchers), key=str)


def _lower(headers: Any) -> Any:
    return {str(key).lower(): value for key, value in headers.items()} if isinstance(headers, Mapping) else headers


def _empty(value: Any) -> bool:
    return value in (None, False, "", [], {})


def _plain(value: Any) -> Any:
    """A duration as its seconds: 24h is loaded as 1d."""
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"([0-9]+)(ms|[ywdhms])", value))
    return value
