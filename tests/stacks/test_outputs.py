"""What other stacks find among the outputs of an environment."""

from typing import Any

import pulumi

from stacks.inputs import ROOT, load
from stacks.program import build
from tests.stacks.deployment import INVOKES, TODAY, as_pulumi_hands_it, computed, made_up_secrets, stack_config
from tests.synth import synth


def exported(stack: str, **changes: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def program() -> None:
        pulumi.Output.from_input(build(load(ROOT, today=TODAY)).exports()).apply(seen.update)

    config = {**stack_config(stack), **{f"belfry:{key}": value for key, value in changes.items()}}
    synth(
        program,
        stack=stack,
        config={key: as_pulumi_hands_it(value) for key, value in config.items()},
        secret_config={"secrets": made_up_secrets()},
        invokes=INVOKES,
        state=computed,
    )
    return seen


def test_other_stacks_find_network_rights_and_storage_among_the_outputs() -> None:
    shown = exported("prod")

    assert shown["vpc_id"] == "network-vpc-id"
    for key in ("private_subnet_ids", "public_subnet_ids", "private_route_table_ids"):
        assert len(shown[key]) == 3
    assert shown["cluster_security_group_id"].startswith("sg-")
    assert shown["oidc_issuer"].startswith("https://")
    assert set(shown["buckets"]) == {"loki-chunks", "long-term-metrics", "elasticsearch-snapshots", "reports", "jobs"}
    assert {"loki", "thanos-store", "prometheus"} <= set(shown["role_arns"])
    assert shown["region"] == "eu-central-1"


def test_of_an_adopted_clusters_network_nothing_is_put_out() -> None:
    adopted = {"mode": "adopt", "name": "theirs", "identity": "pod-identity"}
    shown = exported("dev", cluster=adopted, storage={"class": "gp3"})

    assert shown["cluster_name"] == "theirs"
    assert not {"vpc_id", "private_subnet_ids", "cluster_security_group_id", "oidc_issuer"} & set(shown)
