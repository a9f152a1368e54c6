"""Bundles of rules as objects that the Prometheus Operator and the cluster take."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from model.alerting.prometheus_rules import Group, Rule, RuleFile
from model.alerting.rule_objects import divide, problems, yaml_size
from model.assets import Assets, BundleKind
from model.quantities import Duration
from model.size_limits import PROMETHEUS_RULE, Limit
from tests import tools

SMALL = Limit(what="a PrometheusRule", most=1_500, unit="bytes", source="made small for these tests")


def rule(component: str = "", objective: str = "", *, system: str = "shop", expr: str = "up == 0") -> Rule:
    labels = {"system": system, "component": component, "objective": objective}
    return Rule(record="a:b:c", expr=expr, labels={key: value for key, value in labels.items() if value})


def objective(component: str, name: str, rules: int = 3) -> Group:
    return Group(name=f"belfry.slo.shop.{component}.{name}", rules=tuple(rule(component, name) for _ in range(rules)))


def file(*groups: Group) -> RuleFile:
    return RuleFile(groups=groups)


def content(objects: Iterable[RuleFile]) -> list[tuple[str, Rule]]:
    return [(group.name, one) for rules in objects for group in rules.groups for one in group.rules]


MANY = file(*(objective(f"service-{number}", name) for number in range(8) for name in ("errors", "latency")))


def test_a_bundle_that_fits_is_one_object_with_the_bundles_name() -> None:
    rules = file(objective("api", "errors"), objective("api", "latency"))
    assert divide("slo-shop", rules, SMALL, system=True) == {"slo-shop": rules}


def test_a_larger_bundle_is_an_object_for_each_component_and_no_rule_is_lost_or_doubled() -> None:
    objects = divide("slo-shop", MANY, SMALL, system=True)
    assert list(objects) == [f"slo-shop.service-{number}" for number in range(8)]
    assert content(objects.values()) == content([MANY])
    assert [group.name for group in objects["slo-shop.service-3"].groups] == [
        "belfry.slo.shop.service-3.errors",
        "belfry.slo.shop.service-3.latency",
    ]
    assert all(yaml_size(rules) <= SMALL.most for rules in objects.values())


@pytest.mark.parametrize("added", [objective("a-first", "errors"), objective("service-3", "freshness")])
def test_an_objective_more_moves_no_other_one_to_another_object(added: Group) -> None:
    before = divide("slo-shop", MANY, SMALL, system=True)
    after = divide("slo-shop", file(added, *MANY.groups), SMALL, system=True)
    for name, rules in before.items():
        assert [group for group in after[name].groups if group.name != added.name] == list(rules.groups)


def test_objectives_of_a_component_that_is_too_large_are_an_object_each() -> None:
    rules = file(*(objective("api", f"objective-{number}") for number in range(9)), objective("web", "errors"))
    objects = divide("slo-shop", rules, SMALL, system=True)
    assert list(objects) == [*(f"slo-shop.api.objective-{number}" for number in range(9)), "slo-shop.web"]
    assert content(objects.values()) == content([rules])


def test_a_group_of_many_components_keeps_its_name_and_order_in_every_object() -> None:
    group = Group(
        name="belfry.thresholds.shop", interval=Duration("1m"), rules=tuple(rule(f"c{n % 9}") for n in range(27))
    )
    objects = divide("thresholds-shop", file(group), SMALL, system=True)
    assert len(objects) == 9
    assert {(one.name, one.interval) for rules in objects.values() for one in rules.groups} == {
        ("belfry.thresholds.shop", group.interval)
    }


def test_rules_of_no_component_stay_in_the_first_object() -> None:
    shared = Group(name="shared", rules=(rule(), rule("{{ $labels.queue }}")))
    objects = divide("slo-shop", file(shared, *MANY.groups), SMALL, system=True)
    assert objects["slo-shop"] == file(shared)
    assert list(objects)[-1] == "slo-shop", "the parts exist before the first object loses their rules"


def test_a_bundle_of_all_systems_is_divided_by_system_first() -> None:
    rules = file(
        Group(name="owners", rules=tuple(rule("api", system=f"s-{n}", expr="x" * 150) for n in range(8))),
        Group(name="more", rules=tuple(rule(f"c-{n}", system="s-1", expr="y" * 150) for n in range(8))),
    )
    names = divide("catalog", rules, SMALL, system=False)
    assert "catalog.s-0" in names
    assert {"catalog.s-1.api", "catalog.s-1.c-0"} <= set(names)
    assert content([rules]) != []
    assert sorted(map(str, content(names.values()))) == sorted(map(str, content([rules])))


def test_what_cannot_be_divided_is_a_mistake_with_its_size() -> None:
    rules = file(objective("api", "errors", rules=40), objective("web", "errors"))
    objects = divide("slo-shop", rules, SMALL, system=True)
    [problem] = problems("rules/prometheus/slo-shop.yaml", objects, SMALL)
    size = yaml_size(objects["slo-shop.api.errors"])
    assert str(problem) == (
        "rules/prometheus/slo-shop.yaml: object slo-shop.api.errors: "
        f"found a PrometheusRule of {size:,} bytes; allowed: at most 1,500; fewer rules of one component"
    )


def test_the_size_is_what_the_operator_counts_or_a_little_more(tmp_path: Path) -> None:
    """Helm's ``toYaml`` is the function of the operator: ``sigs.k8s.io/yaml``."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: sizes\nversion: 1.0.0\n")
    (tmp_path / "templates" / "sizes.yaml").write_text(
        "{{ range $name, $spec := .Values }}{{ $name }}: {{ add 1 ($spec | toYaml | len) }}\n{{ end }}"
    )
    specs = {
        asset.bundle.name: RuleFile.parse(asset)
        for asset in Assets.load(tools.PROJECT).of(BundleKind.PROMETHEUS)
        if asset.bundle.name.startswith(("slo-", "thresholds-", "kpis-", "capacity", "cost", "service-"))
    }
    values = {name.replace("-", "_"): rules.as_prometheus() for name, rules in specs.items()}
    (tmp_path / "values.yaml").write_text(json.dumps(values))
    printed = tools.run("helm", "template", "sizes", tmp_path).splitlines()
    counted = dict(line.split(": ") for line in printed if ": " in line and not line.startswith("#"))
    for name, rules in specs.items():
        operators = int(counted[name.replace("-", "_")])
        assert operators <= yaml_size(rules) <= 1.1 * operators, name


def test_the_limit_is_the_operators() -> None:
    assert PROMETHEUS_RULE.most == 1_048_576 // 2
