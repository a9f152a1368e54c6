"""The network of a cluster that Belfry makes."""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.base import Component
from components.role import role
from configs.iam import policies
from configs.iam.policy import trust
from model.account.aws_regions import REGIONS, ZONES

EVERYWHERE = "0.0.0.0/0"

# Free, and Loki's chunks would otherwise be the largest bill of the NAT gateways.
GATEWAY_ENDPOINTS = ("s3", "dynamodb")
# An incident is investigated within days; a month covers the ones that are noticed late.
FLOW_LOG_DAYS = 30
# Records of ten minutes: a tenth of the records, and so of the bill, of one minute.
FLOW_LOG_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkArgs:
    """``cidr`` is cut into six subnets; ``nat_per_zone`` buys independence of zones for two more gateways.

    ``interface_endpoints`` are short names of AWS services (``logs``, ``ecr.dkr``). Each costs about 24 USD a month in
    three zones and saves what the NAT gateway takes a GB, so it pays from about half a terabyte a month on, or where
    traffic must not leave AWS. ``flow_logs`` is REJECT or ALL: accepted traffic is many times as much to pay for.
    ``load_balancer_subnets``: three more, for an internal load balancer alone, so that network policies can name it.
    """

    cluster_name: str
    region: str
    account_id: pulumi.Input[str]
    cidr: str
    nat_per_zone: bool
    interface_endpoints: Sequence[str] = ()
    flow_logs: str = "REJECT"
    load_balancer_subnets: bool = False
    key_arn: pulumi.Input[str] | None = None


@pulumi.type_token("belfry:aws:Network")
class Network(Component):
    """A VPC over three zones: a small public and a large private subnet in each, NAT from private to public.

    S3 and DynamoDB are reached without the NAT gateway, and what was refused is logged. Each route is a resource of its
    own: a table that lists its routes removes those that others add for peers.
    Deliberately without: peering and transit gateways.
    """

    vpc_id: pulumi.Output[str]
    private_subnet_ids: Sequence[pulumi.Output[str]]
    public_subnet_ids: Sequence[pulumi.Output[str]]
    private_route_table_ids: Sequence[pulumi.Output[str]]  # where routes to peers belong
    nat_gateway_ids: Mapping[str, pulumi.Output[str]]  # by zone: a, b, c
    load_balancer_subnet_ids: Sequence[pulumi.Output[str]]

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
        # The group that AWS puts everything into that names none. Without rules of ours its own stay: all traffic among
        # its members, and out (AWS Foundational Security Best Practices, EC2.2).
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=vpc.id, ingress=[], egress=[], opts=self.child())
        gateway = aws.ec2.InternetGateway(f"{name}-internet", vpc_id=vpc.id, opts=self.child())
        to_internet = aws.ec2.RouteTable(f"{name}-public", vpc_id=vpc.id, opts=self.child())
        open_way = aws.ec2.Route(
            f"{name}-public",
            route_table_id=to_internet.id,
            destination_cidr_block=EVERYWHERE,
            gateway_id=gateway.id,
            opts=self.child(),
        )
        exits: dict[str, aws.ec2.NatGateway] = {}
        ways: list[aws.ec2.RouteTable] = []
        inner: list[aws.ec2.Subnet] = []
        self.private_subnet_ids, self.public_subnet_ids = [], []
        zone_ids = REGIONS[args.region]
        for zone, zone_id, private_cidr, public_cidr in zip(ZONES, zone_ids, private, public, strict=True):
            outside = self._subnet(f"{name}-public-{zone}", vpc, zone_id, public_cidr)
            way_in = self._route(f"{name}-public-{zone}", outside, to_internet)
            self.public_subnet_ids.append(_routed(outside, way_in, open_way))
            if args.nat_per_zone or not exits:
                exits[zone] = self._nat(f"{name}-nat-{zone}", outside, gateway)
            inside = self._subnet(f"{name}-private-{zone}", vpc, zone_id, private_cidr, public=False)
            to_nat = aws.ec2.RouteTable(f"{name}-private-{zone}", vpc_id=vpc.id, opts=self.child())
            out = aws.ec2.Route(
                f"{name}-private-{zone}",
                route_table_id=to_nat.id,
                destination_cidr_block=EVERYWHERE,
                nat_gateway_id=exits.get(zone, exits[ZONES[0]]).id,
                opts=self.child(),
            )
            way_out = self._route(f"{name}-private-{zone}", inside, to_nat)
            inner.append(inside)
            ways.append(to_nat)
            # Whoever uses the subnet waits for its way out: a node that starts without one never joins its cluster.
            self.private_subnet_ids.append(_routed(inside, way_out, out, open_way))
        apart = self._load_balancer_subnets(name, args, vpc, ways) if args.load_balancer_subnets else ()
        self.load_balancer_subnet_ids = tuple(apart)
        self._gateway_endpoints(name, args, vpc, ways)
        if args.interface_endpoints:
            self._interface_endpoints(name, args, vpc, inner)
        self._flow_log(name, args, vpc)
        self.vpc_id = vpc.id
        self.private_route_table_ids = [table.id for table in ways]
        self.nat_gateway_ids = {zone: gateway.id for zone, gateway in exits.items()}
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "public_subnet_ids": self.public_subnet_ids,
                "private_route_table_ids": self.private_route_table_ids,
                "nat_gateway_ids": self.nat_gateway_ids,
                "load_balancer_subnet_ids": self.load_balancer_subnet_ids,
            }
        )

    def _subnet(self, name: str, vpc: aws.ec2.Vpc, zone_id: str, cidr: str, *, public: bool = True) -> aws.ec2.Subnet:
        # The role tags tell the AWS Load Balancer Controller where to put internet-facing and internal balancers.
        role_tag = "kubernetes.io/role/elb" if public else "kubernetes.io/role/internal-elb"
        return aws.ec2.Subnet(
            name,
            vpc_id=vpc.id,
            cidr_block=cidr,
            availability_zone_id=zone_id,
            tags={"Name": name, role_tag: "1"},
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

    def _load_balancer_subnets(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, tables: Sequence[aws.ec2.RouteTable]
    ) -> Iterator[pulumi.Output[str]]:
        """Private, with the NAT gateway as the way out: the load balancer asks the sign-on provider for tokens.

        Without the role tag: the controller would put load balancers of applications there too.
        """
        rows = zip(ZONES, REGIONS[args.region], load_balancer_subnets(args.cidr), tables, strict=True)
        for zone, zone_id, cidr, table in rows:
            subnet = aws.ec2.Subnet(
                f"{name}-load-balancer-{zone}",
                vpc_id=vpc.id,
                cidr_block=cidr,
                availability_zone_id=zone_id,
                tags={"Name": f"{name}-load-balancer-{zone}"},
                opts=self.child(),
            )
            yield _routed(subnet, self._route(f"{name}-load-balancer-{zone}", subnet, table))

    def _gateway_endpoints(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, tables: Sequence[aws.ec2.RouteTable]
    ) -> None:
        for service in GATEWAY_ENDPOINTS:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in tables],
                opts=self.child(),
            )

    def _interface_endpoints(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, inner: Sequence[aws.ec2.Subnet]
    ) -> None:
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoints",
            description="HTTPS from the network to interface endpoints",
            vpc_id=vpc.id,
            ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": [args.cidr]}],
            opts=self.child(),
        )
        for service in sorted(args.interface_endpoints):
            aws.ec2.VpcEndpoint(
                f"{name}-{service.replace('.', '-')}",
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=[subnet.id for subnet in inner],
                security_group_ids=[group.id],
                opts=self.child(),
            )

    def _flow_log(self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc) -> None:
        group = aws.cloudwatch.LogGroup(
            f"{name}-flow",
            name=flow_log_group(args.cluster_name),
            retention_in_days=FLOW_LOG_DAYS,
            kms_key_id=args.key_arn,
            opts=self.child(),
        )
        writer = role(
            self,
            f"{name}-flow",
            trust=pulumi.Output.from_input(args.account_id).apply(
                lambda id_: trust(
                    "vpc-flow-logs.amazonaws.com",
                    account=id_,
                    source=f"arn:aws:ec2:{args.region}:{id_}:vpc-flow-log/*",
                )
            ),
            policy=group.arn.apply(lambda arn: policies.flow_logs(log_group=arn)),
        )
        aws.ec2.FlowLog(
            f"{name}-flow",
            vpc_id=vpc.id,
            traffic_type=args.flow_logs,
            log_destination=group.arn,
            iam_role_arn=writer,
            max_aggregation_interval=FLOW_LOG_SECONDS,
            opts=self.child(),
        )


def subnets(cidr: str) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Three private and three public subnets of ``cidr``.

    The first three quarters are private: each pod takes an address of them, as the VPC CNI gives it. The last
    quarter is cut in four and three of those are public, where only NAT gateways and load balancers live.
    """
    a, b, c, rest = ipaddress.ip_network(cidr).subnets(prefixlen_diff=2)
    d, e, f, _ = rest.subnets(prefixlen_diff=2)
    return (str(a), str(b), str(c)), (str(d), str(e), str(f))


def load_balancer_subnets(cidr: str) -> tuple[str, str, str]:
    """Three subnets of the last sixteenth of ``cidr``, which :func:`subnets` leaves free.

    A /19 gives three of /25; AWS wants a /27 with eight free addresses for a load balancer.
    """
    *_, rest = ipaddress.ip_network(cidr).subnets(prefixlen_diff=4)
    a, b, c, _ = rest.subnets(prefixlen_diff=2)
    return str(a), str(b), str(c)


def flow_log_group(cluster: str) -> str:
    """The log group of refused traffic."""
    return f"/aws/vpc/{cluster}/flow"


def _routed(subnet: aws.ec2.Subnet, *ways: pulumi.CustomResource) -> pulumi.Output[str]:
    """The subnet's id, once it has its routes."""
    return pulumi.Output.all(subnet.id, *(way.id for way in ways)).apply(lambda ids: str(ids[0]))
