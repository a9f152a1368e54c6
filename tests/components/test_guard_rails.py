"""Priority classes, quotas and network policies as objects."""

import pulumi_kubernetes as kubernetes

from components.namespaces import Namespaces
from components.network_policies import NetworkPolicies
from components.priority_classes import PriorityClasses
from components.quotas import Quotas
from configs.network_policies import Ranges, policies
from model import names
from model.cluster import guard_rails
from model.cluster.network_paths import PATHS
from tests.components.examples import EXAMPLES, deploy

PriorityClass = kubernetes.scheduling.v1.PriorityClass


def test_what_watches_a_node_comes_first_and_what_is_watched_is_never_ended_for_dashboards() -> None:
    found = {
        each.inputs["metadata"]["name"]: (each.inputs["value"], each.inputs["preemptionPolicy"])
        for each in deploy(EXAMPLES[PriorityClasses]).of(PriorityClass).values()
    }

    assert sorted(found, key=lambda name: found[name]) == ["belfry-platform", "belfry-alerting", "belfry-node-agents"]
    assert found["belfry-platform"] == (1_000_000, "Never")
    assert found["belfry-node-agents"][1] == found["belfry-alerting"][1] == "PreemptLowerPriority"
    # Above that only Kubernetes' own classes may lie; at 0 are the applications.
    assert all(0 < value <= 1_000_000_000 for value, _ in found.values())


def test_no_class_becomes_the_default_of_the_cluster() -> None:
    assert not any(
        each.inputs["globalDefault"] for each in deploy(EXAMPLES[PriorityClasses]).of(PriorityClass).values()
    )


def test_every_namespace_has_limits() -> None:
    assert set(guard_rails.QUOTAS) == set(names.POD_SECURITY)
    result = deploy(EXAMPLES[Quotas])
    for kind in (kubernetes.core.v1.ResourceQuota, kubernetes.core.v1.LimitRange):
        assert {each.inputs["metadata"]["namespace"] for each in result.of(kind).values()} == set(names.POD_SECURITY)


def test_no_service_opens_a_port_of_its_own_to_the_outside() -> None:
    for quota in deploy(EXAMPLES[Quotas]).of(kubernetes.core.v1.ResourceQuota).values():
        hard = quota.inputs["spec"]["hard"]
        assert (hard["services.loadbalancers"], hard["services.nodeports"]) == ("0", "0")


def test_agents_of_nodes_are_as_many_as_nodes() -> None:
    unlimited = {namespace for namespace, quota in guard_rails.QUOTAS.items() if "pods" not in quota.hard}

    assert unlimited == {namespace for namespace, level in names.POD_SECURITY.items() if level == "privileged"}


def test_a_container_that_asks_for_nothing_gets_a_request_and_a_limit_on_memory_alone() -> None:
    (limits,) = deploy(EXAMPLES[Quotas]).of(kubernetes.core.v1.LimitRange)["quotas-monitoring"].inputs["spec"]["limits"]

    assert limits == {
        "type": "Container",
        "defaultRequest": {"cpu": "25m", "memory": "64Mi"},
        "default": {"memory": "512Mi"},
    }


def test_each_policy_is_an_object_in_its_namespace() -> None:
    made = deploy(EXAMPLES[NetworkPolicies]).of(kubernetes.networking.v1.NetworkPolicy).values()
    wanted = policies(PATHS, Ranges())

    assert {(each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"]) for each in made} == {
        (policy.namespace, policy.name) for policy in wanted
    }
    closed = [each for each in made if each.inputs["metadata"]["name"] == "default-deny"]
    assert len(closed) == len(names.POD_SECURITY)
    for each in closed:
        # Kubernetes takes both types from here; an empty list of rules lets nothing through.
        assert each.inputs["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert each.inputs["spec"]["podSelector"] == {}


def test_a_namespace_refuses_what_is_below_its_level_and_warns_of_it() -> None:
    found = deploy(EXAMPLES[Namespaces]).of(kubernetes.core.v1.Namespace)
    modes = {
        name.removeprefix("namespaces-"): {
            label.rpartition("/")[2]: level
            for label, level in namespace.inputs["metadata"]["labels"].items()
            if label.startswith("pod-security.kubernetes.io/")
        }
        for name, namespace in found.items()
    }

    assert modes == {
        "monitoring": {"enforce": "restricted", "warn": "restricted"},
        "node-agents": {"enforce": "privileged", "warn": "privileged"},
    }


def test_a_namespace_is_named_as_asked_and_says_who_manages_it() -> None:
    found = deploy(EXAMPLES[Namespaces]).of(kubernetes.core.v1.Namespace)["namespaces-monitoring"]

    assert found.inputs["metadata"]["name"] == "monitoring"
    assert (
        found.inputs["metadata"]["labels"].items()
        >= {
            "app.kubernetes.io/part-of": "belfry",
            "app.kubernetes.io/managed-by": "pulumi",
        }.items()
    )


def test_others_learn_the_names_from_the_namespaces_and_so_wait_for_them() -> None:
    assert deploy(EXAMPLES[Namespaces]).only(Namespaces).outputs == {
        "names": {"monitoring": "monitoring", "node-agents": "node-agents"}
    }
