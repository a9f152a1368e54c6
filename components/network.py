"""The network of a cluster that Belfry makes."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component

# EKS wants two zones; three let a quorum (Alertmanager, Loki's ring) survive the loss of one.
ZONES = ("a", "b", "c")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkArgs:
    """``cidr`` is cut into six subnets; ``nat_per_zone`` buys independence of zones for two more gateways."""

    cluster_name: str
    region: str
    cidr: str
    nat_per_zone: bool


@pulumi.type_token("belfry:aws:Network")
class Network(Component):
    """A VPC over three zones: a small public and a large private subnet in each, NAT from private to public.

    Deliberately without: peering, transit gateways and flow logs.
    """

    vpc_id: pulumi.Output[str]
    private_subnet_ids: Sequence[pulumi.Output[str]]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        private, public = subnets(args.cidr)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": args.cluster_name},
            opts=self.child(),
        )
        gateway = aws.ec2.InternetGateway(f"{name}-internet", vpc_id=vpc.id, opts=self.child())
        to_internet = aws.ec2.RouteTable(
            f"{name}-public",
            vpc_id=vpc.id,
            routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
            opts=self.child(),
        )
        exits: list[aws.ec2.NatGateway] = []
        self.private_subnet_ids = []
        for zone, private_cidr, public_cidr in zip(ZONES, private, public, strict=True):
            outside = self._subnet(f"{name}-public-{zone}", vpc, f"{args.region}{zone}", public_cidr)
            self._route(f"{name}-public-{zone}", outside, to_internet)
            if args.nat_per_zone or not exits:
                exits.append(self._nat(f"{name}-nat-{zone}", outside, gateway))
            inside = self._subnet(f"{name}-private-{zone}", vpc, f"{args.region}{zone}", private_cidr, public=False)
            to_nat = aws.ec2.RouteTable(
                f"{name}-private-{zone}",
                vpc_id=vpc.id,
                routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": exits[-1].id}],
                opts=self.child(),
            )
            way_out = self._route(f"{name}-private-{zone}", inside, to_nat)
            # Whoever uses the subnet waits for its way out: a node that starts without one never joins its cluster.
            self.private_subnet_ids.append(pulumi.Output.all(inside.id, way_out.id).apply(lambda ids: str(ids[0])))
        self.vpc_id = vpc.id
        self.register_outputs({"vpc_id": self.vpc_id, "private_subnet_ids": self.private_subnet_ids})

    def _subnet(self, name: str, vpc: aws.ec2.Vpc, zone: str, cidr: str, *, public: bool = True) -> aws.ec2.Subnet:
        # The role tags tell the AWS Load Balancer Controller where to put internet-facing and internal balancers.
        role = "kubernetes.io/role/elb" if public else "kubernetes.io/role/internal-elb"
        return aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            cidr_block=cidr,
            availability_zone=zone,
            tags={"Name": name, role: "1"},
            opts=self.child(),
        )

    def _route(self, name: str, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable) -> aws.ec2.RouteTableAssociation:
        return aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, opts=self.child())

    def _nat(self, name: str, subnet: aws.ec2.Subnet, internet: aws.ec2.InternetGateway) -> aws.ec2.NatGateway:
        address = aws.ec2.Eip(name, domain="vpc", opts=self.child())
        return aws.ec2.NatGateway(
            name,
            subnet_id=subnet.id,
            allocation_id=address.id,
            # AWS refuses a NAT gateway in a VPC that has no internet gateway yet, and to detach one that is in use.
            opts=self.child(depends_on=[internet]),
        )


def subnets(cidr: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Three private and three public subnets of ``cidr``.

    The first three quarters are private: each pod takes an address of them, as the VPC CNI gives it. The last
    quarter is cut in four and three of those are public, where only NAT gateways and load balancers live.
    """
    a, b, c, rest = ipaddress.ip_network(cidr).subnets(prefixlen_diff=2)
    d, e, f, _ = rest.subnets(prefixlen_diff=2)
    return (str(a), str(b), str(c)), (str(d), str(e), str(f))
