"""What a program that writes incidents must know of the catalog: small enough to be given to a pod as one file."""

from pydantic import Field

from model.base import Model, Name
from model.incidents.parts import Part, Parts

_SLASH = "/"


class Scope(Model):
    """``calls``: part (``shop/api``) -> the parts that it depends on. ``teams``: who may own action items."""

    calls: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    teams: tuple[Name, ...] = ()

    @property
    def parts(self) -> Parts:
        """What belongs together."""
        return Parts.of({_part(caller): [_part(one) for one in called] for caller, called in self.calls.items()})


def _part(text: str) -> Part:
    system, _, name = text.partition(_SLASH)
    return system, name
