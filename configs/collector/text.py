"""Text that no store can take: invalid UTF-8, and attributes whose key has no letter and no digit.

Prometheus stores invalid UTF-8 and then answers every query that meets it with JSON that nobody can parse. Loki and
Prometheus refuse a whole request for one key such as ``""`` or ``"//"``. Both come from one sender, and cost everyone.
"""

from configs.collector.ottl import quote, transform
from configs.collector.parts import Config

REPAIR = "transform/text"

# Go's regular expressions read an invalid byte as U+FFFD. A class of two characters, because a single one is searched
# for as its three bytes, which an invalid byte is not. The other one, the object replacement character, prints nothing.
INVALID = r"[\x{FFFC}\x{FFFD}]"
# Both stores turn every other character of a key into an underscore, and refuse a key of underscores alone.
NAMELESS = "^[^A-Za-z0-9]*$"


def repair() -> dict[str, Config]:
    """The processor that replaces invalid bytes by `?` and removes attributes without a usable key."""
    return {
        REPAIR: transform(
            resources=_attributes("resource.attributes"),
            scopes=[_text("scope.name"), *_attributes("scope.attributes")],
            logs=[
                f"{_text('log.body')} where IsString(log.body)",
                _text("log.severity_text"),
                *_attributes("log.attributes"),
            ],
            spans=[_text("span.name"), _text("span.status.message"), *_attributes("span.attributes")],
            span_events=[_text("spanevent.name"), *_attributes("spanevent.attributes")],
            metrics=[_text("metric.name"), _text("metric.unit"), _text("metric.description")],
            datapoints=_attributes("datapoint.attributes"),
        )
    }


def _text(field: str) -> str:
    return f"replace_pattern({field}, {quote(INVALID)}, {quote('?')})"


def _attributes(field: str) -> list[str]:
    return [
        *(f"replace_all_patterns({field}, {quote(mode)}, {quote(INVALID)}, {quote('?')})" for mode in ("value", "key")),
        f"delete_matching_keys({field}, {quote(NAMELESS)})",
    ]
