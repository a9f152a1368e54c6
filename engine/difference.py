"""The difference of two plans, with what the offline providers know about replacements."""

from engine.offline.__main__ import PACKAGES
from engine.offline.package import Package, type_of
from model.changes import difference
from model.changes.difference import Difference, Path
from model.plan import Plan

_KNOWN: dict[str, Package] = {}


def compare(before: Plan, after: Plan) -> Difference:
    """From ``before`` to ``after``."""
    return difference.compare(before, after, replaces)


def replaces(urn: str, path: Path) -> bool:
    """Whether a change at ``path`` replaces a resource: the same knowledge that shows it in an offline preview."""
    name = type_of(urn).split(":")[0]
    if name in PACKAGES and name not in _KNOWN:
        _KNOWN[name] = PACKAGES[name]()
    return name in _KNOWN and _KNOWN[name].replaces(urn, path)
