"""A system with two components and a feature, and a status in which all is well."""

from typing import Any

from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from model.gate.decision import Policy
from model.gate.scope import subject
from model.gate.status import FiringAlert, ObjectiveStatus, Status
from model.vocabulary import Environment
from tests.model.catalogs import good_organization

NOW = 1_800_000_000.0


def component(name: str, calls: list[str], *objectives: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "http-service",
        "title": name,
        "description": "It.",
        "depends_on": calls,
        "telemetry": {"preset": "opentelemetry-http-server"},
        "objectives": [
            {
                "name": objective,
                "target": 99.9,
                "sli": {"kind": "availability"},
                "reason": "It.",
                **({"feature": feature} if feature else {}),
            }
            for objective, feature in objectives
        ],
    }


def system(name: str, components: list[dict[str, Any]], **gate: Any) -> System:
    return System.model_validate(
        {
            "system": name,
            "title": name,
            "description": "It.",
            "owner": "shop",
            "components": components,
            "tracing": {"sample_percent": 10, "slow": "1s"},
            "gate": gate,
        }
    )


def catalog(**gate: Any) -> Catalog:
    """``shop`` has ``api``, which calls ``bank/ledger``, which calls ``api`` and ``rates``; and ``web``."""
    shop = system(
        "shop",
        [
            component("api", ["bank/ledger"], ("errors", None), ("checkout", "pay")),
            component("web", ["api"], ("errors", None)),
        ],
        **gate,
    )
    bank = system(
        "bank",
        [component("ledger", ["shop/api", "rates"], ("errors", None)), component("rates", [], ("errors", None))],
    )
    return Catalog.of(Organization.model_validate(good_organization()), [shop, bank])


def policy(environment: Environment = Environment.PROD, feature: str | None = None, **gate: Any) -> Policy:
    return Policy(subject=subject(catalog(**gate), environment, "shop", "api", feature))


def objective(name: str = "errors", **values: Any) -> ObjectiveStatus:
    good: dict[str, Any] = {
        "system": "shop",
        "component": "api",
        "objective": name,
        "feature": "pay" if name == "checkout" else None,
        "window": "30d",
        "target": 0.999,
        "total": 10_000,
        "bad": 2,
        "remaining": 0.8,
        "burn_rate": 0.2,
        "sampled_at": NOW - 10,
    }
    return ObjectiveStatus.model_validate({**good, **values})


def firing(alert: str, **values: Any) -> FiringAlert:
    return FiringAlert.model_validate(
        {"alert": alert, "system": "shop", "component": "api", "objective": "errors", **values}
    )


def status(*objectives: ObjectiveStatus, **values: Any) -> Status:
    good: dict[str, Any] = {
        "environment": Environment.PROD,
        "generated_at": NOW,
        "watchdog": True,
        "objectives": objectives or (objective(), objective("checkout")),
    }
    return Status.model_validate({**good, **values})
