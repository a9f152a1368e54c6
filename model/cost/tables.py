"""What DynamoDB tables cost that Belfry makes, and what CloudWatch asks for its insights into any table."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from model.cost.charges import ByUse, Charge, Context, Item, PlannedResource
from model.plan import mapping, number, sequence
from model.quantities import HOURS_A_MONTH

TABLE = "aws:dynamodb/table:Table"
# Of a policy, as CloudWatch lists them: AlarmHigh, AlarmLow, ProvisionedCapacityHigh, ProvisionedCapacityLow.
ALARMS_OF_SCALING = Decimal(4)


def of_table(resource: PlannedResource, context: Context) -> Iterator[Item]:
    """Provisioned capacity by the hour, for each replica again what is written; everything else by use."""
    inputs = resource["inputs"]
    kind = "infrequent-table" if inputs.get("tableClass") == "STANDARD_INFREQUENT_ACCESS" else "table"
    if inputs.get("billingMode") == "PROVISIONED":
        yield from _capacity(inputs, kind)
    else:
        yield ByUse((f"{kind}-reads", f"{kind}-writes"), "requests; the catalog does not say how many a table gets")
    kept = [f"{kind}-storage"]
    if mapping(inputs, "pointInTimeRecovery").get("enabled"):
        kept.append("table-recovery")  # of the table's own size, however many days
    yield ByUse(tuple(kept), "bytes of the items, of each replica too")
    if inputs.get("streamEnabled"):
        yield ByUse(("table-stream-reads",), "reads of the stream; those of Lambda are free")


def of_scaling(resource: PlannedResource, context: Context) -> Iterator[Item]:
    """The alarms that auto scaling makes for itself, which no plan has."""
    yield Charge(price="alarm-metric", quantity=ALARMS_OF_SCALING, formula=f"{ALARMS_OF_SCALING} alarms of its own")


def of_insights(resource: PlannedResource, context: Context) -> Iterator[Item]:
    """One rule for throttled keys and one for accessed keys, and as many again for keys with a sort key.

    Developer guide, "CloudWatch contributor insights for DynamoDB: How it works". Of a table that somebody else makes
    nobody here knows whether it has a sort key.
    """
    inputs = resource["inputs"]
    sorted_key = _has_sort_key(inputs, context)
    kinds = 1 if inputs.get("mode") == "THROTTLED_KEYS" else 2
    rules = kinds * (2 if sorted_key else 1)
    unknown = "; as many again if the key has a sort key, which the plan does not know" if sorted_key is None else ""
    yield Charge(price="insight-rule", quantity=Decimal(rules), formula=f"{rules} rules{unknown}")
    events = "each throttled request" if kinds == 1 else "each request, for each rule that it matches"
    yield ByUse(("insight-events",), f"events: {events}")


def _capacity(inputs: Mapping[str, Any], kind: str) -> Iterator[Item]:
    parts = [inputs, *sequence(inputs, "globalSecondaryIndexes")]
    copies = 1 + len(sequence(inputs, "replicas"))
    for word, key, times in (("read", "readCapacity", 1), ("write", "writeCapacity", copies)):
        units = sum((number(part, key) or Decimal(0) for part in parts), Decimal(0)) * times
        each = f", in {copies} regions" if times > 1 else ""
        yield Charge(
            price=f"{kind}-{word}-capacity",
            quantity=units * HOURS_A_MONTH,
            formula=f"{units} units of table and indexes{each} x {HOURS_A_MONTH} hours; auto scaling adds more",
        )


def _has_sort_key(inputs: Mapping[str, Any], context: Context) -> bool | None:
    """Whether table or index has one; None where the plan does not make the table."""
    for planned in context.resources.values():
        table = planned["inputs"]
        if planned["type"] == TABLE and table.get("name") == inputs.get("tableName"):
            if "indexName" not in inputs:
                return "rangeKey" in table
            named = (each for each in sequence(table, "globalSecondaryIndexes") if each["name"] == inputs["indexName"])
            return any(len(sequence(index, "keySchemas")) > 1 for index in named)
    return None
