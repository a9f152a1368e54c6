"""Whether pods find room on the nodes of a pool, and if not, what would have to change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from model.account.instance_sizes import Room
from model.cluster.pods import Size
from model.quantities import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """``replicas`` of one pod, with the requests of its ``containers``. ``apart``: no two may run on one node.

    ``yields``: it has no priority, so the scheduler evicts it for the others.
    """

    of: str
    replicas: int
    containers: tuple[Size, ...]
    apart: bool = False
    yields: bool = False

    @property
    def request(self) -> Room:
        """Of one of them."""
        cpu, memory = (sum(getattr(one, key) for one in self.containers) for key in ("cpu_millis", "memory_mib"))
        return Room(cpu, memory, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """``too_few``: ``enough`` nodes would do; otherwise only a larger type does."""

    too_few: bool
    found: str
    enough: int = 0

    @property
    def allowed(self) -> str:
        """What would fix it."""
        return f"{self.enough}, or a larger type" if self.too_few else "a larger type"


def total(pods: Sequence[Pods]) -> Room:
    """All requests."""
    return sum((one.request * one.replicas for one in pods), Room(0, 0, 0))


def shortage(pods: Sequence[Pods], node: Room, nodes: int) -> Shortage | None:
    """What keeps ``pods`` from running on ``nodes``, each of which has ``node`` beside its DaemonSets; None if nothing.

    First those that must be apart, then the largest, each on the first node with room: a plan that the scheduler can
    find too. Requests that fit by their sum alone can still leave a pod of 16 GiB between nodes with 10 GiB each.
    """
    largest = max(pods, key=lambda one: (one.request.memory_mib, one.request.cpu_millis))
    for one in (largest, *pods):
        if not node.holds(one.request):
            found = (
                f"a node has {_said(node)} beside its DaemonSets, and a pod of {one.of} requests {_said(one.request)}"
            )
            return Shortage(too_few=False, found=found)
    if not (left_over := waiting(pods, node, nodes)):
        return None
    # A node for each pod is always enough.
    most = sum(one.replicas for one in pods)
    enough = next(count for count in range(nodes + 1, most + 1) if not waiting(pods, node, count))
    found = (
        f"{nodes} nodes have {_said(node * nodes)} beside their DaemonSets, "
        f"and what is placed there requests {_said(total(pods))}: no room for {named(left_over)}"
    )
    return Shortage(too_few=True, found=found, enough=enough)


def named(left_over: Mapping[str, int]) -> str:
    """Pods that find no room, the largest by name."""
    shown = [f"{number} of {of}" for of, number in list(left_over.items())[:3]]
    more = sum(list(left_over.values())[3:])
    return ", ".join([*shown, *([f"{more} more pods"] if more else [])])


def waiting(pods: Sequence[Pods], node: Room, nodes: int) -> dict[str, int]:
    """What finds no room on ``nodes``, the largest first -> how many pods of it. What yields is placed last."""
    rooms = [node] * nodes
    largest = {one.of: one.request.memory_mib for one in pods}
    left_over: dict[str, int] = {}
    for one in sorted(pods, key=_turn):
        free = _fitting(rooms, one)
        for _ in range(one.replicas):
            place = next(free, None)
            if place is None:
                left_over[one.of] = left_over.get(one.of, 0) + 1
            else:
                rooms[place] -= one.request
    return dict(sorted(left_over.items(), key=lambda item: -largest[item[0]]))


def _turn(pod: Pods) -> tuple[bool, bool, int, int, str]:
    return pod.yields, not pod.apart, -pod.request.memory_mib, -pod.request.cpu_millis, pod.of


def _fitting(rooms: list[Room], pod: Pods) -> Iterator[int]:
    """Nodes for one replica after the other: again and again the same while it has room, unless they are apart."""
    for place in range(len(rooms)):
        while rooms[place].holds(pod.request):
            yield place
            if pod.apart:
                break


def _said(room: Room) -> str:
    number = "1 pod" if room.pods == 1 else f"{room.pods} pods"
    return f"{_round(room.cpu_millis, 1000)} cores, {_round(room.memory_mib, 1024)} GiB for {number}"


def _round(amount: int, unit: int) -> str:
    return plain(round(Decimal(amount) / unit, 2))
