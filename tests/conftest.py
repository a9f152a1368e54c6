"""Options of the test run."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.groups import GROUPS, group_of

TESTS = Path(__file__).parent

# How long an example takes says what else the machine does; benchmarks measure.
settings.register_profile("belfry", deadline=None)
settings.load_profile("belfry")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the lists of resources, to be reviewed in the diff")
    parser.addoption("--group", choices=list(GROUPS), help="only the tests of this group (tests/groups.py)")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files of another group are not even imported."""
    group = config.getoption("--group")
    if not group or not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    return True if group_of(collection_path.relative_to(TESTS).as_posix()) != group else None
