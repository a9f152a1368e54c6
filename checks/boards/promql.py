"""Walks over PromQL's syntax tree."""

from collections.abc import Iterator
from datetime import timedelta

import promql_parser
from promql_parser import MatrixSelector, VectorSelector

Node = promql_parser.Expr


def walk(node: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with those above it, outermost first."""
    yield node, above
    below = (*above, node)
    if isinstance(node, MatrixSelector):
        yield node.vector_selector, below
        return
    for name in ("lhs", "rhs", "expr", "param"):
        child = getattr(node, name, None)
        if isinstance(child, promql_parser.Expr):
            yield from walk(child, below)
    for argument in getattr(node, "args", None) or ():
        yield from walk(argument, below)


def selectors(node: Node) -> list[VectorSelector]:
    """Every vector selector, inside ranges and subqueries too."""
    return [found for found, _ in walk(node) if isinstance(found, VectorSelector)]


def ranges(node: Node) -> list[tuple[VectorSelector, timedelta, str]]:
    """Every selector with a range: itself, the range, and the function that it is in (empty without)."""
    found = []
    for one, above in walk(node):
        if isinstance(one, MatrixSelector):
            parent = above[-1] if above else None
            name = parent.func.name if isinstance(parent, promql_parser.Call) else ""
            found.append((one.vector_selector, one.range, name))
    return found


def metric(selector: VectorSelector) -> str:
    """The metric's name; empty where it is chosen by a pattern."""
    if selector.name:
        return str(selector.name)
    named = [m for m in selector.matchers.matchers if m.name == "__name__" and m.op == promql_parser.MatchOp.Equal]
    return str(named[0].value) if named else ""
