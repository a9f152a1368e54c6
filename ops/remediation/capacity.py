"""table-capacity: more capacity for a DynamoDB table, where too little of it is what throttles.

The rule's alert says whether reads or writes lack it; the catalog takes no alert that a hot key or the account's quota
raises too (`model.catalog.remediation_checks`), because capacity cures neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from model.catalog.dynamodb import DynamoDbTable
from model.catalog.remediation import CAPACITY_ALERTS, Remediation, TableCapacity
from model.catalog.system import System
from ops.remediation.actors import Refused
from ops.remediation.aws import asking, client

_FACTOR = 2
"""One action at most doubles: what needs more at once is another load, and a person has to approve its cost."""
_NO_CEILING = -1

Side = Literal["Read", "Write"]


class Tables(Protocol):
    """Of DynamoDB's client."""

    def describe_table(self, **values: Any) -> Any:
        """As AWS answers."""

    def update_table(self, **values: Any) -> Any:
        """As AWS answers."""


class Scaling(Protocol):
    """Of Application Auto Scaling's client."""

    def describe_scalable_targets(self, **values: Any) -> Any:
        """As AWS answers."""

    def register_scalable_target(self, **values: Any) -> Any:
        """As AWS answers."""


@dataclass(frozen=True, slots=True)
class CapacityActor:
    """Raises the maximum of auto scaling, provisioned capacity, or an on-demand table's own ceiling."""

    tables: Tables
    scaling: Scaling

    @classmethod
    def of(cls, region: str) -> "CapacityActor":
        """With clients of ``region``."""
        return cls(client("dynamodb", region), client("application-autoscaling", region))

    def act(self, system: System, rule: Remediation) -> str:
        """Raise it, for reads or for writes. Raises Refused and Unreachable."""
        action, side = rule.action, CAPACITY_ALERTS.get(rule.alert)
        part = next((one for one in system.resources if one.name == rule.component), None)
        if not isinstance(action, TableCapacity) or not isinstance(part, DynamoDbTable):
            raise Refused(f"{rule.component} is no table of this environment")
        if side is None:
            raise Refused(f"{rule.alert} does not say that capacity is what lacks")
        most = action.most_read if side == "Read" else action.most_write
        with asking(f"table {part.table}"):
            table = self.tables.describe_table(TableName=part.table)["Table"]
            if table["TableStatus"] != "ACTIVE":
                raise Refused(f"the table {part.table} is {table['TableStatus']}: somebody is changing it")
            if table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
                return self._ceiling(part.table, table, side, most)
            targets = self.scaling.describe_scalable_targets(**_target(part.table, side, several=True))
            if found := targets["ScalableTargets"]:
                return self._maximum(part.table, found[0], side, most)
            return self._provisioned(part.table, table, side, most)

    def _maximum(self, name: str, target: Mapping[str, Any], side: Side, most: int) -> str:
        if target.get("SuspendedState", {}).get("DynamicScalingOutSuspended"):
            raise Refused(f"auto scaling of {name} is suspended: a higher maximum would change nothing")
        present = int(target["MaxCapacity"])
        to = _raised(name, side, present, most)
        self.scaling.register_scalable_target(**_target(name, side), MaxCapacity=to)
        return f"raised the maximum of auto scaling of {name}, {side.lower()} units, from {present} to {to}"

    def _provisioned(self, name: str, table: Mapping[str, Any], side: Side, most: int) -> str:
        now = table["ProvisionedThroughput"]
        units = {key: int(now[key]) for key in ("ReadCapacityUnits", "WriteCapacityUnits")}
        key = f"{side}CapacityUnits"
        to = _raised(name, side, units[key], most)
        self.tables.update_table(TableName=name, ProvisionedThroughput={**units, key: to})
        return f"raised the capacity of {name}, {side.lower()} units, from {units[key]} to {to}"

    def _ceiling(self, name: str, table: Mapping[str, Any], side: Side, most: int) -> str:
        now, key = table.get("OnDemandThroughput", {}), f"Max{side}RequestUnits"
        present = int(now.get(key, _NO_CEILING))
        if present == _NO_CEILING:
            raise Refused(f"the table {name} has no ceiling of its own that could be raised")
        to = _raised(name, side, present, most)
        self.tables.update_table(TableName=name, OnDemandThroughput={**now, key: to})
        return f"raised the ceiling of {name}, {side.lower()} units, from {present} to {to}"


def _raised(name: str, side: Side, present: int, most: int) -> int:
    to = min(present * _FACTOR, most)
    if to <= present:
        raise Refused(f"the table {name} has {present} {side.lower()} units, and its rule allows {most}")
    return to


def _target(name: str, side: Side, *, several: bool = False) -> dict[str, Any]:
    """The scalable target, as the two calls name it."""
    resource: dict[str, Any] = {"ResourceIds": [f"table/{name}"]} if several else {"ResourceId": f"table/{name}"}
    return {
        "ServiceNamespace": "dynamodb",
        **resource,
        "ScalableDimension": f"dynamodb:table:{side}CapacityUnits",
    }
