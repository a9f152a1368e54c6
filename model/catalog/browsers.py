"""The series that the collector makes of what browsers send: no component exposes them, so no other can ever exist."""

from typing import Final

from model.catalog.telemetry import Histogram
from model.vocabulary import Signal

# How the names of series begin that come from browsers, by Faro and the collector alone.
PREFIX = "web_"
_HISTOGRAMS = ("web_vitals_cls", "web_vitals_inp_seconds", "web_vitals_lcp_seconds")

# Seconds. 2.5 and 4 s are where the Core Web Vitals call LCP good and poor, 0.2 and 0.5 s INP.
BUCKETS: Final = {
    Signal.LARGEST_CONTENTFUL_PAINT: (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0),
    Signal.INTERACTION_TO_NEXT_PAINT: (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0),
    Signal.CUMULATIVE_LAYOUT_SHIFT: (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0),  # good up to 0.1, poor from 0.25
}
SERIES = frozenset(
    {
        "web_errors_total",
        "web_page_views_total",
        *(name + suffix for name in _HISTOGRAMS for suffix in ("", *(f"_{part}" for part in Histogram))),
    }
)
