"""Address ranges: of the network, apart from all it must talk to, and of who reaches the API from outside."""

import ipaddress
from collections.abc import Generator, Iterator, Mapping, Sequence

from model.problems import Problem

# EC2 gives a VPC /16 to /28. Six subnets of a /19 still leave 1,500 addresses for pods and 256 for each balancer's.
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 19
# What EKS takes for Services: /12 to /24 within the private ranges.
SERVICE_PREFIXES = (12, 24)

# What no packet from the internet comes from: RFC 1918, 6598, 1122, 3927, 5771 and the rest of class E.
NOT_PUBLIC = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
ANYWHERE = "0.0.0.0/0"
# EKS takes no more for one cluster (user guide, "Cluster API server endpoint").
MOST_PUBLIC_RANGES = 40
# A /8 is what the largest companies have: more than that is no list of one's own offices.
CLOSED_ADDRESSES = 2**24

# Docker's bridge on the nodes and the link-local services of AWS: routes to these never leave the machine.
RESERVED = {"docker0 on the nodes": "172.17.0.0/16", "AWS's link-local services": "169.254.0.0/16"}


def network_problems(where: str, vpc: str, services: str, peers: Mapping[str, str]) -> Iterator[Problem]:
    """Mistakes of a VPC's range, the Services' range and the named ranges of networks it will be peered with.

    ``where`` starts the keys ``vpc_cidr``, ``service_cidr`` and ``peer_cidrs``.
    """
    mine = yield from _parsed(f"{where}.vpc_cidr", vpc)
    service = yield from _parsed(f"{where}.service_cidr", services)
    others = yield from _peers(f"{where}.peer_cidrs", peers)
    if mine:
        if not LARGEST_PREFIX <= mine.prefixlen <= SMALLEST_PREFIX:
            sizes = f"/{LARGEST_PREFIX} to /{SMALLEST_PREFIX}: six subnets, and an address for every pod"
            yield Problem(f"{where}.vpc_cidr", f"found /{mine.prefixlen}", sizes)
        if not mine.is_private:
            yield Problem(f"{where}.vpc_cidr", f"found public {mine}", "a private range (RFC 1918)")
        rivals = {**others, **({"the service range": service} if service else {}), **_reserved()}
        yield from _overlaps(f"{where}.vpc_cidr", mine, rivals)
    if service:
        if not SERVICE_PREFIXES[0] <= service.prefixlen <= SERVICE_PREFIXES[1]:
            yield Problem(f"{where}.service_cidr", f"found /{service.prefixlen}", "/12 to /24, as EKS accepts it")
        if not service.is_private:
            yield Problem(f"{where}.service_cidr", f"found public {service}", "a private range (RFC 1918)")
        yield from _overlaps(f"{where}.service_cidr", service, {**others, **_reserved()})


def _peers(where: str, given: Mapping[str, str]) -> Generator[Problem, None, dict[str, ipaddress.IPv4Network]]:
    """Peer and its range, of those that are ranges; mistakes of others and of two that overlap."""
    peers: dict[str, ipaddress.IPv4Network] = {}
    for name, cidr in sorted(given.items()):
        found = yield from _parsed(f"{where}.{name}", cidr)
        if found is None:
            continue
        yield from _overlaps(f"{where}.{name}", found, peers)
        peers[f"peer {name}"] = found
    return peers


def public_problems(where: str, cidrs: Sequence[str]) -> Iterator[Problem]:
    """Mistakes of the ranges that reach the Kubernetes API from the internet; ``where`` is their key."""
    ranges: list[ipaddress.IPv4Network] = []
    for index, cidr in enumerate(cidrs):
        here = f"{where}[{index}]"
        found = yield from _parsed(here, cidr)
        if found is None:
            continue
        if str(found) != ANYWHERE and any(found.overlaps(ipaddress.IPv4Network(other)) for other in NOT_PUBLIC):
            allowed = "public ranges, as the internet sees your offices; EKS refuses others"
            yield Problem(here, f"found {found}, from which nothing reaches a public endpoint", allowed)
        for other in ranges:
            if found.overlaps(other):
                yield Problem(here, f"found {found}, which overlaps {other}", "ranges that do not overlap")
        ranges.append(found)
    if len(cidrs) > MOST_PUBLIC_RANGES:
        yield Problem(where, f"found {len(cidrs)} ranges", f"at most {MOST_PUBLIC_RANGES}, as EKS accepts them")


def is_closed(cidrs: Sequence[str]) -> bool:
    """Whether the public ranges are somebody's own, and not most of the internet. They were checked before."""
    return sum(ipaddress.IPv4Network(cidr).num_addresses for cidr in cidrs) <= CLOSED_ADDRESSES


def _parsed(where: str, cidr: str) -> Generator[Problem, None, ipaddress.IPv4Network | None]:
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as error:
        yield Problem(where, f"found {cidr!r}, which is no range: {error}", "an IPv4 range such as 10.0.0.0/16")
    return None


def _overlaps(
    where: str, mine: ipaddress.IPv4Network, rivals: Mapping[str, ipaddress.IPv4Network]
) -> Iterator[Problem]:
    for name, other in sorted(rivals.items()):
        if mine.overlaps(other):
            yield Problem(where, f"found {mine}, which overlaps {other} of {name}", "ranges that do not overlap")


def _reserved() -> dict[str, ipaddress.IPv4Network]:
    return {name: ipaddress.IPv4Network(cidr) for name, cidr in RESERVED.items()}
