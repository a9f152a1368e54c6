"""What every value from a file has in common."""

import pytest
from pydantic import ValidationError

from model.base import Model


class Given(Model):
    names: tuple[str, ...] | None = None
    span: tuple[float, float] = (0, 1)


def test_an_entry_of_a_list_is_refused_the_second_time() -> None:
    with pytest.raises(ValidationError, match="found 'a' more than once; allowed: each once"):
        Given(names=("a", "b", "a"))


def test_a_pair_is_no_list_and_may_hold_a_value_twice() -> None:
    assert Given(span=(5, 5), names=("a", "b")).span == (5, 5)
