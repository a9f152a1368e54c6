"""Host names in a zone of Route 53."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component

# A load balancer of another scheme is another one with another name: people follow it within a minute.
TTL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HostNamesArgs:
    """``targets``: program -> its host name and the name that it stands for."""

    zone_id: pulumi.Input[str]
    targets: Mapping[str, tuple[str, pulumi.Input[str]]]


@pulumi.type_token("belfry:aws:HostNames")
class HostNames(Component):
    """One CNAME record for each program. No alias record: that would need the zone id of load balancers by region."""

    def __init__(self, name: str, args: HostNamesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        for program, (host, target) in sorted(args.targets.items()):
            aws.route53.Record(
                f"{name}-{program}",
                zone_id=args.zone_id,
                name=host,
                type="CNAME",
                records=[target],
                ttl=TTL_SECONDS,
                opts=self.child(),
            )
        self.register_outputs({})
