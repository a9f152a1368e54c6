"""A page with Grafana's grid of 24 columns: places in pixels from the top left, text cut where it would not fit.

The same input gives the same bytes: matplotlib's own font, no date in the file, a palette instead of millions of
colours.
"""

import io
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch
from PIL import Image

from pictures.themes import Theme

WIDTH = 1440
MARGIN = 8
COLUMN = (WIDTH - MARGIN) / 24
LINE = 34
DPI = 100
# As many colours as fit a file that a page of sixty pictures can afford: thin curves lose theirs first.
COLOURS = (128, 64, 48)
BYTES = 120_000
POINT = 72 / DPI

mpl.rcParams["text.parse_math"] = False  # a dollar is a dollar


class Canvas:
    """One picture of ``height`` pixels."""

    def __init__(self, height: int, theme: Theme) -> None:
        self.height, self.theme = height, theme
        self.figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=theme.ground)
        self._canvas = FigureCanvasAgg(self.figure)
        self._renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        self.cut: list[str] = []
        """Texts that did not fit."""

    def width_of(self, text: str, size: float, bold: bool = False) -> float:
        """Pixels that a text takes."""
        font = FontProperties(size=size * POINT, weight="bold" if bold else "normal")
        return float(self._renderer.get_text_width_height_descent(text, font, False)[0])

    def fitted(self, text: str, room: float, size: float, bold: bool = False) -> str:
        """The text, or its beginning where it is wider than ``room`` pixels."""
        if self.width_of(text, size, bold) <= room:
            return text
        self.cut.append(text)
        while text and self.width_of(text + "…", size, bold) > room:
            text = text[:-1]
        return text + "…"

    def text(
        self,
        place: tuple[float, float],
        text: str,
        *,
        size: float = 12,
        colour: str = "",
        bold: bool = False,
        align: str = "left",
        room: float = 0,
    ) -> None:
        """Text whose middle is at ``place`` from the top; sizes are pixels."""
        x, y = place
        self.figure.text(
            x / WIDTH,
            1 - y / self.height,
            self.fitted(text, room, size, bold) if room else text,
            fontsize=size * POINT,
            color=colour or self.theme.text,
            fontweight="bold" if bold else "normal",
            ha=align,
            va="center",
            zorder=9,
        )

    def box(self, place: tuple[float, float, float, float], colour: str, edge: str = "") -> None:
        """A rectangle: x, y, width and height."""
        x, y, wide, high = place
        self.figure.add_artist(
            FancyBboxPatch(
                (x / WIDTH, 1 - (y + high) / self.height),
                wide / WIDTH,
                high / self.height,
                boxstyle="square,pad=0",
                facecolor=colour,
                edgecolor=edge or colour,
                linewidth=0.7,
                zorder=0,
            )
        )

    def axes(self, place: tuple[float, float, float, float]) -> Axes:
        """Where curves are drawn."""
        x, y, wide, high = place
        made = self.figure.add_axes(
            (x / WIDTH, 1 - (y + high) / self.height, wide / WIDTH, high / self.height), facecolor="none", zorder=5
        )
        made.tick_params(colors=self.theme.faint, labelsize=10 * POINT, length=0, pad=3)
        for side in made.spines.values():
            side.set_visible(False)
        return made

    def save(self, path: Path) -> None:
        """Write a PNG."""
        memory = io.BytesIO()
        self.figure.savefig(memory, format="png", metadata={"Software": None})
        memory.seek(0)
        with Image.open(memory) as whole:
            full = whole.convert("RGB")
        for colours in COLOURS:
            small = full.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            small.save(path, format="PNG", optimize=True)
            if path.stat().st_size <= BYTES:
                break
