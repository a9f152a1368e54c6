"""What nodes offer to pods, against the table that Karpenter publishes."""

import pytest

from model.account.instance_sizes import InstanceSize, Room, _table, instance_size
from model.account.instance_types import FAMILIES


@pytest.mark.parametrize(
    ("instance_type", "published"),
    [
        # Karpenter's reference of instance types of August 2026: CPU, memory, pods.
        ("t3.micro", Room(1930, 548, 4)),
        ("m7i.large", Room(1930, 6903, 29)),
        ("m7i.xlarge", Room(3920, 14162, 58)),
        ("m7i.2xlarge", Room(7910, 29317, 58)),
        ("m7g.large", Room(1930, 6844, 29)),
        ("a1.medium", Room(940, 1392, 8)),
    ],
)
def test_a_node_offers_what_is_published(instance_type: str, published: Room) -> None:
    found = instance_size(instance_type)
    assert found is not None
    assert found.allocatable == published


def test_a_managed_group_lets_fewer_pods_onto_a_node_than_it_has_addresses_for() -> None:
    small, large = instance_size("m5.4xlarge"), instance_size("m5.16xlarge")
    assert small
    assert large
    assert (small.allocatable.pods, large.allocatable.pods) == (110, 250)
    # The kubelet still reserves memory for all of them.
    assert small.allocatable.memory_mib == 60620 - 255 - 11 * 234 - 100


def test_nothing_is_made_up_for_a_type_that_the_table_does_not_have() -> None:
    assert instance_size("m7i.gigantic") is None
    assert instance_size("z99.large") is None


def test_the_table_has_numbers_that_can_be() -> None:
    for family, sizes in _table().items():
        assert family in FAMILIES
        for size, row in sizes.items():
            assert all(isinstance(number, int) and number > 0 for number in row), (family, size)
            assert InstanceSize(*row).allocatable.pods >= 4, (family, size)


@pytest.mark.parametrize("other", [Room(11, 1, 1), Room(1, 11, 1), Room(1, 1, 11)])
def test_room_is_counted_in_every_unit(other: Room) -> None:
    assert not Room(10, 10, 10).holds(other)
    assert Room(10, 10, 10).holds(Room(10, 10, 10))
    assert Room(3, 5, 2) * 2 - Room(1, 1, 1) == Room(5, 9, 3)
