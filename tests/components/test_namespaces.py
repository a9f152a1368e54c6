"""Namespaces and what Kubernetes lets run in them."""

import pulumi_kubernetes as kubernetes

from components.namespaces import Namespaces
from tests.components.examples import EXAMPLES, deploy


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
