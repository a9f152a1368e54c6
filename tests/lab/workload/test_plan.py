"""What runs, made from the catalog."""

import pytest

from lab.workload.plan import Plan
from model.problems import BadInput
from tests.lab.workload.runtimes import CATALOG, plan


def test_a_visitor_of_a_shop_comes_by_browser_and_load_balancer_to_the_service() -> None:
    (entry,) = plan("cloudmart").entries("cloudmart")

    assert [part.name for part in entry.path] == ["frontend", "load-balancer", "backend"]
    assert entry.share == 1


def test_where_there_is_no_browser_every_service_is_called_from_outside_by_its_expected_load() -> None:
    entries = plan("order-processor").entries("order-processor")

    assert {entry.part.name: round(entry.share, 3) for entry in entries} == {
        "user-service": round(60 / 180, 3),
        "order-service": round(40 / 180, 3),
        "asset-service": round(80 / 180, 3),
    }


def test_a_probe_from_outside_comes_in_at_the_first_load_balancer() -> None:
    made = plan("alchemorsel")

    assert made.front_of(made.parts["alchemorsel", "api"]).name == "haproxy"
    assert made.front_of(made.parts["alchemorsel", "worker"]).name == "worker"


def test_all_systems_run_unless_some_are_chosen() -> None:
    assert [system.system for system in plan().systems] == [system.system for system in CATALOG.systems]
    assert {key[0] for key in plan("bakhmach").parts} == {"bakhmach"}


def test_every_system_of_the_catalog_has_visitors_and_shares_add_up() -> None:
    for system in CATALOG.systems:
        assert sum(entry.share for entry in plan().entries(system.system)) == pytest.approx(1)


def test_unknown_systems_are_one_error_that_names_the_systems() -> None:
    with pytest.raises(BadInput) as error:
        Plan.of(CATALOG, ["cloudmort", "generic", "bank"])

    assert [problem.found for problem in error.value.problems] == [
        "found unknown system 'bank'",
        "found unknown system 'cloudmort'",
    ]
    assert "alchemorsel, bakhmach, cloudmart, generic, order-processor" in str(error.value)
