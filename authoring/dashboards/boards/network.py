"""The network: do names resolve, is there bandwidth, do probes get through, do certificates hold?"""

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import (
    blocks,
    blocks_kubernetes,
    cloudwatch,
    links,
    panels,
    targets,
    thresholds,
    variables,
)
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.thresholds import falling, rising
from authoring.dashboards.queries import network
from authoring.rules.recording import cluster
from model import labels
from model.catalog.catalog import Catalog
from model.dashboards import Board as Uid
from model.vocabulary import Signal

DAY = 86400
NO_PROBES = "No probes for these components"
TO_NODE = links.of_series(Uid.NODES, "node")


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    board = Board(
        uid=Uid.NETWORK,
        question="Do names resolve, is there bandwidth, do probes get through, do certificates hold?",
        variables=(variables.clusters(), variables.systems(), variables.components()),
        chosen=(labels.CLUSTER, labels.SYSTEM, labels.COMPONENT),
        to=(Uid.NODES, Uid.INFRASTRUCTURE, Uid.API),
        rows=(
            Row("Now", (*_numbers(catalog), *_reach(catalog)), collapsed=False),
            Row("Name resolution", blocks_kubernetes.dns(), width=8),
            Row("Nodes' interfaces", _interfaces(), width=8),
            Row("Probes and other companies' services", _probes()),
            Row("NAT gateways", _nat()),
        ),
    )
    return (board,)


def _numbers(catalog: Catalog) -> blocks.Panels:
    return (
        panels.number(
            "Probes failing",
            "Probes that failed in more than half of their attempts over ten minutes: users do not get here either.",
            targets.now(network.failing_probes()),
            thresholds=rising(warn=1),
            no_data="Prometheus does not answer",
            runbooks=("ProbeFailing", "ServiceDown", "ExternalServiceDown"),
        ),
        panels.number(
            "DNS failures",
            "Share of the DNS's answers that are SERVFAIL or REFUSED. From 3 % on programs feel it.",
            targets.now(network.dns_errors()),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.03),
            no_data=blocks_kubernetes.NO_DNS,
            decimals=2,
            runbooks=("DnsErrors", "DnsDown"),
        ),
        panels.number(
            "DNS duration, p99",
            "p99. At one second requests begin to wait for name resolution.",
            targets.now(network.dns_duration()),
            unit=units.Seconds,
            thresholds=rising(warn=1),
            no_data=blocks_kubernetes.NO_DNS,
            runbooks=("DnsSlow",),
        ),
        panels.number(
            "Busiest node",
            f"Its traffic as a share of what AWS guarantees the instance type. {thresholds.SAYS}",
            targets.now(network.busiest()),
            unit=units.PercentUnit,
            thresholds=thresholds.shared(catalog, Signal.NETWORK_USAGE),
            no_data="Instance types without a known baseline",
            decimals=0,
            runbooks=("NetworkNearlySaturated",),
        ),
        panels.number(
            "Dropped by AWS",
            "Packets a second that EC2 held back because the instance type may not carry more. From 10 on an alert "
            "fires.",
            targets.now(network.dropped()),
            unit=units.PacketsPerSecond,
            thresholds=rising(warn=10),
            no_data="Prometheus does not answer",
            decimals=0,
            runbooks=("NetworkAllowanceExceeded",),
        ),
        panels.number(
            "Next certificate expires in",
            "Renewal happens at 30 days: at 14 it has failed for two weeks, at 3 somebody must act now.",
            targets.now(network.first_certificate()),
            unit=units.Seconds,
            thresholds=falling(warn=3 * DAY, good=14 * DAY),
            no_data="No probe sees a certificate",
            decimals=0,
            runbooks=("CertificateExpiresSoon", "CertificateNearExpiry"),
        ),
    )


def _reach(catalog: Catalog) -> blocks.Panels:
    return (
        panels.comparison(
            "Probes",
            "Result of each probe, worst first. A click opens the component.",
            panels.Column(
                heading="Succeeded",
                expr=network.probes(),
                unit=units.PercentUnit,
                thresholds=falling(warn=0.5, good=1),
                decimals=0,
            ),
            panels.Column(
                heading="Duration",
                expr=network.probe_durations(),
                unit=units.Seconds,
                thresholds=rising(warn=2),
                decimals=2,
            ),
            panels.Column(
                heading="Certificate",
                expr=network.certificates(),
                unit=units.Seconds,
                thresholds=falling(warn=3 * DAY, good=14 * DAY),
                decimals=0,
            ),
            names={labels.SYSTEM: "System", labels.COMPONENT: "Component", "probe": "Probe", labels.CLUSTER: "Cluster"},
            no_data=NO_PROBES,
            runbooks=("ProbeFailing", "ExternalServiceSlow", "CertificateExpiresSoon"),
            data_links=(blocks.ROW_TO_SERVICE,),
        ),
        panels.curves(
            "Traffic of nodes, of their baseline",
            f"The ten busiest. Above 100 % an instance lives on credits, then packets are dropped. {thresholds.SAYS}",
            targets.over_time(network.of_nodes(network.USAGE), "{{node}}"),
            unit=units.PercentUnit,
            thresholds=thresholds.shared(catalog, Signal.NETWORK_USAGE),
            no_data="Instance types without a known baseline",
            runbooks=("NetworkNearlySaturated",),
            data_links=(TO_NODE,),
            width=8,
        ),
        panels.curves(
            "Packets dropped by AWS",
            "Packets a second above the instance type's bandwidth, by node; from 10 an alert fires.",
            targets.over_time(network.of_nodes(cluster.NODE_DROPPED), "{{node}}"),
            unit=units.PacketsPerSecond,
            thresholds=rising(warn=10),
            no_data="No such counters (only on AWS)",
            runbooks=("NetworkAllowanceExceeded",),
            data_links=(TO_NODE,),
            width=8,
        ),
        panels.curves(
            "Answers of the DNS",
            "Answers a second, by code. NXDOMAIN is mostly the search list at work; SERVFAIL is trouble.",
            targets.over_time(network.dns_answers(), "{{rcode}}"),
            unit=units.CountsPerSecond,
            no_data=blocks_kubernetes.NO_DNS,
            runbooks=("DnsErrors",),
            width=8,
        ),
    )


def _interfaces() -> blocks.Panels:
    return (
        panels.curves(
            "Traffic",
            "Bytes a second of the busier direction, the ten busiest nodes.",
            targets.over_time(network.of_nodes(network.BYTES), "{{node}}"),
            unit=units.BytesPerSecondSI,
            no_data="No node is scraped",
            runbooks=("NetworkNearlySaturated",),
            data_links=(TO_NODE,),
        ),
        panels.curves(
            "Packets with errors",
            "Share of packets on a node's worst interface. Above 1 % an alert fires after an hour.",
            targets.over_time(network.of_nodes(cluster.NODE_NETWORK_ERRORS), "{{node}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.01),
            no_data="Not enough traffic",
            runbooks=("NodeNetworkErrors",),
            data_links=(TO_NODE,),
        ),
        panels.curves(
            "Tracked connections",
            "Share of the kernel's table in use. When it is full, new connections are dropped without a word.",
            targets.over_time(network.of_nodes(cluster.NODE_CONNECTIONS), "{{node}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.8),
            no_data="No node is scraped",
            runbooks=("ConntrackNearlyFull",),
            data_links=(TO_NODE,),
        ),
    )


def _probes() -> blocks.Panels:
    return (
        panels.curves(
            "Duration of probes by phase",
            "Where the slowest probe's time goes: name, connection, TLS, the service itself, its answer.",
            targets.over_time(network.probe_phases(), "{{phase}}"),
            unit=units.Seconds,
            no_data=NO_PROBES,
            runbooks=("ExternalServiceSlow",),
        ),
        panels.curves(
            "Calls to other companies' services",
            "Calls a second, by caller and callee.",
            targets.over_time(network.external_calls(), "{{component}} to {{provider}}"),
            unit=units.RequestsPerSecond,
            no_data="No component exposes this metric",
            runbooks=("ExternalCallsFailing", "ExternalCallsSlow"),
            data_links=(blocks.TO_SERVICE,),
        ),
    )


def _nat() -> blocks.Panels:
    return tuple(
        panels.curves(
            title,
            description,
            targets.over_time(expr, "{{dimension_NatGatewayId}}"),
            thresholds=rising(warn=1),
            no_data="No NAT gateway metrics",
            runbooks=cloudwatch.alarm(alarm),
        )
        for title, description, expr, alarm in (
            (
                "Connections that could not be opened",
                "In five minutes, by gateway. All ports to one destination are in use: outgoing calls fail.",
                network.nat_errors(),
                "nat-port-errors",
            ),
            (
                "Packets dropped",
                "In five minutes, by gateway. Any means that the gateway carries more than it can.",
                network.nat_drops(),
                "nat-packets-dropped",
            ),
        )
    )
