"""A large system in several files: its own, and more in a folder of its name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from model.catalog.catalog import Catalog
from model.problems import BadInput
from tests.model.catalogs import Document, changed, good_system, write_catalog


def divided(folder: Path, system: Document) -> Path:
    """The catalog of one system whose first file has its first component, and other files what follows."""
    first = {**system, "components": system["components"][:1], "kpis": [], "resources": []}
    write_catalog(folder, [first])
    write(folder, "business", {"kpis": system["kpis"]})
    write(folder, "rest", {"components": system["components"][1:], "resources": system["resources"]})
    return folder


def write(folder: Path, name: str, content: Any) -> None:
    (folder / "shop").mkdir(exist_ok=True)
    (folder / "shop" / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Catalog.load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_files_of_a_system_make_the_system_in_its_order(tmp_path: Path) -> None:
    whole = Catalog.load(write_catalog(tmp_path / "whole"))
    assert Catalog.load(divided(tmp_path / "catalog", good_system())) == whole


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("components", 0, "titel"), "x", "catalog/shop.yaml: components[0].titel: unknown key", id="first"
        ),
        pytest.param(
            ("components", 1, "kind"), "x", "catalog/shop/rest.yaml: components[0].kind: found 'x'", id="kind"
        ),
        pytest.param(("kpis", 1, "unit"), "x", "catalog/shop/business.yaml: kpis[1].unit: found 'x'", id="unit"),
        pytest.param(
            ("kpis", 1, "component"), "x", "catalog/shop/business.yaml: kpis[active-users].component: found", id="named"
        ),
        pytest.param(("resources", 0, "owner"), "x", "catalog/shop/rest.yaml: orders.owner: found unknown", id="owner"),
        pytest.param(("owner",), "x", "catalog/shop.yaml: owner: found unknown team 'x'", id="of the whole system"),
    ],
)
def test_a_mistake_names_the_file_it_is_in(
    tmp_path: Path, key: tuple[str | int, ...], value: str, message: str
) -> None:
    [mistake] = mistakes(divided(tmp_path / "catalog", changed(good_system(), key, value)))
    assert mistake.startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            {"kpis": [good_system()["kpis"][1]]},
            "catalog/shop/rest.yaml: kpis: found 'active-users', as in catalog/shop/business.yaml; "
            "allowed: each name once",
            id="a KPI twice",
        ),
        pytest.param(
            {"resources": [good_system()["components"][0]]},
            "catalog/shop/rest.yaml: resources: found 'api', as in catalog/shop.yaml; allowed: each name once",
            id="a resource named as a component",
        ),
        pytest.param(
            {"owner": "shop"},
            "catalog/shop/rest.yaml: owner: unknown key; allowed: components, kpis, remediation, resources, sla, "
            "thresholds; other keys go into catalog/shop.yaml",
            id="a key of the first file",
        ),
        pytest.param({"kpis": {}}, "catalog/shop/rest.yaml: kpis: found a dict; allowed: a list", id="no list"),
        pytest.param([], "catalog/shop/rest.yaml: found a list; allowed: a mapping", id="no mapping"),
    ],
)
def test_what_cannot_be_joined_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    folder = divided(tmp_path / "catalog", good_system())
    write(folder, "rest", content)
    assert mistakes(folder) == [message]


def test_a_file_that_nothing_reads_is_a_mistake(tmp_path: Path) -> None:
    folder = divided(tmp_path / "catalog", good_system())
    (folder / "shop" / "more.yml").touch()
    (folder / "bank").mkdir()
    (folder / "bank" / "kpis.yaml").touch()
    assert mistakes(folder) == [
        "catalog/bank: found files of no system; allowed: bank.yaml beside it",
        "catalog/shop/more.yml: found a file that would be ignored; allowed: the suffix .yaml",
    ]


def test_exceptions_of_the_gate_are_no_part_of_a_system(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "catalog", [good_system("exceptions")])
    (folder / "exceptions").mkdir()
    (folder / "exceptions" / "sale.yaml").write_text("system: shop\n", encoding="utf-8")
    assert [system.system for system in Catalog.load(folder).systems] == ["exceptions"]


def test_a_component_or_resource_knows_its_file(tmp_path: Path) -> None:
    """Also for checks outside the catalog, such as that of thresholds that no alarm reads."""
    [system] = Catalog.load(divided(tmp_path / "catalog", good_system())).systems
    files = [system.file_of(part) for part in ("api", "worker", "orders")]
    assert files == ["catalog/shop.yaml", "catalog/shop/rest.yaml", "catalog/shop/rest.yaml"]
