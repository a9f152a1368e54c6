"""Regions with the three availability zones that Belfry's network is cut for.

Zones stand here by their ids: names such as ``us-east-1a`` mean another building in another account, ids do not. Where
a region has more than three, those are named that EKS takes for its control plane (not use1-az3, usw1-az2, cac1-az3)
and that still open to new accounts. Regions of other partitions (China, GovCloud) are not here: their ARNs are spelled
differently.
Source: AWS Regions and Availability Zones, "Availability Zones" and "AZ IDs"; EKS user guide, "VPC and subnet
requirements"; read in November 2026.
"""

from collections.abc import Mapping
from typing import NamedTuple

from model.problems import Problem

# Events of global services (IAM, the root user's sign-in) and the bill are seen in this region alone.
GLOBAL_REGION = "us-east-1"

# Opened to everybody, but a new account gets two zones.
TOO_SMALL = {"us-west-1": 2}

# What a region's zones are called here. EKS wants two; three let a quorum (Alertmanager, Loki's ring) survive the loss
# of one.
ZONES = ("a", "b", "c")


class Zones(NamedTuple):
    """The three zones by id."""

    a: str
    b: str
    c: str


def _zones(prefix: str, numbers: tuple[int, int, int] = (1, 2, 3)) -> Zones:
    first, second, third = (f"{prefix}-az{number}" for number in numbers)
    return Zones(first, second, third)


REGIONS: Mapping[str, Zones] = {
    "af-south-1": _zones("afs1"),
    "ap-east-1": _zones("ape1"),
    "ap-east-2": _zones("ape2"),
    "ap-northeast-1": _zones("apne1", (1, 2, 4)),
    "ap-northeast-2": _zones("apne2"),
    "ap-northeast-3": _zones("apne3"),
    "ap-south-1": _zones("aps1"),
    "ap-south-2": _zones("aps2"),
    "ap-southeast-1": _zones("apse1"),
    "ap-southeast-2": _zones("apse2"),
    "ap-southeast-3": _zones("apse3"),
    "ap-southeast-4": _zones("apse4"),
    "ap-southeast-5": _zones("apse5"),
    "ap-southeast-7": _zones("apse7"),
    "ca-central-1": _zones("cac1", (1, 2, 4)),
    "ca-west-1": _zones("caw1"),
    "eu-central-1": _zones("euc1"),
    "eu-central-2": _zones("euc2"),
    "eu-north-1": _zones("eun1"),
    "eu-south-1": _zones("eus1"),
    "eu-south-2": _zones("eus2"),
    "eu-west-1": _zones("euw1"),
    "eu-west-2": _zones("euw2"),
    "eu-west-3": _zones("euw3"),
    "il-central-1": _zones("ilc1"),
    "me-central-1": _zones("mec1"),
    "me-south-1": _zones("mes1"),
    "mx-central-1": _zones("mxc1"),
    "sa-east-1": _zones("sae1"),
    "us-east-1": _zones("use1", (1, 2, 4)),
    "us-east-2": _zones("use2"),
    "us-west-2": _zones("usw2"),
}


def region_problems(where: str, region: str) -> list[Problem]:
    """A mistake for a region that is unknown or has fewer than three zones."""
    if region in REGIONS:
        return []
    few = f"{region} with {TOO_SMALL[region]} zones" if region in TOO_SMALL else f"unknown region {region!r}"
    return [Problem(where, f"found {few}", f"a region with three zones: {', '.join(sorted(REGIONS))}")]
