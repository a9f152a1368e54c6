"""A rule that acts in dev and prod, and a situation in which all is as it should be."""

from typing import Any

from model.catalog.remediation import Remediation
from model.remediation.decision import Alert, Facts, Situation
from model.remediation.ledger import Act, Arming, Book, digest
from model.vocabulary import Environment
from tests.model.catalog.test_remediation import RULE

NOW = 1_800_000_000.0
KEY = ("shop", "SloOutage", "api")


def rule(**values: Any) -> Remediation:
    return Remediation.model_validate({**RULE, "mode": {"dev": "act", "prod": "act"}, **values})


def alert(**values: Any) -> Alert:
    good: dict[str, Any] = {
        "name": "SloOutage",
        "system": "shop",
        "component": "api",
        "environment": "dev",
        "fingerprint": "f1",
        "starts": NOW - 60,
        "firing": True,
    }
    return Alert(**{**good, **values})


def facts(**values: Any) -> Facts:
    good: dict[str, Any] = {
        "read_at": NOW - 1,
        "stops": frozenset(),
        "watchdog": True,
        "sampled_at": NOW - 15,
        "deploying": False,
        "deployed_at": NOW - 86_400,
        "firing": 1,
        "components": 5,
        "causes": frozenset(),
        "met": False,
        "frozen": False,
    }
    return Facts(**{**good, **values})


def act(ago: float, **values: Any) -> Act:
    good: dict[str, Any] = {"rule": "restart", "system": "shop", "component": "api", "at": NOW - ago}
    return Act.model_validate({**good, "until": NOW - ago + 300, **values})


def arming(one: Remediation, **values: Any) -> Arming:
    good: dict[str, Any] = {
        "system": "shop",
        "rule": one.name,
        "digest": digest(one),
        "verdicts": 20,
        "wrong": 1,
        "by": "ada",
        "at": NOW - 3600,
    }
    return Arming.model_validate({**good, **values})


def situation(one: Remediation | None = None, **values: Any) -> Situation:
    good: dict[str, Any] = {
        "alert": alert(),
        "environment": Environment.DEV,
        "rules": {KEY: one or rule()},
        "facts": facts(),
        "book": Book(),
        "now": NOW,
    }
    return Situation(**{**good, **values})
