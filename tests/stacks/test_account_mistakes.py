"""Mistakes about the account: each is reported with its key before anything is registered."""

from typing import Any

import pytest

from model.problems import BadInput
from stacks.secrets import Secrets
from tests.stacks.deployment import stack_config
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE, settings
from tests.synth import synth


def cluster(**changes: Any) -> dict[str, Any]:
    return {"cluster": {**stack_config("dev")["belfry:cluster"], **changes}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"region": "us-west-1"}, "belfry:region: found us-west-1 with 2 zones", id="two zones"),
        pytest.param({"region": "eu-nowhere-1"}, "belfry:region: found unknown region", id="unknown region"),
        pytest.param(cluster(vpc_cidr="10.0.0.0/20"), "belfry:cluster.vpc_cidr: found /20", id="too small"),
        pytest.param(cluster(vpc_cidr="172.20.0.0/16"), "overlaps 172.20.0.0/16 of the service range", id="overlap"),
        pytest.param(cluster(peer_cidrs={"office": "10.64.0.0/12"}), "of peer office", id="overlapping a peer"),
        pytest.param(cluster(nodes={"instance_type": "m77.large"}), "nodes.instance_type: found unknown", id="family"),
        pytest.param(
            cluster(observability_nodes={"instance_type": "q1.large"}),
            "observability_nodes.instance_type",
            id="family 2",
        ),
        pytest.param(cluster(version="1.99"), "cluster.version: found unknown EKS version '1.99'", id="version"),
        pytest.param(cluster(version="1.34", today="2028-01-01"), "EKS ended on 2027-12-02", id="ended version"),
        pytest.param(
            {"cluster": {**ADOPTED, "identity": "irsa"}}, "found identity irsa without endpoint and issuer", id="IRSA"
        ),
        pytest.param(
            {"cluster": {**ADOPTED, "identity": "irsa", "endpoint": "https://x"}}, "irsa without issuer", id="issuer"
        ),
        pytest.param({"notifications": {"emails": {"warning": ["nobody"]}}}, "emails.*found 'nobody'", id="email"),
        pytest.param({"notifications": {"emails": {"none": ["a@b.c"]}}}, "notifications.emails", id="nobody's topic"),
        pytest.param(
            {"notifications": {"slack": {"workspace": "acme", "channel": "#ops"}}}, "slack.workspace", id="slack"
        ),
        pytest.param({"cost": {"monthly_budget_usd": 0}}, "cost.monthly_budget_usd: found 0", id="budget of nothing"),
        pytest.param({"cost": {"monthly_budget_usd": -5}}, "cost.monthly_budget_usd: found -5", id="budget below"),
        pytest.param(
            {"cluster": ADOPTED},
            "belfry:storage.class: required key is missing: EKS has no default StorageClass since 1.30",
            id="an adopted cluster without a class of volumes",
        ),
        pytest.param(
            {"storage": {"class": "gp2"}},
            "belfry:storage.class: found gp2 for a cluster that Belfry makes",
            id="another class than our own",
        ),
        pytest.param({"storage": {"class": "GP 2"}}, "storage.class: found 'GP 2'", id="no name of a class"),
        pytest.param(
            cluster(version="1.32"), "cluster.version: found version 1.32, for which .* pins no", id="no pins"
        ),
        pytest.param({"storage": {"log_group_days": 31}}, "storage.log_group_days: found 31", id="days of a log group"),
    ],
)
def test_a_mistake_about_the_account_is_reported_with_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message) as mistake:
        settings("dev", changes)
    assert mistake.value.exit_code == 2


def test_a_cluster_may_be_adopted_where_none_could_be_made() -> None:
    assert settings("dev", {"cluster": ADOPTED, "region": "us-west-1", "storage": THEIR_STORAGE}).region == "us-west-1"


@pytest.mark.parametrize("address", ["http://events.pagerduty.com/x", "s3cr3t-key"])
def test_a_pagers_address_that_is_none_is_refused_before_anything_is_registered(address: str) -> None:
    found: list[str] = []
    synth(
        lambda: found.extend(map(str, Secrets().malformed(["pagerduty-aws", "not-set"]))),
        stack="prod",
        secret_config={"secrets": {"pagerduty-aws": address, "slack": "anything"}},
    )

    assert found == [
        "Pulumi.prod.yaml: belfry:secrets.pagerduty-aws: found no HTTPS URL; allowed: https://, a host and a path"
    ]
