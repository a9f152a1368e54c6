"""Loki's rules as its sidecar finds them and its ruler reads them."""

from dataclasses import replace
from typing import Any

import pulumi_kubernetes as kubernetes
import yaml

from components.loki import LokiArgs, values
from components.loki_rules import LokiRules, LokiRulesArgs
from model.alerting.prometheus_rules import Rule, RuleFile
from model.assets import BundleKind
from model.size_limits import CONFIG_MAP
from tests.components.example_inputs import bundle, rule_file
from tests.components.examples import deploy
from tests.configs.loki_examples import MONOLITHIC, TENANTS

ConfigMap = kubernetes.core.v1.ConfigMap
ARGS = LokiRulesArgs(namespace="logging", bundles=[(bundle("shop", BundleKind.LOKI), rule_file())])


def sidecar(config: Any) -> dict[str, Any]:
    rules: dict[str, Any] = values(LokiArgs(namespace="logging", config=config))["sidecar"]["rules"]
    return rules


def test_the_ruler_reads_what_the_bundle_says() -> None:
    found = deploy(lambda: LokiRules("log-rules", ARGS)).only(ConfigMap).inputs

    assert found["metadata"]["name"] == "loki-rules-shop"
    assert found["metadata"]["namespace"] == "logging"
    assert {file: yaml.safe_load(text) for file, text in found["data"].items()} == {
        "shop.yaml": rule_file().as_prometheus()
    }


def test_the_sidecar_finds_the_rules_by_the_charts_values() -> None:
    metadata = deploy(lambda: LokiRules("log-rules", ARGS)).only(ConfigMap).inputs["metadata"]

    assert sidecar(MONOLITHIC)["label"] in metadata["labels"]
    assert metadata["labels"]["belfry.dev/bundle"] == "shop"
    assert metadata["annotations"] == {"belfry.dev/sha256": "ab" * 32}


def test_every_tenant_has_rules_in_a_folder_of_its_own() -> None:
    args = replace(ARGS, tenants=["web", "audit"])
    found = deploy(lambda: LokiRules("log-rules", args)).of(ConfigMap)
    annotation = sidecar(TENANTS)["folderAnnotation"]

    assert {name: each.inputs["metadata"]["annotations"][annotation] for name, each in found.items()} == {
        "log-rules-shop-audit": "audit",
        "log-rules-shop-web": "web",
    }


def test_a_new_version_of_a_bundle_is_an_update_of_the_same_object() -> None:
    changed = replace(ARGS, bundles=[(bundle().model_copy(update={"version": "2.0.0"}), rule_file())])

    assert deploy(lambda: LokiRules("log-rules", ARGS)).keys() == deploy(lambda: LokiRules("log-rules", changed)).keys()


def test_rules_that_no_config_map_holds_are_one_for_each_component() -> None:
    rules = tuple(
        Rule(record="a:b:c", expr="x" * (CONFIG_MAP.most // 2), labels={"component": name}) for name in ("api", "web")
    )
    group = rule_file().groups[0].model_copy(update={"rules": rules})
    shop = bundle("shop", BundleKind.LOKI).model_copy(update={"system": "shop"})
    args = replace(ARGS, bundles=[(shop, RuleFile(groups=(group,)))])
    found = deploy(lambda: LokiRules("log-rules", args)).of(ConfigMap)
    assert {name: (one.inputs["metadata"]["name"], set(one.inputs["data"])) for name, one in found.items()} == {
        "log-rules-shop.api": ("loki-rules-shop.api", {"shop.api.yaml"}),
        "log-rules-shop.web": ("loki-rules-shop.web", {"shop.web.yaml"}),
    }
