from model import labels, names
from model.catalog import name_checks


def test_every_namespace_of_the_platform_and_of_kubernetes_is_reserved() -> None:
    for name in (*names.POD_SECURITY, labels.OWN_SYSTEM, "default", names.KUBE_SYSTEM, "kube-public", "kube-anything"):
        assert list(name_checks.name_problems("x", name)), name
    assert not list(name_checks.name_problems("x", "kubectl"))


def test_every_secret_of_the_platform_is_reserved() -> None:
    for name in (names.DEAD_MANS_SWITCH_SECRET, names.PAGER_SECRET, names.GRAFANA_SIGN_ON_SECRET, "database-shop-db"):
        assert list(name_checks.secret_problems("x", name)), name
    assert not list(name_checks.secret_problems("x", "slack-webhook"))
