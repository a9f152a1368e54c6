"""What a node of an instance type offers to pods.

Source of the formulas: the node agent of EKS's images (awslabs/amazon-eks-ami, nodeadm, kubelet defaults) and Karpenter
(pkg/providers/instancetype/types.go), whose published table of 1,363 types the tests compare with. Of the types, the
data are in ``instance_sizes/``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from model.account.instance_types import is_arm
from model.model_file import read_table
from model.rounding import ceiling

FOLDER: Final = Path(__file__).with_name("instance_sizes")
"""vCPUs, memory in MiB, network interfaces, IPv4 addresses of each interface, as EC2's DescribeInstanceTypes said.
Source: github.com/aws/karpenter-provider-aws of 2026-08-21, reference/instance-types.md and zz_generated.vpclimits.go.
Types that AWS brought later are missing: for those nothing is checked, and the preview says so."""
# Of the memory that EC2 states, the hypervisor, the firmware and the kernel keep a part that differs by type and image;
# Karpenter's default (VM_MEMORY_OVERHEAD_PERCENT) is on the safe side.
OVERHEAD: Final = Decimal("0.075")
# Kept for contiguous memory on Graviton.
ARM_MIB: Final = 64
RESERVED_MIB, RESERVED_MIB_A_POD = 255, 11
EVICTION_MIB: Final = 100
# Shares of the first core, the second, the third and fourth, and all others.
_CPU_SHARES: Final = ((1, Decimal("0.06")), (1, Decimal("0.01")), (2, Decimal("0.005")))
_CPU_SHARE_BEYOND: Final = Decimal("0.0025")
# EKS user guide, "Choose an optimal node instance type": the most pods of a node in a managed group, by its vCPUs.
_MOST_PODS, _MOST_PODS_OF_LARGE, _LARGE_VCPUS = 110, 250, 30


@dataclass(frozen=True, slots=True)
class Room:
    """Of pods together: thousandths of a core, MiB of memory, and their number."""

    cpu_millis: int
    memory_mib: int
    pods: int

    def __add__(self, other: "Room") -> "Room":
        return Room(self.cpu_millis + other.cpu_millis, self.memory_mib + other.memory_mib, self.pods + other.pods)

    def __sub__(self, other: "Room") -> "Room":
        return self + other * -1

    def __mul__(self, number: int) -> "Room":
        return Room(self.cpu_millis * number, self.memory_mib * number, self.pods * number)

    def holds(self, other: "Room") -> bool:
        """Whether ``other`` finds room here."""
        return self.cpu_millis >= other.cpu_millis and self.memory_mib >= other.memory_mib and self.pods >= other.pods


@dataclass(frozen=True, slots=True)
class InstanceSize:
    """``memory_mib`` as EC2 states it, less what Graviton keeps; ``interfaces`` with ``addresses`` of IPv4 each."""

    vcpus: int
    memory_mib: int
    interfaces: int
    addresses: int

    @property
    def allocatable(self) -> Room:
        """What the scheduler may give to pods, those of DaemonSets among them.

        The VPC CNI gives each pod an address of an interface, whose first one is the node's; two pods use the node's.
        """
        by_addresses = self.interfaces * (self.addresses - 1) + 2
        most = _MOST_PODS_OF_LARGE if self.vcpus > _LARGE_VCPUS else _MOST_PODS
        return Room(self._cpu(), self._memory(by_addresses), min(by_addresses, most))

    def _memory(self, pods: int) -> int:
        seen = self.memory_mib - ceiling(self.memory_mib * OVERHEAD)
        return seen - RESERVED_MIB - RESERVED_MIB_A_POD * pods - EVICTION_MIB

    def _cpu(self) -> int:
        left, reserved = self.vcpus, Decimal(0)
        for cores, share in _CPU_SHARES:
            reserved += min(left, cores) * share
            left -= min(left, cores)
        return self.vcpus * 1000 - int((reserved + left * _CPU_SHARE_BEYOND) * 1000)


def instance_size(instance_type: str) -> InstanceSize | None:
    """Of an instance type; None for one that the table does not have."""
    family, _, size = instance_type.partition(".")
    row = _table().get(family, {}).get(size)
    if row is None:
        return None
    vcpus, memory, interfaces, addresses = row
    return InstanceSize(vcpus, memory - (ARM_MIB if is_arm(instance_type) else 0), interfaces, addresses)


@cache
def _table() -> Mapping[str, Mapping[str, tuple[int, int, int, int]]]:
    found: Mapping[str, Mapping[str, tuple[int, int, int, int]]] = read_table(FOLDER)
    return found
