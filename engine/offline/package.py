"""What an offline provider must know about the resources of one Pulumi package."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from engine.offline.values import Json, Properties


class UnknownFunctionError(Exception):
    """The program called a provider function that has no offline answer."""

    def __init__(self, token: str, known: Mapping[str, object]) -> None:
        names = ", ".join(sorted(known)) or "none"
        super().__init__(f"the offline provider has no invoke {token}; it has: {names}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A made-up identity: the id, the computed outputs, and which of the outputs are secret."""

    id: str
    outputs: Mapping[str, Json]
    secret: frozenset[str] = frozenset()


class Package(ABC):
    """The knowledge of one package; it holds no state but the provider's configuration."""

    name: str

    def __init__(self) -> None:
        self.config: Properties = {}

    @abstractmethod
    def check(self, urn: str, old: Properties, new: Properties) -> Properties:
        """The inputs as the real provider would complete them (physical names)."""

    @abstractmethod
    def make(self, urn: str, inputs: Properties) -> Made:
        """Made-up id and outputs of a resource with ``inputs``."""

    @abstractmethod
    def replaces(self, urn: str, path: tuple[str | int, ...]) -> bool:
        """Whether a change at ``path`` forces a replacement."""

    @abstractmethod
    def physical_name(self, urn: str) -> tuple[str, ...]:
        """Path of the property that holds the physical name, empty when there is none."""

    def invoke(self, token: str, arguments: Properties) -> Mapping[str, Json]:
        """Answer a function call; an unknown one is an error."""
        del arguments
        raise UnknownFunctionError(token, {})


def type_of(urn: str) -> str:
    """The resource's own type token (the last of the parents' chain in the URN)."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def stack_of(urn: str) -> str:
    """The stack in a URN (``urn:pulumi:<stack>::...``)."""
    return urn.split("::", 1)[0].removeprefix("urn:pulumi:")
