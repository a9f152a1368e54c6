"""zonal-shift: one availability zone out of a load balancer, by Application Recovery Controller. It ends by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from model.catalog.remediation import Remediation, ZonalShift
from model.catalog.resources import LoadBalancer
from model.catalog.system import System
from model.remediation.zones import TargetHealth, bad_zone
from ops.remediation.actors import Refused
from ops.remediation.aws import asking, client

_LONGEST_SECONDS = 2 * 3600
"""AWS would allow three days, in which nobody looks again. Checked here too: a rule may come from anywhere."""
_BAD = ("unhealthy", "unavailable")
_GOOD = "healthy"


class Shifts(Protocol):
    """Of Application Recovery Controller's client."""

    def get_managed_resource(self, **values: Any) -> Any:
        """As AWS answers."""

    def start_zonal_shift(self, **values: Any) -> Any:
        """As AWS answers."""


class Balancers(Protocol):
    """Of Elastic Load Balancing's client."""

    def describe_target_health(self, **values: Any) -> Any:
        """As AWS answers."""


class Zones(Protocol):
    """Of EC2's client."""

    def describe_availability_zones(self, **values: Any) -> Any:
        """As AWS answers."""


@dataclass(frozen=True, slots=True)
class ZonalShiftActor:
    """``owner`` is ``arn:aws:elasticloadbalancing:<region>:<account>``, which the catalog leaves out of ARNs."""

    shifts: Shifts
    balancers: Balancers
    zones: Zones
    owner: str

    @classmethod
    def of(cls, region: str, account: str) -> "ZonalShiftActor":
        """With clients of ``region``."""
        owner = f"arn:aws:elasticloadbalancing:{region}:{account}"
        return cls(client("arc-zonal-shift", region), client("elbv2", region), client("ec2", region), owner)

    def act(self, system: System, rule: Remediation) -> str:
        """Leave the one zone that all unhealthy targets are in. Raises Refused and Unreachable."""
        action = rule.action
        part = next((one for one in system.resources if one.name == rule.component), None)
        if not isinstance(action, ZonalShift) or not isinstance(part, LoadBalancer):
            raise Refused(f"{rule.component} is no load balancer of this environment")
        seconds = int(action.expires.seconds)
        if not 0 < seconds <= _LONGEST_SECONDS:
            raise Refused(f"a zonal shift of {seconds} s is longer than {_LONGEST_SECONDS} s")
        balancer = f"{self.owner}:loadbalancer/{part.arn_suffix}"
        with asking(f"load balancer {part.name}"):
            managed = self.shifts.get_managed_resource(resourceIdentifier=balancer)
            if managed["zonalShifts"] or managed.get("autoshifts"):
                raise Refused(f"{part.name} has a zonal shift already")
            zone, why = bad_zone(self._targets(part))
            if not zone:
                raise Refused(why)
            [found] = self.zones.describe_availability_zones(ZoneNames=[zone])["AvailabilityZones"]
            # Names are an account's own; the shift names the zone by its id, which AWS means.
            zone_id = str(found["ZoneId"])
            if not managed["appliedWeights"].get(zone_id):
                raise Refused(f"{part.name} sends nothing to {zone}")
            # Whole minutes: AWS takes no seconds.
            minutes = max(seconds // 60, 1)
            self.shifts.start_zonal_shift(
                resourceIdentifier=balancer,
                awayFrom=zone_id,
                expiresIn=f"{minutes}m",
                comment=f"belfry: {system.system}/{rule.name}",
            )
        return f"shifted {part.name} away from {zone} ({zone_id}) for {minutes} minutes"

    def _targets(self, part: LoadBalancer) -> Iterator[TargetHealth]:
        for group in part.target_groups:
            answer = self.balancers.describe_target_health(TargetGroupArn=f"{self.owner}:{group.arn_suffix}")
            for one in answer["TargetHealthDescriptions"]:
                state = one["TargetHealth"]["State"]
                # Draining, initial, unused: neither good nor bad, so nothing can be said of the zone.
                known = state == _GOOD or state in _BAD
                zone = str(one["Target"].get("AvailabilityZone", "")) if known else ""
                yield TargetHealth(zone if zone != "all" else "", state == _GOOD)
