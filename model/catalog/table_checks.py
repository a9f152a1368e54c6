"""What keys of a DynamoDB table say together: mistakes that AWS would find in the middle of a deployment."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from model.catalog.dynamodb import AttributeType, DynamoDbIndex, DynamoDbTable, StreamView, TableKey
from model.catalog.system import System
from model.problems import Problem, duplicates
from model.sentences import listed
from model.vocabulary import Environment

# Developer guide, "Quotas": of all indexes of a table together.
MOST_PROJECTED = 100
# Keys that do nothing where somebody else makes the table.
_OF_MANAGED = ("autoscaling", "key", "time_to_live_attribute", "stream", "recovery_days", "table_class", "replica_keys")
_OF_MANAGED_INDEX = ("autoscaling", "key", "projection")


def of_table(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    """Mistakes of a table as it is written, and as each environment has it."""
    yield from _of(table, where)
    for environment in table.environments or {}:
        here = table.in_environment(environment)
        assert here is not None, "it names the environment"
        if here != table:
            yield from _of(here, f"{where}.environments.{environment}")


def made_once(systems: Iterable[System], folder: str) -> Iterator[Problem]:
    """Tables that two entries of the catalog would make: the second would fail, or both would change it in turns."""
    named: dict[Environment, list[str]] = defaultdict(list)
    for system in systems:
        for resource in system.resources:
            for environment in set(Environment) - {Environment.LOCAL}:
                here = resource.in_environment(environment)
                if isinstance(here, DynamoDbTable) and here.manage:
                    named[environment].append(here.table)
    yield from {problem: None for names in named.values() for problem in duplicates(f"{folder}: managed tables", names)}


def own_region(systems: Iterable[System], region: str, folder: str) -> Iterator[Problem]:
    """Managed tables, as the environment in ``region`` has them, with a replica where they are themselves."""
    for system in systems:
        for resource in system.resources:
            if isinstance(resource, DynamoDbTable) and resource.manage and region in resource.replicas:
                yield Problem(
                    f"{folder}/{system.system}.yaml: {resource.name}.replicas",
                    f"found {region}, where the environment has the table itself",
                    "other regions; `environments` gives an environment replicas of its own",
                )


def _of(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    if not table.manage:
        if "manage" not in table.model_fields_set:
            yield from _without_manage(table, where)
        return
    yield from _keys(table, where)
    yield from _indexes(table, where)
    yield from _throughput(table, where)
    yield from _replicas(table, where)
    if table.stream_consumers and table.stream_view is None:
        yield Problem(
            f"{where}.stream_consumers", "found functions that read a stream of a table without one", "stream"
        )
    if table.time_to_live and table.time_to_live_attribute is None:
        yield Problem(
            f"{where}.time_to_live",
            "found true without time_to_live_attribute: nothing would expire",
            "both, or neither",
        )


def _without_manage(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    stated = [key for key in _OF_MANAGED if key in table.model_fields_set]
    for index in table.indexes:
        stated += [f"indexes[{index.name}].{key}" for key in _OF_MANAGED_INDEX if key in index.model_fields_set]
    if stated:
        yield Problem(
            where,
            f"found {', '.join(stated)} without manage, so nobody would make it so",
            "manage: true, or manage: false where the table is only watched",
        )


def _keys(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    if table.key is None:
        yield Problem(f"{where}.key", "missing: a managed table has a key", "partition with name and type, and sort")
    types: dict[str, set[AttributeType]] = defaultdict(set)
    for place, key in _all_keys(table):
        if key.sort and key.sort.name == key.partition.name:
            yield Problem(f"{where}.{place}", f"found {key.sort.name} as partition and as sort", "two attributes")
        for attribute in key.attributes:
            types[attribute.name].add(attribute.type)
    for name, found in sorted(types.items()):
        if len(found) > 1:
            yield Problem(f"{where}.key", f"found {name} as {listed(sorted(found))}", "one type for an attribute")
    expiry = table.time_to_live_attribute
    if table.key and expiry in [attribute.name for attribute in table.key.attributes]:
        yield Problem(f"{where}.time_to_live_attribute", f"found {expiry}, which is in the key", "another attribute")
    elif expiry in types and types[expiry] != {AttributeType.NUMBER}:
        yield Problem(
            f"{where}.time_to_live_attribute",
            f"found {expiry} as {listed(sorted(types[expiry]))}",
            "an attribute of numbers",
        )


def _indexes(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    for index in table.indexes:
        if index.key is None:
            yield Problem(
                f"{where}.indexes[{index.name}].key", "missing: an index of a managed table has a key", "a key"
            )
    projected = sum(len(index.projection) for index in table.indexes if not isinstance(index.projection, str))
    if projected > MOST_PROJECTED:
        yield Problem(
            f"{where}.indexes", f"found {projected} projected attributes", f"{MOST_PROJECTED} in all indexes, or all"
        )


def _throughput(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    parts: Sequence[tuple[str, DynamoDbTable | DynamoDbIndex]] = [
        (where, table),
        *((f"{where}.indexes[{index.name}]", index) for index in table.indexes),
    ]
    for place, part in parts:
        if part.autoscaling and table.billing == "on-demand":
            yield Problem(
                f"{place}.autoscaling",
                "found auto scaling with billing on-demand, which follows the load by itself",
                "no autoscaling; or billing provisioned, with capacity for the table and each index",
            )
        if part.maximum and table.billing == "provisioned" and part is not table:
            yield Problem(f"{place}.maximum", "found maximum with billing provisioned", "autoscaling.maximum")
        if part.autoscaling and part.capacity:
            for kind in ("read", "write"):
                least, most = getattr(part.capacity, kind), getattr(part.autoscaling.maximum, kind)
                if most < least:
                    yield Problem(
                        f"{place}.autoscaling.maximum.{kind}",
                        f"found {most}, below the least, which is capacity.{kind}",
                        f"{least} or more",
                    )


def _replicas(table: DynamoDbTable, where: str) -> Iterator[Problem]:
    if table.replica_keys is not None and set(table.replica_keys) != set(table.replicas):
        found = listed(sorted(table.replica_keys)) or "none"
        yield Problem(
            f"{where}.replica_keys",
            f"found keys for {found}",
            f"one for each of {listed(table.replicas) or 'no replicas'}",
        )
    for region, arn in sorted((table.replica_keys or {}).items()):
        if arn.split(":")[3] != region:
            yield Problem(f"{where}.replica_keys.{region}", f"found a key of {arn.split(':')[3]}", f"a key of {region}")
    if not table.replicas:
        return
    if table.stream not in (None, StreamView.NEW_AND_OLD_IMAGES):
        yield Problem(
            f"{where}.stream",
            f"found {table.stream} in a table with replicas",
            f"{StreamView.NEW_AND_OLD_IMAGES}: it feeds them",
        )
    parts: Sequence[DynamoDbTable | DynamoDbIndex] = (table, *table.indexes)
    fixed = [part for part in parts if part.autoscaling is None]
    if table.billing == "provisioned" and fixed:
        yield Problem(
            f"{where}.replicas",
            f"found replicas of {listed(part.name for part in fixed)} with provisioned capacity without auto scaling",
            "autoscaling for the table and each index, or billing on-demand",
        )


def _all_keys(table: DynamoDbTable) -> Iterator[tuple[str, TableKey]]:
    if table.key:
        yield "key", table.key
    yield from ((f"indexes[{index.name}].key", index.key) for index in table.indexes if index.key)
