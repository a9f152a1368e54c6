"""The table of pins: whole for every version, of the right Kubernetes, and one clear error where a row is missing."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.cluster_addons import NODE_ADDONS, WORKLOAD_ADDONS
from model.account.eks_pins import FILE, ami_type, pin_problems, pins, table
from model.account.eks_versions import VERSIONS
from model.problems import BadInput

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("version", table().versions)
def test_every_version_has_all_that_is_installed(version: str) -> None:
    assert set(pins(version).addons) == {*NODE_ADDONS, *WORKLOAD_ADDONS}
    assert set(pins(version).images) == {ami_type("m7i.large"), ami_type("m7g.large")}
    assert version in VERSIONS


def test_versions_are_said_to_be_from_somewhere() -> None:
    used = {pin.source for row in table().versions.values() for pin in (*row.addons.values(), *row.images.values())}

    assert used == set(table().sources)


def test_a_version_without_pins_is_one_clear_error() -> None:
    assert pin_problems("version", "1.35") == []
    (problem,) = pin_problems("cluster.version", "1.32")
    assert str(problem) == (
        "cluster.version: found version 1.32, for which model/account/eks_pins.yaml pins no add-ons and no node image; "
        "allowed: 1.33, 1.34, 1.35, or add a row to that file"
    )


def test_karpenter_launches_the_release_that_the_groups_have() -> None:
    image = pins("1.35").image("m7g.large")

    assert (image.version, image.alias) == ("1.35.6-20260714", "al2023@v20260714")


def broken(change: dict[str, Any], *path: str) -> dict[str, Any]:
    document = yaml.safe_load((PROJECT / FILE).read_text())
    found = document["versions"]["1.35"]
    for key in path:
        found = found[key]
    found.update(change)
    return document  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(broken({"source": "hearsay"}, "addons", "coredns"), "unknown source 'hearsay' of coredns", id="1"),
        pytest.param(broken({"version": "latest"}, "addons", "coredns"), "version: found 'latest'", id="no version"),
        pytest.param(
            broken({"version": "v1.34.6-eksbuild.2"}, "addons", "kube-proxy"),
            "of another Kubernetes version",
            id="skew",
        ),
        pytest.param(
            broken({"version": "1.34.9-20260714"}, "images", "AL2023_ARM_64_STANDARD"),
            "of another Kubernetes version for 1.35",
            id="image",
        ),
    ],
)
def test_a_mistake_in_the_table_names_file_and_row(document: dict[str, Any], message: str, tmp_path: Path) -> None:
    (tmp_path / "pins.yaml").write_text(yaml.safe_dump(document))

    with pytest.raises(BadInput, match=message) as mistake:
        table(tmp_path / "pins.yaml")
    assert FILE in str(mistake.value)
