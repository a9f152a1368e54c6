"""What the table of pins takes from AWS, and that its text keeps everything else."""

import tomllib

import pytest

from model.account.eks_bump import Move, Offer, moves, release_parameter, row_problems, with_moves
from model.versions import EksPins

TEXT = """\
# Head.
[charts.loki]
repository = "https://charts.test"
version = "1.0.0"  # held back
app = "1"

[images]

# Of people.
[eks.sources."guide"]
where = "a guide"
as_of = "2026-01-01"

[eks.sources."other"]
where = "another guide"
as_of = "2026-01-02"

[eks.versions."1.34".addons.kube-proxy]
version = "v1.34.1-eksbuild.1"
source = "other"

[eks.versions."1.34".images.AL2023_x86_64_STANDARD]
version = "1.34.1-20260101"
source = "other"

# The newest.
[eks.versions."1.35".addons.kube-proxy]
version = "v1.35.9-eksbuild.2"
source = "guide"

[eks.versions."1.35".images.AL2023_x86_64_STANDARD]
version = "1.35.1-20260101"
source = "guide"
"""
PINS = EksPins.model_validate(tomllib.loads(TEXT)["eks"]["versions"]["1.35"])
RELEASES = {"AL2023_x86_64_STANDARD": "1.35.2-20260202"}


def proxy(*offers: tuple[str, bool]) -> Move:
    found, problems = moves("1.35", PINS, {"kube-proxy": [Offer(*offer) for offer in offers]}, RELEASES)
    assert problems == []
    return found[0]


@pytest.mark.parametrize(
    ("offers", "after"),
    [
        pytest.param(
            [("v1.35.10-eksbuild.1", True), ("v1.35.11-eksbuild.1", False)], "v1.35.10-eksbuild.1", id="newer"
        ),
        pytest.param([("v1.35.9-eksbuild.10", True)], "v1.35.9-eksbuild.10", id="build as a number"),
        pytest.param(
            [("v1.35.8-eksbuild.9", True), ("v1.35.9-eksbuild.2", False)], "v1.35.9-eksbuild.2", id="chosen by a person"
        ),
        pytest.param([("v1.35.8-eksbuild.9", True)], "v1.35.8-eksbuild.9", id="withdrawn"),
    ],
)
def test_an_addon_takes_the_default_unless_a_newer_pin_is_still_offered(
    offers: list[tuple[str, bool]], after: str
) -> None:
    move = proxy(*offers)

    assert (move.before, move.after, move.default) == ("v1.35.9-eksbuild.2", after, offers[0][0])
    assert move.changes == (after != "v1.35.9-eksbuild.2")


def test_an_image_takes_the_recommended_release_even_an_older_one() -> None:
    (_, image), _ = moves(
        "1.35", PINS, {"kube-proxy": [Offer("v1.35.9-eksbuild.2", True)]}, {"AL2023_x86_64_STANDARD": "1.35.1-20251201"}
    )

    assert (image.name, image.after, image.changes) == ("AL2023_x86_64_STANDARD", "1.35.1-20251201", True)


@pytest.mark.parametrize(
    ("offers", "said"),
    [
        ([Offer("v1.35.9-eksbuild.2", False)], "AWS names no default version of kube-proxy for 1.35; allowed"),
        ([Offer("latest", True)], "AWS names no default version of kube-proxy for 1.35: latest; allowed"),
    ],
)
def test_everything_that_aws_does_not_offer_is_named_at_once(offers: list[Offer], said: str) -> None:
    found, problems = moves("1.35", PINS, {"kube-proxy": offers}, {"AL2023_x86_64_STANDARD": None})

    assert found == []
    assert said in str(problems[0])
    assert f"AWS has no parameter {release_parameter('1.35', 'AL2023_x86_64_STANDARD')}" in str(problems[1])


def test_only_versions_and_sources_of_one_kubernetes_change() -> None:
    found, _ = moves("1.35", PINS, {"kube-proxy": [Offer("v1.35.10-eksbuild.1", True)]}, RELEASES)
    changed = with_moves(TEXT, "1.35", found, "2026-02-03")

    head, _, tail = TEXT.partition('# Of people.\n[eks.sources."guide"]\n')
    kept = tail.partition("\n\n")[2]
    expected = (head + kept).replace('"v1.35.9-eksbuild.2"', '"v1.35.10-eksbuild.1"')
    expected = expected.replace('"1.35.1-20260101"', '"1.35.2-20260202"').replace('"guide"', '"aws-1.35"')
    source = 'where = "what AWS offers for 1.35: `make addons KUBERNETES=1.35`"\nas_of = "2026-02-03"\n'
    first = '[eks.versions."1.34".addons.kube-proxy]\n'
    assert changed == expected.replace(first, f'[eks.sources."aws-1.35"]\n{source}\n{first}')


def test_a_second_day_replaces_the_day_of_the_first_and_only_with_a_change() -> None:
    move = Move("addons", "kube-proxy", "v1.35.9-eksbuild.2", "v1.35.10-eksbuild.1", "v1.35.10-eksbuild.1")
    once = with_moves(TEXT, "1.35", [move], "2026-02-03")
    twice = with_moves(once, "1.35", [Move("addons", "kube-proxy", move.after, move.before, move.before)], "2026-03-04")
    same = with_moves(once, "1.35", [Move("addons", "kube-proxy", move.after, move.after, move.after)], "2026-03-04")

    assert twice.count("[eks.sources.") == 3  # an image still names the guide
    assert twice == once.replace("2026-02-03", "2026-03-04").replace(move.after, move.before)
    assert same == once


def test_rows_and_kinds_of_images_that_nobody_knows_are_refused() -> None:
    assert row_problems("1.35", {"1.35": PINS}) == []
    (row,) = row_problems("1.29", {"1.35": PINS})
    bottlerocket = EksPins(addons=PINS.addons, images={"BOTTLEROCKET_x86_64": PINS.images["AL2023_x86_64_STANDARD"]})
    (kind,) = row_problems("1.35", {"1.35": bottlerocket})

    assert str(row) == "KUBERNETES: found '1.29', for which versions.toml has no entries; allowed: 1.35"
    assert "found the AMI type 'BOTTLEROCKET_x86_64'; allowed: AL2023_ARM_64_STANDARD, AL2023_x86_64" in str(kind)
