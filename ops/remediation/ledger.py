"""The ledger: verdicts, actions and armings of one environment, on top of any store.

Everything that an action takes (the firing, the target's lease, both budgets) is one conditional write: of two engines
that decide at once, one gets it and the other finds it taken.
"""

from dataclasses import dataclass
from typing import TypeVar

import pydantic

from model.catalog.remediation import Remediation
from model.remediation.decision import Alert
from model.remediation.ledger import Act, Arming, Book, Entry, Outcome, Refusal, refusal, taken
from model.vocabulary import Environment
from ops.http import Unreachable
from ops.remediation.ports import Change, Item, Key, Store

T = TypeVar("T", bound=pydantic.BaseModel)
ATTEMPT, TARGET, ENVIRONMENT, ARMING = "attempt", "target", "environment", "arming"
_TRIES = 3
"""Two engines, and a person who arms a rule meanwhile; whoever loses three times does nothing."""


class _Target(pydantic.BaseModel):
    lease_until: float = 0
    acts: tuple[Act, ...] = ()


class _Environment(pydantic.BaseModel):
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Of one environment. Each method raises Unreachable, also for a document that cannot be understood."""

    store: Store
    environment: Environment

    def book(self, alert: Alert, rule: Remediation | None) -> Book:
        """What it says of an alert's target now."""
        return _book(self.store.read(self._keys(alert, rule)), self._keys(alert, rule))

    def record(self, entry: Entry) -> bool:
        """Keep a verdict without an action. False where this firing has one already, which stays."""
        return self.store.write([Change((ATTEMPT, entry.key), _written(entry), 0)])

    def claim(self, entry: Entry, alert: Alert, rule: Remediation, now: float) -> Refusal | None:
        """Take all that the action needs, and keep its verdict as acting. A reason: nothing was taken.

        A verdict that is kept already has to wait for the approval that ``entry`` has.
        """
        keys = self._keys(alert, rule)
        for _ in range(_TRIES):
            found = self.store.read(keys)
            book = _book(found, keys)
            if book.decided and not (entry.approved_by and _read(Entry, found[keys[0]]).outcome is Outcome.WAITING):
                return Refusal.BUSY
            if refused := refusal(book, alert.system, rule, now):
                return refused
            after = taken(book, alert.system, rule, now)
            target = _Target(lease_until=after.lease_until, acts=after.target)
            acting = entry.model_copy(update={"outcome": Outcome.ACTING})
            documents = (_written(acting), _written(target), _written(_Environment(acts=after.environment)))
            if self.store.write([Change(k, d, _version(found, k)) for k, d in zip(keys, documents, strict=False)]):
                return None
        return Refusal.BUSY

    def finish(self, entry: Entry, *, release: bool) -> None:
        """Keep what became of an action; ``release``: its target is free again, since it has healed."""
        attempt, target = (ATTEMPT, entry.key), (TARGET, f"{entry.system}/{entry.component}")
        for _ in range(_TRIES):
            found = self.store.read([attempt, target])
            changes = [Change(attempt, _written(entry), _version(found, attempt))]
            if release and target in found:
                free = _read(_Target, found[target]).model_copy(update={"lease_until": 0})
                changes.append(Change(target, _written(free), found[target].version))
            if self.store.write(changes):
                return
        raise Unreachable(f"the ledger refuses {entry.key} {_TRIES} times: it changes too often")

    def entries(self) -> list[Entry]:
        """All verdicts, by their time."""
        found = [_read(Entry, item) for item in self.store.every(ATTEMPT).values()]
        return sorted(found, key=lambda entry: (entry.at, entry.key))

    def armings(self) -> list[Arming]:
        """All of them."""
        return [_read(Arming, item) for item in self.store.every(ARMING).values()]

    def arm(self, arming: Arming) -> None:
        """Keep an arming; it takes the place of an older one."""
        key = (ARMING, f"{arming.system}/{arming.rule}")
        if not self.store.write([Change(key, _written(arming), _version(self.store.read([key]), key))]):
            raise Unreachable("somebody else armed the rule at this moment")

    def _keys(self, alert: Alert, rule: Remediation | None) -> tuple[Key, ...]:
        return (
            (ATTEMPT, alert.key),
            (TARGET, f"{alert.system}/{alert.component}"),
            (ENVIRONMENT, str(self.environment)),
            *([(ARMING, f"{alert.system}/{rule.name}")] if rule else []),
        )


def _book(found: dict[Key, Item], keys: tuple[Key, ...]) -> Book:
    attempt, target_key, environment_key, *arming = keys
    target = _read(_Target, found[target_key]) if target_key in found else _Target()
    environment = _read(_Environment, found[environment_key]) if environment_key in found else _Environment()
    return Book(
        decided=attempt in found,
        lease_until=target.lease_until,
        target=target.acts,
        environment=environment.acts,
        arming=_read(Arming, found[arming[0]]) if arming and arming[0] in found else None,
    )


def _read(model: type[T], item: Item) -> T:
    try:
        return model.model_validate(item.document)
    except pydantic.ValidationError as error:
        found = f"{error.error_count()} mistakes in a document of the ledger ({model.__name__})"
        raise Unreachable(found) from None


def _written(document: pydantic.BaseModel) -> dict[str, object]:
    return document.model_dump(mode="json")


def _version(found: dict[Key, Item], key: Key) -> int:
    return found[key].version if key in found else 0
