"""A curve as SVG, by text alone: the draft of a post-mortem needs nothing else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, LINE = 720, 236, 48, 60, 13
# From here on a text to the right of its line would leave the picture.
_LATE = WIDTH - 140


def curve(title: str, samples: Mapping[float, float], threshold: float, marks: Sequence[tuple[str, float]]) -> str:
    """Error ratio over time with its threshold, and a vertical line with its time at each of ``marks`` (text, time)."""
    start, end = min(samples), max(samples)
    top = max(*samples.values(), threshold, 1e-9) * 1.1

    def x(at: float) -> float:
        return round(LEFT + (WIDTH - LEFT - 8) * (at - start) / max(end - start, 1.0), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 28) * value / top, 1)

    points = " ".join(f"{x(at)},{y(value)}" for at, value in sorted(samples.items()))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="14" font-weight="bold">{escape(title)}</text>',
        f'<line x1="{LEFT}" x2="{WIDTH - 8}" y1="{y(threshold)}" y2="{y(threshold)}" stroke="#c00" '
        'stroke-dasharray="4"/>',
        # On the right: on the left a low threshold would lie on the 0.
        f'<text x="{WIDTH - 8}" y="{y(threshold) - 4}" text-anchor="end" fill="#c00">'
        f"threshold {threshold * 100:.3g} %</text>",
        f'<text x="2" y="{y(0)}">0 %</text>',
        f'<text x="2" y="{y(max(samples.values())) + 4}">{max(samples.values()) * 100:.3g} %</text>',
        f'<polyline fill="none" stroke="#205493" stroke-width="1.5" points="{points}"/>',
    ]
    # One below the other: what follows within seconds would lie on what went before.
    for row, (text, at) in enumerate((text, at) for text, at in marks if start <= at <= end):
        below = HEIGHT - BOTTOM + LINE * (row + 1)
        anchor, aside = ("end", -4) if x(at) > _LATE else ("start", 4)
        time = datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")
        lines.append(
            f'<line x1="{x(at)}" x2="{x(at)}" y1="20" y2="{below}" stroke="#666"/>'
            f'<text x="{x(at) + aside:.1f}" y="{below}" text-anchor="{anchor}">{escape(text)} {time}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])
