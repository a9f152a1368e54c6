"""Exceptions: files with an owner, a reason and an end."""

from pathlib import Path

import pytest
import yaml

from model.gate.exceptions import read_exceptions
from model.problems import BadInput
from model.vocabulary import Environment
from tests.model.gate.examples import catalog

GOOD = {"system": "shop", "environments": ["prod"], "owner": "shop", "reason": "The sale.", "expires": "2027-01-20"}
NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z
END = 1_800_489_600.0  # 2027-01-21T00:00:00Z


def write(folder: Path, name: str, **values: object) -> Path:
    file = folder / "catalog" / "exceptions" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({key: value for key, value in {**GOOD, **values}.items() if value is not None}))
    return folder / "catalog"


def test_an_exception_holds_through_its_last_day(tmp_path: Path) -> None:
    folder = write(tmp_path, "sale.yaml")
    [(file, exception)] = read_exceptions(folder, catalog(), END - 1).items()
    assert file == "catalog/exceptions/sale.yaml"
    assert exception.end == END
    assert read_exceptions(folder, catalog(), END) == {}


def test_an_exception_covers_its_system_and_component_in_its_environments(tmp_path: Path) -> None:
    [all_of_it] = read_exceptions(write(tmp_path / "a", "a.yaml"), catalog(), NOW).values()
    [one] = read_exceptions(write(tmp_path / "b", "a.yaml", component="api"), catalog(), NOW).values()
    assert all_of_it.covers(Environment.PROD, "shop", "api")
    assert all_of_it.covers(Environment.PROD, "shop", None)
    assert not all_of_it.covers(Environment.STAGING, "shop", None)
    assert not all_of_it.covers(Environment.PROD, "bank", None)
    assert one.covers(Environment.PROD, "shop", "api")
    assert not one.covers(Environment.PROD, "shop", "web")
    assert not one.covers(Environment.PROD, "shop", None)


def test_without_the_folder_there_is_no_exception(tmp_path: Path) -> None:
    assert read_exceptions(tmp_path, catalog(), NOW) == {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"owner": None}, "owner: missing"),
        ({"reason": None}, "reason: missing"),
        ({"expires": None}, "expires: missing"),
        ({"expires": "2027-01-23"}, "expires: found 2027-01-23; allowed: a day at most 7 days ahead"),
        ({"expires": "soon"}, "expires: found 'soon'"),
        ({"environments": []}, "environments"),
        ({"owner": "nobody"}, "owner: found unknown team 'nobody'; allowed: platform, shop"),
        ({"system": "shopp"}, "system: found unknown system 'shopp'; allowed: bank, shop"),
        ({"component": "apy"}, "component: found unknown component 'apy'; allowed: api, web"),
        ({"forever": True}, "forever: unknown key"),
    ],
)
def test_a_mistake_names_its_file_and_key(tmp_path: Path, values: dict[str, object], message: str) -> None:
    folder = write(tmp_path, "sale.yaml", **values)
    with pytest.raises(BadInput) as caught:
        read_exceptions(folder, catalog(), NOW)
    assert f"catalog/exceptions/sale.yaml: {message}" in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, "a.yaml", owner="nobody")
    write(tmp_path, "b.yaml", system="shopp")
    write(tmp_path, "c.yml")
    with pytest.raises(BadInput) as caught:
        read_exceptions(folder, catalog(), NOW)
    assert [problem.where for problem in caught.value.problems] == [
        "catalog/exceptions/a.yaml: owner",
        "catalog/exceptions/b.yaml: system",
        "catalog/exceptions/c.yml",
    ]


def test_seven_days_ahead_is_the_most(tmp_path: Path) -> None:
    assert read_exceptions(write(tmp_path, "a.yaml", expires="2027-01-22"), catalog(), NOW)
