"""One Loki for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from configs.stores.loki import Tenant, rules_folder
from model.assets import BundleKind, read_manifest
from tests.configs.loki_examples import on_this_machine
from tests.configs.servers import running_loki
from tests.rules.loki.servers import RULER, Loki
from tests.tools import PROJECT


@pytest.fixture(scope="session")
def loki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loki]:
    """One Loki for all cases, in the produced configuration, with all shipped rules."""
    folder = tmp_path_factory.mktemp("loki")
    given = on_this_machine(folder, alertmanagers=["http://127.0.0.1:9"], tenants=[Tenant(name=RULER)])
    rules = Path(rules_folder(given, RULER))
    rules.mkdir(parents=True)
    for bundle in read_manifest(PROJECT, "rules").bundles:
        if bundle.kind is BundleKind.LOKI:
            copy(PROJECT / "rules" / bundle.path, rules)
    with running_loki(folder, given) as port:
        yield Loki(port)
