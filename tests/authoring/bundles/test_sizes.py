"""Generated files that nothing could deploy are refused when they are written."""

import pytest
import yaml

from authoring.bundles.assets import check_sizes as check
from model.size_limits import CONFIG_MAP, PROMETHEUS_RULE, SECRET

MANY = [f"service-{number}" for number in range(20)]


def rules(*components: str, bytes_each: int) -> str:
    text = "x" * bytes_each
    group = [{"record": "a:b:c", "expr": text, "labels": {"system": "shop", "component": name}} for name in components]
    return yaml.safe_dump({"groups": [{"name": "all", "rules": group}]})


def test_rules_are_too_large_only_where_one_component_is() -> None:
    large = rules(*MANY, bytes_each=PROMETHEUS_RULE.most // 10)
    assert len(large) > PROMETHEUS_RULE.most
    assert list(check({"rules/prometheus/slo-shop.yaml": large})) == []

    [problem] = check({"rules/prometheus/slo-shop.yaml": rules("api", bytes_each=PROMETHEUS_RULE.most)})
    assert problem.where == "rules/prometheus/slo-shop.yaml: object slo-shop.shop.api"
    assert problem.found.startswith("found a PrometheusRule of 5")
    assert problem.allowed.startswith("at most 524,288")


def test_log_rules_may_fill_a_config_map() -> None:
    assert list(check({"rules/loki/logs-shop.yaml": rules("api", bytes_each=PROMETHEUS_RULE.most)})) == []
    [problem] = check({"rules/loki/logs-shop.yaml": rules("api", bytes_each=CONFIG_MAP.most)})
    assert problem.found.startswith("found a ConfigMap of 1,")


@pytest.mark.parametrize(
    ("path", "most"),
    [("dashboards/grafana/belfry-slo.json", CONFIG_MAP.most), ("rules/alertmanager/alertmanager.yaml", SECRET.most)],
)
def test_what_cannot_be_divided_is_counted_whole(path: str, most: int) -> None:
    assert list(check({path: "x" * most})) == []
    [problem] = check({path: "x" * (most + 1)})
    assert problem.where == path
    assert "of 1,048,577 bytes" in problem.found
