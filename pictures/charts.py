"""How each kind of panel is drawn below its title."""

import bisect
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from matplotlib.ticker import FuncFormatter, MaxNLocator

from authoring.dashboards.kit.colours import CLEAR
from checks.boards.document import Json, language
from pictures import frames, grafana
from pictures.canvas import Canvas
from pictures.frames import Curve
from pictures.synthetic.store import NOW
from pictures.themes import CLASSIC
from pictures.units import shown

Place = tuple[float, float, float, float]
Draw = Callable[[Canvas, Place, Json, Sequence[Curve], int], None]

ROW, LEGEND = 26, 18
MOST_LEGENDS = 14


def draw(canvas: Canvas, place: Place, panel: Json, curves: Sequence[Curve], seconds: int) -> None:
    """The panel's inside. What no Prometheus answers is named: there are no logs and no AWS in the store."""
    others = {language(panel, target) for target in panel.get("targets", ())} - {"prometheus"}
    if others:
        query = panel["targets"][0].get("expr") or panel["targets"][0].get("metricName") or ""
        _note(canvas, place, f"from {', '.join(sorted(others))}: {query}")
    elif not curves:
        _note(canvas, place, panel["fieldConfig"]["defaults"].get("noValue", "No data"))
    else:
        _KINDS[panel["type"]](canvas, place, panel, curves, seconds)


def step_colour(steps: Sequence[Json], value: float) -> str:
    """Colour of the threshold that a value is at."""
    reached = [step for step in steps if step.get("value") is None or value >= step["value"]]
    return str(reached[-1]["color"])


def ink_on(colour: str) -> str:
    """The colour of text on a coloured ground, by Grafana's own rule."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#202226" if (red * 299 + green * 587 + blue * 114) / 1000 > 180 else "#F7F8FA"  # noqa: PLR2004


def _note(canvas: Canvas, place: Place, text: str) -> None:
    x, y, wide, high = place
    canvas.text((x + wide / 2, y + high / 2), text, colour=canvas.theme.faint, align="center", room=wide - 20)


def _stat(canvas: Canvas, place: Place, panel: Json, curves: Sequence[Curve], _: int) -> None:
    x, y, wide, high = place
    defaults = panel["fieldConfig"]["defaults"]
    across, down = _tiles(len(curves), wide, high)
    each, tall = wide / across, high / down
    for number, curve in enumerate(curves):
        value = curve.points[-1][1]
        own = defaults | _own(panel, curve.name)
        colour, text = _mapped(defaults, value) or (
            step_colour(own["thresholds"]["steps"], value),
            shown(value, own.get("unit", "none"), own.get("decimals")),
        )
        left, top, ink = x + number % across * each, y + number // across * tall, ink_on(colour)
        canvas.box((left + 2, top, each - 4, tall - 4), colour)
        size = min(34.0, tall * 0.45)
        while size > 12 and canvas.width_of(text, size, True) > each - 16:  # noqa: PLR2004
            size -= 1
        lower = 6 if len(curves) > 1 else -2
        canvas.text((left + each / 2, top + tall / 2 + lower), text, size=size, colour=ink, bold=True, align="center")
        if len(curves) > 1:
            canvas.text((left + 8, top + 10), own.get("displayName", curve.name), size=11, colour=ink, room=each - 16)


def _tiles(count: int, wide: float, high: float) -> tuple[int, int]:
    """Columns and lines in which Grafana lays several numbers: those that make the least side longest."""
    shapes = [(across, -(-count // across)) for across in range(1, count + 1)]
    return max(shapes, key=lambda shape: (min(wide / shape[0], 3 * high / shape[1]), -shape[1]))


def _mapped(defaults: Json, value: float) -> tuple[str, str] | None:
    for mapping in defaults.get("mappings", ()):
        if mapping["type"] == "value" and (found := mapping["options"].get(f"{value:g}")):
            return found["color"], found["text"]
    return None


def _timeseries(canvas: Canvas, place: Place, panel: Json, curves: Sequence[Curve], seconds: int) -> None:
    x, y, wide, high = place
    defaults = panel["fieldConfig"]["defaults"]
    unit, decimals = defaults.get("unit", "none"), defaults.get("decimals")
    custom = defaults.get("custom", {})
    below = 22 + LEGEND * (1 if _legend_fits(canvas, curves, wide, 1) else 2)
    axes = canvas.axes((x + 62, y + 6, wide - 74, high - below - 10))
    colours = _colours(panel, curves)
    gap = int(custom.get("spanNulls") or 0) // 1000 or 10**9
    ground: dict[int, float] = {}
    stacked = custom.get("stacking", {}).get("mode") == "normal"
    for curve, colour in zip(curves, colours, strict=True):
        times, values = _with_gaps(curve, max(gap, grafana.Span.of(panel, seconds).step))
        if stacked:
            bottoms = [ground.get(t, 0.0) for t in times]
            values = [value + bottom for value, bottom in zip(values, bottoms, strict=True)]
            axes.fill_between(times, bottoms, values, color=colour, alpha=0.3, linewidth=0)
            ground |= dict(zip(times, values, strict=True))
        own = _own(panel, curve.name)
        if lower := next((one for one in curves if one.name == own.get("custom.fillBelowTo")), None):
            _band(axes, curve, lower, colour)
        dots = "." if len(curve.points) == 1 else ""
        dashes = "--" if own.get("custom.lineStyle", {}).get("fill") == "dash" else "-"
        wide_line = 1.1 * own.get("custom.lineWidth", 1)
        axes.plot(times, values, color=colour, linewidth=wide_line, marker=dots, linestyle=dashes)
    _limits(axes, defaults, curves, ground)
    axes.set_xlim(NOW - seconds, NOW)
    axes.grid(True, color=canvas.theme.grid, linewidth=0.6)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=max(2, int(high / 55)), steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(value, unit, decimals)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=max(2, int(wide / 110))))
    axes.set_xticks([NOW - seconds + seconds * part / 6 for part in range(1, 6)])
    form = "%H:%M" if seconds <= 86_400 else "%m-%d"  # noqa: PLR2004
    axes.xaxis.set_major_formatter(FuncFormatter(lambda t, _: datetime.fromtimestamp(t, UTC).strftime(form)))
    _legend(canvas, (x + 10, y + high - below + 22, wide - 20), curves, colours)


def _band(axes: Any, upper: Curve, lower: Curve, colour: str) -> None:
    bottoms = dict(lower.points)
    points = [(t, bottoms[t], value) for t, value in upper.points if t in bottoms]
    axes.fill_between(*zip(*points, strict=True), color=colour, alpha=0.25, linewidth=0)


def _with_gaps(curve: Curve, gap: int) -> tuple[list[int], list[float]]:
    times: list[int] = []
    values: list[float] = []
    for t, value in curve.points:
        if times and t - times[-1] > gap:
            times.append(times[-1] + 1)
            values.append(float("nan"))
        times.append(t)
        values.append(value)
    return times, values


def _limits(axes: Any, defaults: Json, curves: Sequence[Curve], ground: Mapping[int, float]) -> None:
    top = max([value for curve in curves for _, value in curve.points] + list(ground.values()))
    bottom = min(value for curve in curves for _, value in curve.points)
    if defaults.get("min") is not None:
        bottom = min(bottom, float(defaults["min"])) if bottom < 0 else float(defaults["min"])
    if defaults.get("max") is not None:
        top = float(defaults["max"])
    spread = (top - bottom) or abs(top) or 1.0
    axes.set_ylim(bottom - (0.05 * spread if bottom < 0 else 0), top + 0.08 * spread)
    if defaults.get("custom", {}).get("thresholdsStyle", {}).get("mode", "off") != "off":
        for step in defaults["thresholds"]["steps"]:
            if step.get("value") is not None and step["value"] <= top + 0.08 * spread:
                axes.axhline(step["value"], color=step["color"], linewidth=1, linestyle="--")


def _colours(panel: Json, curves: Sequence[Curve]) -> list[str]:
    fixed = {
        override["matcher"]["options"]: prop["value"]["fixedColor"]
        for override in panel["fieldConfig"].get("overrides", ())
        if override["matcher"]["id"] in ("byFrameRefID", "byName")
        for prop in override["properties"]
        if prop["id"] == "color" and "fixedColor" in prop["value"]
    }
    by_name = [CLASSIC[zlib.crc32(curve.name.encode()) % len(CLASSIC)] for curve in curves]
    return [fixed.get(c.name, fixed.get(c.letter, own)) for c, own in zip(curves, by_name, strict=True)]


def _legend_fits(canvas: Canvas, curves: Sequence[Curve], wide: float, lines: int) -> bool:
    return sum(canvas.width_of(curve.name, 11) + 30 for curve in curves) <= (wide - 20) * lines


def _legend(canvas: Canvas, place: tuple[float, float, float], curves: Sequence[Curve], colours: Sequence[str]) -> None:
    left, top, room = place
    x, line = left, 0
    for number, (curve, colour) in enumerate(zip(curves, colours, strict=True)):
        text = canvas.fitted(curve.name, room - 40, 11)
        wide = canvas.width_of(text, 11) + 30
        if x + wide > left + room:
            x, line = left, line + 1
        if line > 1 or number == MOST_LEGENDS:
            canvas.text(
                (left + room, top + 2), f"+{len(curves) - number}", size=11, colour=canvas.theme.faint, align="right"
            )
            return
        y = top + 2 + line * LEGEND
        canvas.box((x, y - 1, 14, 2), colour)
        canvas.text((x + 18, y), text, size=11)
        x += wide


def _table(canvas: Canvas, place: Place, panel: Json, curves: Sequence[Curve], _: int) -> None:
    x, y, wide, high = place
    table = frames.table(panel, curves)
    places = columns(panel, table.headings, wide - 16)
    defaults = panel["fieldConfig"]["defaults"]
    for heading, (left, each) in zip(table.headings, places, strict=True):
        canvas.text((x + 8 + left, y + 12), heading, size=12, bold=True, colour=canvas.theme.link, room=each - 8)
    fits = int((high - 30) / ROW)
    for line, row in enumerate(table.rows[:fits]):
        top = y + 28 + line * ROW
        canvas.box((x + 8, top, wide - 16, 0.5), canvas.theme.grid)
        for (left, each), heading, cell in zip(places, table.headings, row, strict=True):
            text, ground = _cell(panel, defaults, heading, cell)
            if ground and ground != CLEAR:
                canvas.box((x + 6 + left, top + 1, each - 2, ROW - 1), ground)
            ink = ink_on(ground) if ground and ground != CLEAR else ""
            canvas.text((x + 10 + left, top + ROW / 2), text, size=12, colour=ink, room=each - 8)


def columns(panel: Json, headings: Sequence[str], wide: float) -> list[tuple[float, float]]:
    """Left edge and width of each: its own width where it has one, and an equal share of what is left."""
    own = [_own(panel, heading).get("custom.width") for heading in headings]
    fixed = [float(width) for width in own if width]
    share = (wide - sum(fixed)) / max(len(own) - len(fixed), 1)
    each = [float(width or share) for width in own]
    if len(fixed) == len(own):  # Grafana stretches them to the panel
        each = [width * wide / sum(fixed) for width in each]
    return [(sum(each[:place]), width) for place, width in enumerate(each)]


def _own(panel: Json, name: str) -> dict[str, Any]:
    """What overrides say of the field of this name."""
    return {
        prop["id"]: prop["value"]
        for override in panel["fieldConfig"].get("overrides", ())
        if override["matcher"] == {"id": "byName", "options": name}
        for prop in override["properties"]
    }


def _cell(panel: Json, defaults: Json, heading: str, cell: str | float | None) -> tuple[str, str]:
    if cell is None or isinstance(cell, str):
        return cell or "", ""
    own = _own(panel, heading)
    steps = (own.get("thresholds") or defaults["thresholds"])["steps"]
    coloured = (own.get("custom.cellOptions") or {}).get("type") == "color-background"
    unit = str(own.get("unit") or defaults.get("unit") or "none")
    text = shown(cell, unit, own.get("decimals", defaults.get("decimals")))
    return text, step_colour(steps, cell) if coloured else ""


def _states(canvas: Canvas, place: Place, panel: Json, curves: Sequence[Curve], seconds: int) -> None:
    x, y, wide, high = place
    defaults = panel["fieldConfig"]["defaults"]
    each = min((high - 44) / len(curves), 30)
    left, room = x + 190, wide - 205
    for number, curve in enumerate(curves):
        top = y + 6 + number * each
        canvas.text((left - 8, top + each / 2), curve.name, size=11, align="right", room=175)
        times = [t for t, _ in curve.points] + [NOW]
        for (t, value), until in zip(curve.points, times[1:], strict=True):
            colour = (_mapped(defaults, value) or (step_colour(defaults["thresholds"]["steps"], value), ""))[0]
            begin = left + room * (t - NOW + seconds) / seconds
            canvas.box((begin, top + 1, max(room * (until - t) / seconds, 0.5), each - 3), colour)
    words = [found for mapping in defaults.get("mappings", ()) for found in mapping["options"].values()]
    at = x + 14.0
    for word in (one for one in words if isinstance(one, dict) and "text" in one):
        canvas.box((at, y + high - 20, 14, 8), word["color"])
        canvas.text((at + 20, y + high - 16), word["text"], size=11)
        at += canvas.width_of(word["text"], 11) + 40


def _heatmap(canvas: Canvas, place: Place, panel: Json, curves: Sequence[Curve], seconds: int) -> None:
    x, y, wide, high = place
    axes = canvas.axes((x + 62, y + 6, wide - 74, high - 36))
    ordered = sorted(curves, key=lambda curve: float(curve.labels.get("le", "inf").replace("+Inf", "inf")))
    times = sorted({t for curve in ordered for t, _ in curve.points})
    grid, below = [], [0.0] * len(times)
    for curve in ordered:
        here = [_at(curve, t) for t in times]
        grid.append([max(value - under, 0) for value, under in zip(here, below, strict=True)])
        below = here
    axes.imshow(grid, aspect="auto", origin="lower", cmap="cividis", interpolation="nearest")
    axes.set_yticks(range(len(ordered)), [curve.labels.get("le", "") for curve in ordered])
    axes.set_xticks([])
    del panel, seconds


def _at(curve: Curve, t: int) -> float:
    place = bisect.bisect_right([moment for moment, _ in curve.points], t)
    return curve.points[place - 1][1] if place else 0.0


def _nodes(canvas: Canvas, place: Place, _: Json, curves: Sequence[Curve], __: int) -> None:
    x, y, _wide, high = place
    for line, curve in enumerate(curves[: int(high / 20)]):
        canvas.text((x + 12, y + 12 + line * 20), curve.name, size=11)


_KINDS: dict[str, Draw] = {
    "stat": _stat,
    "timeseries": _timeseries,
    "table": _table,
    "state-timeline": _states,
    "heatmap": _heatmap,
    "nodeGraph": _nodes,
}
