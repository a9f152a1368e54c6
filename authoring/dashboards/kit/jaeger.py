"""Searches of traces: Grafana's Jaeger data source, of which the SDK has no type."""

from typing import Any

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef, Panel

from authoring.dashboards.kit import targets
from authoring.dashboards.kit.panels import MAX_DATA_POINTS
from authoring.dashboards.kit.thresholds import NO_LIMIT, config

TRACES = 20


class _Query(Dataquery):
    """As public/app/plugins/datasource/jaeger/types.ts of Grafana has it."""

    def __init__(self, search: dict[str, str | int]) -> None:
        self.search = search
        self.datasource: DataSourceRef = targets.JAEGER

    def to_json(self) -> dict[str, Any]:
        return {"datasource": self.datasource, "queryType": "search", "limit": TRACES, **self.search}


class _Search(Builder[Dataquery]):
    def __init__(self, search: dict[str, str | int]) -> None:
        self._search = search

    def build(self) -> Dataquery:
        return _Query(self._search)


def traces(title: str, description: str, *, no_data: str, **search: str) -> Builder[Panel]:
    """A table of traces; a click opens one. ``search``: service, operation, tags (logfmt), minDuration (500ms)."""
    panel = table.Panel().show_header(True).title(title).description(description)
    # Units are the data source's own: times and durations.
    panel.unit("string").no_value(no_data).thresholds(config(NO_LIMIT)).max_data_points(MAX_DATA_POINTS)
    panel.span(8).height(10).datasource(targets.JAEGER)
    return panel.with_target(_Search(dict(search)))
