"""Names that would be mixed up: with the platform's own, or with each other once Belfry adds to them."""

from pathlib import Path

import pytest

from model import labels, names
from model.catalog import name_checks
from tests.model.catalog.test_checks import mistakes
from tests.model.catalogs import Key, changed, good_organization, good_system, write_catalog


@pytest.mark.parametrize("name", ["platform", "monitoring", "kube-system", "default", "amazon-cloudwatch"])
def test_a_system_has_no_name_of_the_platform_or_of_kubernetes(tmp_path: Path, name: str) -> None:
    [line] = mistakes(write_catalog(tmp_path / "catalog", [good_system(name)]))
    assert line.startswith(f"catalog/{name}.yaml: system: found {name!r}, which the platform or Kubernetes owns")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(("components", 1, "name"), "monitoring", "monitoring.name: found 'monitoring'", id="a component"),
        pytest.param(
            ("components", 1, "namespace"), "kube-system", "worker.namespace: found 'kube-system'", id="theirs"
        ),
        pytest.param(("components", 1, "namespace"), "falco", "worker.namespace: found 'falco'", id="ours"),
    ],
)
def test_nor_has_a_component_or_its_namespace(tmp_path: Path, key: Key, value: str, message: str) -> None:
    found = mistakes(write_catalog(tmp_path / "catalog", [changed(good_system(), key, value)]))
    assert any(line.startswith(f"catalog/shop.yaml: {message}, which the platform or") for line in found), found


@pytest.mark.parametrize(
    "secret",
    ["dead-mans-switch", "pagerduty-aws", "grafana-sign-on", "database-shop-products", "falcosidekick-outputs"],
)
@pytest.mark.parametrize("key", [("teams", 1, "receivers", 0, "secret"), ("teams", 0, "receivers", 0, "api_secret")])
def test_a_receiver_has_no_secret_of_the_platform(tmp_path: Path, key: Key, secret: str) -> None:
    [line] = mistakes(write_catalog(tmp_path / "catalog", organization=changed(good_organization(), key, secret)))
    assert f"found the secret {secret!r}, which is not a receiver's; allowed: any name but " in line


@pytest.mark.parametrize(
    ("team", "role", "receiver"),
    [
        pytest.param("bank", "critical", "bank-critical", id="a role called like a severity"),
        pytest.param("bank", "critical-page", "bank-critical-page", id="a role called like the receiver that pages"),
        pytest.param("dead-mans", "switch", "dead-mans-switch", id="the dead man's switch"),
        pytest.param("shop-team", "lead", "shop-team-lead", id="a team and a role that end alike"),
    ],
)
def test_no_two_receivers_of_alertmanager_get_one_name(tmp_path: Path, team: str, role: str, receiver: str) -> None:
    organization = good_organization()
    organization["teams"].append({**organization["teams"][1], "name": team, "title": "Third"})
    organization["escalation"].append({"level": 3, "role": role, "after": "30m"})
    found = mistakes(write_catalog(tmp_path / "catalog", organization=organization))
    assert (
        f"catalog/teams.yaml: receivers of teams and roles: found {receiver!r} 2 times; allowed: each name once"
        in found
    )


def test_every_namespace_of_the_platform_and_of_kubernetes_is_reserved() -> None:
    for name in (*names.POD_SECURITY, labels.OWN_SYSTEM, "default", names.KUBE_SYSTEM, "kube-public", "kube-anything"):
        assert list(name_checks.name_problems("x", name)), name
    assert not list(name_checks.name_problems("x", "kubectl"))


def test_every_secret_of_the_platform_is_reserved() -> None:
    for name in (names.DEAD_MANS_SWITCH_SECRET, names.PAGER_SECRET, names.GRAFANA_SIGN_ON_SECRET, "database-shop-db"):
        assert list(name_checks.secret_problems("x", name)), name
    assert not list(name_checks.secret_problems("x", "slack-webhook"))
