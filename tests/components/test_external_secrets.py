"""Secrets from AWS Secrets Manager: no value passes through Pulumi, and no namespace reads another's."""

from dataclasses import replace

import pulumi_kubernetes as kubernetes
import pytest

from components.chart import check_values
from components.external_secrets import API, STORE, ExternalSecrets, ExternalSecretsArgs, values
from model import names
from model.cluster import workloads
from tests.components.examples import EXAMPLES, deploy
from tests.components.guard_rail_examples import EXTERNAL_SECRETS
from tests.synth import Resource

Release = kubernetes.helm.v3.Release

ONE = replace(EXTERNAL_SECRETS, replicas=1, copies=[])


def objects(args: ExternalSecretsArgs = EXTERNAL_SECRETS) -> dict[str, Resource]:
    """The objects of the controller's own kinds, by kind and name."""
    found = deploy(lambda: ExternalSecrets("secrets", args)).resources.values()
    return {f"{r.inputs['kind']}/{r.inputs['metadata']['name']}": r for r in found if r.inputs.get("apiVersion") == API}


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(EXTERNAL_SECRETS, id="usual"),
        pytest.param(ONE, id="one"),
        pytest.param(replace(ONE, role_arn="arn:r", priority_class="belfry-platform"), id="irsa"),
    ],
)
def test_every_value_is_one_that_the_chart_has(args: ExternalSecretsArgs) -> None:
    assert check_values("external-secrets", values(args)) == []


def test_the_receivers_secret_is_made_of_the_secrets_of_this_environment() -> None:
    receivers = objects()[f"ExternalSecret/{names.ALERTMANAGER_RECEIVERS_SECRET}"]

    assert receivers.inputs["metadata"]["namespace"] == names.MONITORING
    assert receivers.inputs["spec"] == {
        "refreshInterval": "60m",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
        "target": {
            "name": names.ALERTMANAGER_RECEIVERS_SECRET,
            "creationPolicy": "Owner",
            "deletionPolicy": "Retain",  # a slip in AWS must not silence Alertmanager
        },
        "data": [
            {"secretKey": "pagerduty-platform", "remoteRef": {"key": "belfry/prod/pagerduty-platform"}},
            {"secretKey": "slack-webhook", "remoteRef": {"key": "belfry/prod/slack-webhook"}},
        ],
    }


def test_the_store_speaks_by_the_controllers_identity_and_serves_only_the_namespaces_of_the_copies() -> None:
    store = objects()[f"ClusterSecretStore/{STORE}"]

    assert store.inputs["spec"] == {
        "provider": {"aws": {"service": "SecretsManager", "region": "eu-central-1"}},
        "conditions": [{"namespaces": [names.FALCO, names.MONITORING]}],
    }


def test_each_object_waits_for_what_understands_it() -> None:
    result = deploy(EXAMPLES[ExternalSecrets])
    release = result.of(Release)["secrets-controller-release"]
    store = objects()[f"ClusterSecretStore/{STORE}"]

    assert release.key in store.dependencies
    for name, found in objects().items():
        if name.startswith("ExternalSecret/"):
            assert store.key in found.dependencies


def test_without_copies_there_is_no_store_that_would_serve_everybody() -> None:
    assert objects(ONE) == {}


def test_the_account_has_the_name_that_the_role_is_for() -> None:
    account = values(EXTERNAL_SECRETS)["serviceAccount"]

    assert account == {"name": workloads.EXTERNAL_SECRETS.service_account}
    assert values(replace(ONE, role_arn="arn:r"))["serviceAccount"]["annotations"] == {
        "eks.amazonaws.com/role-arn": "arn:r"
    }


def test_trap_two_controllers_without_an_election_both_write() -> None:
    assert values(EXTERNAL_SECRETS)["leaderElect"] is True
    assert values(ONE)["leaderElect"] is False


@pytest.mark.parametrize(("args", "enabled"), [(EXTERNAL_SECRETS, True), (ONE, False)])
def test_one_replica_may_be_drained(args: ExternalSecretsArgs, enabled: bool) -> None:
    given = values(args)

    assert given["podDisruptionBudget"]["enabled"] is given["webhook"]["podDisruptionBudget"]["enabled"] is enabled


def test_trap_the_service_monitor_is_silently_absent_when_definitions_come_later() -> None:
    assert values(ONE)["serviceMonitor"]["renderMode"] == "alwaysRender"


def test_trap_the_definitions_are_in_templates_and_would_be_deleted_with_the_release() -> None:
    assert values(ONE)["crds"] == {"annotations": {"helm.sh/resource-policy": "keep"}}


def test_trap_only_one_version_of_the_objects_is_served() -> None:
    assert API == "external-secrets.io/v1"


def test_nothing_is_written_back_and_no_tokens_of_others_are_asked_for() -> None:
    given = values(ONE)

    assert given["processPushSecret"] is given["processClusterPushSecret"] is False
    assert given["rbac"] == {"serviceAccountTokenCreate": False}


def test_every_part_asks_for_what_it_needs() -> None:
    given = values(replace(ONE, priority_class="belfry-platform"))

    for part in (given, given["webhook"], given["certController"]):
        assert part["resources"]["requests"].keys() == {"cpu", "memory"}
        assert part["priorityClassName"] == "belfry-platform"
