"""A DynamoDB table of the catalog that Belfry makes, with the auto scaling of its capacity."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.base import Component
from model.catalog.dynamodb import AttributeType, DynamoDbIndex, DynamoDbTable, TableKey, Throughput

TYPES = {AttributeType.STRING: "S", AttributeType.NUMBER: "N", AttributeType.BINARY: "B"}
BILLING = {"on-demand": "PAY_PER_REQUEST", "provisioned": "PROVISIONED"}
CLASSES = {"standard": "STANDARD", "infrequent-access": "STANDARD_INFREQUENT_ACCESS"}
PROJECTIONS = {"all": "ALL", "keys-only": "KEYS_ONLY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedTableArgs:
    """``table`` has passed `model.catalog.table_checks`. ``key_arn``: the environment's key.

    ``deletion_protection``: AWS refuses to delete the table, whoever asks.
    """

    table: DynamoDbTable
    key_arn: pulumi.Input[str]
    deletion_protection: bool
    tags: Mapping[str, str]


@pulumi.type_token("belfry:aws:ManagedTable")
class ManagedTable(Component):
    """The table with its indexes, and a target and a policy of auto scaling for each capacity that follows the load.

    The table is never deleted by Pulumi: taken out of the catalog, or at `destroy`, it stays with its items, and its
    alarms go. Deliberately without: local indexes, which only a new table can get, and a resource policy.
    """

    table_name: pulumi.Output[str]

    def __init__(self, name: str, args: ManagedTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        table = aws.dynamodb.Table(
            f"{name}-table",
            opts=self.child(retain_on_delete=True, ignore_changes=list(_scaled(args.table))),
            **_properties(args),
        )
        self.table_name = table.name
        path = pulumi.Output.concat("table/", table.name)
        self._scaling(name, "table", path, args.table)
        for index in args.table.indexes:
            self._scaling(f"{name}-{index.name}", "index", pulumi.Output.concat(path, "/index/", index.name), index)
        self.register_outputs({"table_name": self.table_name})

    def _scaling(self, name: str, part: str, path: pulumi.Output[str], throughput: Throughput) -> None:
        scaling, least = throughput.autoscaling, throughput.capacity
        if scaling is None or least is None:
            return
        for kind, minimum, maximum in (
            ("Read", least.read, scaling.maximum.read),
            ("Write", least.write, scaling.maximum.write),
        ):
            target = aws.appautoscaling.Target(
                f"{name}-{kind.lower()}",
                service_namespace="dynamodb",
                resource_id=path,
                scalable_dimension=f"dynamodb:{part}:{kind}CapacityUnits",
                min_capacity=minimum,
                max_capacity=maximum,
                opts=self.child(),
            )
            aws.appautoscaling.Policy(
                f"{name}-{kind.lower()}",
                name="utilization",
                policy_type="TargetTrackingScaling",
                service_namespace=target.service_namespace,
                resource_id=target.resource_id,
                scalable_dimension=target.scalable_dimension,
                target_tracking_scaling_policy_configuration={
                    "predefined_metric_specification": {"predefined_metric_type": f"DynamoDB{kind}CapacityUtilization"},
                    "target_value": scaling.target_percent,
                },
                opts=self.child(),
            )


def _scaled(table: DynamoDbTable) -> Iterator[str]:
    """What auto scaling sets: another `up --refresh` would set it back to the least, and requests were throttled.

    Of all indexes together: a path has no names, and AWS hands them out in an order of its own.
    """
    if table.autoscaling:
        yield from ("readCapacity", "writeCapacity")
    if any(index.autoscaling for index in table.indexes):
        yield from ("globalSecondaryIndexes[*].readCapacity", "globalSecondaryIndexes[*].writeCapacity")


def _properties(args: ManagedTableArgs) -> dict[str, Any]:
    table, expiry = args.table, args.table.time_to_live_attribute
    assert table.key, "checked by model.catalog.table_checks"
    return {
        "name": table.table,
        "billing_mode": BILLING[table.billing],
        "table_class": CLASSES[table.table_class],
        "hash_key": table.key.partition.name,
        "range_key": table.key.sort.name if table.key.sort else None,
        "attributes": [{"name": name, "type": TYPES[type_]} for name, type_ in table.attributes.items()],
        # Always in one order, so that a moved line of the catalog is no change.
        "global_secondary_indexes": [_index(index) for index in sorted(table.indexes, key=lambda index: index.name)],
        **_throughput(table),
        "ttl": {"attribute_name": expiry, "enabled": True} if expiry else None,
        "stream_enabled": table.stream_view is not None,
        "stream_view_type": str(table.stream_view).upper().replace("-", "_") if table.stream_view else None,
        "point_in_time_recovery": _recovery(table),
        "server_side_encryption": _encryption(args),
        "deletion_protection_enabled": args.deletion_protection,
        "replicas": [_replica(region, args) for region in sorted(table.replicas)],
        "tags": dict(args.tags),
    }


def _index(index: DynamoDbIndex) -> dict[str, Any]:
    assert index.key, "checked by model.catalog.table_checks"
    chosen = index.projection
    projection: dict[str, Any] = (
        {"projection_type": PROJECTIONS[chosen]}
        if isinstance(chosen, str)
        else {"projection_type": "INCLUDE", "non_key_attributes": sorted(chosen)}
    )
    return {"name": index.name, "key_schemas": _schema(index.key), **projection, **_throughput(index)}


def _schema(key: TableKey) -> list[dict[str, str]]:
    roles = zip(key.attributes, ("HASH", "RANGE"), strict=False)
    return [{"attribute_name": attribute.name, "key_type": role} for attribute, role in roles]


def _throughput(part: Throughput) -> dict[str, Any]:
    if part.capacity:
        return {"read_capacity": part.capacity.read, "write_capacity": part.capacity.write}
    if part.maximum:
        units = {"max_read_request_units": part.maximum.read, "max_write_request_units": part.maximum.write}
        return {"on_demand_throughput": units}
    return {}


def _recovery(table: DynamoDbTable) -> dict[str, Any]:
    days = table.recovery_days
    return {"enabled": True, "recovery_period_in_days": days} if days else {"enabled": False}


def _encryption(args: ManagedTableArgs) -> dict[str, Any]:
    """With replicas and without their keys by AWS's own: AWS mixes no kinds of keys, and a key is of one region."""
    theirs = bool(args.table.replicas) and not args.table.replica_keys
    return {"enabled": True} if theirs else {"enabled": True, "kms_key_arn": args.key_arn}


def _replica(region: str, args: ManagedTableArgs) -> dict[str, Any]:
    keys = args.table.replica_keys or {}
    return {
        "region_name": region,
        **({"kms_key_arn": keys[region]} if keys else {}),
        "point_in_time_recovery": args.table.recovery_days > 0,
        "deletion_protection_enabled": args.deletion_protection,
        "propagate_tags": True,
    }
