"""The controller's rights: AWS's policy for it, narrowed to one cluster."""

import json
from typing import Any

from configs.iam.load_balancer_policy import OWNED, load_balancer_controller

POLICY: list[dict[str, Any]] = json.loads(
    load_balancer_controller(region="eu-central-1", account="123456789012", cluster="main")
)["Statement"]
# Actions whose statement must name the cluster: what they change exists, and may be somebody else's.
CHANGES = ("Delete", "Modify", "Set", "Authorize", "Revoke", "RemoveTags", "CreateLoadBalancer", "CreateTargetGroup")
# A listener is found by its load balancer, and AWS's own policy asks for no tag of it.
LISTENERS = ("Listener", "Rule", "SetRulePriorities")


def test_what_it_changes_is_tagged_as_the_clusters_own() -> None:
    for statement in POLICY:
        tags = json.dumps(statement.get("Condition", {}))
        for action in statement["Action"]:
            verb = action.partition(":")[2]
            if verb.startswith(CHANGES) and not any(word in verb for word in LISTENERS):
                listeners = all("listener" in resource for resource in statement["Resource"])
                named = f'Tag/{OWNED}": "main"' in tags or "kubernetes.io/cluster/main" in tags
                assert named or listeners, action


def test_it_stays_in_its_account_and_region() -> None:
    for statement in POLICY:
        for resource in statement["Resource"]:
            assert resource == "*" or ":123456789012:" in resource


def test_what_is_switched_off_or_given_has_no_right() -> None:
    services = {action.partition(":")[0] for statement in POLICY for action in statement["Action"]}
    assert services == {"ec2", "elasticloadbalancing", "iam"}
    text = json.dumps(POLICY)
    for word in ("/net/", "cognito", "waf", "shield", "acm:", "Coip", "Ipam", "TrustStore", "SetWebAcl"):
        assert word not in text


def test_it_fits_an_inline_policy() -> None:
    assert len(json.dumps(POLICY, separators=(",", ":"))) < 10_240
