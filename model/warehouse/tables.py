"""The tables of the warehouse. Files, Athena's tables and the documentation are all made of this list.

Columns are only ever added, and at the end: a reader of old files finds them absent there.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from model.reports.rows import DailyExclusion, DailyObjective, EndedAlert, Row
from model.warehouse.columns import TEXT, Column
from model.warehouse.columns import columns as columns_of
from model.warehouse.rows import DailyCost, DailyKpi, IncidentRow, RemediationRow


class Table(NamedTuple):
    """``row``: what a line of it holds. ``sentence``: for people."""

    name: str
    row: type[Row]
    sentence: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of the files, in their order."""
        return columns_of(self.row, Row.model_fields)


OBJECTIVES: Final = "slo_daily"
EXCLUSIONS: Final = "slo_exclusions"
ALERTS: Final = "alerts"
KPIS: Final = "kpi_daily"
COSTS: Final = "cost_daily"
INCIDENTS: Final = "incidents"
REMEDIATIONS: Final = "remediations"
TABLES: Final = {
    table.name: table
    for table in (
        Table(OBJECTIVES, DailyObjective, "Objectives by day: events, bad events, error budget; days by time zone."),
        Table(EXCLUSIONS, DailyExclusion, "What maintenance windows took out of objectives, by day."),
        Table(ALERTS, EndedAlert, "Alerts, on the day on which they ended."),
        Table(KPIS, DailyKpi, "Business numbers by day."),
        Table(COSTS, DailyCost, "US dollars by system and day; with `other` and `idle` they are the whole cluster."),
        Table(INCIDENTS, IncidentRow, "Incidents, on the day on which they were opened."),
        Table(REMEDIATIONS, RemediationRow, "Verdicts of auto-remediation, on the day of the verdict."),
    )
}
# Of the path alone: a column of the path may not be in the file too. The day is a text, which compares as a day does
# and is read alike by DuckDB and Athena.
PARTITIONS: Final = (
    Column("environment", TEXT, "The environment, which is the stack's name."),
    Column("day", TEXT, "Such as 2026-11-30."),
)


def glue_columns(table: Table) -> list[dict[str, Any]]:
    """The columns of the files, as Glue's API takes them."""
    return [_glue(column) for column in table.columns]


def glue_partitions() -> list[dict[str, Any]]:
    """The columns of the path, as Glue's API takes them."""
    return [_glue(column) for column in PARTITIONS]


def markdown() -> Iterator[str]:
    """The tables and their columns, for the documentation."""
    for table in TABLES.values():
        yield f"### `{table.name}`\n\n{table.sentence}\n\n| column | type | holds |\n|---|---|---|"
        for column in (*PARTITIONS, *table.columns):
            yield f"| `{column.name}` | {column.type.athena} | {column.sentence} |"
        yield ""


def _glue(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": column.type.athena, "comment": column.sentence}
