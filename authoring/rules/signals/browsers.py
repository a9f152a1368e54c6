"""Web vitals of pages, as browsers measure them."""

from collections.abc import Callable

from authoring.rules.signals.query import MINIMUM_REQUESTS, Measured, Query
from model.catalog.components import Component
from model.vocabulary import ComponentKind


def web_vital(histogram: str, record: str) -> Callable[[Measured], Query | None]:
    """What a quarter of the visitors is at or above, over half an hour."""

    def query(m: Measured) -> Query | None:
        if not isinstance(m.part, Component) or m.part.kind is not ComponentKind.FRONTEND:
            return None
        enough = f"{m.rate(f'{histogram}_count', window='30m')} * 1800 >= {MINIMUM_REQUESTS}"
        return Query(m.quantile("0.75", histogram, window="30m"), record, enough)

    return query
