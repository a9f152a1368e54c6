"""Rows of two months of a shop and a bank, few enough to reckon every answer in the head."""

from pathlib import Path
from typing import Any

from model.calendar import midnight
from model.reports.history import Rows
from model.reports.rows import Row
from model.vocabulary import Environment
from model.warehouse.rows import DailyCost, DailyKpi, IncidentRow, RemediationRow
from model.warehouse.tables import COSTS, INCIDENTS, KPIS, REMEDIATIONS
from ops.reports.places import Folder
from ops.reports.store import Form, Store
from tests.model.reports.examples import alert, row

DAY = 86_400
OCTOBER, FIRST, SECOND = "2026-10-31", "2026-11-01", "2026-11-02"
BANK: dict[str, Any] = {"system": "bank", "component": "ledger", "team": "bank"}


def kpi(day: str, mean: float, **values: Any) -> DailyKpi:
    own = {"system": "shop", "component": "api", "kpi": "orders", "team": "shop", "unit": "count-per-hour"}
    numbers = {"covered_seconds": DAY, "mean": mean, "low": mean, "high": mean, "total": mean * 24}
    return DailyKpi.model_validate({**own, **numbers, "transaction": True, "environment": "prod", "day": day, **values})


def cost(day: str, usd: float, part: str = "system", **values: Any) -> DailyCost:
    own = {"system": "shop", "team": "shop"} if part == "system" else {}
    whole = {"environment": "prod", "day": day, "part": part, "covered_seconds": DAY, "usd": usd}
    return DailyCost.model_validate({**own, **whole, "cluster": "one", **values})


def incident(day: str, restore: float | None, **values: Any) -> IncidentRow:
    opened = midnight(day, "UTC") + 60.0
    return IncidentRow.model_validate(
        {
            "environment": "prod",
            "day": day,
            "incident": f"{day}-shop-01",
            "system": "shop",
            "component": "api",
            "team": "shop",
            "components": 1,
            "alert": "SloOutage",
            "severity": "critical",
            "status": "open" if restore is None else "closed",
            "opened": opened,
            "closed": None if restore is None else opened + restore + 300,
            "to_detect": 60,
            "to_restore": restore,
            **values,
        }
    )


def verdict(day: str, judgement: str, **values: Any) -> RemediationRow:
    at = midnight(day, "UTC") + 3700
    return RemediationRow.model_validate(
        {
            "environment": "prod",
            "day": day,
            "system": "shop",
            "component": "api",
            "rule": "restart",
            "alert": "SloOutage",
            "starts": at - 100,
            "at": at,
            "mode": "shadow",
            "verdict": "shadow",
            "reason": "in-shadow",
            "outcome": "recorded",
            "judgement": judgement,
            **values,
        }
    )


def written(folder: Path) -> Store:
    """Objectives, alerts and what happened, as `warehouse` writes them; one day as lines, as a pod without DuckDB."""
    store = Store(Folder(folder), Environment.PROD)
    # 0.05 % of 2000 are within the 0.1 % that the target allows; 3 of 2000 are not, and spend 150 %.
    store.write(OCTOBER, Rows(objectives=[row(OCTOBER, valid=2000, bad=1)]), Form.JSONL)
    objectives = [row(FIRST), row(FIRST, **BANK, valid=None, bad=None, covered_seconds=0, gaps=1)]
    store.write(FIRST, Rows(objectives=objectives), Form.PARQUET)
    alerts = [
        alert(SECOND, 10, 10),  # the incident below was acknowledged
        alert(SECOND, 60, 10),  # auto-remediation acted
        alert(SECOND, 600, 5),
        alert(SECOND, 5, 10, alert="SloSlowBurn", severity="warning", **BANK),
    ]
    half = row(SECOND, **BANK, valid=1000, bad=1, covered_seconds=DAY // 2, gaps=2)
    store.write(SECOND, Rows(objectives=[row(SECOND, bad=3), half], alerts=alerts), Form.PARQUET)
    acknowledged = {"to_acknowledge": 120, "closed": midnight(SECOND, "UTC") + 1800.0}
    tables: dict[str, list[Row]] = {
        KPIS: [kpi(OCTOBER, 10), kpi(FIRST, 10), kpi(SECOND, 20, covered_seconds=DAY // 2, total=240)],
        COSTS: [
            *(cost(day, 6) for day in (OCTOBER, FIRST, SECOND)),
            cost(SECOND, 8, "idle"),
            cost(SECOND, 5, **{key: BANK[key] for key in ("system", "team")}),
        ],
        INCIDENTS: [
            incident(OCTOBER, 600),
            incident(FIRST, 600),
            incident(FIRST, 1200, incident="2026-11-01-shop-02"),
            incident(SECOND, 6000, **acknowledged, reopened=1),
            incident(SECOND, None, incident="2026-11-02-bank-01", **BANK),
        ],
        REMEDIATIONS: [
            verdict(FIRST, "right"),
            verdict(FIRST, "needless", verdict="stand-down"),
            verdict(SECOND, "wrong", verdict="act", mode="act", outcome="healed"),
            verdict(SECOND, "open", at=midnight(SECOND, "UTC") + 9000),
        ],
    }
    for table, rows in tables.items():
        for day in sorted({one.day for one in rows}):
            store.write_table(table, day, [one for one in rows if one.day == day], Form.PARQUET)
    return store
