"""Labels: what selects an object must survive an upgrade, and what names a bundle must be found."""

from model import labels
from model.assets import Bundle

BUNDLE = Bundle.model_validate(
    {
        "name": "shop",
        "kind": "prometheus",
        "path": "prometheus/shop.yaml",
        "version": "1.2.3",
        "locked": "1.2.3",
        "sha256": "a" * 64,
        "maturity": "stable",
        "owner": "platform",
        "description": "The shop's rules.",
    }
)


def test_labels_of_an_object_do_not_change_with_a_version() -> None:
    assert labels.of_object("loki") == {
        "app.kubernetes.io/name": "loki",
        "app.kubernetes.io/part-of": "belfry",
        "app.kubernetes.io/managed-by": "pulumi",
    }


def test_the_object_of_a_bundle_says_which_bundle_and_version_it_carries() -> None:
    assert labels.of_bundle(BUNDLE) == {
        **labels.of_object("shop"),
        "app.kubernetes.io/version": "1.2.3",
        "belfry.dev/bundle": "shop",
    }


def test_the_checksum_is_an_annotation_since_a_label_is_too_short_for_it() -> None:
    assert labels.annotations_of_bundle(BUNDLE) == {"belfry.dev/sha256": "a" * 64}
    assert all(len(value) <= 63 for value in labels.of_bundle(BUNDLE).values())


def test_a_bundle_that_was_never_locked_has_an_empty_checksum() -> None:
    unlocked = BUNDLE.model_copy(update={"sha256": None})
    assert labels.annotations_of_bundle(unlocked) == {"belfry.dev/sha256": ""}


def test_aws_resources_carry_who_owns_them_and_where_they_belong() -> None:
    assert labels.of_aws("dev", "shop") == {
        "project": "belfry",
        "environment": "dev",
        "owner": "shop",
        "managed-by": "pulumi",
    }
