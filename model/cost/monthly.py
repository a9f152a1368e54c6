"""What an environment's monitoring costs each month, from its plan, the catalog's expected load and the price table.

Priced is what a plan can know. What is billed by use is named with the price of a unit, and what nobody has a price
for is named too; neither is in the total, and nothing is guessed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from model.catalog.catalog import Catalog
from model.cost.charges import ByUse, Charge, Context, InstanceCharge, Item, PlannedResource, Unknown
from model.cost.prices import PriceTable
from model.cost.rules import RULES
from model.cost.traps import traps
from model.quantities import DAYS_A_MONTH, HOURS_A_MONTH
from model.vocabulary import LogDestination

NOT_INCLUDED = (
    "data transfer, requests and other usage-based charges (listed separately, with their unit price)",
    "volumes and load balancers that charts create by default",
    "nodes that an autoscaler adds, and capacity for the monitored systems on shared nodes",
    "free tiers (not subtracted), discounts, savings plans, support and taxes",
    "the watched systems themselves",
)
PROVIDER = "pulumi:providers:aws"
STACK = "pulumi:pulumi:Stack"
OWN = "belfry:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One priced item of one resource; ``usd`` is for a month."""

    component: str
    system: str | None
    resource: str
    price: str
    unit: str
    quantity: Decimal
    usd: Decimal
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """Something that costs and is not in the total; ``prices`` are dollars for a unit, as far as they are known."""

    component: str
    resource: str
    type: str
    why: str
    prices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A month.

    ``factors`` are those of the region, ``unchecked`` the sources of what is priced that nobody looked up again, and
    ``free`` counts the resources that cost nothing by themselves.
    """

    region: str
    known_region: bool
    as_of: str
    factors: dict[str, Decimal]
    unchecked: tuple[str, ...]
    lines: tuple[Line, ...]
    by_use: tuple[Unpriced, ...]
    unknown: tuple[Unpriced, ...]
    free: int
    warnings: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Dollars a month of all lines."""
        return sum((line.usd for line in self.lines), Decimal(0))

    @property
    def by_component(self) -> dict[str, Decimal]:
        """Component -> dollars a month, the dearest first."""
        names = sorted({line.component for line in self.lines})
        sums = {name: sum((line.usd for line in self.lines if line.component == name), Decimal(0)) for name in names}
        return dict(sorted(sums.items(), key=lambda item: -item[1]))


def cost_of(resources: Iterable[PlannedResource], catalog: Catalog, table: PriceTable) -> Cost:
    """The cost of a plan's ``resources``; the region is the one of its AWS provider, else us-east-1."""
    plan = sorted(resources, key=lambda resource: str(resource["urn"]))
    context = Context(catalog=catalog, table=table, resources={resource["urn"]: resource for resource in plan})
    region = _region(plan)
    lines: list[Line] = []
    by_use: list[Unpriced] = []
    unknown: list[Unpriced] = []
    free = 0
    for resource in plan:
        items = list(_items(resource, context))
        free += not items
        for item in items:
            if isinstance(item, Charge | InstanceCharge):
                lines.append(_line(resource, item, context, region))
            elif isinstance(item, ByUse):
                by_use.append(_unpriced(resource, item.why, _quoted(item.prices, table, region)))
            else:
                unknown.append(_unpriced(resource, item.why))
    return Cost(
        region=region,
        known_region=region in table.regions,
        as_of=table.as_of,
        factors={str(group): each.factor for group, each in sorted(table.regions.get(region, {}).items())},
        unchecked=_unchecked(lines, table, region),
        lines=tuple(lines),
        by_use=tuple(by_use),
        unknown=tuple(unknown),
        free=free,
        warnings=(*traps(plan), *_logs_without_group(plan, context, region)),
    )


def _unchecked(lines: Sequence[Line], table: PriceTable, region: str) -> tuple[str, ...]:
    """Sources behind these lines that nobody looked up again."""
    groups = {table.group_of(line.price) for line in lines}
    factors = table.regions.get(region, {})
    used = {table.source_of(line.price) for line in lines}
    used |= {factor.source for group, factor in factors.items() if group in groups}
    if any(line.price == "log-storage" for line in lines):
        used.add(table.archived_share.source)
    return tuple(name for name in table.unchecked if name in used)


def component_of(resource: PlannedResource) -> str:
    """The outermost component around a resource, by the types in its URN; the resource's own type where it has none."""
    types = str(resource["urn"]).split("::")[2].removeprefix(f"{STACK}$").split("$")
    return types[0].rpartition(":")[2] if types[0].startswith(OWN) else str(resource["type"])


def _items(resource: PlannedResource, context: Context) -> Iterator[Item]:
    type_ = str(resource["type"])
    if type_ in RULES:
        yield from RULES[type_](resource, context)
    elif type_ in context.table.by_use:
        yield ByUse(context.table.by_use[type_], "billed by use")
    elif context.table.free_because(type_) is None:
        yield Unknown("no price, and not listed as free")


def _line(resource: PlannedResource, item: Charge | InstanceCharge, context: Context, region: str) -> Line:
    system = context.system_of(resource)
    if isinstance(item, InstanceCharge):
        hourly = context.table.instance(item.instance_type, region)
        assert hourly is not None, "the rule looked the type up"
        key, unit, quantity, usd = (
            item.instance_type,
            "hour",
            item.count * HOURS_A_MONTH,
            item.count * HOURS_A_MONTH * hourly,
        )
    else:
        price = context.table.by_key[item.price]
        key, unit, quantity = item.price, price.unit, item.quantity
        usd = quantity * context.table.price(key, region)
    return Line(
        component=component_of(resource),
        system=system.system if system else None,
        resource=str(resource["name"]),
        price=key,
        unit=unit,
        quantity=quantity,
        usd=usd,
        formula=item.formula,
    )


def _unpriced(resource: PlannedResource, why: str, prices: tuple[str, ...] = ()) -> Unpriced:
    return Unpriced(
        component=component_of(resource),
        resource=str(resource["name"]),
        type=str(resource["type"]),
        why=why,
        prices=prices,
    )


def _quoted(keys: Sequence[str], table: PriceTable, region: str) -> tuple[str, ...]:
    return tuple(f"${table.price(key, region).normalize():f} for {table.by_key[key].unit} ({key})" for key in keys)


def _region(plan: Sequence[PlannedResource]) -> str:
    regions = [str(r["inputs"]["region"]) for r in plan if r["type"] == PROVIDER and "region" in r["inputs"]]
    return regions[0] if regions else "us-east-1"


def _logs_without_group(plan: Sequence[PlannedResource], context: Context, region: str) -> Iterator[str]:
    """Systems that send their logs to CloudWatch where the plan has no group for them: their cost is not in sight."""
    names = [str(r["inputs"].get("name", "")) for r in plan if r["type"] == "aws:cloudwatch/logGroup:LogGroup"]
    seen = {found[0].system for name in names if (found := context.logged_system(name))}
    for system in context.catalog.systems:
        gib = sum((component.load.log_gib_per_day for component in system.components), Decimal(0))
        if LogDestination.CLOUDWATCH in system.logs.destinations and gib and system.system not in seen:
            usd = gib * DAYS_A_MONTH * context.table.price("log-ingest", region)
            yield (
                f"{system.system} sends {gib} GiB of logs a day to CloudWatch, about ${usd:.0f} a month to take in; "
                "the plan has no log group for it, so this is not in the total"
            )
