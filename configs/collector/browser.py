"""Real users: what Faro sends from browsers, as log records and as the series `web_*` of the catalog.

Faro writes each record as one logfmt line. Web vitals come as measurements in milliseconds, as browsers give them.
"""

from configs.collector.ottl import quote, transform
from configs.collector.parts import Config
from model.catalog import telemetry
from model.vocabulary import Signal

PARSE = "transform/browser"
METRICS = "signal_to_metrics/browser"

# Milliseconds in the browser, seconds in the series; CLS is a score.
VITALS = {"lcp": 1000.0, "inp": 1000.0, "cls": 1.0}
_BUCKETS = {
    "lcp": telemetry.BROWSER_BUCKETS[Signal.LARGEST_CONTENTFUL_PAINT],
    "inp": telemetry.BROWSER_BUCKETS[Signal.INTERACTION_TO_NEXT_PAINT],
    "cls": telemetry.BROWSER_BUCKETS[Signal.CUMULATIVE_LAYOUT_SHIFT],
}
# Events that mean that a person sees another page: a load, and a change of view without one.
_PAGE_VIEWS = ("faro.performance.navigation", "view_changed")

_ID = r"/(?:[0-9]+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{24,})"

_FARO = 'log.cache["faro"]'
_GIVEN = f"where {_FARO} != nil"


def parser() -> dict[str, Config]:
    """The processor that lifts kind, page, device and measurements out of the line."""
    page = 'log.attributes["page"]'
    return {
        PARSE: transform(
            logs=[
                f'set({_FARO}, ParseKeyValue(log.body)) where log.attributes["kind"] != nil and '
                'IsMatch(log.body, "^timestamp=")',
                f'set({page}, {_FARO}["page_id"]) {_GIVEN} and {_FARO}["page_id"] != nil',
                f'set({page}, URL({_FARO}["page_url"])["url.path"]) {_GIVEN} and {page} == nil',
                # Ids in paths would make a series for each product and each customer.
                f"replace_pattern({page}, {quote(_ID)}, {quote('/:id')}) {_GIVEN}",
                f'set(log.attributes["device"], "desktop") {_GIVEN}',
                f'set(log.attributes["device"], "mobile") {_GIVEN} and {_FARO}["browser_mobile"] == "true"',
                f'set(log.attributes["event"], {_FARO}["event_name"]) {_GIVEN} and {_FARO}["event_name"] != nil',
                *(
                    f'set(log.attributes["{vital}"], Double({_FARO}["{vital}"])) {_GIVEN} and '
                    f'{_FARO}["type"] == "web-vitals" and {_FARO}["{vital}"] != nil'
                    for vital in VITALS
                ),
            ]
        )
    }


def metrics() -> dict[str, Config]:
    """The connector that makes the series."""
    viewed = " or ".join(f'log.attributes["event"] == {quote(event)}' for event in _PAGE_VIEWS)
    return {
        METRICS: {
            "error_mode": "silent",
            "logs": [
                *(_vital(vital, divisor) for vital, divisor in VITALS.items()),
                _counter("web.page.views", "Pages shown.", viewed, ("page", "device")),
                _counter("web.errors", "Uncaught errors.", 'log.attributes["kind"] == "exception"', ("page", "kind")),
            ],
        }
    }


def _vital(vital: str, divisor: float) -> Config:
    return {
        "name": f"web.vitals.{vital}",
        "description": f"Web vital {vital.upper()}.",
        "unit": "s" if divisor > 1 else "",
        "include_resource_attributes": [{"key": "service.namespace"}, {"key": "service.name"}],
        "attributes": [{"key": "page", "default_value": "unknown"}, {"key": "device", "default_value": "unknown"}],
        "conditions": [f'log.attributes["{vital}"] != nil'],
        "histogram": {"buckets": list(_BUCKETS[vital]), "value": f'log.attributes["{vital}"] / {divisor}'},
    }


def _counter(name: str, description: str, condition: str, attributes: tuple[str, ...]) -> Config:
    return {
        "name": name,
        "description": description,
        "include_resource_attributes": [{"key": "service.namespace"}, {"key": "service.name"}],
        "attributes": [{"key": key, "default_value": "unknown"} for key in attributes],
        "conditions": [condition],
        "sum": {"value": "1", "monotonic": True},
    }
