"""Fixtures of the lab's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.layout import Layout
from tests.lab.pretenders import cleaned


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """A lab of its own; whatever it runs is stopped afterwards."""
    found = Layout(tmp_path)
    with cleaned(found):
        yield found
