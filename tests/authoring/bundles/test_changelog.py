"""The changelog follows the versions, and keeps what people wrote."""

from authoring.bundles import changelog
from authoring.bundles.lock import Locked

TEXT = """\
# Changelog

One section a bundle.

## beta

### 1.0.0
- First.

## delta

### 2.0.0
- Second.
"""


def locked(name: str, version: str, *, changed: bool = True) -> Locked:
    return Locked(
        manifest="rules/manifest.yaml", name=name, system=None, before=None, version=version, sha256="", changed=changed
    )


def test_a_raised_version_gets_its_section_above_the_older_ones() -> None:
    written = changelog.add(TEXT, [locked("beta", "1.1.0"), locked("delta", "2.0.0", changed=False)], "A new  rule.")
    assert written == TEXT.replace("## beta\n", "## beta\n\n### 1.1.0\n- A new rule.\n", 1)


def test_a_new_bundle_stands_in_the_order_of_the_alphabet() -> None:
    written = changelog.add(TEXT, [locked("carol", "1.0.0")], "Came in.")
    assert [line for line in written.splitlines() if line.startswith("## ")] == ["## beta", "## carol", "## delta"]
    assert "## carol\n\n### 1.0.0\n- Came in.\n\n## delta\n" in written


def test_a_section_written_by_hand_stays_and_a_second_run_changes_nothing() -> None:
    once = changelog.add(TEXT, [locked("beta", "1.0.0"), locked("delta", "2.0.1")], "Text.")
    assert "- First." in once
    assert once.count("### 1.0.0") == 1
    assert changelog.add(once, [locked("beta", "1.0.0"), locked("delta", "2.0.1")], "Other text.") == once


def test_a_long_message_is_wrapped_and_an_empty_changelog_is_begun() -> None:
    written = changelog.add("# Changelog\n", [locked("beta", "1.0.0")], "word " * 60)
    assert written.startswith("# Changelog\n\n## beta\n\n### 1.0.0\n- word")
    assert max(map(len, written.splitlines())) <= 120


def test_bundles_without_a_section_for_their_version_are_named() -> None:
    results = [locked("beta", "1.0.0"), locked("delta", "2.1.0"), locked("omega", "1.0.0")]
    assert changelog.unwritten(TEXT, results) == ["delta", "omega"]
