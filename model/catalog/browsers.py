"""The series that the collector makes of what browsers send: no component exposes them, so no other can ever exist."""

from model.catalog.telemetry import Histogram

# How the names of series begin that come from browsers, by Faro and the collector alone.
PREFIX = "web_"
_HISTOGRAMS = ("web_vitals_cls", "web_vitals_inp_seconds", "web_vitals_lcp_seconds")

SERIES = frozenset(
    {
        "web_errors_total",
        "web_page_views_total",
        *(name + suffix for name in _HISTOGRAMS for suffix in ("", *(f"_{part}" for part in Histogram))),
    }
)
