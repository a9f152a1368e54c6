"""A shop with three objectives, and rows of its days."""

from typing import Any

from model.calendar import midnight
from model.catalog.sla import Agreement
from model.reports.periods import PeriodKind, named
from model.reports.rows import DailyExclusion, DailyObjective, EndedAlert
from model.reports.subject import Expected, Subject
from model.vocabulary import Environment

NOVEMBER = named(PeriodKind.MONTH, "2026-11", "x")
WEEK = named(PeriodKind.WEEK, "2026-W48", "x")
DAY = 86_400


def agreement(**values: Any) -> Agreement:
    return Agreement.model_validate(
        {
            "component": "api",
            "objective": "errors",
            "credits": [{"below": 99.9, "credit": 10}, {"below": 99, "credit": 25}],
            "reason": "The contract of 2026.",
            **values,
        }
    )


def expected(**values: Any) -> Expected:
    return Expected.model_validate(
        {
            "system": "shop",
            "component": "api",
            "objective": "errors",
            "team": "shop",
            "target": "99.9",
            "window": "30d",
            "unit": "events",
            **values,
        }
    )


def subject(*objectives: Expected) -> Subject:
    return Subject(environment=Environment.PROD, objectives=objectives or (expected(),))


def row(day: str, **values: Any) -> DailyObjective:
    return DailyObjective.model_validate(
        {
            "environment": "prod",
            "day": day,
            "cluster": "one",
            "system": "shop",
            "component": "api",
            "objective": "errors",
            "team": "shop",
            "window": "30d",
            "target": "99.9",
            "seconds": DAY,
            "covered_seconds": DAY,
            "valid": 1000,
            "bad": 0,
            **values,
        }
    )


def exclusion(day: str, **values: Any) -> DailyExclusion:
    start = midnight(day, "UTC")
    return DailyExclusion.model_validate(
        {
            "environment": "prod",
            "day": day,
            "cluster": "one",
            "system": "shop",
            "component": "api",
            "objective": "errors",
            "name": "upgrade",
            "reason": "A new database.",
            "start": start,
            "end": start + 3600,
            "seconds": 3600,
            "covered_seconds": 3600,
            "valid": 40,
            "bad": 40,
            **values,
        }
    )


def alert(day: str, minute: int, minutes: int, **values: Any) -> EndedAlert:
    """Fires from that minute of the day."""
    start = midnight(day, "UTC") + 60 * minute
    return EndedAlert.model_validate(
        {
            "environment": "prod",
            "day": day,
            "cluster": "one",
            "alert": "SloOutage",
            "severity": "critical",
            "team": "shop",
            "system": "shop",
            "component": "api",
            "start": start,
            "end": start + 60 * minutes,
            **values,
        }
    )
