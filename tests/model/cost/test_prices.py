"""The price table: complete, dated, and strict about its own mistakes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from model.cost.prices import FILE, PriceGroup, PriceTable, shipped
from model.cost.rules import RULES
from model.problems import BadInput
from tests.tools import PROJECT

DOCUMENT: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def load(tmp_path: Path, **changes: Any) -> PriceTable:
    path = tmp_path / "prices.yaml"
    path.write_text(yaml.safe_dump({**DOCUMENT, **changes}))
    return PriceTable.load(path)


def test_the_shipped_table_loads_and_says_its_day() -> None:
    assert shipped().as_of == max(s.as_of for s in shipped().sources.values() if s.checked)


# What infracost's golden files say of AWS's price list, the free oracle: dollars for one unit.
ORACLE = {
    "alarm-metric": "0.10",  # metric_alarm.standard: 1 alarm metric $0.10; an expression over two is $0.20
    "alarm-metric-high-resolution": "0.30",
    "dashboard": "3.00",
    "log-ingest": "0.50",
    "log-storage": "0.03",
    "eks-cluster": "0.10",  # 730 hours $73.00
    "kms-key": "1.00",
    "nat-gateway": "0.045",  # 730 hours $32.85
    "vpc-endpoint": "0.01",  # 730 hours $7.30
    "ebs-gp2": "0.10",
    "ebs-gp3": "0.08",
    "sqs-requests": "0.40",
}


@pytest.mark.parametrize("key", sorted(ORACLE))
def test_a_price_is_what_the_price_list_says(key: str) -> None:
    assert shipped().price(key, "us-east-1") == Decimal(ORACLE[key])


def test_a_region_multiplies_what_differs_there_and_nothing_else() -> None:
    table = shipped()
    assert table.price("log-ingest", "eu-central-1") == Decimal("0.63")
    assert table.price("alarm-metric", "eu-central-1") == Decimal("0.10")
    assert round(table.price("nat-gateway", "eu-central-1"), 3) == Decimal("0.052")
    assert round(table.price("ebs-gp3", "eu-central-1"), 4) == Decimal("0.0952")


def test_an_unknown_region_is_priced_like_northern_virginia() -> None:
    assert shipped().factor("mars-north-1", PriceGroup.LOGS) == 1


def test_an_instance_has_its_price_in_the_region_or_none() -> None:
    assert shipped().instance("m7i.large", "us-east-1") == Decimal("0.1008")
    assert shipped().instance("m7i.large", "eu-central-1") == Decimal("0.1008") * Decimal("1.198")
    assert shipped().instance("m99.huge", "us-east-1") is None


def test_the_longest_beginning_says_why_a_type_is_free(tmp_path: Path) -> None:
    table = load(tmp_path, free={"aws:ec2/": "most of it", "aws:ec2/subnet:": "part of the VPC"}, by_use={})
    assert table.free_because("aws:ec2/subnet:Subnet") == "part of the VPC"
    assert table.free_because("aws:ec2/vpc:Vpc") == "most of it"
    assert table.free_because("aws:rds/instance:Instance") is None


def test_no_type_is_in_two_lists() -> None:
    table = shipped()
    assert not set(RULES) & set(table.by_use)
    both = {type_ for type_ in RULES if table.free_because(type_)}
    # Those that a rule looks at for the sake of what hides in them.
    assert both == {
        "kubernetes:apps/v1:Deployment",
        "kubernetes:apps/v1:StatefulSet",
        "kubernetes:core/v1:PersistentVolumeClaim",
        "kubernetes:core/v1:Service",
        "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams",
        "kubernetes:karpenter.sh/v1:NodePool",
        "kubernetes:helm.sh/v3:Release",
    }


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod"])
def test_every_type_that_an_environment_has_is_priced_or_free_for_a_reason(stack: str) -> None:
    table = shipped()
    files = sorted((PROJECT / "tests" / "stacks" / "golden" / stack).iterdir())
    resources = [line for file in files for line in file.read_text().splitlines()]
    types = {resource.split()[0] for resource in resources}
    assert len(types) > 50
    unpriced = {type_ for type_ in types if type_ not in RULES and type_ not in table.by_use}
    assert {type_ for type_ in unpriced if not table.free_because(type_)} == set()


def test_unchecked_sources_are_named(tmp_path: Path) -> None:
    one = {"one": {"where": "a page", "as_of": "2026-01-01"}}
    two = {"two": {"where": "a page", "as_of": "2026-09-09", "checked": False}}
    table = load(tmp_path, **using("one"), sources={**one, **two}, as_of="2026-01-01")
    assert table.unchecked == ("two",)


def using(source: str) -> dict[str, Any]:
    """A table that needs one source."""
    return {
        "prices": [{"key": "dashboard", "unit": "month", "usd": 3, "group": "flat", "source": source}],
        "instances": {"source": source, "usd_per_hour": {}},
        "regions": {"eu-west-1": {"logs": {"factor": 1.1, "source": source}}},
        "archived_share": {"value": 0.15, "source": source},
        "by_use": {},
    }


def test_all_mistakes_of_the_table_are_reported_at_once(tmp_path: Path) -> None:
    price = {"key": "dashboard", "unit": "month", "usd": 3, "group": "flat", "source": "nowhere"}
    with pytest.raises(BadInput) as error:
        load(
            tmp_path,
            prices=[price, {**price, "usd": 4}],
            by_use={"aws:iam/role:Role": ["dashboard"], "aws:sns/topic:Topic": ["gone"]},
            as_of="2020-01-01",
        )
    text = str(error.value)
    assert "prices: found dashboard twice" in text
    assert "prices[dashboard].source: found unknown source 'nowhere'" in text
    assert "by_use[aws:iam/role:Role]: found the type among the free ones too" in text
    assert "by_use[aws:sns/topic:Topic]: found unknown price 'gone'; allowed: dashboard" in text
    assert "as_of: found 2020-01-01; allowed: the day of the newest checked source" in text


def test_a_price_of_nothing_and_a_day_that_is_none_are_refused(tmp_path: Path) -> None:
    price = {"key": "dashboard", "unit": "month", "usd": 0, "group": "flat", "source": "infracost"}
    with pytest.raises(BadInput, match=r"(?s)as_of.*prices\[0\]\.usd"):
        load(tmp_path, prices=[price], as_of="yesterday")
