"""The dated price table: what AWS asks for, where each price was read, and what nobody has to pay for."""

import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field

from model.base import Model, Name, Text
from model.model_file import read_model
from model.problems import Problem, raise_if_any
from model.quantities import NotNegative, Positive
from model.vocabulary import Vocabulary

Day = Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$", description="Year, month and day.")]

FILE = Path(__file__).with_name("prices.yaml")


class PriceGroup(Vocabulary):
    """Prices that differ between regions by the same factor."""

    FLAT = ("flat", "The same in every commercial region.")
    LOGS = ("logs", "CloudWatch Logs.")
    COMPUTE = ("compute", "EC2 instances.")
    STORAGE = ("storage", "EBS volumes and S3.")
    NETWORK = ("network", "NAT gateways, endpoints, load balancers.")
    TABLES = ("tables", "DynamoDB.")


class Source(Model):
    """Where prices were read, and of what day that text is."""

    where: Text
    as_of: Day
    checked: bool = Field(default=True, description="False: written down without looking the page up that day.")


class Price(Model):
    """The price of one unit in us-east-1."""

    key: Name
    unit: Text
    usd: Positive
    group: PriceGroup
    source: Name


class Instances(Model):
    """Linux on-demand instances, dollars an hour."""

    source: Name
    usd_per_hour: dict[str, Positive]


class Factor(Model):
    """What a price of us-east-1 is multiplied with."""

    factor: Positive
    source: Name


class Share(Model):
    """A share of one."""

    value: Annotated[NotNegative, Field(le=1)]
    source: Name


class PriceTable(Model):
    """``model/cost/prices.yaml``. Prices in US dollars."""

    as_of: Day
    sources: dict[str, Source]
    prices: Annotated[tuple[Price, ...], Field(min_length=1)]
    instances: Instances
    regions: dict[str, dict[PriceGroup, Factor]]
    archived_share: Share
    by_use: dict[str, Annotated[tuple[Name, ...], Field(min_length=1)]]
    free: dict[str, Text]

    @classmethod
    def load(cls, path: Path = FILE) -> Self:
        """Raises BadInput, also for a price without a source and a type in two lists."""
        table = read_model(cls, path)
        raise_if_any(table._mistakes(path.name))
        return table

    @functools.cached_property
    def by_key(self) -> Mapping[str, Price]:
        """The prices by key."""
        return {price.key: price for price in self.prices}

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Sources that were written down without looking them up, sorted."""
        return tuple(sorted(name for name, source in self.sources.items() if not source.checked))

    def factor(self, region: str, group: PriceGroup) -> Decimal:
        """What prices of ``group`` are multiplied with in ``region``; 1 for a region nobody knows."""
        found = self.regions.get(region, {}).get(group)
        return found.factor if found else Decimal(1)

    def price(self, key: str, region: str) -> Decimal:
        """Dollars for one unit of ``key`` in ``region``."""
        price = self.by_key[key]
        return price.usd * self.factor(region, price.group)

    def source_of(self, key: str) -> str:
        """The source of a price, or of an instance type."""
        return self.by_key[key].source if key in self.by_key else self.instances.source

    def group_of(self, key: str) -> PriceGroup:
        """The group of a price, or of an instance type, whose factor a region has."""
        return self.by_key[key].group if key in self.by_key else PriceGroup.COMPUTE

    def instance(self, instance_type: str, region: str) -> Decimal | None:
        """Dollars an hour of an instance, or None for a type that the table does not have."""
        usd = self.instances.usd_per_hour.get(instance_type)
        return None if usd is None else usd * self.factor(region, PriceGroup.COMPUTE)

    def free_because(self, type_token: str) -> str | None:
        """Why a type costs nothing by itself, or None. The longest beginning that fits counts."""
        fitting = [beginning for beginning in self.free if type_token.startswith(beginning)]
        return self.free[max(fitting, key=len)] if fitting else None

    def _mistakes(self, file: str) -> Iterator[Problem]:
        keys = [price.key for price in self.prices]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem(f"{file}: prices", f"found {key} twice", "each key once")
        for where, source in self._used_sources():
            if source not in self.sources:
                yield Problem(f"{file}: {where}", f"found unknown source {source!r}", ", ".join(sorted(self.sources)))
        for type_, used in self.by_use.items():
            for key in sorted(set(used) - set(keys)):
                yield Problem(f"{file}: by_use[{type_}]", f"found unknown price {key!r}", ", ".join(sorted(keys)))
            if self.free_because(type_) is not None:
                yield Problem(f"{file}: by_use[{type_}]", "found the type among the free ones too", "one list")
        newest = max((source.as_of for source in self.sources.values() if source.checked), default=self.as_of)
        if self.as_of != newest:
            yield Problem(f"{file}: as_of", f"found {self.as_of}", f"the day of the newest checked source, {newest}")

    def _used_sources(self) -> Iterator[tuple[str, str]]:
        yield from ((f"prices[{price.key}].source", price.source) for price in self.prices)
        yield "instances.source", self.instances.source
        yield "archived_share.source", self.archived_share.source
        for region, factors in self.regions.items():
            yield from ((f"regions[{region}].{group}.source", each.source) for group, each in factors.items())


@functools.cache
def shipped() -> PriceTable:
    """The table of this project."""
    return PriceTable.load()
