"""The whole program under mocks, for one of the project's own stacks or for a changed copy of it."""

import functools
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import yaml

from model.catalog.teams import Organization
from model.names import DEAD_MANS_SWITCH_SECRET, PAGER_SECRET
from stacks.inputs import ROOT
from stacks.program import run
from tests.components.ingress_examples import for_people
from tests.synth import Synth, synth

TODAY = "2026-12-01"
ENVIRONMENTS = ("local", "dev", "staging", "prod")

MADE_UP_BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/k8s-belfry/0123456789abcdef"
INVOKES: dict[str, dict[str, Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
    "aws:lb/getLoadBalancer:getLoadBalancer": {"arn": MADE_UP_BALANCER, "arnSuffix": "app/k8s-belfry/0123456789abcdef"},
    "aws:lb/getTargetGroup:getTargetGroup": {"arnSuffix": "targetgroup/k8s-page/0123456789abcdef"},
    "aws:route53/getZone:getZone": {"id": "ZMADEUP", "zoneId": "ZMADEUP", "name": "example.com"},
    "aws:eks/getCluster:getCluster": {
        "name": "theirs",
        "endpoint": "https://theirs.eks.example.com",
        "certificateAuthorities": [{"data": "bWFkZSB1cA=="}],
        "vpcConfig": {"vpcId": "vpc-theirs"},
    },
}


def stack_config(stack: str, root: Path = ROOT) -> dict[str, Any]:
    """The configuration in ``Pulumi.<stack>.yaml``."""
    config: dict[str, Any] = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())["config"]
    return config


def made_up_secrets(root: Path = ROOT) -> dict[str, str]:
    """A value for every secret that the teams' receivers need, and one for the dead man's switch."""
    organization = Organization.model_validate(yaml.safe_load((root / "catalog" / "teams.yaml").read_text()))
    needed = {DEAD_MANS_SWITCH_SECRET, PAGER_SECRET, *(name for team in organization.teams for name in team.secrets)}
    return {name: f"https://secret.example.com/{name}" for name in needed}


def deploy(
    stack: str = "dev",
    *,
    root: Path = ROOT,
    preview: bool = False,
    offline: bool | None = None,
    changes: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    today: str = TODAY,
) -> Synth:
    """What the program registers. ``changes`` replace keys of the stack's configuration; None takes a key away."""
    config = {**stack_config(stack, root), **{f"belfry:{key}": value for key, value in (changes or {}).items()}}
    return synth(
        lambda: run(offline=stack == "local" if offline is None else offline, root=root, today=today),
        stack=stack,
        preview=preview,
        config={key: as_pulumi_hands_it(value) for key, value in config.items() if value is not None},
        secret_config={"secrets": made_up_secrets(root) if secrets is None else secrets},
        invokes=INVOKES,
        state=computed,
    )


@functools.cache
def deployed(stack: str, *, preview: bool = False) -> Synth:
    """What a stack registers as it is shipped. Kept: a run takes seconds, and a Synth is only read."""
    return deploy(stack, preview=preview)


def copy_of_project(folder: Path) -> Path:
    """A copy of what the program reads, to be changed by a test."""
    for name in ("catalog", "rules", "dashboards"):
        shutil.copytree(ROOT / name, folder / name)
    for stack in ENVIRONMENTS:
        shutil.copy(ROOT / f"Pulumi.{stack}.yaml", folder)
    return folder


def as_pulumi_hands_it(value: object) -> object:
    """Scalars arrive as text, so that `true` in the file is "true" in the program."""
    return str(value).lower() if isinstance(value, bool) else value


def computed(args: pulumi.runtime.MockResourceArgs) -> Mapping[str, Any]:
    """What the cloud would compute, where the program reads it."""
    if args.typ == "aws:eks/cluster:Cluster":
        return {
            "endpoint": "https://made-up.eks.example.com",
            "certificateAuthority": {"data": "bWFkZSB1cA=="},
            "identities": [{"oidcs": [{"issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/MADEUP"}]}],
            "vpcConfig": {**args.inputs["vpcConfig"], "clusterSecurityGroupId": "sg-0123456789abcdef0"},
        }
    if args.typ == "aws:amp/workspace:Workspace":
        return {"prometheusEndpoint": "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-made-up/"}
    if args.typ == "aws:eks/nodeGroup:NodeGroup":
        return {"resources": [{"autoscalingGroups": [{"name": f"eks-{args.name}"}]}]}
    if args.typ == "random:index/randomPassword:RandomPassword":
        return {"result": "made-up-password"}
    return for_people(args)
