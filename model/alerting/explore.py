"""Links that open the first queries of an alert's runbook in Grafana's Explore, with the labels of the alert filled in.

Prometheus and Loki expand the link as they expand every annotation. A label can hold any text, so its value is quoted
three times: for the query, for the JSON that Explore reads, and for the URL.
"""

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pydantic

from model import names
from model.base import Model
from model.problems import BadInput, from_validation
from model.query_text import percent_encoded, quoted
from model.yaml_file import read_yaml

FILE: Final = Path(__file__).with_name("first_queries.yaml")

VARIABLE: Final = re.compile(r"\$([a-z]\w*)")
"""A label of the alert in a query of a runbook: ``$namespace``. It stands inside a quoted string."""

# A quoted string, or a raw one of LogQL, in which quotes mean nothing.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_RANGE: Final = {"from": "now-1h", "to": "now"}
# Stands for a filled string until the percent signs around it are escaped; no query holds it.
_PLACE: Final = "\0"
# What would be an operator in a regular expression, and the text that stands for it.
_OPERATORS, _LITERAL = r"[\\.+*?()|\[\]{}^$]", r"\$0"


class FirstQueries(Model):
    """The first query of a runbook for each store."""

    promql: str | None = None
    logql: str | None = None


@functools.cache
def shipped() -> Mapping[str, FirstQueries]:
    """Alert -> the first queries of its runbook, as `make assets` found them. Raises BadInput."""
    shown = FILE.name
    try:
        return {name: FirstQueries.model_validate(queries) for name, queries in read_yaml(FILE, shown).items()}
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(shown, error, FirstQueries)) from None


def explore_url(grafana: str, queries: FirstQueries, labels: Mapping[str, str]) -> str:
    """The link, a template of Prometheus. ``labels`` are the rule's own, which `$labels` in a template lacks."""
    stores = ((names.PROMETHEUS_DATASOURCE, queries.promql), (names.LOKI_DATASOURCE, queries.logql))
    panes = [_pane(store, query, labels) for store, query in stores if query is not None]
    opening, comma, closing = map(percent_encoded, "{,}")
    return f"{grafana}/explore?schemaVersion=1&panes={opening}{comma.join(panes)}{closing}"


def _pane(store: str, query: str, labels: Mapping[str, str]) -> str:
    """One half of Explore: its JSON, encoded, but for the query, which the template encodes."""
    pane = {"datasource": store, "queries": [{"refId": "A", "expr": ""}], "range": _RANGE}
    before, after = json.dumps({store: pane}, separators=(",", ":"))[1:-1].split('"expr":""')
    # A space as `+` would be read as a plus by whoever does not decode forms.
    expression = f'{{{{ {_filled(query, labels)} | printf "%q" | urlquery | reReplaceAll "[+]" "%20" }}}}'
    return percent_encoded(f'{before}"expr":') + expression + percent_encoded(after)


def _filled(query: str, labels: Mapping[str, str]) -> str:
    """The query as an expression of a template: a format, and a value for each string that holds variables."""
    values: list[str] = []

    def string(found: re.Match[str]) -> str:
        if found[0].startswith("`") or not VARIABLE.search(found[0]):
            return found[0]
        values.append(_value(json.loads(found[0]), query[: found.start()].endswith("~"), labels))
        return _PLACE

    text = _STRING.sub(string, query).replace("%", "%%").replace(_PLACE, "%q")
    return f"(printf {quoted(text)}{''.join(f' {value}' for value in values)})"


def _value(text: str, regular: bool, labels: Mapping[str, str]) -> str:
    """A string of the query with its variables filled in; within a regular expression they stand for themselves."""
    arguments = "".join(f" {_label(name, regular, labels)}" for name in VARIABLE.findall(text))
    return f"(printf {quoted(VARIABLE.sub('%s', text.replace('%', '%%')))}{arguments})"


def _label(name: str, regular: bool, labels: Mapping[str, str]) -> str:
    own = labels.get(name, "")
    template = re.fullmatch(r"\{\{ (\$labels\.\w+) \}\}", own)
    value = template[1] if template else quoted(own) if own else f"$labels.{name}"
    return f"(reReplaceAll {quoted(_OPERATORS)} {quoted(_LITERAL)} {value})" if regular else value
