"""Which objectives count."""

import pytest

from model.catalog.catalog import Catalog
from model.gate.scope import subject
from model.problems import BadInput
from model.vocabulary import Environment
from tests.model.catalogs import good_organization, good_system
from tests.model.gate.examples import catalog
from tests.tools import PROJECT

PROD = Environment.PROD


def titles(found: object, *, deciding: bool = False) -> list[str]:
    return [one.title for one in found.expected if one.decides or not deciding]  # type: ignore[attr-defined]


def test_a_system_is_judged_by_all_its_objectives_and_frozen_by_those_of_no_feature() -> None:
    found = subject(catalog(), PROD, "shop")
    assert titles(found) == ["shop/api checkout [pay]", "shop/api errors", "shop/web errors"]
    assert titles(found, deciding=True) == ["shop/api errors", "shop/web errors"]


def test_a_component_is_judged_by_its_own() -> None:
    assert titles(subject(catalog(), PROD, "shop", "web")) == ["shop/web errors"]


def test_a_feature_is_judged_by_its_own_and_by_those_of_the_components_that_have_it() -> None:
    found = subject(catalog(), PROD, "shop", None, "pay")
    assert titles(found, deciding=True) == ["shop/api checkout [pay]", "shop/api errors"]


def test_dependencies_are_followed_through_other_systems_and_circles() -> None:
    found = subject(catalog(scope="dependencies"), PROD, "shop", "api")
    assert titles(found) == ["bank/ledger errors", "bank/rates errors", "shop/api checkout [pay]", "shop/api errors"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("shopp",), "--system: found unknown system 'shopp'; allowed: bank, shop"),
        (("shop", "apy"), "--component: found unknown 'apy'; allowed: api, web"),
        (("shop", "api", "pey"), "--feature: found unknown 'pey'; allowed: pay"),
        (("bank", None, "pay"), "--feature: found unknown 'pay'; allowed: none: the system has none"),
        (("shop", "web", "pay"), "--system: found no objective of shop/web for the feature pay in prod"),
    ],
)
def test_an_unknown_name_and_nothing_to_judge_are_refused(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        subject(catalog(), PROD, *words)
    assert message in str(caught.value)


def test_objectives_of_probes_that_an_environment_lacks_are_not_expected_there() -> None:
    document = good_system()
    document["components"][0]["probes"][0]["environments"] = {"prod": {}}
    shop = Catalog.model_validate({"organization": good_organization(), "systems": [document]})
    names = {
        environment: {one.objective for one in subject(shop, environment, "shop", "api").expected}
        for environment in (PROD, Environment.DEV)
    }
    assert names[PROD] - names[Environment.DEV] == {"front-door"}
    assert "up" in names[Environment.DEV]


def test_a_resource_that_an_environment_lacks_is_no_dependency_there() -> None:
    document = good_system()
    document["gate"] = {"scope": "dependencies"}
    document["resources"][0]["environments"] = {"prod": {}}
    shop = Catalog.model_validate({"organization": good_organization(), "systems": [document]})
    lacking = ("shop", document["resources"][0]["name"])
    assert lacking in subject(shop, PROD, "shop", "api").parts
    assert lacking not in subject(shop, Environment.DEV, "shop", "api").parts


@pytest.mark.parametrize("environment", Environment)
def test_every_shipped_system_can_be_judged_in_every_environment(environment: Environment) -> None:
    shipped = Catalog.load(PROJECT / "catalog")
    assert all(subject(shipped, environment, system.system).expected for system in shipped.systems)
