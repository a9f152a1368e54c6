"""The past and the forecast of a share as SVG, with the band and the limit; text alone, no library."""

from html import escape
from typing import Final

from model.forecast.outlook import Outlook
from model.forecast.series import DAY, WEEK

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 200, 48, 26, 22
_PAST: Final = 4 * WEEK
"""Hours of the past that are shown: as many as the forecast has by default."""


def band(title: str, one: Outlook) -> str:
    """Raises ValueError for an item without a forecast."""
    if one.ahead is None:
        raise ValueError(f"{title} has no forecast")
    ahead, past = one.ahead, one.series.values[-_PAST:]
    hours = len(past) + len(ahead.middle)
    top = max(1.0, *ahead.high, *(value for value in past if value is not None)) * 1.05

    def at(hour: float, value: float) -> str:
        x = _LEFT + (_WIDTH - _LEFT - 8) * hour / hours
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * min(max(value, 0.0), top) / top
        return f"{x:.1f},{y:.1f}"

    def line(first: int, values: list[tuple[int, float]]) -> str:
        return " ".join(at(first + hour, value) for hour, value in values)

    now = len(past)
    known = [(hour, value) for hour, value in enumerate(past) if value is not None]
    middle = [*enumerate(ahead.middle)]
    edge = [*enumerate(ahead.high)], [*enumerate(ahead.low)][::-1]
    today = at(now, 0).partition(",")[0]
    _, _, full = at(0, 1.0).partition(",")
    weeks = len(ahead.middle) / DAY
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            'font-family="sans-serif" font-size="11">',
            f"<title>{escape(title)}: four weeks of the past, {weeks:.0f} days ahead with the band of 95 %</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            f'<text x="{_LEFT}" y="14" font-weight="bold">{escape(title)}</text>',
            f'<polygon fill="#205493" fill-opacity="0.2" points="{line(now, edge[0])} {line(now, edge[1])}"/>',
            f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{full}" y2="{full}" stroke="#c00" stroke-dasharray="4"/>',
            f'<text x="2" y="{full}" fill="#c00">100 %</text>',
            f'<text x="2" y="{_HEIGHT - _BOTTOM}">0 %</text>',
            f'<polyline fill="none" stroke="#333" points="{line(0, known)}"/>',
            f'<polyline fill="none" stroke="#205493" stroke-width="1.5" points="{line(now, middle)}"/>',
            f'<line x1="{today}" x2="{today}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#666"/>',
            f'<text x="{today}" y="{_HEIGHT - 8}" text-anchor="middle">now</text>',
            "</svg>",
        ]
    )
