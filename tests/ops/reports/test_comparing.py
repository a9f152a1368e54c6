"""Our pages beside the textbook's: the same time, the same component, and false by the same measure."""

from typing import Any, cast

from model.reports.responses import Condition, Response, Responses
from model.reports.review_textbook import Pages, pages, spans
from ops.reports.api import Api
from ops.reports.comparing import comparisons
from tests.model.reports.examples import alert

DAY = "2026-11-25"
START = alert(DAY, 0, 1).start
RULES: list[dict[str, Any]] = [
    {"name": "TextbookPage", "labels": {"system": "shop", "component": "api"}},
    {"name": "SloOutage", "labels": {"system": "shop", "component": "web"}},
]


class Prometheus:
    """The textbook pages for three blips and one outage, ours for the outage only."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def over(self, query: str, start: float, end: float, step: int) -> list[tuple[dict[str, str], list[Any]]]:
        self.queries.append(query)
        minutes = [0, 1, 120, 240, 600, 601, 602] if "TextbookPage" in query else [600, 601]
        values = [(START + 60 * minute, 1.0) for minute in minutes]
        return [({"system": "shop", "component": "api"}, values), ({"system": "bank", "component": "x"}, values)]


def found(since: float | None = START) -> tuple[Pages, Pages, Prometheus]:
    acted = Response(conditions=(Condition("alertname", "SloOutage"),), start=START + 36_060, end=START + 40_000)
    history = [alert(DAY, 600, 5)]
    server = Prometheus()
    known = Responses(found=[acted], since=since)
    (one,) = comparisons(cast(Api, server), RULES, history, known, (START, START + 86_400))
    assert (one.system, one.component) == ("shop", "api")
    return one.ours, one.textbook, server


def test_false_pages_of_both_are_counted_by_what_people_did() -> None:
    ours, textbook, server = found()
    assert (ours.times, ours.seconds, ours.false, ours.unknown) == (1, 120, 0, 0)
    assert (textbook.times, textbook.seconds, textbook.false, textbook.unknown) == (4, 420, 3, 0)
    assert 'severity="critical"' in server.queries[1]
    assert "severity" not in server.queries[0]


def test_what_nobody_remembers_is_neither_false_nor_right() -> None:
    ours, textbook, _ = found(since=START + 20_000)
    assert (ours.unknown, textbook.false, textbook.unknown) == (0, 0, 3)
    assert found(since=None)[0].unknown == 1


def test_without_a_system_that_compares_nothing_is_asked() -> None:
    server = Prometheus()
    assert comparisons(cast(Api, server), RULES[1:], [], Responses(), (START, START + 60)) == ()
    assert server.queries == []


def test_moments_are_joined_and_a_page_within_half_an_hour_of_an_act_is_none_of_the_false() -> None:
    assert spans([60, 120, 300], 60) == [(60, 180), (300, 360)]
    assert pages([(0, 60)], [(1860, 1900)], 0).false == 0
    assert pages([(0, 60)], [(1861, 1900)], 0).false == 1
