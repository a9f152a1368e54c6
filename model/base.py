"""The one base of every value that comes from a file."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Frozen, and strict about keys: an unknown key is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=40,
        description="Lower case, digits and single hyphens; at most 40 characters, so that a Kubernetes name of 63 "
        "characters still has room for what Belfry adds.",
    ),
]

Text = Annotated[str, Field(min_length=1, description="A sentence for people.")]
