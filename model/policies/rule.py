"""What a policy is made of: resources, rules over them, and findings."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from model.plan import SECRET_TEXT, UNKNOWN_TEXT, PlannedResource
from model.vocabulary import Environment, Vocabulary


class Level(Vocabulary):
    """What a finding does to a deployment."""

    MANDATORY = ("mandatory", "The deployment stops.")
    ADVISORY = ("advisory", "The deployment goes on, and the finding is shown.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource. ``inputs`` as a plan has them: ``[secret]``, and ``known-after-deployment`` for what is unknown."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    protect: bool = False
    provider: str = ""
    dependencies: tuple[str, ...] = ()

    @classmethod
    def of(cls, planned: PlannedResource) -> Self:
        """The resource of a plan."""
        return cls(
            urn=planned["urn"],
            type=planned["type"],
            name=planned["name"],
            inputs=planned["inputs"],
            protect=planned["protect"],
            provider=planned["provider"],
            dependencies=tuple(planned["dependencies"]),
        )


@dataclass(frozen=True)  # no slots: what is computed is kept
class Resources:
    """All resources of one environment."""

    items: tuple[Resource, ...]

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.items:
            found[resource.type].append(resource)
        return found

    def of(self, *types: str) -> list[Resource]:
        """Those of the types."""
        return [resource for type_ in types for resource in self._by_type.get(type_, [])]

    def about(self, resource: Resource, type_: str) -> list[Resource]:
        """Those of ``type_`` that read an output of ``resource``: a bucket's policy names the bucket so.

        By dependency and not by value: in a preview the bucket's id is not known yet.
        """
        return [other for other in self.of(type_) if resource.urn in other.dependencies]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One broken rule. ``fix`` says what to do about it."""

    rule: str
    urn: str
    message: str
    level: Level
    fix: str

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


OfOne = Callable[[Resource], Iterable[str]]
OfAll = Callable[[Resources], Iterable[tuple[Resource, str]]]
EVERYWHERE = frozenset(Environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A policy: what is wrong with ``one`` resource by itself, or with some of ``all`` together; exactly one of them.

    ``one`` stops a resource before it is created. ``all`` is asked at the end, so in an update without a preview it
    comes too late. ``title`` is what must hold. ``environments``: where it is asked.
    """

    name: str
    title: str
    fix: str
    one: OfOne | None = None
    all: OfAll | None = None
    environments: frozenset[Environment] = field(default=EVERYWHERE)

    def broken_by(self, resources: Resources) -> Iterator[tuple[Resource, str]]:
        """Each resource that breaks the rule, with what is wrong."""
        if self.all is not None:
            yield from self.all(resources)
        if self.one is not None:
            for resource in resources.items:
                for message in self.one(resource):
                    yield resource, message


def level_in(environment: str) -> Level:
    """How strict policies are: mandatory in production, advisory elsewhere."""
    return Level.MANDATORY if environment == Environment.PROD else Level.ADVISORY


def is_known(value: object) -> bool:
    """Whether a value is there to be looked at."""
    return value is not None and value != UNKNOWN_TEXT and value != SECRET_TEXT  # noqa: PLR1714 (a list has no hash)


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of every leaf: ``server.replicas``, ``hosts[0]``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, f"{path}[{index}]")
    else:
        yield path, value
