"""What must be there before a pod: its rights in AWS, and the Secrets that it mounts."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from model import labels, names
from tests.stacks.deployment import ENVIRONMENTS, copy_of_project, deploy, deployed, stack_config
from tests.synth import Key, Resource, Synth

RELEASE = "kubernetes:helm.sh/v3:Release"
RUNNING = (
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:batch/v1:Job",
    "kubernetes:batch/v1:CronJob",
)
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
# What stands in the values or the pod of whoever speaks to AWS with an identity of its own.
SPEAKS_TO_AWS = re.compile(r"sigv4|awscloudwatch|\"s3\"|SecretsManager|cloudwatch\"|amazonaws\.com|type: S3")

OPENSEARCH = {
    "storage": "opensearch",
    "opensearch": {"domain": "traces", "url": "https://vpc-traces.eu-central-1.es.amazonaws.com"},
}
MANAGED = {
    "store": "managed-prometheus",
    "url": "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-12345678-1234-1234-1234-123456789012",
    "region": "eu-central-1",
}
LEAST = {
    "exporters": {"cloudwatch": False},
    "security": {"falco": False, "posture": False},
    "traces": {"storage": "memory"},
}
CHANGES: dict[str, tuple[str, Mapping[str, Any]]] = {
    **{stack: (stack, {}) for stack in ENVIRONMENTS},
    "thanos": (
        "staging",
        {
            "metrics": {"volume_gib": 100, "long_term": {"store": "thanos", "volume_gib": 10}},
            "exporters": {"databases": {"alchemorsel/cache": {"addresses": ["cache.example.com"]}}},
        },
    ),
    "opensearch": ("dev", {"traces": OPENSEARCH, "metrics": {"volume_gib": 50, "long_term": MANAGED}}),
    "least": ("dev", LEAST),
    "ingress": ("dev", {"ingress": {"domain": "observability.example.com", "zone": "example.com"}}),
    "adopted": (
        "dev",
        {
            "cluster": {
                "mode": "adopt",
                "name": "theirs",
                "identity": "pod-identity",
                "autoscaler": "cluster-autoscaler",
            },
            "storage": {"class": "gp3"},
        },
    ),
}
everywhere = pytest.mark.parametrize("plan", CHANGES)


@functools.cache
def planned(plan: str) -> Synth:
    stack, changes = CHANGES[plan]
    return deploy(stack, changes=changes) if changes else deployed(stack)


def accounts(resource: Resource) -> set[str]:
    """Names of service accounts of a release's or a workload's pods."""
    if resource.type != RELEASE:
        spec = resource.inputs["spec"]
        # A CronJob's pods are those of its jobs.
        spec = spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec
        return {spec["template"]["spec"].get("serviceAccountName", "default")}
    return {resource.inputs["name"], *_named(resource.inputs["values"])}


def _named(values: Any) -> Iterator[str]:
    if isinstance(values, dict):
        if isinstance(account := values.get("serviceAccount"), dict) and account.get("name"):
            yield account["name"]
        if values.get("fullnameOverride"):
            yield values["fullnameOverride"]
        for below in values.values():
            yield from _named(below)


def namespace(resource: Resource) -> str:
    found: str = resource.inputs["namespace"] if resource.type == RELEASE else resource.inputs["metadata"]["namespace"]
    return found


def pods(plan: Synth) -> list[Resource]:
    return [one for kind in (RELEASE, *RUNNING) for one in plan.of(kind).values()]


def users(plan: Synth, association: Resource) -> list[Resource]:
    """Whose pods an association is for."""
    given = (association.inputs["namespace"], association.inputs["serviceAccount"])
    return [one for one in pods(plan) if namespace(one) == given[0] and given[1] in accounts(one)]


def comes_after(plan: Synth, resource: Resource) -> set[Key]:
    """All that is there before ``resource``: a component waits for what it depends on, and its children for it."""
    found: set[Key] = set()
    waiting = [resource.key]
    while waiting:
        one = plan.resources[waiting.pop()]
        fresh = {*one.dependencies, *([one.parent] if one.parent else [])} - found
        found |= fresh
        waiting += fresh & plan.keys()
    return found


@everywhere
def test_pods_are_made_after_their_rights_and_deleted_before_them(plan: str) -> None:
    result = planned(plan)
    assert result.of(ASSOCIATION)
    for name, association in result.of(ASSOCIATION).items():
        for user in users(result, association):
            before = comes_after(result, user)
            policy = name.removesuffix("-association") + "-role-policy"
            assert association.key in before, (user.name, name)
            assert ("aws:iam/rolePolicy:RolePolicy", policy) in before, (user.name, policy)


@everywhere
def test_no_role_is_made_for_what_is_not_installed(plan: str) -> None:
    result = planned(plan)
    assert [name for name, each in result.of(ASSOCIATION).items() if not users(result, each)] == []


@everywhere
def test_whoever_speaks_to_aws_has_a_role(plan: str) -> None:
    result = planned(plan)
    given = {(each.inputs["namespace"], each.inputs["serviceAccount"]) for each in result.of(ASSOCIATION).values()}
    # Falco's rules name addresses of AWS that containers speak to.
    speaking = [one for one in pods(result) if SPEAKS_TO_AWS.search(json.dumps(_without_rules(one), default=str))]
    assert speaking
    lacking = [one for one in speaking if not given & {(namespace(one), name) for name in accounts(one)}]
    # Elasticsearch knows no Pod Identity: its pods name the role themselves.
    assert [one.name for one in lacking if not _roles([one])] == []


def _without_rules(one: Resource) -> dict[str, Any]:
    return {**one.inputs, "values": {k: v for k, v in one.inputs.get("values", {}).items() if k != "customRules"}}


def test_rights_that_come_later_replace_the_pods_that_run() -> None:
    """Each association is in its pods' template, so that a first one changes it."""
    result = planned("thanos")
    for association in result.of(ASSOCIATION).values():
        for user in users(result, association):
            marks = re.findall(rf'"{labels.IDENTITY}": "([0-9a-f]{{16}})"', json.dumps(user.inputs))
            assert marks, user.name


def test_a_first_association_changes_the_pods_of_its_workload_alone(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    teams = project / "catalog" / "teams.yaml"
    document = yaml.safe_load(teams.read_text())
    topic = "arn:aws:sns:eu-central-1:123456789012:team-alerts"
    document["teams"][0]["receivers"].append({"kind": "sns", "topic_arn": topic})
    teams.write_text(yaml.safe_dump(document, sort_keys=False))

    before, after = (
        one.of(RELEASE)["prometheus-stack-release"].inputs["values"]
        for one in (planned("dev"), deploy("dev", root=project))
    )

    changed = {key for key in after if after[key] != before[key]}
    assert changed == {"alertmanager"}
    assert before["alertmanager"]["alertmanagerSpec"]["podMetadata"] == {"annotations": {}}
    assert set(after["alertmanager"]["alertmanagerSpec"]["podMetadata"]["annotations"]) == {labels.IDENTITY}


def test_by_irsa_every_role_is_on_its_service_account() -> None:
    cluster = {**stack_config("staging")["belfry:cluster"], "identity": "irsa"}
    result = deploy("staging", changes={"cluster": cluster})

    roles = {name for name in result.of("aws:iam/role:Role") if f"{name}-policy" in result.of(POLICY)}
    workloads = {name for name in roles if _trusts_accounts(result.of("aws:iam/role:Role")[name])}
    assert workloads >= {"loki-role", "grafana-role"}
    in_cluster = [one for one in result.resources.values() if one.type.startswith("kubernetes:")]
    assert _roles(in_cluster) == workloads


def _roles(resources: list[Resource]) -> set[str]:
    """Roles that resources name, in an annotation or a variable of the pod."""
    text = json.dumps([one.inputs for one in resources], default=str)
    return set(re.findall(r'"arn:aws:mock:eu-central-1:123456789012:([a-z-]+-role)"', text))


POLICY = "aws:iam/rolePolicy:RolePolicy"


def _trusts_accounts(role: Resource) -> bool:
    return "sts:AssumeRoleWithWebIdentity" in role.inputs["assumeRolePolicy"]


def makers(result: Synth) -> dict[tuple[str, str], Key]:
    """(namespace, Secret) -> what brings it: a Secret, a copy from AWS, or the job that hands out the certificate."""
    found = {}
    for kind in ("kubernetes:core/v1:Secret", "kubernetes:external-secrets.io/v1:ExternalSecret"):
        for one in result.of(kind).values():
            found[one.inputs["metadata"]["namespace"], one.inputs["metadata"]["name"]] = one.key
    for job in result.of("kubernetes:batch/v1:Job").values():
        if job.name == f"{names.ELASTICSEARCH_SETUP}-job":
            for space in (names.COLLECTORS, names.FALCO, names.MONITORING, names.TRACING):
                found[space, names.ELASTICSEARCH_CA_SECRET] = job.key
    return found


def mounted(values: Any) -> Iterator[str]:
    """Secrets that a pod waits for: volumes that are not optional, and variables of its environment."""
    if isinstance(values, dict):
        if values.get("optional") is True:
            return
        for key in ("secretName", "existingSecret"):
            if isinstance(values.get(key), str):
                yield values[key]
        for key in ("secret", "secretKeyRef"):
            if isinstance(inner := values.get(key), dict) and isinstance(inner.get("name"), str):
                yield inner["name"]
    for below in values.values() if isinstance(values, dict) else values if isinstance(values, list) else ():
        yield from mounted(below)


@pytest.mark.parametrize("plan", ["staging", "prod", "thanos"])
def test_nothing_mounts_a_secret_that_comes_later(plan: str) -> None:
    result = planned(plan)
    brought = makers(result)
    waits = [(one, secret) for one in pods(result) for secret in set(mounted(one.inputs))]
    known = [(one, brought[namespace(one), secret]) for one, secret in waits if (namespace(one), secret) in brought]

    certificate = {one.name for one, maker in known if maker[1] == f"{names.ELASTICSEARCH_SETUP}-job"}
    assert certificate >= {"jaeger-release-release", "elasticsearch-exporter-exporter-release"}
    assert {"gateway-otel-gateway-release", "falco-sidekick-release"} <= certificate
    assert plan != "thanos" or "redis-exporter-deployment" in {one.name for one, _ in known}
    assert [(one.name, maker[1]) for one, maker in known if maker not in comes_after(result, one)] == []
