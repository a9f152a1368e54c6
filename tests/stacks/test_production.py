"""What production refuses, each with its name and reason; what other environments take; and how one is accepted."""

from typing import Any

import pytest

from model.catalog.catalog import Catalog
from stacks.inputs import ROOT
from stacks.production import CHECKS, problems, warnings
from tests.stacks.deployment import TODAY, stack_config
from tests.stacks.foundation import ADOPTED, settings
from tests.stacks.test_ingress import INGRESS, OFFICE, SIGN_ON

CATALOG = Catalog.load(ROOT / "catalog")
NANO = {"instance_type": "t3.nano", "minimum": 2, "maximum": 2}
NIGHT = {"name": "x", "reason": "Peace.", "time_zone": "UTC", "times": [{"start": "00:00", "end": "24:00"}]}


def part(key: str, **changes: Any) -> dict[str, Any]:
    """A structured value of prod with some of its keys replaced."""
    return {key: {**stack_config("prod").get(f"belfry:{key}", {}), **changes}}


def found(stack: str, changes: dict[str, Any], catalog: Catalog | None = CATALOG) -> list[str]:
    return [str(problem) for problem in problems(settings(stack, changes), catalog, TODAY)]


def accepting(*entries: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {**changes, "accept": [{"reason": "Until the move.", "until": "2027-03-01", **entry} for entry in entries]}


def ingress(**changes: Any) -> dict[str, Any]:
    """An internet-facing ingress."""
    return {"ingress": {**INGRESS, "scheme": "internet-facing", **changes}}


OPEN = ingress()
UNSAFE: list[tuple[str, dict[str, Any], str]] = [
    ("any-account", {"account": ""}, "account: found none, which is unsafe"),
    ("unprotected", {"protect": False}, "protect: found false, which is unsafe"),
    ("open-endpoint", part("cluster", public_cidrs=["0.0.0.0/0"]), "cluster.public_cidrs: found 0.0.0.0/0, which"),
    ("open-endpoint", part("cluster", public_cidrs=["16.0.0.0/4"]), "cluster.public_cidrs: found 16.0.0.0/4, which"),
    ("open-ingress", OPEN, "ingress.cidrs: found none, which is unsafe"),
    ("open-ingress", ingress(cidrs=["0.0.0.0/0"]), "ingress.cidrs: found 0.0.0.0/0, which is unsafe"),
    ("open-ingress", ingress(cidrs=["0.0.0.0/1", OFFICE]), "ingress.cidrs: found 0.0.0.0/1, 203.0.113.0/24, which"),
    (
        "ingress-without-sign-on",
        ingress(cidrs=[OFFICE], sign_on=None),
        "ingress.sign_on: found none for grafana, kibana, which is unsafe",
    ),
    ("single-nat-gateway", part("cluster", nat_gateways="one"), "cluster.nat_gateways: found one, which"),
    ("single-node", part("cluster", nodes={"minimum": 1, "maximum": 1}), "cluster.nodes.minimum: found 1, which"),
    (
        "single-node",
        part("cluster", observability_nodes={"instance_type": "m7i.8xlarge", "minimum": 1, "maximum": 6}),
        "cluster.observability_nodes.minimum: found 1, which",
    ),
    (
        "small-nodes",
        part("cluster", observability_nodes=NANO),
        "cluster.observability_nodes.instance_type: found t3.nano: a node has",
    ),
    (
        "small-nodes",
        part("cluster", observability_nodes=None),
        "cluster.nodes.instance_type: found m7i.large: a node has 1.5 cores, 5.56 GiB",
    ),
    (
        "small-nodes",
        part("cluster", observability_nodes={"instance_type": "m7i.2xlarge", "minimum": 2, "maximum": 2}),
        "cluster.observability_nodes.maximum: found 2: 2 nodes have 14.96 cores, 54.9 GiB",
    ),
    ("single-replicas", {"sizing": {"profile": "single"}}, "sizing.profile: found single, which"),
    ("single-prometheus", part("metrics", replicas=1), "metrics.replicas: found 1, which"),
    ("single-alertmanager", part("alerting", replicas=1), "alerting.replicas: found 1, which"),
    ("single-jaeger", part("traces", replicas=1), "traces.replicas: found 1, which"),
    ("single-loki", part("logs", replicas=1), "logs.replicas: found 1, which"),
    ("single-elasticsearch", part("logs", elasticsearch={"nodes": 1}), "logs.elasticsearch.nodes: found 1, which"),
    ("single-gateway", {"collectors": {"gateway": {"replicas": 1}}}, "collectors.gateway.replicas: found 1, which"),
    ("single-sampler", {"collectors": {"sampler": {"replicas": 1}}}, "collectors.sampler.replicas: found 1, which"),
    ("single-falcosidekick", {"security": {"replicas": 1}}, "security.replicas: found 1, which"),
    ("traces-in-memory", part("traces", storage="memory"), "traces.storage: found memory, which"),
    ("no-falco", {"security": {"falco": False}}, "security.falco: found false, which"),
    ("no-dead-mans-switch", part("alerting", dead_mans_switch=False), "alerting.dead_mans_switch: found false, which"),
    ("no-aws-pager", {"notifications": {}}, "notifications.pager: found false, which"),
    (
        "always-muted",
        part("alerting", mute_times=[{**NIGHT, "severities": ["critical", "warning", "info"]}]),
        "alerting.mute_times[x]: found critical alerts muted for more than 31 days on end, which",
    ),
    (
        "changed-protection",
        part("alerting", overrides={"AlarmForwarderNotDelivering": {"enabled": False, "reason": "Loud."}}),
        "alerting.overrides.AlarmForwarderNotDelivering: found an override of an alert that monitors alerting "
        "itself, w",
    ),
    ("plain-links", part("links", grafana="http://grafana.example.com"), "links.grafana: found http://grafana.exam"),
    ("plain-links", part("links", prometheus="http://prom.example.com"), "links.prometheus: found http://prom.exam"),
]


def test_prod_as_it_is_shipped_is_safe() -> None:
    assert found("prod", {}) == []


@pytest.mark.parametrize(("name", "changes", "message"), UNSAFE)
def test_prod_refuses_what_is_unsafe_with_its_name_and_reason_and_staging_takes_it(
    name: str, changes: dict[str, Any], message: str
) -> None:
    [line] = [line for line in found("prod", changes) if f"(check {name})" in line]
    assert line.startswith(f"Pulumi.prod.yaml: belfry:{message}")
    [reason] = [check.reason for check in CHECKS if check.name == name]
    assert f"(check {name}); allowed: " in line
    assert line.endswith(f": {reason}")
    assert found("staging", changes) == []


def test_an_internal_ingress_and_one_that_admits_an_office_to_a_sign_on_are_safe() -> None:
    own_sign_on = {"grafana": {"sign_on": {**SIGN_ON, "admins": ["platform"]}}}
    assert found("prod", {"ingress": {**INGRESS, "sign_on": None}}) == []
    assert found("prod", ingress(cidrs=[OFFICE])) == []
    # A Grafana that asks the provider itself needs nobody in front of it.
    assert found("prod", {**ingress(cidrs=[OFFICE], sign_on=None, programs=["grafana"]), **own_sign_on}) == []


def quiet_platform() -> Catalog:
    teams = tuple(
        team.model_copy(update={"receivers": team.receivers[1:]}) if team.name == "platform" else team
        for team in CATALOG.organization.teams
    )
    return CATALOG.of(CATALOG.organization.model_copy(update={"teams": teams}), CATALOG.systems)


def test_prod_refuses_an_owner_whom_nothing_wakes() -> None:
    [line] = found("prod", {}, quiet_platform())
    assert line.startswith(
        "catalog/teams.yaml: teams[platform].receivers: found no paging receiver, which is unsafe in"
    )
    assert found("prod", accepting({"check": "no-pager"}), quiet_platform()) == []


def test_every_check_has_been_seen_to_refuse_and_has_a_name_of_its_own() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert set(names) == {name for name, _, _ in UNSAFE} | {"no-pager"}


def test_all_that_is_unsafe_is_reported_at_once() -> None:
    changes = {"protect": False, "account": "", "security": {"falco": False}, **part("cluster", nat_gateways="one")}
    assert len(found("prod", changes)) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"cluster": {**ADOPTED, "identity": "pod-identity"}, "storage": {"class": "gp3"}},
        part("cluster", public_cidrs=[]),
    ],
)
def test_an_adopted_cluster_and_a_closed_endpoint_are_safe(changes: dict[str, Any]) -> None:
    assert found("prod", changes) == []


def test_nodes_of_a_type_that_the_table_does_not_have_are_not_judged() -> None:
    nodes = {"instance_type": "u-24tb1.metal", "minimum": 2, "maximum": 2}
    assert found("prod", part("cluster", observability_nodes=nodes)) == []


def test_three_pods_that_must_be_apart_need_three_nodes_however_large() -> None:
    nodes = {"instance_type": "p5.48xlarge", "minimum": 2, "maximum": 2}
    (problem,) = found("prod", part("cluster", observability_nodes=nodes))
    assert "no room for 1 of Alertmanager, which is unsafe in prod (check small-nodes); allowed: 3" in problem


def test_without_a_catalog_the_checks_that_need_one_are_left_out_with_their_acceptances() -> None:
    changes = accepting({"check": "small-nodes"}, **part("cluster", observability_nodes=NANO))
    assert found("prod", changes, None) == []


# ---- acceptances


def test_one_check_is_accepted_by_its_name_until_a_day_and_everybody_is_warned() -> None:
    changes = accepting({"check": "single-nat-gateway"}, **part("cluster", nat_gateways="one"))
    assert found("prod", changes) == []
    assert warnings(settings("prod", changes)) == [
        "unsafe in prod, accepted until 2027-03-01: single-nat-gateway: Until the move."
    ]
    [line] = found("prod", {**changes, "protect": False})
    assert "(check unprotected)" in line


def test_it_holds_through_its_last_day() -> None:
    changes = accepting({"check": "single-nat-gateway", "until": TODAY}, **part("cluster", nat_gateways="one"))
    assert found("prod", changes) == []


def test_after_it_both_the_entry_and_what_it_covered_are_refused() -> None:
    changes = accepting({"check": "single-nat-gateway", "until": "2026-11-30"}, **part("cluster", nat_gateways="one"))
    first, second = sorted(found("prod", changes))
    assert first.startswith(
        "Pulumi.prod.yaml: belfry:accept[single-nat-gateway].until: found 2026-11-30, which is over"
    )
    assert "belfry:cluster.nat_gateways: found one" in second


@pytest.mark.parametrize(
    ("stack", "entry", "message"),
    [
        ("prod", {"check": "nat"}, "accept[nat]: found unknown check 'nat'; allowed: always-muted, any-account"),
        ("prod", {"check": "no-falco"}, "accept[no-falco]: found an acceptance of a check that passes here"),
        ("prod", {"check": "no-falco", "until": "2027-12-02"}, "until: found 2027-12-02; allowed: 2027-12-01 at the"),
        ("dev", {"check": "single-nat-gateway"}, "found an acceptance of a check that passes here; allowed: no entry"),
    ],
)
def test_an_entry_that_is_wrong_or_for_nothing_is_refused(stack: str, entry: dict[str, str], message: str) -> None:
    [line] = found(stack, accepting(entry))
    assert message in line


def test_a_check_is_accepted_once() -> None:
    twice = accepting({"check": "no-falco"}, {"check": "no-falco", "reason": "Again."}, security={"falco": False})
    assert found("prod", twice) == [
        "Pulumi.prod.yaml: belfry:accept: found 'no-falco' 2 times; allowed: each name once"
    ]


def test_every_check_is_in_the_documentation_with_its_reason() -> None:
    rows = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    for check in CHECKS:
        assert any(row.startswith(f"| `{check.name}` |") and row.endswith(f"| {check.reason} |") for row in rows), check
