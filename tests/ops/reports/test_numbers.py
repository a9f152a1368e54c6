"""One fixture through a real Prometheus with the shipped rules: the numbers of board, gate and report are equal."""

import json
from pathlib import Path

from authoring.dashboards.queries import slo as board
from authoring.rules import slo
from model.calendar import day_of
from model.catalog.catalog import Catalog
from model.reports.building import build
from model.reports.declared import subject
from model.reports.history import Rows
from model.reports.periods import PeriodKind, containing
from model.vocabulary import Environment
from ops.gate.prometheus import Prometheus
from ops.reports.api import Api
from ops.reports.days import DAY, Span, _Reading
from ops.reports.places import Folder
from ops.reports.render import as_json
from ops.reports.store import Form, Store
from tests.ops.test_gate_prometheus import NAME, WATCHDOG, ask, prometheus, wait_for


def shown(address: str, query: str, at: float) -> float:
    """The one value of a board's query, with nothing chosen, at a moment."""
    for variable in ("cluster", "system", "component"):
        query = query.replace(f"${variable}", ".*")
    [found] = [value for labels, value in Api(address).instant(query, at) if labels["objective"] == "errors"]
    return found


def test_board_gate_and_report_show_the_same_numbers(project: Path) -> None:
    catalog = Catalog.load(project / "catalog")
    folder = project / "prometheus"
    folder.mkdir()
    about = subject(catalog, Environment.PROD).only(systems=[], features=[], teams=[])
    with prometheus(folder, {"slo": slo.rule_file(catalog.systems[0]), "watchdog": WATCHDOG}) as (address, _):
        # Two seconds after an evaluation of its group, so that none lies between the questions.
        wait_for(lambda: ask(address, f"time() - timestamp({NAME}{{objective='errors'}}) > 2 < 9"))
        status = Prometheus(address).status(Environment.PROD, ["shop"])
        gate = next(one for one in status.objectives if one.objective == "errors")
        at = int(status.generated_at)
        total, bad = (shown(address, query("1d"), at) for query in (board.events, board.bad_events))
        left = shown(address, board.remaining(), at)
        # The day that ends at the gate's moment.
        span = Span(day_of(at, "UTC"), "UTC", at - DAY, DAY)
        rows = _Reading(Api(address), about, span).objectives()

    store = Store(Folder(project / "rows"), Environment.PROD)
    store.write(span.day, Rows(objectives=rows), Form.PARQUET)
    kept = store.read([span.day])
    report = build(about, kept, containing(PeriodKind.MONTH, span.day), span.day, passed=DAY)
    found = next(
        one for one in json.loads(as_json(report.model_dump(mode="json")))["objectives"] if one["objective"] == "errors"
    )

    assert total > 10
    assert found["valid"] == total == gate.total == found["rolling"]["valid"]
    assert found["bad"] == bad == gate.bad == found["rolling"]["bad"]
    assert found["rolling"]["remaining"] == left == gate.remaining
