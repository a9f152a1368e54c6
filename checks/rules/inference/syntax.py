"""Small helpers over promql-parser's tree."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, TypeVar

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    LabelModifier,
    LabelModifierType,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorMatchCardinality,
    VectorSelector,
)

COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})


Result = TypeVar("Result")


class BottomUp(ABC, Generic[Result]):
    """What holds of an expression's result, made from the leaves up. What a kind of node adds is the subclass's."""

    nothing: Result

    def of(self, node: Expr) -> Result:
        """What holds of the node's result."""
        match node:
            case ParenExpr() | SubqueryExpr() | UnaryExpr():
                found = self.of(node.expr)
            case VectorSelector():
                found = self.of_selector(node)
            case MatrixSelector():
                found = self.of_selector(node.vector_selector)
            case AggregateExpr():
                found = self._aggregate(node)
            case Call():
                found = self._call(node)
            case BinaryExpr():
                found = self._binary(node)
            case _:
                found = self.nothing
        return found

    @abstractmethod
    def of_selector(self, node: VectorSelector) -> Result:
        """Of the series that a selector chooses."""

    @abstractmethod
    def _aggregate(self, node: AggregateExpr) -> Result: ...

    @abstractmethod
    def _call(self, node: Call) -> Result: ...

    @abstractmethod
    def _binary(self, node: BinaryExpr) -> Result: ...


def children(node: Expr) -> Iterator[Expr]:
    """The expressions right below a node."""
    match node:
        case BinaryExpr():
            yield node.lhs
            yield node.rhs
        case AggregateExpr():
            yield node.expr
            if node.param is not None:
                yield node.param
        case Call():
            yield from node.args
        case MatrixSelector():
            yield node.vector_selector
        case ParenExpr() | SubqueryExpr() | UnaryExpr():
            yield node.expr


def walk(node: Expr) -> Iterator[Expr]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def bare(node: Expr) -> Expr:
    """The node without parentheses around it."""
    while isinstance(node, ParenExpr):
        node = node.expr
    return node


def selectors(node: Expr) -> Iterator[VectorSelector]:
    """All series that an expression reads, inside ranges and subqueries too."""
    return (found for found in walk(node) if isinstance(found, VectorSelector))


def is_scalar(node: Expr) -> bool:
    """Whether the node is a number to Prometheus and no vector."""
    node = bare(node)
    match node:
        case NumberLiteral():
            return True
        case UnaryExpr():
            return is_scalar(node.expr)
        case Call():
            return node.func.name in {"time", "scalar", "pi"}
        case BinaryExpr():
            return is_scalar(node.lhs) and is_scalar(node.rhs)
    return False


def matched_labels(node: BinaryExpr) -> tuple[bool, frozenset[str]]:
    """``on`` and its labels, or not ``on`` and the labels that are ignored."""
    matching: LabelModifier | None = node.modifier.matching if node.modifier else None
    if matching is None:
        return False, frozenset()
    return matching.type == LabelModifierType.Include, frozenset(matching.labels)


def grouped(node: BinaryExpr) -> tuple[VectorMatchCardinality | None, frozenset[str]]:
    """The side that is "many", and the labels that are taken over from the other."""
    if node.modifier is None or node.modifier.card is None:
        return None, frozenset()
    return node.modifier.card, frozenset(node.modifier.group_labels or ())
