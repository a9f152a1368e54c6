"""Numbers as Grafana shows them: few digits, and the unit's own words."""

import math
from collections.abc import Callable, Sequence
from typing import Final

_SI: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SHORT: Final = ((1e12, " Tri"), (1e9, " Bil"), (1e6, " Mil"), (1e3, " K"))
_IEC: Final = ((1024.0**4, " TiB"), (1024.0**3, " GiB"), (1024.0**2, " MiB"), (1024.0, " KiB"))
_TIME: Final = (
    (31_536_000.0, " years"),
    (604_800.0, " weeks"),
    (86_400.0, " days"),
    (3600.0, " hours"),
    (60.0, " mins"),
    (1.0, " s"),
    (1e-3, " ms"),
    (1e-6, " µs"),
)
_SUFFIX: Final = {
    "reqps": " req/s",
    "ops": " ops/s",
    "cps": " c/s",
    "eps": " evt/s",
    "rps": " rd/s",
    "wps": " wr/s",
    "pps": " p/s",
    "cpm": " c/m",
    "opm": " ops/m",
    "Bps": "B/s",
    "decbytes": "B",
    "binBps": "iB/s",
}


def shown(value: float, unit: str, decimals: int | None = None) -> str:
    """The number with its unit."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞"
    return _FORMS.get(unit, _other)(value, unit, decimals)


def _other(value: float, unit: str, decimals: int | None) -> str:
    scaled, suffix = _scaled(value, _SI, decimals), _SUFFIX.get(unit, f" {unit}")
    if suffix.startswith(" "):
        return scaled + suffix
    # Of units that take the prefix, such as MB/s.
    number, prefix = (scaled[:-1], scaled[-1]) if scaled[-1].isalpha() else (scaled, "")
    return f"{number} {prefix}{suffix}"


def _scaled(value: float, scales: Sequence[tuple[float, str]], decimals: int | None, least: str = "") -> str:
    for size, word in scales:
        if abs(value) >= size:
            return f"{_digits(value / size, decimals)}{word}"
    return _digits(value, decimals) + (" s" if scales is _TIME else least)


def _digits(value: float, decimals: int | None) -> str:
    if decimals is None:
        size = abs(value)
        # Three digits say enough, and a whole number has no fraction.
        decimals = 0 if value == round(value) or size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3  # noqa: PLR2004
        text = f"{value:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{decimals}f}"


_FORMS: Final[dict[str, Callable[[float, str, int | None], str]]] = {
    "percentunit": lambda value, _, decimals: f"{_digits(value * 100, decimals)}%",
    "percent": lambda value, _, decimals: f"{_digits(value, decimals)}%",
    **dict.fromkeys(("s", "dtdurations", "clocks"), lambda value, _, decimals: _scaled(value, _TIME, decimals)),
    "ms": lambda value, _, decimals: _scaled(value / 1000, _TIME, decimals),
    "bytes": lambda value, _, decimals: _scaled(value, _IEC, decimals, " B"),
    "currencyUSD": lambda value, _, decimals: "$" + _scaled(value, _SI, decimals),
    "short": lambda value, _, decimals: _scaled(value, _SHORT, decimals),
    **dict.fromkeys(("none", "string"), lambda value, _, decimals: _digits(value, decimals)),
}
