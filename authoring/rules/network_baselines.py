"""The bandwidth of each node for good, by its instance type: ``rules/prometheus/network-baselines.yaml``.

One rule for each bandwidth and not for each of more than a thousand types: nodes are chosen by their own label.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType

from authoring.promql import number
from authoring.rule_file import Rule, rule_file
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


PATH = "rules/prometheus/network-baselines.yaml"
RECORD = "node:network_baseline:bytes_per_second"

_TYPE = "label_node_kubernetes_io_instance_type"
_GROUP = "belfry.network.baselines"
# Prometheus looks back for five minutes: evaluated as seldom as that, a series has gaps whenever a round is late.
_INTERVAL = "3m"

_HEAD = f"""\
Baseline network bandwidth of nodes by their EC2 instance type, generated from {FILE} by `make assets`;
do not edit. Bursts above it use credits. A node of a type without an entry has no series: NodeNetworkLimitUnknown
(network.yaml) fires for it."""


def generate() -> str:
    """The rule file."""
    return rule_file(_HEAD, [(_GROUP, _rules())], {_GROUP: _INTERVAL})


def _rules() -> Iterator[Rule]:
    sizes: defaultdict[Decimal, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for instance_type, bandwidth in baselines().items():
        family, _, size = instance_type.partition(".")
        sizes[bandwidth][size].append(family)
    for bandwidth, families in sorted(sizes.items()):
        types = "|".join(f"({'|'.join(sorted(those))})[.]{size}" for size, those in sorted(families.items()))
        nodes = f'group by (cluster, node) (kube_node_labels{{{_TYPE}=~"{types}"}})'
        # Two rules of one name would overwrite each other without a label that tells them apart.
        gigabits = f"{(bandwidth * 8 / 10**9).normalize():f}"
        yield Rule("record", RECORD, f"{nodes} * {number(bandwidth)}", {"gbit": gigabits})
