"""The rules about a query."""

import re
from collections.abc import Callable, Iterator

import promql_parser
from promql_parser import MatchOp

from checks.boards import promql
from checks.boards.document import Document, Json, language
from checks.boards.promql import RATE_INTERVAL_SECONDS, UnknownVariable, expand
from checks.rules.inference.syntax import selectors

LogqlError = Callable[[str], str | None]
"""What is wrong with a LogQL query, or nothing."""

_AGGREGATED = ("rate", "irate", "increase")
_LOG_RANGE = re.compile(r"\[([^\]]+)\]")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')


def parsed(board: Document, panel: Json, target: Json) -> promql_parser.Expr | None:
    """The query's tree; nothing for other languages and for what does not parse, which is another rule's finding."""
    if language(panel, target) != "prometheus":
        return None
    try:
        return promql_parser.parse(expand(target.get("expr", ""), _known(board)))
    except (ValueError, UnknownVariable):
        return None


def target_promql(board: Document, panel: Json, target: Json) -> Iterator[str]:
    """PromQL is valid."""
    if language(panel, target) != "prometheus":
        return
    try:
        promql_parser.parse(expand(target.get("expr", ""), _known(board)))
    except (ValueError, UnknownVariable) as error:
        yield f"has invalid PromQL {target.get('expr')!r}: {error}"


def target_logql(board: Document, panel: Json, target: Json, error_of: LogqlError) -> Iterator[str]:
    """LogQL is valid."""
    if language(panel, target) != "loki":
        return
    query = target.get("expr", "")
    try:
        error = error_of(expand(query, _known(board)))
    except UnknownVariable as unknown:
        error = str(unknown)
    if error:
        yield f"has invalid LogQL {query!r}: {error}"


def target_logql_auto(_: Document, panel: Json, target: Json) -> Iterator[str]:
    """Ranges of LogQL follow the zoom. Stricter than the original, which is content with one that does."""
    if language(panel, target) != "loki":
        return
    for found in _LOG_RANGE.findall(_QUOTED.sub("", target.get("expr", ""))):
        if found.strip() != "$__auto":
            yield f"uses the fixed range [{found}], should be [$__auto]"


def target_rate_interval(board: Document, panel: Json, target: Json) -> Iterator[str]:
    """Rates follow the zoom, and never see fewer than two samples. Counts ``increase`` too."""
    tree = parsed(board, panel, target)
    for selector, length, function in promql.ranges(tree) if tree else ():
        follows = length.total_seconds() == RATE_INTERVAL_SECONDS
        if function in _AGGREGATED and not follows:
            yield f"should use $__rate_interval for {promql.metric(selector)}"
        if not function and follows:
            yield f"uses $__rate_interval outside of a function for {promql.metric(selector)}"


def target_job(board: Document, panel: Json, target: Json) -> Iterator[str]:
    """Every selector chooses by job."""
    return _matched(board, panel, target, "job")


def target_instance(board: Document, panel: Json, target: Json) -> Iterator[str]:
    """Every selector chooses by instance."""
    return _matched(board, panel, target, "instance")


def target_counter_agg(board: Document, panel: Json, target: Json) -> Iterator[str]:
    """A counter is read by its growth: its value says only how long the process has run."""
    tree = parsed(board, panel, target)
    if tree is None:
        return
    grown = {str(selector) for selector, _, function in promql.ranges(tree) if function in _AGGREGATED}
    for selector in selectors(tree):
        if promql.metric(selector).endswith("_total") and str(selector) not in grown:
            yield f"counter {promql.metric(selector)} is not aggregated with rate, irate or increase"


def _matched(board: Document, panel: Json, target: Json, label: str) -> Iterator[str]:
    tree = parsed(board, panel, target)
    for selector in selectors(tree) if tree else ():
        matchers = selector.matchers.matchers
        # Expanding left the variable's name in its place.
        if not any(m.name == label and m.op == MatchOp.Re and m.value == label for m in matchers):
            yield f'{promql.metric(selector)} has no matcher {label}=~"${label}"'


def _known(board: Document) -> set[str]:
    return {variable["name"] for variable in board.variables}
