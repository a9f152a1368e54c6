"""Helm releases of two plans: versions of charts, and which values change."""

from collections.abc import Iterator
from typing import Any, Final

from model.changes.difference import Difference, PropertyChange
from model.changes.matching import shown
from model.changes.report import Action, Topic
from model.changes.rules import Change
from model.sentences import some

TYPE: Final = "kubernetes:helm.sh/v3:Release"
_SHOWN: Final = 6
_LONGEST_VALUE: Final = 40


def changes(difference: Difference) -> Iterator[Change]:
    """New, changed and removed releases."""
    for action, keys in ((Action.NEW, difference.added), (Action.REMOVED, difference.removed)):
        for key in keys:
            if is_release(key):
                yield Topic.CHARTS, action, key.rpartition("::")[2], ""
    for change in difference.changed:
        if is_release(change.resource):
            details = [_detail(each) for each in change.properties if each.path not in ("dependencies", "parent")]
            if details:
                yield Topic.CHARTS, Action.CHANGED, change.resource.rpartition("::")[2], some(details, _SHOWN)


def is_release(key: str) -> bool:
    """Whether a resource's key is of a Helm release."""
    return key.rpartition("::")[0].endswith(TYPE)


def _detail(change: PropertyChange) -> str:
    old, new = _short(change.old), _short(change.new)
    return f"{change.path} {old} -> {new}" if old and new else change.path


def _short(value: Any) -> str:
    """A value that a sentence can hold; "" for others, such as a whole configuration."""
    text = shown(value)
    return "" if isinstance(value, dict | list) or len(text) > _LONGEST_VALUE else text
