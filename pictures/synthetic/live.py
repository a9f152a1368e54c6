"""A store with everything that the shipped boards ask for."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.boards.document import Json
from pictures.synthetic import recording, store
from pictures.synthetic.recording import Plan

ROOT = Path(__file__).resolve().parents[2]


def shipped() -> list[Json]:
    """All boards, by uid."""
    files = sorted((ROOT / "dashboards" / "grafana").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in files]


def on_a_bad_day(boards: list[Json]) -> Plan:
    """A few things are wrong, most are well."""
    return Plan(root=ROOT, boards=boards, curves=True, firing=17, trouble=0.1, quiet=False)


@contextmanager
def live(plan: Plan) -> Iterator[str]:
    """Address of a Prometheus that is filled as planned."""
    with tempfile.TemporaryDirectory() as name:
        recording.write(Path(name), plan)
        with store.prometheus(Path(name)) as address:
            yield address
