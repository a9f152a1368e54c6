"""Catalogs for the tests of costs."""

from pathlib import Path

import pytest

from model.catalog.catalog import Catalog
from tests.model.catalogs import good_system
from tests.model.cost.plans import (
    load,
)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """One system, shop, whose components log 0.5 and 1.5 GiB a day to CloudWatch; all else logs to Loki."""
    shop = good_system()
    shop["logs"] = {"destinations": ["cloudwatch"]}
    for component, gib in zip(shop["components"], (0.5, 1.5, 0), strict=True):
        component["load"] = {"log_gib_per_day": gib}
    return load(tmp_path, shop)


@pytest.fixture
def quiet(tmp_path: Path) -> Catalog:
    """A system whose logs do not go to CloudWatch."""
    shop = good_system()
    shop["logs"] = {"destinations": ["loki"]}
    return load(tmp_path / "quiet", shop)
