"""A picture of each board as it opens: its open panels with live data, collapsed rows as their headings."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.boards.document import Document, Json
from pictures import answers, charts, frames, grafana
from pictures.canvas import COLUMN, LINE, MARGIN, WIDTH, Canvas
from pictures.frames import Answers
from pictures.grafana import Choice
from pictures.themes import Theme

HEAD = 66
GAP = 6
TITLE = 26
# Where one value must be chosen, one that shows much.
FAVOURITES = ("cloudmart", "backend", "products")


def chosen(address: str, board: Json) -> Choice:
    """The choice of variables that is drawn."""
    every = list(grafana.choices(board, answers.options(address), {}))
    if not every:
        raise LookupError(f"{board['uid']}: its variables have nothing to choose")
    return max(every, key=lambda choice: sum(value in FAVOURITES for value in choice.values()))


def draw(board: Json, choice: Choice, found: Answers, theme: Theme, path: Path) -> Sequence[str]:
    """Write the picture; texts that did not fit."""
    rows = [panel["gridPos"] for panel in board["panels"]]
    canvas = Canvas(int(HEAD + LINE * max(row["y"] + row["h"] for row in rows) + MARGIN), theme)
    canvas.text((MARGIN + 4, 20), board["title"], size=18, bold=True)
    canvas.text((WIDTH - MARGIN - 4, 20), f"Last {_words(board)}", size=12, colour=theme.faint, align="right")
    x = MARGIN + 4.0
    for label, value in _variables(board, choice):
        text = f"{label}: {value}"
        wide = canvas.width_of(text, 12) + 20
        canvas.box((x, 36, wide, 22), theme.panel, theme.edge)
        canvas.text((x + 10, 47), text)
        x += wide + 8
    for panel in board["panels"]:
        _panel(canvas, board, panel, choice, found)
    canvas.save(path)
    return canvas.cut


def _panel(canvas: Canvas, board: Json, panel: Json, choice: Choice, found: Answers) -> None:
    grid = panel["gridPos"]
    x, y = MARGIN + grid["x"] * COLUMN, HEAD + grid["y"] * LINE
    wide, high = grid["w"] * COLUMN - GAP, grid["h"] * LINE - GAP
    if panel["type"] == "row":
        count = len(panel.get("panels", ()))
        inside = f"({count} panel{'s' if count > 1 else ''})" if panel.get("collapsed") else ""
        sign = "▸" if panel.get("collapsed") else "▾"
        canvas.text((x + 4, y + high / 2), f"{sign}  {panel['title']}", size=14, bold=True, room=wide / 2)
        room = canvas.width_of(f"{sign}  {panel['title']}", 14, True)
        canvas.text((x + 14 + room, y + high / 2), inside, size=12, colour=canvas.theme.faint)
        return
    canvas.box((x, y, wide, high), canvas.theme.panel, canvas.theme.edge)
    canvas.text((x + 8, y + 14), frames.title(board, panel, choice), size=13, bold=True, room=wide - 16)
    place = (x + 2, y + TITLE, wide - 4, high - TITLE)
    charts.draw(canvas, place, panel, found.get(panel["id"], ()), grafana.range_of(board))


def _words(board: Json) -> str:
    amount, unit = board["time"]["from"][4:-1], board["time"]["from"][-1]
    word = {"m": "minute", "h": "hour", "d": "day"}.get(unit, unit)
    return f"{amount} {word}{'' if amount == '1' else 's'}"


def _variables(board: Json, choice: Choice) -> Iterator[tuple[str, str]]:
    for variable in Document(board).variables:
        if variable.get("hide") not in (2, "hideVariable"):
            value = choice[variable["name"]]
            yield variable.get("label") or variable["name"], "All" if value == grafana.ALL else value
