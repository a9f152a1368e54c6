"""The cluster's name resolution, on the board of the network and, since the alerts lead there, of Kubernetes."""

from functools import partial

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, panels, targets
from authoring.dashboards.kit.thresholds import rising
from authoring.dashboards.queries import network

NO_DNS = "CoreDNS is not scraped"
curves = partial(panels.curves, no_data=NO_DNS)


def dns() -> blocks.Panels:
    """Answers, failures and duration of CoreDNS."""
    return (
        curves(
            "Answers of the DNS",
            "Answers a second, by code. NXDOMAIN is mostly the search list at work; SERVFAIL is trouble.",
            targets.over_time(network.dns_answers(), "{{rcode}}"),
            unit=units.CountsPerSecond,
            runbooks=("DnsDown",),
            width=8,
        ),
        curves(
            "Failures of the DNS",
            "Share of answers that are SERVFAIL or REFUSED. From 3 % on programs feel it.",
            targets.over_time(network.dns_errors_by_cluster(), "{{cluster}}"),
            unit=units.PercentUnit,
            thresholds=rising(warn=0.03),
            runbooks=("DnsErrors",),
            width=8,
        ),
        curves(
            "DNS duration, p99",
            "Resolvers retry after some seconds; at one second requests begin to wait for name resolution.",
            targets.over_time(network.dns_duration_by_cluster(), "{{cluster}}"),
            unit=units.Seconds,
            thresholds=rising(warn=1),
            runbooks=("DnsSlow",),
            width=8,
        ),
    )
