"""What is read out of the engine's state."""

import pytest

from lab.deployment import Deployment
from model.problems import BadInput
from tests.lab import resources as given


def test_rules_monitors_probes_and_releases_are_found_whatever_mirror_the_charts_come_from() -> None:
    found = Deployment.of(given.resources())

    assert [rule.spec for rule in found.rules] == [given.RULES]
    assert [monitor.name for monitor in found.monitors] == ["shop-backend"]
    assert [probe.spec["targets"] for probe in found.probes] == [given.PROBE["targets"]]
    assert found.prometheus == given.SPEC
    assert found.not_scraped == ["PodMonitor other"]
    assert found.release("loki") is None


def test_the_encrypted_configuration_of_alertmanager_is_read_with_its_templates() -> None:
    found = Deployment.of(given.resources())

    assert found.alertmanager == given.ALERTMANAGER
    assert found.templates == {"mail.tmpl": "{{ 1 }}"}


def test_files_of_labelled_config_maps_lie_where_a_sidecar_would_put_them() -> None:
    found = Deployment.of(
        [
            *given.resources(),
            given.config_map("logs", "loki_rule", {}, {"a.yaml": "groups: []"}),
            given.config_map("team", "loki_rule", {"belfry.dev/loki-tenant": "shop"}, {"b.yaml": "groups: []"}),
            given.config_map("board", "grafana_dashboard", {"grafana_folder": "Belfry"}, {"home.json": "{}"}),
            given.config_map("other", "unrelated", {}, {"x": "y"}),
        ]
    )

    assert found.loki_rules == {"fake/a.yaml": "groups: []", "shop/b.yaml": "groups: []"}
    assert found.dashboards == {"Belfry/home.json": "{}"}


@pytest.mark.parametrize("missing", ["Release", "Secret"])
def test_half_a_deployment_is_refused_with_the_way_to_a_whole_one(missing: str) -> None:
    rest = [one for one in given.resources() if not one["type"].endswith(missing)]

    with pytest.raises(BadInput, match="make up"):
        Deployment.of(rest)
