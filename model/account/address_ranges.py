"""Address ranges of the network: large enough, and apart from all they must talk to."""

import ipaddress
from collections.abc import Generator, Iterator, Mapping

from model.problems import Problem

# EC2 gives a VPC /16 to /28. Six subnets of a /19 still leave 1,500 addresses for pods and 256 for each balancer's.
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 19
# What EKS takes for Services: /12 to /24 within the private ranges.
SERVICE_PREFIXES = (12, 24)

# Docker's bridge on the nodes and the link-local services of AWS: routes to these never leave the machine.
RESERVED = {"docker0 on the nodes": "172.17.0.0/16", "AWS's link-local services": "169.254.0.0/16"}


def network_problems(where: str, vpc: str, services: str, peers: Mapping[str, str]) -> Iterator[Problem]:
    """Mistakes of a VPC's range, the Services' range and the named ranges of networks it will be peered with.

    ``where`` starts the keys ``vpc_cidr``, ``service_cidr`` and ``peer_cidrs``.
    """
    mine = yield from _parsed(f"{where}.vpc_cidr", vpc)
    service = yield from _parsed(f"{where}.service_cidr", services)
    others: dict[str, ipaddress.IPv4Network] = {}
    for name, cidr in sorted(peers.items()):
        peer = yield from _parsed(f"{where}.peer_cidrs.{name}", cidr)
        if peer:
            others[f"peer {name}"] = peer
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
            yield Problem(f"{where}.service_cidr", f"found /{service.prefixlen}", "/12 to /24, as EKS takes it")
        yield from _overlaps(f"{where}.service_cidr", service, {**others, **_reserved()})


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
            yield Problem(where, f"found {mine}, which overlaps {other} of {name}", "ranges apart from each other")


def _reserved() -> dict[str, ipaddress.IPv4Network]:
    return {name: ipaddress.IPv4Network(cidr) for name, cidr in RESERVED.items()}
