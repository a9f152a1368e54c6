"""Rights in the cluster: the verbs of the rules that may act, on the objects that they name."""

from typing import Any

import pytest

from model.remediation.cluster_rights import of_actor
from model.vocabulary import Environment
from tests.configs.iam.test_remediation import catalog, rule


@pytest.mark.parametrize(
    ("action", "rights"),
    [
        (
            {"kind": "restart-pod", "workload": "web"},
            {("deployments", "web"): ["get"], ("pods",): ["list"], ("pods/eviction",): ["create"]},
        ),
        ({"kind": "rollout-restart"}, {("deployments", "api"): ["get", "patch"]}),
        (
            {"kind": "scale-out", "most": 4, "autoscaler": "web"},
            {("horizontalpodautoscalers", "web"): ["get", "patch"]},
        ),
        ({"kind": "runbook", "document": "Drain"}, {}),
    ],
)
def test_each_action_has_its_own_verbs(action: dict[str, Any], rights: dict[tuple[str, ...], list[str]]) -> None:
    acts = rule("one", "api", action)
    found = of_actor(catalog(acts, {**acts, "name": "two", "alert": "Other"}), Environment.DEV)
    rules = [each for namespace in found.values() for each in namespace]
    assert {(one["resources"][0], *one.get("resourceNames", ())): one["verbs"] for one in rules} == rights
    assert len(rules) == len(rights), "two rules for one target give nothing twice"


def test_a_rule_in_shadow_gives_no_right() -> None:
    assert of_actor(catalog(rule("one", "api", {"kind": "rollout-restart"})), Environment.PROD) == {}
