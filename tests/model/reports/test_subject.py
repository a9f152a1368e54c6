from pathlib import Path
from typing import Any

import pytest

from model.catalog.catalog import Catalog
from model.catalog.teams import Organization
from model.problems import BadInput
from model.reports.declared import subject
from model.reports.subject import Subject
from model.vocabulary import Environment
from tests.model.catalogs import good_organization
from tests.model.gate.examples import component, system
from tests.model.reports.examples import expected


def shop(**more: Any) -> Subject:
    built = system("shop", [component("api", [], ("errors", None), ("checkout", "pay")), component("web", [])])
    document = {**built.model_dump(mode="json"), **more}
    found = type(built).model_validate(document)
    return subject(Catalog.of(Organization.model_validate(good_organization()), [found]), Environment.PROD)


def test_the_catalogs_objectives_with_their_team_unit_and_agreement() -> None:
    sla = [
        {
            "component": "api",
            "objective": "checkout",
            "credits": [{"below": 99.5, "credit": 5}],
            "reason": "The contract.",
        }
    ]
    found = shop(sla=sla, report_time_zone="Europe/Berlin")
    assert [one.key for one in found.objectives] == [("shop", "api", "checkout"), ("shop", "api", "errors")]
    checkout = found.objectives[0]
    assert (checkout.feature, checkout.team, checkout.unit) == ("pay", "shop", "events")
    assert checkout.agreement is not None
    assert found.objectives[1].agreement is None
    assert (found.zone("shop"), found.zone("other"), found.systems) == ("Europe/Berlin", "UTC", ("shop",))


def test_what_is_measured_in_minutes_or_only_under_load_is_known() -> None:
    catalog = Catalog.load(Path(__file__).parents[3] / "catalog")
    found = {one.key: one for one in subject(catalog, Environment.PROD).objectives}
    assert found["cloudmart", "backend", "throughput"].conditional
    assert found["cloudmart", "backend", "availability"].unit == "minutes"
    assert not found["cloudmart", "backend", "error-rate"].conditional
    # Its probe runs in prod alone, so that elsewhere nothing measures it.
    dev = {one.key for one in subject(catalog, Environment.DEV).objectives}
    assert ("cloudmart", "frontend", "availability") not in dev


def test_a_report_is_reduced_by_names_that_exist() -> None:
    found = shop().only(systems=["shop"], features=["pay"], teams=[])
    assert [one.objective for one in found.objectives] == ["checkout"]
    with pytest.raises(BadInput) as error:
        shop().only(systems=["shoq"], features=["pey"], teams=["nobody"])
    assert [str(problem) for problem in error.value.problems] == [
        "--feature: found unknown feature 'pey'; allowed: pay",
        "--system: found unknown system 'shoq'; allowed: shop",
        "--team: found unknown team 'nobody'; allowed: shop",
    ]


def test_names_that_do_not_belong_together_are_an_error() -> None:
    about = Subject(
        environment=Environment.PROD,
        objectives=(expected(), expected(system="bank", component="ledger", feature="pay")),
    )
    with pytest.raises(BadInput, match="--system shop --feature pay: found no objective that has all of these"):
        about.only(systems=["shop"], features=["pay"], teams=[])
    with pytest.raises(BadInput, match="none: the catalog has none"):
        Subject(environment=Environment.PROD, objectives=()).only(systems=["shop"], features=[], teams=[])
