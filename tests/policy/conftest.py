"""The engine's tests of this folder need the CLI, as those of tests/engine do."""

import gc
import warnings
from collections.abc import Iterator

import pytest

from tests.engine.conftest import pulumi_cli

__all__ = ["pulumi_cli"]


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """The SDK leaves an event loop and its sockets to the garbage collector; a warning is an error here."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
