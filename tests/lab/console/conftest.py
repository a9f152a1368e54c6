"""Fixtures of the console's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.console.fakes import Fakes, running


@pytest.fixture
def fakes(tmp_path: Path) -> Iterator[Fakes]:
    """A console whose servers say what the test sets."""
    with running(tmp_path) as found:
        yield found
