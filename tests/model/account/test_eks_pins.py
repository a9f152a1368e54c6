"""The table of pins: whole for every version, of the right Kubernetes, and one clear error where a row is missing."""

from pathlib import Path

import pytest

from components.cluster_addons import NODE_ADDONS, WORKLOAD_ADDONS
from model.account.eks_pins import ami_type, machine_image, pin_problems, pins
from model.account.eks_versions import VERSIONS
from model.problems import BadInput
from model.versions import FILE, parse_versions, versions

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("version", versions().eks.versions)
def test_every_version_has_all_that_is_installed(version: str) -> None:
    assert set(pins(version).addons) == {*NODE_ADDONS, *WORKLOAD_ADDONS}
    assert set(pins(version).images) == {ami_type("m7i.large"), ami_type("m7g.large")}
    assert version in VERSIONS


def test_versions_name_their_source() -> None:
    rows = versions().eks.versions.values()
    addons = {addon.source for row in rows for addon in row.addons.values()}
    images = {image.source for row in rows for image in row.images.values()}

    assert addons | images == set(versions().eks.sources)


def test_a_version_without_pins_is_one_clear_error() -> None:
    assert pin_problems("version", "1.35") == []
    (problem,) = pin_problems("cluster.version", "1.32")
    assert str(problem) == (
        "cluster.version: found version 1.32, for which versions.toml pins no add-ons and no node image; "
        "allowed: 1.33, 1.34, 1.35, or entries of your own in that file"
    )


def test_karpenter_launches_the_release_that_the_groups_have() -> None:
    image = machine_image(pins("1.35"), "m7g.large")

    assert (image.version, image.alias) == ("1.35.6-20260714", "al2023@v20260714")


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        pytest.param("addons.coredns", 'source = "hearsay"', "unknown source 'hearsay' of coredns", id="source"),
        pytest.param("addons.coredns", 'version = "latest"', "version: found 'latest'", id="no version"),
        pytest.param(
            "addons.kube-proxy", 'version = "v1.34.6-eksbuild.2"', "of another Kubernetes version", id="kube-proxy"
        ),
        pytest.param(
            "images.AL2023_ARM_64_STANDARD",
            'version = "1.34.9-20260714"',
            "of another Kubernetes version for 1.35",
            id="image",
        ),
    ],
)
def test_a_mistake_in_the_file_names_file_and_entry(table: str, line: str, message: str) -> None:
    head, found, tail = (PROJECT / FILE).read_text().partition(f'[eks.versions."1.35".{table}]\n')
    assert found
    key = line.partition(" ")[0]
    changed = "\n".join(line if row.startswith(f"{key} =") else row for row in tail.partition("\n\n")[0].splitlines())
    with pytest.raises(BadInput, match=message) as mistake:
        parse_versions(f"{head}{found}{changed}\n\n{tail.partition(chr(10) * 2)[2]}")
    assert FILE in str(mistake.value)


def test_a_table_that_is_no_toml_is_one_clear_error() -> None:
    with pytest.raises(BadInput, match=r"versions\.toml: found no TOML: .*line 2"):
        parse_versions("[charts]\nloki = \n")
