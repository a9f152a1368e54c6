"""What is forecast, as data: ``subjects.yaml``."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from model.base import Model, Name
from model.model_file import read_model

FILE = Path(__file__).with_name("subjects.yaml")
_Sentence = Annotated[str, Field(min_length=1, max_length=200)]
_Label = Annotated[str, Field(pattern=r"^[a-z_]+$")]


class Subject(Model):
    """A share of a limit, of many items. The file says what each field is."""

    title: _Sentence
    query: Annotated[str, Field(min_length=1)]
    item: Annotated[tuple[_Label, ...], Field(min_length=1)]
    lead_days: Annotated[int, Field(ge=1, le=90)]
    reason: _Sentence
    remedy: _Sentence

    @property
    def hourly(self) -> str:
        """PromQL: of each item the peak of the hour that ends at the evaluation."""
        labels = ", ".join(("cluster", *self.item))
        # Each minute: what lasts for less than that fills nothing.
        return f"max by ({labels}) (max_over_time(({self.query.strip()})[1h:1m]))"


class Subjects(Model):
    """Name -> subject."""

    subjects: dict[Name, Subject]


@cache
def shipped() -> dict[str, Subject]:
    """The file that Belfry brings. Raises BadInput."""
    return read_model(Subjects, FILE).subjects
