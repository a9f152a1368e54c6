"""Fixtures of the lab's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.endpoints import read_endpoints
from lab.layout import Layout
from lab.process import records
from tests.lab.pretenders import cleaned
from tests.lab.running_lab import RunningLab, copy_of_project, must

THRESHOLD, CHANGED = "critical: 10\n", "critical: 37\n"


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """A lab of its own; whatever it runs is stopped afterwards."""
    found = Layout(tmp_path)
    with cleaned(found):
        yield found


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """`make up` in a copy of the project whose catalog has another threshold: one for all tests that need it."""
    root = copy_of_project(tmp_path_factory.mktemp("lab"))
    catalog = root / "catalog" / "generic.yaml"
    text = catalog.read_text()
    assert text.count(THRESHOLD) == 1
    catalog.write_text(text.replace(THRESHOLD, CHANGED))
    made = RunningLab(root, None)  # type: ignore[arg-type]
    must(made.run("authoring", "assets"))
    must(made.run("authoring", "lock", "--bump", "patch"))
    must(made.run("engine", "up", "local", "--json"))
    try:
        must(made.run("lab", "up", "--json"))
        yield RunningLab(root, read_endpoints(root))
    finally:
        started = records(made.layout)
        must(made.run("lab", "down"))
        assert [name for name, record in started.items() if record.process()] == []
