"""The textbook's burn-rate alerts beside ours, where a system has ``compare``: both as Prometheus evaluated them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from model import labels
from model.metrics import metric_names
from model.query_text import matcher, one_of
from model.reports.responses import Responses
from model.reports.review_replay import Span
from model.reports.review_textbook import Comparison, pages, spans
from model.reports.rows import EndedAlert
from model.vocabulary import Severity
from ops.reports.api import Api

_MOST_VALUES: Final = 10_000
"""Prometheus answers at most 11,000 of a series."""
_STEP: Final = 60
Part = tuple[str, str]


def comparisons(
    api: Api,
    rules: Iterable[Mapping[str, Any]],
    history: Sequence[EndedAlert],
    responses: Responses,
    period: Span,
) -> tuple[Comparison, ...]:
    """One a component that the textbook's page is evaluated for, sorted. Raises Unreachable."""
    own = {_part(rule["labels"]) for rule in rules if rule["name"] == metric_names.TEXTBOOK_PAGE}
    if not own:
        return ()
    textbook = _fired(api, matcher("alertname", metric_names.TEXTBOOK_PAGE), period)
    names = one_of("alertname", sorted(metric_names.SLO_ALERTS))
    ours = _fired(api, f'{names}, {matcher(labels.SEVERITY, Severity.CRITICAL)}, {labels.LEVEL}=""', period)
    acted: defaultdict[Part, list[Span]] = defaultdict(list)
    for one in responses.acted(history):
        acted[one.system, one.component].append((one.start, one.end))
    return tuple(
        Comparison(
            system=part[0],
            component=part[1],
            ours=pages(ours[part], acted[part], responses.since),
            textbook=pages(textbook[part], acted[part], responses.since),
        )
        for part in sorted(own)
    )


def _fired(api: Api, chosen: str, period: Span) -> defaultdict[Part, list[Span]]:
    """When each component had a firing alert."""
    step = max(_STEP, int((period[1] - period[0]) / _MOST_VALUES) + 1)
    query = f'group by ({labels.SYSTEM}, {labels.COMPONENT}) (ALERTS{{{chosen}, alertstate="firing"}})'
    found: defaultdict[Part, list[Span]] = defaultdict(list)
    for of, values in api.over(query, period[0], period[1], step):
        found[_part(of)] += spans((at for at, _ in values), step)
    return found


def _part(said: Mapping[str, str]) -> Part:
    return said.get(labels.SYSTEM, ""), said.get(labels.COMPONENT, "")
