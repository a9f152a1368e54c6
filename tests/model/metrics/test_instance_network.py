"""The bandwidth of instance types: the API's numbers, and every type that settings name."""

import gzip
import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from authoring.rules.network_baselines import baselines
from model.account.instance_types import FAMILIES
from tests.tools import PROJECT

# What the EC2 API answers, as moto keeps it.
_ANSWER = files("moto.ec2") / "resources" / "instance_types.json.gz"
API = json.loads(gzip.decompress(_ANSWER.read_bytes()))


def test_the_numbers_are_those_of_the_api() -> None:
    answers = {
        name: sum(Decimal(str(card["BaselineBandwidthInGbps"])) for card in found["NetworkInfo"]["NetworkCards"])
        for name, found in API.items()
        if name.partition(".")[0] in FAMILIES
    }
    assert {name: bandwidth * 8 / 10**9 for name, bandwidth in baselines().items()} == answers


@pytest.mark.parametrize("settings", sorted(PROJECT.glob("Pulumi.*.yaml")), ids=lambda path: path.name)
def test_every_node_type_of_the_settings_is_known(settings: Path) -> None:
    assert sorted(_types(yaml.safe_load(settings.read_text(encoding="utf-8"))) - set(baselines())) == []


def _types(found: object) -> set[str]:
    if isinstance(found, dict):
        own = {found["instance_type"]} if "instance_type" in found else set()
        return own.union(*map(_types, found.values()))
    return set().union(*map(_types, found)) if isinstance(found, list) else set()
