"""Name resolution, bandwidth of nodes, probes, certificates, calls to other companies."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording import cluster as series

USAGE = "node:network_usage:ratio"
BYTES = "node:network_bytes:rate5m"
EXTERNAL_CALLS = "component_provider:external_calls:rate5m"
_PROBE = "cluster, system, component, probe"


def dns_answers() -> str:
    """Answers a second, by code."""
    return f"sum by (rcode) ({chosen.cluster(series.DNS_ANSWERS)})"


def dns_errors() -> str:
    """Share of answers that are failures, of all clusters the worst."""
    return f"max({chosen.cluster(series.DNS_ERRORS)})"


def dns_duration() -> str:
    """99th percentile of an answer, of all clusters the slowest."""
    return f"max({chosen.cluster(series.DNS_DURATION)})"


def dns_errors_by_cluster() -> str:
    """Share of failures, by cluster."""
    return f"max by (cluster) ({chosen.cluster(series.DNS_ERRORS)})"


def dns_duration_by_cluster() -> str:
    """99th percentile, by cluster."""
    return f"max by (cluster) ({chosen.cluster(series.DNS_DURATION)})"


def busiest() -> str:
    """Use of its baseline, of the busiest node."""
    return f"max({chosen.cluster(USAGE)})"


def dropped() -> str:
    """Packets a second that EC2 holds back or drops; 0 and not nothing without any."""
    return f"sum({chosen.cluster(series.NODE_DROPPED)}) or vector(0)"


def of_nodes(metric: str, count: int = 10) -> str:
    """The nodes with most of a share or rate."""
    return f"topk({count}, max by (node) ({chosen.cluster(metric)}))"


def failing_probes() -> str:
    """How many probes failed in more than half of their attempts; 0 and not nothing without any."""
    return f"count({chosen.component(series.PROBES)} < 0.5) or vector(0)"


def probes() -> str:
    """Share of attempts that succeeded, by probe."""
    return f"sort(min by ({_PROBE}) ({chosen.component(series.PROBES)}))"


def probe_durations() -> str:
    """Seconds of an attempt, by probe."""
    return f"max by ({_PROBE}) ({chosen.component(series.PROBE_DURATION)})"


def certificates() -> str:
    """Seconds until the certificate that a probe sees expires."""
    return f"min by ({_PROBE}) ({chosen.component(series.CERTIFICATES)}) - time()"


def first_certificate() -> str:
    """Seconds until the first of all certificates expires."""
    return f"min({chosen.component(series.CERTIFICATES)}) - time()"


def probe_phases() -> str:
    """Where the time of a probe goes: name, connection, TLS, the service itself."""
    return f"max by (phase) ({chosen.component('probe_http_duration_seconds')})"


def external_calls() -> str:
    """Calls a second to other companies' services, by who calls whom."""
    return f"sum by (system, component, provider) ({chosen.component(EXTERNAL_CALLS)})"


def nat_errors() -> str:
    """Connections that NAT gateways could not open in five minutes, by gateway."""
    return f"max by (dimension_NatGatewayId) ({chosen.cluster('aws_natgateway_error_port_allocation_sum')})"


def nat_drops() -> str:
    """Packets that NAT gateways dropped in five minutes, by gateway."""
    return f"max by (dimension_NatGatewayId) ({chosen.cluster('aws_natgateway_packets_drop_count_sum')})"
