"""What browsers tell: web vitals, page views, errors. Recorded by component; by page and device they are raw."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording.product import BROWSER_ERRORS, GOOD_PAINTS

VIEWS = "component:page_views:rate15m"
PAINT = "component:largest_contentful_paint_seconds:p75_rate30m"
INTERACTION = "component:interaction_to_next_paint_seconds:p75_rate30m"
SHIFT = "component:cumulative_layout_shift:p75_rate30m"

PAINTS, INTERACTIONS, SHIFTS = "web_vitals_lcp_seconds", "web_vitals_inp_seconds", "web_vitals_cls"


def vital(record: str) -> str:
    """A web vital at its 75th percentile, by component; of several clusters the worst."""
    return f"max by (system, component) ({chosen.component(record)})"


def worst(record: str) -> str:
    """A web vital at its 75th percentile, of the worst component."""
    return f"max({chosen.component(record)})"


def good() -> str:
    """Share of page views with a good largest paint, by component; of several clusters the worst."""
    return f"min by (system, component) ({chosen.component(GOOD_PAINTS)})"


def good_in_all() -> str:
    """The same of all, each component weighed by its views."""
    return f"sum({chosen.component(GOOD_PAINTS)} * {chosen.component(VIEWS)}) / (sum({chosen.component(VIEWS)}) > 0)"


def views() -> str:
    """Page views a second, by component."""
    return f"sum by (system, component) ({chosen.component(VIEWS)})"


def views_in_all() -> str:
    """Page views a second."""
    return f"sum({chosen.component(VIEWS)})"


def views_before(ago: str) -> str:
    """Page views a second some time ago, by component."""
    return f"sum by (system, component) ({chosen.component(VIEWS)} offset {ago})"


def errors() -> str:
    """Errors in browsers as a share of page views, by component; of several clusters the worst."""
    return f"max by (system, component) ({chosen.component(BROWSER_ERRORS)})"


def errors_in_all() -> str:
    """The same of all, each component weighed by its views."""
    every = chosen.component(VIEWS)
    return f"sum({chosen.component(BROWSER_ERRORS)} * {every}) / (sum({every}) > 0)"


def vital_by(label: str, histogram: str) -> str:
    """A web vital at its 75th percentile, by ``page`` or ``device``."""
    buckets = chosen.rate(chosen.component(f"{histogram}_bucket"))
    return f"histogram_quantile(0.75, sum by ({label}, le) ({buckets}))"


def views_by(label: str) -> str:
    """Page views a second, by ``page`` or ``device``."""
    return f"sum by ({label}) ({chosen.rate(chosen.component('web_page_views_total'))})"


def errors_by(label: str) -> str:
    """Errors in browsers a second, by ``page`` or ``kind``."""
    return f"sum by ({label}) ({chosen.rate(chosen.component('web_errors_total'))})"


def errors_per_page_view() -> str:
    """Errors in browsers as a share of page views, by page."""
    return f"{errors_by('page')} / ({views_by('page')} > 0)"
