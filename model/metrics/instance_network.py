"""The network bandwidth that AWS grants an EC2 instance type for good, beside bursts that live on credits."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

from model.yaml_file import read_yaml

FILE = "model/metrics/instance_network.yaml"

_BYTES_IN_GIGABIT = Decimal(10**9) / 8


@cache
def baselines() -> Mapping[str, Decimal]:
    """Instance type -> bytes a second, in each direction."""
    path = Path(__file__).parents[2] / FILE
    found: dict[str, Decimal] = {}
    for gigabits, sizes in read_yaml(path, FILE).items():
        for size, families in sizes.items():
            found |= {f"{family}.{size}": Decimal(gigabits) * _BYTES_IN_GIGABIT for family in families.split()}
    return MappingProxyType(found)
