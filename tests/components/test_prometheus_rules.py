"""Rules as the Prometheus Operator reads them."""

from components.prometheus_rules import PrometheusRules, PrometheusRulesArgs
from model.alerting.prometheus_rules import Rule, RuleFile
from model.size_limits import PROMETHEUS_RULE
from tests.components.example_inputs import bundle, rule_file
from tests.components.examples import deploy

PROMETHEUS_RULE_KIND = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"


def test_a_bundle_is_one_object_that_says_where_it_comes_from() -> None:
    args = PrometheusRulesArgs(namespace="monitoring", bundles=[(bundle(), rule_file())])
    rule = deploy(lambda: PrometheusRules("rules", args)).only(PROMETHEUS_RULE_KIND)

    assert rule.inputs == {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "shop",
            "namespace": "monitoring",
            "labels": {
                "app.kubernetes.io/name": "shop",
                "app.kubernetes.io/part-of": "belfry",
                "app.kubernetes.io/managed-by": "pulumi",
                "app.kubernetes.io/version": "1.2.3",
                "belfry.dev/bundle": "shop",
            },
            "annotations": {"belfry.dev/sha256": "ab" * 32},
        },
        "spec": {
            "groups": [
                {
                    "name": "shop",
                    "rules": [
                        {
                            "alert": "ShopDown",
                            "expr": "up == 0",
                            "for": "5m",
                            "labels": {"severity": "critical", "team": "shop"},
                            "annotations": {"summary": "Down.", "description": "It is down."},
                        }
                    ],
                }
            ]
        },
    }


def test_a_new_version_of_a_bundle_is_an_update_of_the_same_object() -> None:
    def keys(version: str) -> set[tuple[str, str]]:
        changed = bundle().model_copy(update={"version": version})
        args = PrometheusRulesArgs(namespace="monitoring", bundles=[(changed, rule_file())])
        return deploy(lambda: PrometheusRules("rules", args)).keys()

    assert keys("1.2.3") == keys("2.0.0")


def test_no_bundle_makes_no_object() -> None:
    result = deploy(lambda: PrometheusRules("rules", PrometheusRulesArgs(namespace="monitoring", bundles=[])))

    assert not result.of(PROMETHEUS_RULE_KIND)


def test_rules_of_the_settings_are_an_object_of_their_own() -> None:
    args = PrometheusRulesArgs(namespace="monitoring", bundles=[(bundle(), rule_file())], own={"muting": rule_file()})
    objects = deploy(lambda: PrometheusRules("rules", args)).of(PROMETHEUS_RULE_KIND)
    assert set(objects) == {f"rules-{bundle().name}", "rules-muting"}
    assert objects["rules-muting"].inputs["metadata"]["name"] == "muting"
    assert objects["rules-muting"].inputs["spec"] == rule_file().as_prometheus()


def test_what_leaves_a_bundles_first_object_is_in_others_before() -> None:
    def rule(**labels: str) -> Rule:
        return Rule(record="a:b:c", expr="x" * (PROMETHEUS_RULE.most // 2), labels=labels)

    small = rule_file().groups[0]
    group = small.model_copy(update={"rules": (*small.rules, rule(component="api"), rule(component="web"))})
    args = PrometheusRulesArgs(
        namespace="monitoring",
        bundles=[(bundle().model_copy(update={"system": "shop"}), RuleFile(groups=(group,)))],
    )
    objects = deploy(lambda: PrometheusRules("rules", args)).of(PROMETHEUS_RULE_KIND)
    assert {name: one.inputs["metadata"]["name"] for name, one in objects.items()} == {
        "rules-shop": "shop",
        "rules-shop.api": "shop.api",
        "rules-shop.web": "shop.web",
    }
    assert objects["rules-shop"].inputs["spec"] == rule_file().as_prometheus()
    assert objects["rules-shop"].dependencies == {objects["rules-shop.api"].key, objects["rules-shop.web"].key}
    assert objects["rules-shop.api"].inputs["metadata"]["labels"]["belfry.dev/bundle"] == "shop"
