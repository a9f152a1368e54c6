"""Mute times and maintenance windows in Alertmanager's configuration: merged on deployment, the asset stays as it is.

Alertmanager mutes a route, not alerts that match something. So each scope gets a branch of its own before the routes:
a copy of all of them, whose every route is muted in the scope's hours. An alert of two scopes goes into a branch within
the branch, which is muted in the hours of both.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from model import names
from model.alerting.maintenance import Muting, Scope, by_scope
from model.yaml_file import parse_yaml

_Route = dict[str, Any]


def muted(config: str, mutings: Sequence[Muting]) -> str:
    """The whole ``alertmanager.yaml``. Without anything that mutes it is ``config``, byte by byte."""
    if not mutings:
        return config
    document = parse_yaml(config, "rules/alertmanager/alertmanager.yaml")
    root = document["route"]
    intervals = [{"name": one.name, "time_intervals": one.intervals()} for one in mutings]
    merged = {
        **document,
        "route": {**root, "routes": [*_branches(by_scope(mutings), root, []), *root["routes"]]},
        "time_intervals": [*document["time_intervals"], *intervals],
    }
    return yaml.safe_dump(merged, sort_keys=False, allow_unicode=True)


def _branches(scopes: Sequence[tuple[Scope, list[str]]], root: _Route, outer: list[str]) -> list[_Route]:
    found = []
    for index, (scope, own) in enumerate(scopes):
        active = [*outer, *own]
        within = [later for later in scopes[index + 1 :] if scope.meets(later[0])]
        copy = _muted(root, active)
        # The dead-man's switch is told whatever is muted: its silence says that Alertmanager is dead.
        matchers = [*scope.matchers, f'alertname!="{names.WATCHDOG}"']
        found.append({"matchers": matchers, **copy, "routes": [*_branches(within, root, active), *copy["routes"]]})
    return found


def _muted(route: _Route, active: Iterable[str]) -> _Route:
    """The route and all below it. Muting is not inherited."""
    inner = {"routes": [_muted(child, active) for child in route["routes"]]} if "routes" in route else {}
    return {**route, "mute_time_intervals": list(active), **inner}
