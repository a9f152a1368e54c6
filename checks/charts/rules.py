"""What a rule says, and all rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checks.charts.objects import Object
from checks.charts.world import World


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Failure:
    """One broken rule."""

    environment: str
    release: str
    object: str
    rule: str
    found: str


# A rule yields the object and what is wrong with it.
Finding = tuple[Object, str]
Rule = Callable[[World], Iterator[Finding]]


def failures(world: World, rules: dict[str, Rule]) -> list[Failure]:
    """Every broken rule of an environment, sorted."""
    return sorted(
        {
            Failure(environment=world.environment, release=one.release, object=one.name, rule=name, found=found)
            for name, rule in rules.items()
            for one, found in rule(world)
        }
    )
