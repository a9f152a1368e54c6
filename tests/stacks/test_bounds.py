"""Sizes, times, money, ranges and addresses of the settings: what AWS would refuse later is refused now."""

from collections.abc import Mapping
from typing import Any

import pytest

from model.account.address_ranges import is_closed
from model.problems import BadInput
from tests.stacks.deployment import stack_config
from tests.stacks.foundation import ADOPTED, settings


def part(key: str, **changes: Any) -> dict[str, Any]:
    """A structured value of dev with some of its keys replaced."""
    return {key: {**stack_config("dev").get(f"belfry:{key}", {}), **changes}}


def sized(key: str, value: Any) -> dict[str, Any]:
    """The smallest change of dev that has ``value`` at the dotted ``key``."""
    first, *rest = key.split(".")
    for name in reversed(rest[1:]):
        value = {name: value}
    return part(first, **{rest[0]: value})


SIZES = [
    *(("storage.logs", value) for value in ("0s", "1ms", "23h", "3651d")),
    ("storage.metrics", "0s"),
    ("storage.logs", "99999d"),
    *(("metrics.retention", value) for value in ("0s", "1ms", "366d", "100000d")),
    *(("metrics.volume_gib", value) for value in (0, 10**9, 65_537)),
    ("logs.volume_gib", 10**12),
    ("logs.memory_mib", 10**9),
    ("logs.ingestion_mb", 10**9),
    ("logs.elasticsearch.memory_gib", 65),
    ("logs.elasticsearch.volume_gib", 10**6),
    ("collectors.gateway.volume_gib", 10**6),
    ("collectors.sampler.memory_mib", 10**9),
    *(("traces.retention_days", value) for value in (0, 366, 10**6)),
    *(("sizing.load_percent", value) for value in (0, 1e-300, 101)),
    ("sizing.nodes", 10**6),
    ("alarms.budget", 10**9),
    *(("cost.monthly_budget_usd", value) for value in (0.5, 10**10, 1.001)),
    ("cluster.nodes.maximum", 451),
    ("metrics.long_term.scratch_gib", 10**6),
]


@pytest.mark.parametrize(("key", "value"), SIZES)
def test_a_size_that_nothing_has_is_refused_with_its_key(key: str, value: Any) -> None:
    changes = sized(key, value)
    if "long_term" in key:
        changes = part("metrics", long_term={"store": "thanos", "scratch_gib": value})
    with pytest.raises(BadInput) as mistake:
        settings("dev", changes)
    assert f"belfry:{key}: found " in str(mistake.value), mistake.value


@pytest.mark.parametrize("days", [1, 365])
def test_samples_stay_on_the_volume_for_a_day_to_a_year(days: int) -> None:
    assert settings("dev", part("metrics", retention=f"{days}d")).metrics.retention.seconds == days * 86_400


def test_logs_of_no_time_at_all_are_one_clear_mistake() -> None:
    """What Elasticsearch needs is reckoned by dividing by it."""
    with pytest.raises(BadInput) as mistake:
        settings("prod", {"storage": {"logs": "0s"}})
    assert [str(one) for one in mistake.value.problems] == [
        "Pulumi.prod.yaml: belfry:storage.logs: found 0s; allowed: 1d to 3650d"
    ]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        *(
            ("collectors.browser_origins", [origin], "collectors.browser_origins[0]: found")
            for origin in ("*", "https://*.example.com", "https://a/", 'https://a"\nb', "null")
        ),
        ("collectors.browser_origins", ["https://a"] * 2, "browser_origins: found 'https://a' more than once"),
        ("collectors.zipkin", "http://a", "collectors.zipkin: found 'http://a'; allowed: https://"),
        ("metrics.keep", [""], "metrics.keep[0]: found ''"),
        ("logs.backends", ["loki", "loki"], "logs.backends: found 'loki' more than once; allowed: each once"),
        ("notifications.emails", {"critical": []}, "notifications.emails.critical: found []"),
        ("notifications.emails", {"critical": ["a@b.co"] * 2}, "emails.critical: found 'a@b.co' more than once"),
        ("notifications.emails", {"critical": ["{{.X}}@b.co"]}, "emails.critical[0]: found"),
        (
            "notifications.slack",
            {"workspace": "T12345", "channel": "C12345", "severities": []},
            "notifications.slack.severities: found []",
        ),
        ("charts.mirror", "https://u:hunter2@a", "charts.mirror: found a URL with a user or a password"),
        ("links.grafana", "https://admin:hunter2@host", "links.grafana: found a URL with a user or a password"),
        ("links.grafana", "https://a/{{.X}}", "links.grafana: found"),
        ("links.runbooks", 'https://a/"<', "links.runbooks: found"),
        ("links.prometheus", "https://a/?b", "links.prometheus: found"),
        (
            "links.alertmanager",
            "javascript://a",
            "links.alertmanager: found 'javascript://a'; allowed: https:// or http",
        ),
        ("grafana.sign_on", {"issuer": "https://u:hunter2@a"}, "sign_on.issuer: found a URL with a user or a password"),
        (
            "grafana.sign_on",
            {"token_endpoint": "https://u:hunter2@a/t"},
            "sign_on.token_endpoint: found a URL with a user or a password",
        ),
        (
            "exporters.databases",
            {"shop/db": {"addresses": ["169.254.169.254"]}},
            "exporters.databases.shop/db.addresses[0]: found the host '169.254.169.254', which hands out",
        ),
        (
            "cluster.access",
            {"ops": {"principal": 'arn:aws:iam::123456789012:role/a"b', "level": "view"}},
            "cluster.access.ops.principal: found",
        ),
        (
            "alerting.overrides",
            {"ApiDown": {"severity": "none", "reason": "Quiet."}},
            "alerting.overrides.ApiDown.severity: found 'none'",
        ),
    ],
)
def test_a_slip_in_a_list_or_an_address_is_refused(key: str, value: Any, message: str) -> None:
    with pytest.raises(BadInput) as mistake:
        settings("dev", sized(key, value))
    assert message in str(mistake.value)
    assert "hunter2" not in str(mistake.value)


def test_a_system_is_named_once() -> None:
    with pytest.raises(BadInput, match="belfry:systems: found 'cloudmart' more than once; allowed: each once"):
        settings("dev", {"systems": ["cloudmart", "cloudmart"]})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"public_cidrs": ["nope"]}, "public_cidrs[0]: found 'nope', which is no range", id="no range"),
        pytest.param({"public_cidrs": ["10.0.0.0/99"]}, "public_cidrs[0]: found '10.0.0.0/99'", id="no prefix"),
        pytest.param({"public_cidrs": ["8.8.8.8/24"]}, "8.8.8.8/24 has host bits set", id="host bits"),
        pytest.param({"public_cidrs": ["10.0.0.0/8"]}, "from which nothing reaches a public endpoint", id="private"),
        pytest.param({"public_cidrs": ["100.64.1.0/24"]}, "from which nothing reaches", id="of a carrier"),
        pytest.param({"public_cidrs": ["2001:db8::/32"]}, "public_cidrs[0]: found '2001:db8::/32'", id="IPv6"),
        pytest.param(
            {"public_cidrs": ["8.8.8.0/24", "8.8.8.128/25"]},
            "public_cidrs[1]: found 8.8.8.128/25, which overlaps 8.8.8.0/24",
            id="overlapping",
        ),
        pytest.param({"public_cidrs": ["8.8.8.0/24"] * 2}, "found '8.8.8.0/24' more than once", id="twice"),
        pytest.param(
            {"public_cidrs": [f"8.8.{n}.0/24" for n in range(41)]},
            "belfry:cluster.public_cidrs: found 41 ranges; allowed: at most 40",
            id="too many",
        ),
        pytest.param(
            {"peer_cidrs": {"office": "10.90.0.0/16", "shop": "10.90.1.0/24"}},
            "peer_cidrs.shop: found 10.90.1.0/24, which overlaps 10.90.0.0/16 of peer office",
            id="two peers",
        ),
        pytest.param({"peer_cidrs": {"office": "10.90.0.1/16"}}, "peer_cidrs.office: found '10.90.0.1/16'", id="bits"),
        pytest.param({"vpc_cidr": "10.64.0.1/16"}, "vpc_cidr: found '10.64.0.1/16'", id="host bits of the VPC"),
        pytest.param({"service_cidr": "8.8.0.0/16"}, "service_cidr: found public 8.8.0.0/16", id="public services"),
    ],
)
def test_a_range_that_cannot_be_is_refused(changes: Mapping[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as mistake:
        settings("dev", part("cluster", **changes))
    assert message in str(mistake.value)


def test_an_endpoint_of_an_adopted_cluster_is_a_plain_address() -> None:
    with pytest.raises(BadInput, match=r"cluster\.endpoint: found a URL with a user or a password"):
        settings("dev", {"cluster": {**ADOPTED, "endpoint": "https://u:hunter2@a"}})


def test_a_few_offices_are_closed_and_a_sixteenth_of_the_internet_is_not() -> None:
    assert is_closed(["203.0.113.0/24", "198.51.100.7/32"])
    assert is_closed([])
    assert not is_closed(["0.0.0.0/0"])
    assert not is_closed(["16.0.0.0/5", "24.0.0.0/5"])
