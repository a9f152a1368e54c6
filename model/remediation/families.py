"""Families of actions: what is carried out in AWS by one function with one role."""

from collections.abc import Iterator

from model.catalog.catalog import Catalog
from model.catalog.remediation import Mode, Remediation
from model.catalog.system import System
from model.vocabulary import Environment, Vocabulary


class Family(Vocabulary):
    """Each with the rights of its own actions, and no others."""

    KUBERNETES = ("kubernetes", "Restarts and scales in the cluster.")
    CAPACITY = ("capacity", "Raises the capacity of DynamoDB tables.")
    SHIFT = ("shift", "Takes a zone out of a load balancer.")
    FLAG = ("flag", "Turns feature flags of AppConfig on.")
    RUNBOOK = ("runbook", "Starts runbooks of Systems Manager.")
    PERSON = ("person", "Whoever approves it does it.")


OF_KIND: dict[str, Family] = {
    **dict.fromkeys(("restart-pod", "rollout-restart", "scale-out"), Family.KUBERNETES),
    "table-capacity": Family.CAPACITY,
    "zonal-shift": Family.SHIFT,
    "breaker": Family.FLAG,
    "runbook": Family.RUNBOOK,
    "rollback": Family.PERSON,
}
"""Kind of action -> its family."""


def active(catalog: Catalog, environment: Environment) -> Iterator[tuple[System, Remediation]]:
    """Rules that may act or ask in the environment. A rule in shadow needs no rights, so it gets none."""
    for system in catalog.systems:
        for rule in system.remediation:
            if rule.mode.of(environment) is not Mode.SHADOW:
                yield system, rule


def families(catalog: Catalog, environment: Environment) -> tuple[Family, ...]:
    """Those that the environment's rules need, in the order above."""
    needed = {OF_KIND[rule.action.kind] for _, rule in active(catalog, environment)}
    return tuple(family for family in Family if family in needed)
