"""The rules about a whole board: its variables, and that nobody edits it in the pages."""

import re
from collections.abc import Iterator

import promql_parser

from checks.boards.document import Document
from checks.boards.promql import UnknownVariable, expand

_PROMETHEUS = ("$datasource", "${datasource}", "$prometheus_datasource", "${prometheus_datasource}")
_LISTS = re.compile(r"(label_names|label_values|metrics|query_result)\((.+?)(?:,\s*\w+)?\)")
_ON_TIME_RANGE_CHANGED = 2


def template_datasource(board: Document) -> Iterator[str]:
    """The data source is a variable, named by its kind; a single one is simply ``datasource``."""
    found = board.of_type("datasource")
    if not found:
        yield "does not have a templated data source"
    for variable in found:
        kind = str(variable.get("query", "")).lower()
        names, titles = {f"{kind}_datasource"}, {f"{kind.title()} data source"}
        if len(found) == 1:
            names.add("datasource")
            titles.add("Data source")
        if variable["name"] not in names:
            yield f"data source variable {variable['name']!r} should be named {' or '.join(sorted(names))}"
        if variable.get("label") not in titles:
            yield f"data source variable labelled {variable.get('label')!r} should be {' or '.join(sorted(titles))}"


def template_job(board: Document) -> Iterator[str]:
    """A variable chooses by job."""
    return _chooses(board, "job")


def template_instance(board: Document) -> Iterator[str]:
    """A variable chooses by instance."""
    return _chooses(board, "instance")


def template_label_promql(board: Document) -> Iterator[str]:
    """Variables that ask Prometheus list labels by valid queries."""
    known = {variable["name"] for variable in board.variables}
    for variable in board.of_type("query"):
        if (variable.get("datasource") or {}).get("type", "prometheus") != "prometheus":
            continue
        query = variable.get("query")
        match = _LISTS.fullmatch(query) if isinstance(query, str) else None
        if match is None:
            yield f"variable {variable['name']!r} has no valid function: {query!r}"
            continue
        try:
            promql_parser.parse(expand(match[2], known))
        except (ValueError, UnknownVariable) as error:
            yield f"variable {variable['name']!r} has an invalid query {query!r}: {error}"


def template_on_time_change_reload(board: Document) -> Iterator[str]:
    """Variables list what was there in the chosen time."""
    for variable in board.of_type("query"):
        if variable.get("refresh") != _ON_TIME_RANGE_CHANGED:
            yield f"variable {variable['name']!r} should be refreshed on time range change"


def uneditable(board: Document) -> Iterator[str]:
    """Nobody edits the board in the pages: the next start would undo it."""
    if board.json.get("editable", True):
        yield "is editable"


def _chooses(board: Document, label: str) -> Iterator[str]:
    found = next((variable for variable in board.variables if variable["name"] == label), None)
    if found is None:
        yield f"is missing the variable {label!r}"
        return
    if (found.get("datasource") or {}).get("uid") not in _PROMETHEUS:
        yield f"variable {label!r} should use the data source $datasource"
    if found.get("type") != "query":
        yield f"variable {label!r} should be a query"
    if found.get("label") != label.title():
        yield f"variable {label!r} should be labelled {label.title()!r}"
    if not found.get("multi"):
        yield f"variable {label!r} should be a multi select"
    if found.get("allValue") != ".+":
        yield f"variable {label!r} should have the all value '.+'"
