import shutil
from pathlib import Path

import pytest

from model.catalog.catalog import Catalog, owner_of
from model.file import MAX_BYTES
from model.problems import BadInput
from tests.model.catalogs import REMOVED, Key, changed, good_organization, good_system, write_catalog


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        Catalog.load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_good_catalog_is_read(tmp_path: Path) -> None:
    catalog = Catalog.load(write_catalog(tmp_path))
    assert [system.system for system in catalog.systems] == ["shop"]
    assert sorted(catalog.teams) == ["platform", "shop"]


def test_systems_are_sorted_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    systems = [good_system("zoo"), good_system("bank"), good_system("mine")]
    assert [one.system for one in Catalog.load(write_catalog(tmp_path, systems)).systems] == ["bank", "mine", "zoo"]


def test_a_catalog_made_of_parts_is_sorted_too(tmp_path: Path) -> None:
    catalog = Catalog.load(write_catalog(tmp_path, [good_system("zoo"), good_system("bank")]))
    assert Catalog.of(catalog.organization, reversed(catalog.systems)) == catalog


def test_the_same_files_make_the_same_catalog(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "one")
    copy = shutil.copytree(folder, tmp_path / "two")
    assert Catalog.load(folder) == Catalog.load(copy)


def test_the_secrets_of_all_teams_are_known_by_name_each_once(tmp_path: Path) -> None:
    catalog = Catalog.load(write_catalog(tmp_path))
    assert catalog.secrets == ("pagerduty-platform", "slack-webhook", "webhook-platform")


def test_the_tables_of_all_systems_are_listed_with_their_system(tmp_path: Path) -> None:
    catalog = Catalog.load(write_catalog(tmp_path, [good_system("shop"), good_system("bank")]))
    assert [(system.system, table.table) for system, table in catalog.tables()] == [
        ("bank", "bank-orders"),
        ("bank", "bank-carts"),
        ("shop", "shop-orders"),
        ("shop", "shop-carts"),
    ]


def test_a_part_without_owner_belongs_to_the_systems_owner(tmp_path: Path) -> None:
    [system] = Catalog.load(write_catalog(tmp_path)).systems
    api, worker, *_ = system.components
    assert (owner_of(system, api), owner_of(system, worker)) == ("shop", "platform")
    assert owner_of(system, system.resources[0]) == "shop"


def test_an_environment_may_run_some_of_the_systems(tmp_path: Path) -> None:
    catalog = Catalog.load(write_catalog(tmp_path, [good_system("shop"), good_system("bank")]))
    assert [system.system for system in catalog.only(["shop"]).systems] == ["shop"]
    assert catalog.only(["shop", "bank"]) == catalog


def test_an_unknown_system_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    catalog = Catalog.load(write_catalog(tmp_path, [good_system("shop"), good_system("bank")]))
    with pytest.raises(BadInput, match="found unknown system 'shoop'; allowed: bank, shop"):
        catalog.only(["shop", "shoop"])


def test_several_mistakes_in_several_files_are_all_reported_at_once_with_file_and_key(tmp_path: Path) -> None:
    organization = changed(good_organization(), ("business_hours", "start"), "25:00")
    shop = changed(good_system("shop"), ("components", 0, "kind"), "servce")
    shop = changed(shop, ("components", 0, "colour"), "red")
    bank = changed(good_system("bank"), ("resources", 0, "capacity"), REMOVED)
    folder = write_catalog(tmp_path / "catalog", [shop, bank], organization)
    (folder / "mine.yaml").write_text("system: [")
    (folder / "town.yaml").write_bytes("title: Köln".encode("latin-1"))
    starts = [
        "catalog/bank.yaml: resources[0]: found billing provisioned without capacity",
        "catalog/mine.yaml: line 2, column 1: did not find expected node content",
        "catalog/shop.yaml: components[0].colour: unknown key; allowed: autoscaler, depends_on",
        "catalog/shop.yaml: components[0].kind: found 'servce'; allowed: input should be 'frontend'",
        "catalog/teams.yaml: business_hours.start: found '25:00'",
        "catalog/town.yaml: byte 8 is not UTF-8",
    ]
    found = mistakes(folder)
    assert len(found) == len(starts)
    for line, start in zip(found, starts, strict=True):
        assert line.startswith(start)


def test_broken_references_are_reported_beside_files_that_do_not_parse(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "catalog", [changed(good_system(), ("owner",), "nobody")])
    (folder / "mine.yaml").write_text("a: 1\na: 2\n")
    assert mistakes(folder) == [
        "catalog/mine.yaml: line 2, column 1: found the key 'a' twice; allowed: valid YAML",
        "catalog/shop.yaml: owner: found unknown team 'nobody'; allowed: platform, shop",
    ]


def test_an_empty_catalog_is_refused_with_the_way_out(tmp_path: Path) -> None:
    assert mistakes(write_catalog(tmp_path / "catalog", [])) == [
        "catalog: the catalog is empty; allowed: at least one <system>.yaml; `make new` writes one"
    ]


def test_a_missing_catalog_is_refused(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "catalog") == [
        "catalog: the catalog is empty; allowed: at least one <system>.yaml; `make new` writes one",
        "catalog/teams.yaml: the file does not exist",
    ]


def test_an_empty_system_file_is_refused(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "catalog")
    (folder / "bank.yaml").touch()
    assert mistakes(folder) == ["catalog/bank.yaml: the file is empty; allowed: a YAML mapping"]


def test_a_very_large_file_is_refused_beside_other_mistakes(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "catalog", [changed(good_system(), ("owner",), 5)])
    (folder / "bank.yaml").write_text("#" * (MAX_BYTES + 1))
    assert [line.partition(":")[0] for line in mistakes(folder)] == ["catalog/bank.yaml", "catalog/shop.yaml"]


def test_a_system_file_must_be_named_after_its_system(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "catalog")
    (folder / "shop.yaml").rename(folder / "store.yaml")
    assert mistakes(folder) == ["catalog/store.yaml: system: found 'shop'; allowed: 'store'"]


def test_a_file_with_the_other_suffix_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path / "catalog", [good_system("shop"), good_system("bank")])
    (folder / "bank.yaml").rename(folder / "bank.yml")
    assert mistakes(folder) == ["catalog/bank.yml: found a file that would be ignored; allowed: the suffix .yaml"]


def test_a_broken_file_hides_no_mistake_of_the_others_and_makes_none_up(tmp_path: Path) -> None:
    """What could not be read is not judged by: any team and any part may stand in it."""
    bank = changed(good_system("bank"), ("titel",), "Bank")
    shop = changed(good_system(), ("components", 0, "depends_on"), ["bank/api", "order"])
    folder = write_catalog(tmp_path / "catalog", [bank, shop])
    (folder / "teams.yaml").write_text("platform_team: platform\nteams: []\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        Catalog.load(folder)
    found = [str(problem).partition(";")[0] for problem in caught.value.problems]
    assert "catalog/bank.yaml: titel: unknown key" in found
    assert "catalog/shop.yaml: api.depends_on: found unknown 'order'" in found
    assert "catalog/teams.yaml: business_hours: missing" in found
    assert not [line for line in found if "bank/api" in line or "unknown team" in line]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        pytest.param(
            ("resources", 3, "queue"), "wq # c", "catalog/shop.yaml: resources[3].queue: found 'wq # c'", id="a queue"
        ),
        pytest.param(
            ("kpis", 0, "measure", "counter", "where"),
            ['source="we\nb"'],
            "catalog/shop.yaml: kpis[0].measure.counter.where[0]: found 'source=\"we\\nb\"'",
            id="a matcher of two lines",
        ),
        pytest.param(
            ("kpis", 0, "measure", "counter", "where"),
            ['uri=~"^(?!/actuator).*"'],
            "catalog/shop.yaml: kpis[0].measure.counter.where[0]: found '^(?!/actuator).*', which is no regular "
            "expression: invalid perl operator: (?!; allowed: the syntax of RE2",
            id="a look-ahead",
        ),
        pytest.param(
            ("components", 0, "objectives", 0, "sli", "bad_status"),
            "5(..",
            "catalog/shop.yaml: components[0].objectives[0].sli.bad_status: found '5(..'",
            id="a status that is no regular expression",
        ),
        pytest.param(
            ("thresholds", 0, "hold"),
            "99999999d",
            "catalog/shop.yaml: thresholds[0].hold: found 99999999d; allowed: at most 36500d",
            id="a pending period without end",
        ),
        pytest.param(
            ("components", 0, "rate_limits", 0, "route"),
            "/{{ x }}",
            "catalog/shop.yaml: components[0].rate_limits[0].route: found '/{{ x }}'",
            id="a route that is a template",
        ),
        pytest.param(
            ("components", 0, "title"),
            "a\x1b[31m",
            "catalog/shop.yaml: components[0].title: found '\\x1b' in a text; allowed: printable characters",
            id="a title that colours the terminal",
        ),
        pytest.param(
            ("components", 0, "objectives", 1, "sli", "threshold"),
            "0s",
            "catalog/shop.yaml: components[0].objectives[1].sli.threshold: found 0s; allowed: above 0s, at most 1h",
            id="an answer in no time",
        ),
        pytest.param(
            ("kpis", 0, "alerts", "floor"),
            "1e300",
            "catalog/shop.yaml: kpis[0].alerts.floor: found 1E+300; allowed: 0, or between 1e-9 and 1e15",
            id="a floor above everything",
        ),
    ],
)
def test_what_would_break_a_rule_file_is_refused_by_file_and_key(
    tmp_path: Path, key: Key, value: object, message: str
) -> None:
    [mistake] = mistakes(write_catalog(tmp_path / "catalog", [changed(good_system(), key, value)]))
    assert mistake.startswith(message)


def test_a_recipient_that_is_a_template_is_refused(tmp_path: Path) -> None:
    address = "{{.CommonLabels.X}}@example.com"
    teams = changed(good_organization(), ("teams", 0, "receivers", 2, "to"), [address])
    [mistake] = mistakes(write_catalog(tmp_path / "catalog", organization=teams))
    assert mistake.startswith(
        "catalog/teams.yaml: teams[0].receivers[2].to[0]: found '{{.CommonLabels.X}}@example.com'"
    )
