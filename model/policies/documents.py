"""Statements of AWS policies, in the several ways that AWS lets people write them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.policies.rule import is_known

ANYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. ``principals``: ``Service:events.amazonaws.com``, ``AWS:arn...``, or ``*`` for anybody.

    ``actions`` and ``resources``: values of Action and Resource. ``inverted``: which of NotAction, NotResource and
    NotPrincipal it has.
    """

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    condition: Mapping[str, Any]
    inverted: tuple[str, ...]

    @property
    def allows(self) -> bool:
        """Whether it gives a right."""
        return self.effect == "Allow"

    def lets(self, principal: str, action: str) -> bool:
        """Whether it gives ``principal`` the right to ``action``, whatever its condition."""
        return self.allows and principal in self.principals and any(_covers(given, action) for given in self.actions)


def statements(policy: object) -> Iterator[Statement]:
    """The statements of a policy in JSON; none if it is not known yet or is not a policy."""
    if not isinstance(policy, str) or not is_known(policy):
        return
    try:
        document = json.loads(policy)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    for raw in _list(document.get("Statement")):
        if isinstance(raw, dict):
            yield Statement(
                sid=str(raw.get("Sid", "")),
                effect=str(raw.get("Effect", "")),
                actions=_texts(raw.get("Action")),
                resources=_texts(raw.get("Resource")),
                principals=tuple(sorted(_principals(raw.get("Principal")))),
                condition=raw["Condition"] if isinstance(raw.get("Condition"), dict) else {},
                inverted=tuple(sorted(key for key in raw if key in ("NotAction", "NotResource", "NotPrincipal"))),
            )


def condition_keys(statement: Statement) -> Iterator[tuple[str, str, Any]]:
    """Operator, key and value of each test of a statement's condition."""
    for operator, tests in statement.condition.items():
        if isinstance(tests, Mapping):
            for key, value in tests.items():
                yield str(operator), str(key), value


def _covers(given: str, action: str) -> bool:
    """Whether ``given`` is ``action``, or a pattern that ends with * and matches it."""
    return action.lower().startswith(given[:-1].lower()) if given.endswith("*") else given.lower() == action.lower()


def _principals(given: Any) -> Iterator[str]:
    if isinstance(given, dict):
        for kind, names in given.items():
            for name in _texts(names):
                yield ANYBODY if name == ANYBODY else f"{kind}:{name}"
    else:
        yield from _texts(given)


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(sorted(str(item) for item in _list(given)))


def _list(given: Any) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]
