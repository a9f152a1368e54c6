"""A system's parts as boxes in layers, and their dependencies as curves; each part is before those it depends on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from model.catalog.system import System

HEIGHT = 44
MARGIN = 2
# Height of a curve in a layer that it only crosses.
PASSAGE = 6
# Passes of the barycenter heuristic; after three nothing moves in graphs of this size.
_PASSES = 3


@dataclass(frozen=True, slots=True)
class Style:
    """Measures in pixels.

    Layers are columns with a gap of ``apart``, or less so that the drawing is not wider than ``most``. With
    ``per_row`` they are rows of at most that many boxes.
    """

    width: int
    apart: int
    within: int
    most: int
    per_row: int = 0


WIDE = Style(width=160, apart=96, within=12, most=1330)
# Two boxes in a row on a phone of 360 pixels.
TALL = Style(width=148, apart=26, within=8, most=310, per_row=2)


@dataclass(frozen=True, slots=True)
class Box:
    """A part. ``shown``: its name, with its system if that is another one. ``x``, ``y``: its upper left corner."""

    name: str
    shown: str
    x: int
    y: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """From a part to one that it depends on; ``path`` is SVG's."""

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing of ``width`` by ``height`` pixels."""

    style: Style
    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Node:
    """A part in its layer; with ``target``, the place where the curve from ``name`` to it crosses a layer."""

    layer: int
    name: str
    target: str = ""

    @property
    def height(self) -> int:
        return PASSAGE if self.target else HEIGHT


def draw(system: System, style: Style) -> Graph:
    """The system's components and resources, and what they depend on elsewhere."""
    needs = {part.name: part.depends_on for part in (*system.components, *system.resources)}
    elsewhere = sorted({need for each in needs.values() for need in each} - set(needs))
    depth = _depth({**needs, **dict.fromkeys(elsewhere, ())})
    nodes = {name: _Node(layer, name) for name, layer in depth.items()}
    ways = {(source, target): _way(nodes[source], nodes[target]) for source in needs for target in needs[source]}
    layers = _ordered(nodes.values(), ways.values())
    places = _rows(layers, style) if style.per_row else _columns(layers, style)
    link = _down if style.per_row else _across
    boxes = []
    for name, node in nodes.items():
        of, _, own = name.rpartition("/")
        boxes.append(Box(own, name, *places[node], of=of))
    return Graph(
        style=style,
        width=max(places[node][0] for node in nodes.values()) + style.width + MARGIN,
        height=max(y + node.height for node, (x, y) in places.items()) + MARGIN,
        boxes=tuple(boxes),
        curves=tuple(Curve(*ends, link(way, places, style)) for ends, way in ways.items()),
    )


def _depth(needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The layer of each part: one after the last that depends on it. An edge that closes a cycle is ignored."""
    finished: list[str] = []
    seen: set[str] = set()
    closing: set[tuple[str, str]] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        seen.add(name)
        for need in needs[name]:
            if need in (*above, name):
                closing.add((name, need))
            elif need not in seen:
                visit(need, (*above, name))
        finished.append(name)

    for name in needs:
        if name not in seen:
            visit(name, ())
    depth = dict.fromkeys(needs, 0)
    for name in reversed(finished):
        for need in needs[name]:
            if (name, need) not in closing:
                depth[need] = max(depth[need], depth[name] + 1)
    return depth


def _way(source: _Node, target: _Node) -> list[_Node]:
    """A curve's ends, and between them one node for each layer that it crosses."""
    between = range(source.layer + 1, target.layer)
    return [source, *(_Node(layer, source.name, target.name) for layer in between), target]


def _ordered(nodes: Iterable[_Node], ways: Collection[Sequence[_Node]]) -> list[list[_Node]]:
    """The layers, with each node near those it is linked with, so that few curves cross."""
    passages = [node for way in ways for node in way[1:-1]]
    layers: list[list[_Node]] = []
    for node in sorted((*nodes, *passages), key=lambda node: node.layer):
        if node.layer == len(layers):
            layers.append([])
        layers[node.layer].append(node)
    linked: dict[_Node, set[_Node]] = {node: set() for layer in layers for node in layer}
    for way in ways:
        for one, other in pairwise(way):
            linked[one].add(other)
            linked[other].add(one)
    for _ in range(_PASSES):
        for fixed, moved in (*pairwise(layers), *pairwise(reversed(layers))):
            at = {node: row - len(fixed) / 2 for row, node in enumerate(fixed)}
            near = {node: [at[other] for other in linked[node] if other in at] for node in moved}
            # A node without links to that layer goes to the end.
            middle = {node: sum(rows) / len(rows) if rows else len(linked) for node, rows in near.items()}
            moved.sort(key=middle.__getitem__)
    return layers


_Places = dict[_Node, tuple[int, int]]


def _columns(layers: Sequence[Sequence[_Node]], style: Style) -> _Places:
    """From left to right, each layer in the middle of the height."""
    apart = min(style.apart, (style.most - len(layers) * style.width) // max(1, len(layers) - 1))
    heights = [sum(node.height + style.within for node in layer) - style.within for layer in layers]
    places = {}
    for column, layer in enumerate(layers):
        y = MARGIN + (max(heights) - heights[column]) // 2
        for node in layer:
            places[node] = (MARGIN + column * (style.width + apart), y)
            y += node.height + style.within
    return places


def _rows(layers: Sequence[Sequence[_Node]], style: Style) -> _Places:
    """From top to bottom; a layer that is too wide goes on below itself. Curves pass where they can."""
    places, y = {}, MARGIN
    for layer in layers:
        parts = [node for node in layer if not node.target]
        for start in range(0, len(parts), style.per_row):
            for column, node in enumerate(parts[start : start + style.per_row]):
                places[node] = (MARGIN + column * (style.width + style.within), y)
            y += HEIGHT + style.within
        y += style.apart - style.within
    return places


def _across(way: Sequence[_Node], places: _Places, style: Style) -> str:
    """A curve from left to right, straight where it crosses a layer."""
    path = ""
    for one, other in pairwise(way):
        x1, y1 = places[one][0] + style.width, places[one][1] + one.height // 2
        x2, y2 = places[other][0], places[other][1] + other.height // 2
        bend = max(2 * MARGIN, abs(x2 - x1)) // 2
        path += f"{'L' if path else 'M'}{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    return path


def _down(way: Sequence[_Node], places: _Places, style: Style) -> str:
    """A curve from top to bottom."""
    (x1, y1), (x2, y2) = places[way[0]], places[way[-1]]
    x1, y1, x2 = x1 + style.width // 2, y1 + HEIGHT, x2 + style.width // 2
    bend = max(style.apart, abs(y2 - y1)) // 2
    return f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
