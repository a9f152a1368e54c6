"""One synthetic store for all tests that ask whether a query has an answer."""

import json
from collections.abc import Iterator

import pytest

from pictures.synthetic import recording, store
from pictures.synthetic.recording import Plan
from tests.dashboards.runbook_queries import QUERIES
from tests.tools import PROJECT, find


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a Prometheus with the shipped rules' series, and all that boards and runbooks read."""
    find("promtool"), find("prometheus")
    folder = tmp_path_factory.mktemp("store")
    boards = [json.loads(path.read_text("utf-8")) for path in sorted((PROJECT / "dashboards/grafana").glob("*.json"))]
    recording.write(folder, Plan(root=PROJECT, boards=boards, asked=[query for _, query in QUERIES]))
    with store.prometheus(folder) as address:
        yield address
