"""What differs between environments: how AWS or a browser knows a thing there, and whether it is there at all.

Alarms on production's database from the development account have no data forever, and probes of production's URLs
from two environments ask it twice and page twice.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

import pydantic
from pydantic import AfterValidator, Field, model_validator

from model.base import Model
from model.vocabulary import Environment


def _of_accounts(given: Mapping[Environment, Any]) -> Mapping[Environment, Any]:
    if Environment.LOCAL in given:
        raise ValueError("found local, which always uses the catalog unchanged; allowed: dev, staging, prod")
    return given


Differences = Annotated[
    dict[Environment, dict[str, Any]],
    AfterValidator(_of_accounts),
    Field(
        min_length=1,
        description="The environments that have it, each with its different keys: {prod: {}, dev: {table: "
        "orders-dev}}. If absent, all environments have it unchanged.",
    ),
]


class Located(Model):
    """A part of the catalog that an environment may have under another name, or not at all.

    ``SAME_EVERYWHERE``: keys that rules and boards are made from, which all environments share.
    """

    SAME_EVERYWHERE: ClassVar[frozenset[str]] = frozenset({"name", "kind", "environments"})

    environments: Differences | None = None

    @model_validator(mode="after")
    def _valid_everywhere(self) -> Self:
        for environment, different in (self.environments or {}).items():
            allowed = sorted(set(type(self).model_fields) - self.SAME_EVERYWHERE)
            for key in different:
                if key not in allowed:
                    raise ValueError(f"found environments.{environment}.{key}; allowed: {', '.join(allowed)}")
            try:
                self._with(different)
            except pydantic.ValidationError as error:
                here = f"environments.{environment}"
                raise ValueError(f"found {'; '.join(_message(here, one) for one in error.errors())}") from None
        return self

    def in_environment(self, environment: Environment) -> Self | None:
        """The part as ``environment`` has it; None where it has none."""
        if self.environments is None or environment is Environment.LOCAL:
            return self
        different = self.environments.get(environment)
        return None if different is None else self._with(different)

    def variants(self) -> Iterator[Self]:
        """As it is written and as any environment has it, for what is made once for all of them."""
        yield self
        for different in (self.environments or {}).values():
            if different:
                yield self._with(different)

    def differences(self, other: "Located") -> dict[str, str]:
        """Every text of this part -> the text of ``other`` in its place, where they differ."""
        return dict(_differences(self.model_dump(), other.model_dump()))

    def _with(self, different: Mapping[str, Any]) -> Self:
        stated = self.model_dump(exclude={"environments"}, exclude_unset=True)
        return type(self).model_validate({**stated, **different})


def _message(here: str, error: Any) -> str:
    return f"{'.'.join(map(str, (here, *error['loc'])))}: {error['msg'].removeprefix('Value error, ')}"


def _differences(one: Any, other: Any) -> Iterator[tuple[str, str]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in one.keys() & other.keys():
            yield from _differences(one[key], other[key])
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for before, after in zip(one, other, strict=False):
            yield from _differences(before, after)
    elif isinstance(one, str) and isinstance(other, str) and one != other:
        yield one, other
