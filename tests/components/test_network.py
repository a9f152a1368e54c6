"""The network: room for pods, a way out of every private subnet, and no order of creation that AWS refuses."""

import json
from dataclasses import replace
from ipaddress import ip_network

import pulumi_aws as aws
import pytest

from components.network import Network, load_balancer_subnets, subnets
from model.account.aws_regions import ZONES
from tests.components.example_inputs import NETWORK
from tests.components.examples import deploy, shown
from tests.synth import Synth


def network(*, nat_per_zone: bool = True) -> Synth:
    return deploy(lambda: Network("network", replace(NETWORK, nat_per_zone=nat_per_zone)))


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "172.20.0.0/17", "192.168.0.0/18", "10.9.32.0/19"])
def test_subnets_lie_within_the_network_and_do_not_overlap(cidr: str) -> None:
    private, public = subnets(cidr)
    all_ = [ip_network(subnet) for subnet in (*private, *public)]

    assert (len(private), len(public)) == (3, 3)
    assert all(subnet.subnet_of(ip_network(cidr)) for subnet in all_)  # type: ignore[arg-type]
    assert not [(a, b) for a in all_ for b in all_ if a is not b and a.overlaps(b)]


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "172.20.0.0/17", "192.168.0.0/18", "10.9.32.0/19"])
def test_an_internal_load_balancer_has_subnets_beside_the_others(cidr: str) -> None:
    own, others = load_balancer_subnets(cidr), [*subnets(cidr)[0], *subnets(cidr)[1]]

    assert len({*own}) == 3
    for subnet in map(ip_network, own):
        assert subnet.subnet_of(ip_network(cidr))  # type: ignore[arg-type]
        assert not any(subnet.overlaps(ip_network(other)) for other in others)
        assert subnet.prefixlen <= 27


def test_subnets_of_an_internal_load_balancer_are_made_only_where_it_is_wanted() -> None:
    assert not [name for name in network().of(aws.ec2.Subnet) if "load-balancer" in name]
    result = deploy(lambda: Network("network", replace(NETWORK, load_balancer_subnets=True)))
    own = {name: s for name, s in result.of(aws.ec2.Subnet).items() if "load-balancer" in name}

    assert sorted(own) == [f"network-load-balancer-{zone}" for zone in ZONES]
    for name, subnet in own.items():
        assert subnet.inputs["availabilityZoneId"] == f"euc1-az{'abc'.index(name[-1]) + 1}"
        assert set(subnet.inputs["tags"]) == {"Name"}
        routes = result.of(aws.ec2.RouteTableAssociation)[name].inputs
        assert routes["routeTableId"] == f"network-private-{name[-1]}-id"


def test_pods_have_three_quarters_of_the_addresses() -> None:
    private, public = subnets("10.0.0.0/16")

    assert sum(ip_network(subnet).num_addresses for subnet in private) == 2**16 * 3 // 4
    # Even of the smallest network a public subnet takes the 8 free addresses that a load balancer asks for.
    assert min(ip_network(subnet).num_addresses for subnet in subnets("10.0.0.0/19")[1]) >= 256
    assert max(ip_network(subnet).num_addresses for subnet in public) == 2**16 // 16


def test_each_zone_has_a_private_and_a_public_subnet_of_the_vpc() -> None:
    result = network()
    found = result.of(aws.ec2.Subnet)

    assert sorted(found) == sorted(f"network-{side}-{zone}" for side in ("private", "public") for zone in ZONES)
    for name, subnet in found.items():
        # By id: "eu-central-1a" is another building in another account.
        assert subnet.inputs["availabilityZoneId"] == f"euc1-az{'abc'.index(name[-1]) + 1}"
        assert "availabilityZone" not in subnet.inputs
        assert subnet.inputs["vpcId"] == "network-vpc-id"
    assert tuple(found[f"network-private-{zone}"].inputs["cidrBlock"] for zone in ZONES) == subnets("10.20.0.0/16")[0]
    assert tuple(found[f"network-public-{zone}"].inputs["cidrBlock"] for zone in ZONES) == subnets("10.20.0.0/16")[1]
    assert result.only(aws.ec2.Vpc).inputs["cidrBlock"] == "10.20.0.0/16"


def test_the_cluster_finds_its_endpoint_by_the_names_of_the_vpc() -> None:
    vpc = network().only(aws.ec2.Vpc).inputs

    assert vpc["enableDnsSupport"]
    assert vpc["enableDnsHostnames"]


def test_subnets_that_face_the_internet_are_tagged_for_load_balancers() -> None:
    for name, subnet in network().of(aws.ec2.Subnet).items():
        roles = {key for key in subnet.inputs["tags"] if key.startswith("kubernetes.io/role/")}
        assert roles == {"kubernetes.io/role/internal-elb" if "private" in name else "kubernetes.io/role/elb"}


def test_a_subnet_faces_the_internet_only_when_it_is_public() -> None:
    result = network()
    tables = {name: association.inputs for name, association in result.of(aws.ec2.RouteTableAssociation).items()}

    assert result.of(aws.ec2.Route)["network-public"].inputs == {
        "routeTableId": "network-public-id",
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": "network-internet-id",
    }
    for zone in ZONES:
        assert tables[f"network-public-{zone}"] == {
            "subnetId": f"network-public-{zone}-id",
            "routeTableId": "network-public-id",
        }
        assert tables[f"network-private-{zone}"] == {
            "subnetId": f"network-private-{zone}-id",
            "routeTableId": f"network-private-{zone}-id",
        }


def test_a_nat_gateway_in_each_zone_serves_its_own_zone() -> None:
    result = network(nat_per_zone=True)

    assert set(result.of(aws.ec2.NatGateway)) == {"network-nat-a", "network-nat-b", "network-nat-c"}
    assert ways_out(result) == {zone: f"network-nat-{zone}-id" for zone in ZONES}


def test_one_nat_gateway_serves_all_zones_where_that_is_wanted() -> None:
    result = network(nat_per_zone=False)

    assert set(result.of(aws.ec2.NatGateway)) == {"network-nat-a"}
    assert ways_out(result) == dict.fromkeys(ZONES, "network-nat-a-id")


def test_a_nat_gateway_stands_in_a_public_subnet_with_an_address_of_its_own_and_after_the_internet_gateway() -> None:
    for name, nat in network().of(aws.ec2.NatGateway).items():
        assert nat.inputs == {"subnetId": f"network-public-{name[-1]}-id", "allocationId": f"{name}-id"}
        assert ("aws:ec2/internetGateway:InternetGateway", "network-internet") in nat.dependencies


def test_whoever_uses_a_private_subnet_waits_for_its_way_out() -> None:
    values, waits_for = shown(lambda: {"ids": Network("network", NETWORK).private_subnet_ids})

    assert values["ids"] == [f"network-private-{zone}-id" for zone in ZONES]
    for kind in ("aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/route:Route"):
        assert {(kind, f"network-private-{zone}") for zone in ZONES} <= waits_for


def ways_out(result: Synth) -> dict[str, str]:
    routes = {zone: result.of(aws.ec2.Route)[f"network-private-{zone}"].inputs for zone in ZONES}
    assert {zone: route["routeTableId"] for zone, route in routes.items()} == {
        zone: f"network-private-{zone}-id" for zone in ZONES
    }
    return {zone: route["natGatewayId"] for zone, route in routes.items()}


def test_routes_that_others_add_to_a_table_stay() -> None:
    tables = network().of(aws.ec2.RouteTable)

    assert len(tables) == 4
    assert not [name for name, table in tables.items() if "routes" in table.inputs], "it would remove all others"


def test_what_others_build_on_is_shown() -> None:
    def program() -> dict[str, object]:
        made = Network("network", replace(NETWORK, nat_per_zone=False))
        return {"public": made.public_subnet_ids, "tables": made.private_route_table_ids, "nat": made.nat_gateway_ids}

    found, _ = shown(program)

    assert found["public"] == [f"network-public-{zone}-id" for zone in ZONES]
    assert found["tables"] == [f"network-private-{zone}-id" for zone in ZONES]
    assert found["nat"] == {"a": "network-nat-a-id"}


def test_s3_and_dynamodb_are_reached_from_every_private_subnet_without_the_nat_gateway() -> None:
    endpoints = network().of(aws.ec2.VpcEndpoint)

    assert {name: endpoint.inputs["serviceName"] for name, endpoint in endpoints.items()} == {
        "network-s3": "com.amazonaws.eu-central-1.s3",
        "network-dynamodb": "com.amazonaws.eu-central-1.dynamodb",
    }
    for endpoint in endpoints.values():
        assert endpoint.inputs["vpcEndpointType"] == "Gateway", "the other kind is paid by the hour"
        assert endpoint.inputs["routeTableIds"] == [f"network-private-{zone}-id" for zone in ZONES]


def test_other_services_have_an_endpoint_in_every_zone_only_where_that_is_wanted() -> None:
    result = deploy(lambda: Network("network", replace(NETWORK, interface_endpoints=("logs", "ecr.dkr"))))
    endpoints = result.of(aws.ec2.VpcEndpoint)

    assert {"network-logs", "network-ecr-dkr"} < set(endpoints)
    assert endpoints["network-ecr-dkr"].inputs["serviceName"] == "com.amazonaws.eu-central-1.ecr.dkr"
    assert endpoints["network-logs"].inputs["subnetIds"] == [f"network-private-{zone}-id" for zone in ZONES]
    # Without it the name still leads to the public address, and the endpoint is paid for nothing.
    assert endpoints["network-logs"].inputs["privateDnsEnabled"]
    (rule,) = result.only(aws.ec2.SecurityGroup).inputs["ingress"]
    assert (rule["fromPort"], rule["toPort"], rule["cidrBlocks"]) == (443, 443, ["10.20.0.0/16"])
    assert network().of(aws.ec2.SecurityGroup) == {}


def test_refused_traffic_is_logged_into_a_group_with_an_end() -> None:
    result = network()
    log, group = result.only(aws.ec2.FlowLog), result.only(aws.cloudwatch.LogGroup)

    assert (log.inputs["vpcId"], log.inputs["trafficType"]) == ("network-vpc-id", "REJECT")
    assert log.inputs["logDestination"] == "arn:aws:mock:eu-central-1:123456789012:network-flow"
    assert group.inputs["retentionInDays"] > 0
    (trust,) = json.loads(result.only(aws.iam.Role).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    # Until the policy is there, the service drops what it should write.
    assert ("aws:iam/rolePolicy:RolePolicy", "network-flow-policy") in log.dependencies


def test_in_a_region_with_more_than_three_zones_those_that_eks_takes_are_used() -> None:
    result = deploy(lambda: Network("network", replace(NETWORK, region="us-east-1")))

    used = {subnet.inputs["availabilityZoneId"] for subnet in result.of(aws.ec2.Subnet).values()}
    assert used == {"use1-az1", "use1-az2", "use1-az4"}
