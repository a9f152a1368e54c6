"""The data paths, followed one by one through the policies that are made of them."""

import ipaddress
from itertools import product

import pytest

from components.falco import sidekick_values
from components.opentelemetry_agent import OpenTelemetryAgentArgs
from components.opentelemetry_agent import values as agent_values
from components.opentelemetry_gateway import OpenTelemetryGatewayArgs, gateway_values, sampler_values
from configs.collector.agent import AgentInput
from configs.network_policies import PRIVATE, Ranges, policies
from configs.stores.jaeger import IN_CLUSTER
from model import names
from model.charts import read_charts
from model.cluster import network_paths as paths
from model.cluster import workloads
from model.cluster.network_paths import PATHS, Addresses, DataPath, Pods, Port, Protocol
from model.cluster.workloads import Workload
from tests.components.guard_rail_examples import FALCO
from tests.configs.collector_examples import CLUSTER, gateway_input, sampler_input
from tests.model.network import End, allows, end_of
from tests.tools import PROJECT

RANGES = Ranges(vpc=("10.20.0.0/16",), services=("172.20.0.0/16",), load_balancer=("10.20.240.0/22",), proxied=True)
POLICIES = policies(PATHS, RANGES)
CHARTS = read_charts(PROJECT / "components").charts
GATEWAY_ARGS = OpenTelemetryGatewayArgs(
    namespace=names.COLLECTORS, gateway=gateway_input(), sampler=sampler_input(), cluster=CLUSTER
)


def collector_ports(values: dict[str, object]) -> dict[int, int]:
    ports = values["ports"]
    assert isinstance(ports, dict)
    return {port["servicePort"]: port["containerPort"] for port in ports.values() if port["enabled"]}


# Service -> its port -> the pods' port: from the values we give, or the chart's own (charts of the pinned versions).
SERVICES: dict[str, dict[int, int]] = {
    "kube-dns": {53: 53},
    "kubernetes": {443: 443},
    "smtp-relay": {25: 25, 587: 587},
    names.PROMETHEUS: {9090: 9090},
    names.ALERTMANAGER: {9093: 9093},
    names.GRAFANA: {80: 3000},
    **{
        service: {10901: 10901, 10902: 10902}
        for service in (names.THANOS_SIDECARS, names.THANOS_QUERY, names.THANOS_STORE)
    },
    names.PROMETHEUS_READER: {8005: 8005},
    names.LOKI: {3100: 3100},
    names.LOKI_GATEWAY: {80: 8080},
    names.ELASTICSEARCH: {9200: 9200},
    names.KIBANA: {5601: 5601},
    names.JAEGER: {port: port for port in (IN_CLUSTER.otlp_grpc, IN_CLUSTER.query)},
    names.COLLECTOR_AGENT: collector_ports(
        agent_values(OpenTelemetryAgentArgs(namespace=names.NODE_AGENTS, config=AgentInput()))
    ),
    names.COLLECTOR_GATEWAY: collector_ports(gateway_values(GATEWAY_ARGS)),
    names.COLLECTOR_SAMPLER: collector_ports(sampler_values(GATEWAY_ARGS)),
    names.FALCOSIDEKICK: {sidekick_values(FALCO)["service"]["port"]: 2801},  # the pod's port is fixed in the template
}


def title(path: DataPath) -> str:
    end, other = (end.name for end in (path.sender, path.receiver))
    return f"{end} to {other} {','.join(str(port.pod) for port in path.ports) or 'any'}".replace(" ", "-")


every_path = pytest.mark.parametrize("path", PATHS, ids=title)


@every_path
def test_a_path_is_let_through_in_both_directions(path: DataPath) -> None:
    sender, receiver = end_of(path.sender, RANGES), end_of(path.receiver, RANGES)

    for port in path.ports or (Port(pod=12345), Port(pod=12345, protocol=Protocol.UDP)):
        assert allows(POLICIES, sender, receiver, port) == (True, True)


@every_path
def test_both_ends_of_a_path_exist(path: DataPath) -> None:
    for end in (path.sender, path.receiver):
        if isinstance(end, Pods) and end.ours and end.chart:
            chart = CHARTS[end.chart]
            assert end.namespace in ({*names.POD_SECURITY} if chart.release == "collector" else {chart.namespace})
            assert end.labels
        assert not isinstance(end, Pods) or end.ours or end in (paths.ANY_POD, paths.DNS)


# Who asks the agent of Pod Identity for credentials -> the service account that has the role.
ROLES: dict[Pods | Addresses, Workload] = {
    paths.ALARM_FORWARDER: workloads.ALARM_FORWARDER,
    paths.ALERTMANAGER: workloads.ALERTMANAGER,
    paths.CLOUDWATCH_EXPORTER: workloads.CLOUDWATCH_EXPORTER,
    paths.CLUSTER_COLLECTOR: workloads.COLLECTOR_CLUSTER,
    paths.ELASTICSEARCH: workloads.ELASTICSEARCH,
    paths.FALCOSIDEKICK: workloads.FALCOSIDEKICK,
    paths.GATEWAY: workloads.COLLECTOR_GATEWAY,
    paths.GRAFANA: workloads.GRAFANA,
    paths.INCIDENT_WATCH: workloads.INCIDENT_WATCH,
    paths.JAEGER: workloads.JAEGER,
    paths.LOKI: workloads.LOKI,
    paths.OPENSEARCH_RETENTION: workloads.JAEGER,
    paths.PROMETHEUS: workloads.PROMETHEUS,
    paths.PROMETHEUS_READER: workloads.PROMETHEUS_READER,
    paths.REPORTS: workloads.REPORTS,
    paths.SECRETS_CONTROLLER: workloads.EXTERNAL_SECRETS,
    paths.SECURITY_POSTURE: workloads.SECURITY_POSTURE,
    paths.SLO_STATUS: workloads.SLO_STATUS,
    paths.THANOS_COMPACTOR: workloads.THANOS_COMPACTOR,
    paths.THANOS_STORE: workloads.THANOS_STORE,
}


def test_only_pods_with_a_role_get_credentials_of_aws() -> None:
    asking = {path.sender for path in PATHS if path.receiver is Addresses.POD_IDENTITY}
    having = {
        one for one in vars(workloads).values() if isinstance(one, Workload) and one.namespace in names.POD_SECURITY
    }

    assert asking == ROLES.keys()
    assert set(ROLES.values()) == having
    assert all(isinstance(pods, Pods) and pods.namespace == role.namespace for pods, role in ROLES.items())


def test_every_chart_that_makes_an_end_of_a_path_is_in_the_table_and_every_pod_of_ours_is_an_end() -> None:
    ends = {end for path in PATHS for end in (path.sender, path.receiver) if isinstance(end, Pods)}
    listed = {one for one in vars(paths).values() if isinstance(one, Pods)} | {*paths.ADMISSION_JOBS}

    assert {end.chart for end in ends if end.chart} <= CHARTS.keys()
    assert listed - ends == set(), "nobody speaks to them, and they to nobody"


@every_path
def test_the_service_has_the_port_and_leads_to_the_pods_port(path: DataPath) -> None:
    if path.service:
        assert {port.of_service: port.pod for port in path.ports}.items() <= SERVICES[path.service].items()
    else:
        # Where no Service is named, there is none between: the two numbers are one, or the caller is the API server.
        assert path.sender is Addresses.API_SERVER or all(port.service is None for port in path.ports)


@every_path
def test_a_path_has_a_reason_and_stands_in_the_list_once(path: DataPath) -> None:
    assert path.reason[0].isupper()
    assert [p for p in PATHS if (p.sender, p.receiver, p.ports) == (path.sender, path.receiver, path.ports)] == [path]


ENDS = {end for path in PATHS for end in (path.sender, path.receiver)}
OURS = sorted((end for end in ENDS if isinstance(end, Pods) and end.ours and end.labels), key=lambda pods: pods.name)
PORTS = sorted({(port.pod, port.protocol) for path in PATHS for port in path.ports})


def listed(sender: Pods, receiver: Pods, number: int, protocol: Protocol) -> bool:
    """Whether a path says so, and not only by "any pod"."""
    return any(
        (path.sender, path.receiver) == (sender, receiver)
        and (not path.ports or (number, protocol) in {(port.pod, port.protocol) for port in path.ports})
        for path in PATHS
    )


@pytest.mark.parametrize("sender", OURS, ids=lambda pods: pods.name)
def test_what_is_not_in_the_list_is_closed(sender: Pods) -> None:
    """Among our own pods, on every port that any of them has."""
    for receiver, (number, protocol) in product(OURS, PORTS):
        goes_out = listed(sender, receiver, number, protocol) or listed(sender, paths.ANY_POD, number, protocol)
        comes_in = listed(sender, receiver, number, protocol) or listed(paths.ANY_POD, receiver, number, protocol)
        port = Port(pod=number, protocol=protocol)
        assert allows(POLICIES, end_of(sender, RANGES), end_of(receiver, RANGES), port) == (goes_out, comes_in)


@pytest.mark.parametrize("namespace", sorted(names.POD_SECURITY))
def test_each_namespace_is_closed_for_a_pod_that_is_not_listed(namespace: str) -> None:
    stranger = End(namespace=namespace, labels=(("app", "stranger"),))
    web = End(address="93.184.216.34")

    assert allows(POLICIES, stranger, web, Port(pod=443)) == (False, True)
    assert allows(POLICIES, web, stranger, Port(pod=443)) == (True, False)
    # But names are resolved, or nothing says why it does not work.
    assert allows(POLICIES, stranger, end_of(paths.DNS, RANGES), Port(pod=53, protocol=Protocol.UDP)) == (True, True)


def test_no_policy_is_written_into_another_owners_namespace() -> None:
    assert {policy.namespace for policy in POLICIES} == set(names.POD_SECURITY)
    assert len({(policy.namespace, policy.name) for policy in POLICIES}) == len(POLICIES)


# The traps of the charts' own network policies, each with the path that they cut off.

SHOP = End(namespace="shop", labels=(("app.kubernetes.io/name", "api"),))


def opened(
    sender: Pods | Addresses, receiver: Pods | Addresses, number: int, protocol: Protocol = Protocol.TCP
) -> bool:
    port = Port(pod=number, protocol=protocol)
    return allows(POLICIES, end_of(sender, RANGES), end_of(receiver, RANGES), port) == (True, True)


@pytest.mark.parametrize("protocol", list(Protocol))
def test_trap_alertmanagers_own_policy_blocks_gossip(protocol: Protocol) -> None:
    assert opened(paths.ALERTMANAGER, paths.ALERTMANAGER, 9094, protocol)
    assert not opened(paths.GRAFANA, paths.ALERTMANAGER, 9094, protocol)


@pytest.mark.parametrize("sender", [paths.GRAFANA, paths.LOKI, paths.FALCOSIDEKICK, paths.PROMETHEUS])
def test_trap_alertmanagers_own_policy_admits_prometheus_alone(sender: Pods) -> None:
    assert opened(sender, paths.ALERTMANAGER, names.ALERTMANAGER_PORT)


def test_trap_kube_state_metrics_policy_declares_egress_without_rules() -> None:
    assert opened(paths.KUBE_STATE_METRICS, Addresses.API_SERVER, 443)


@pytest.mark.parametrize("component", ["single-binary", "backend", "ruler"])
def test_trap_lokis_policy_lets_one_component_alert_and_the_ruler_is_another(component: str) -> None:
    ruler = End(namespace=names.LOGGING, labels=(*paths.LOKI.labels, ("app.kubernetes.io/component", component)))

    assert allows(POLICIES, ruler, end_of(paths.ALERTMANAGER, RANGES), Port(pod=9093)) == (True, True)


def test_trap_opencosts_policy_has_no_dns_no_api_server_and_no_prices() -> None:
    everybody = Pods(name="opencost", namespace=names.MONITORING, labels=paths.OPENCOST.labels)

    assert opened(everybody, paths.DNS, 53, Protocol.UDP)
    assert opened(paths.OPENCOST, Addresses.API_SERVER, 443)
    assert opened(paths.OPENCOST, Addresses.OUTSIDE, 443)
    assert opened(paths.PROMETHEUS, paths.OPENCOST, 9003)


@pytest.mark.parametrize(
    "sender",
    [paths.LOKI, paths.PROMETHEUS, paths.ALERTMANAGER, paths.GRAFANA, paths.GATEWAY, paths.FALCOSIDEKICK,
     paths.CLOUDWATCH_EXPORTER, paths.SECRETS_CONTROLLER],
    ids=lambda pods: pods.name,
)  # fmt: skip
def test_trap_pod_identity_is_on_port_80_of_a_link_local_address(sender: Pods) -> None:
    agent = End(address="169.254.170.23")

    assert allows(POLICIES, end_of(sender, RANGES), agent, Port(pod=80)) == (True, True)
    # The metadata service of the node is its neighbour, and gives the node's own rights to whoever asks.
    metadata = End(address="169.254.169.254")
    assert allows(POLICIES, end_of(sender, RANGES), metadata, Port(pod=80)) == (False, True)


@pytest.mark.parametrize("receiver", [paths.OPERATOR, paths.SECRETS_WEBHOOK, paths.ELASTIC_OPERATOR])
def test_the_api_server_reaches_every_admission_webhook(receiver: Pods) -> None:
    (port,) = (
        p for path in PATHS if path.sender is Addresses.API_SERVER and path.receiver == receiver for p in path.ports
    )

    assert opened(Addresses.API_SERVER, receiver, port.pod)
    assert port.of_service == 443


def test_prometheus_scrapes_applications_and_they_reach_the_agent_but_nothing_else_of_ours() -> None:
    prometheus, agent = end_of(paths.PROMETHEUS, RANGES), end_of(paths.AGENT, RANGES)

    assert allows(POLICIES, prometheus, SHOP, Port(pod=8443)) == (True, True)
    assert allows(POLICIES, SHOP, agent, Port(pod=names.OTLP_GRPC_PORT)) == (True, True)
    assert allows(POLICIES, SHOP, prometheus, Port(pod=9090)) == (True, False)
    assert allows(POLICIES, SHOP, end_of(paths.ALERTMANAGER, RANGES), Port(pod=9093)) == (True, False)


def test_the_ranges_of_a_cluster_that_belfry_did_not_make_are_the_private_ones() -> None:
    nodes = Ranges().of(Addresses.NODES)

    assert set(nodes) == set(PRIVATE)
    assert all(ipaddress.ip_network(cidr).is_private or cidr == "100.64.0.0/10" for cidr in nodes)


def test_the_policies_are_the_same_each_time_and_in_order() -> None:
    again = policies(PATHS, RANGES)

    assert again == POLICIES
    assert [(p.namespace, p.name) for p in again] == sorted((p.namespace, p.name) for p in again)
