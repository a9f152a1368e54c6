"""What lets a commit go on, and what does not: every missing piece by its own reason."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.problems import BadInput
from model.promotion.decision import MAX_AGE, decide, demanded, is_allowed, steps
from model.promotion.evidence import Evidence, Kind, versions_digest
from model.vocabulary import Environment
from tests.model.promotion.examples import ASKED, CHECKS, HOUR, NOW, OTHER, PLAN, VERSIONS, all_of, evidence

STAGING, PROD = Environment.STAGING, Environment.PROD


def missing(found: Any, now: float = NOW, **asked: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    """The pieces that do not count, by environment and kind."""
    pieces = decide(replace(ASKED, **asked), found, now)
    return {(one.environment, one.kind): one.missing for one in pieces if one.missing}


def test_a_commit_with_all_evidence_may_go_on() -> None:
    pieces = decide(ASKED, all_of(), NOW)
    assert is_allowed(pieces)
    assert len(pieces) == 9
    assert all(piece.text for piece in pieces)


@pytest.mark.parametrize("place", demanded(STAGING, PROD), ids="-".join)
def test_every_piece_is_demanded(place: tuple[Environment, Kind]) -> None:
    found = {key: value for key, value in all_of().items() if key != place}
    assert missing(found) == {tuple(map(str, place)): ("there is none",)}
    assert not is_allowed(decide(ASKED, found, NOW))


@pytest.mark.parametrize("place", demanded(STAGING, PROD), ids="-".join)
@given(st.data())
def test_no_subset_of_the_evidence_is_enough(place: tuple[Environment, Kind], data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from([one for one in all_of() if one != place])))
    assert not is_allowed(decide(ASKED, {key: value for key, value in all_of().items() if key in kept}, NOW))


@pytest.mark.parametrize("kind", Kind)
def test_evidence_that_is_too_old_is_missing(kind: Kind) -> None:
    where = "dev" if kind is Kind.TESTS else "prod" if kind in (Kind.GATE,) else "staging"
    old = evidence(kind, where, time=NOW - MAX_AGE[kind] - 1)
    assert any("old, at most" in text for text in missing(all_of(**{f"{where}_{kind}": old}))[where, kind])


@pytest.mark.parametrize(
    ("changed", "place", "text"),
    [
        ({"dev_tests": evidence(Kind.TESTS, "dev", commit=OTHER)}, ("dev", "tests"), "of commit bbbbbbbbbbbb, not aaa"),
        ({"staging_soak": evidence(Kind.SOAK, "dev")}, ("staging", "soak"), "of dev, not staging"),
        ({"dev_tests": evidence(Kind.TESTS, "dev", result="failed")}, ("dev", "tests"), "the tests are failed"),
        ({"dev_tests": evidence(Kind.TESTS, "dev", result="unknown")}, ("dev", "tests"), "the tests are unknown"),
        ({"dev_tests": "it cannot be read: valid JSON"}, ("dev", "tests"), "it cannot be read"),
        ({"prod_gate": evidence(Kind.GATE, "prod", time=NOW + 61)}, ("prod", "gate"), "ahead of this clock"),
        (
            {"prod_gate": evidence(Kind.GATE, "prod", answer="unknown", passes=False)},
            ("prod", "gate"),
            "the gate says unknown",
        ),
        (
            {"prod_policy": evidence(Kind.POLICY, "prod", mandatory=1)},
            ("prod", "policy"),
            "1 mandatory finding",
        ),
        (
            {"prod_policy": evidence(Kind.POLICY, "prod", plan="2" * 64)},
            ("prod", "policy"),
            "asked about the plan 222222222222, not 111111111111",
        ),
        (
            {"staging_verification": evidence(Kind.VERIFICATION, verdict="failed")},
            ("staging", "verification"),
            "the verification failed",
        ),
        (
            {"staging_verification": evidence(Kind.VERIFICATION, verdict="unknown")},
            ("staging", "verification"),
            "the verification is unknown",
        ),
        (
            {"staging_verification": evidence(Kind.VERIFICATION, checks=CHECKS[2:])},
            ("staging", "verification"),
            "not checked: alarms, composite-alarms",
        ),
        (
            {
                "staging_verification": evidence(
                    Kind.VERIFICATION, checks=[*CHECKS[:-1], {**CHECKS[-1], "result": "unknown"}]
                )
            },
            ("staging", "verification"),
            "passed, but not routes",
        ),
        (
            {"staging_verification": evidence(Kind.VERIFICATION, systems_left_out=["cart", "shop"])},
            ("staging", "verification"),
            "systems not verified: cart, shop",
        ),
        (
            {"staging_verification": evidence(Kind.VERIFICATION, time=NOW - 29 * HOUR)},
            ("staging", "verification"),
            "from before the deployment",
        ),
        ({"staging_soak": evidence(Kind.SOAK, pages=["NodeDown"])}, ("staging", "soak"), "paged: NodeDown"),
        (
            {"staging_soak": evidence(Kind.SOAK, burning=["SloFastBurn shop/api"])},
            ("staging", "soak"),
            "burned error budget: SloFastBurn shop/api",
        ),
        ({"staging_soak": evidence(Kind.SOAK, until=NOW - 8 * HOUR)}, ("staging", "soak"), "20 h of 24 h"),
        (
            {"staging_soak": evidence(Kind.SOAK, measured=20 * HOUR)},
            ("staging", "soak"),
            "measured for 71% of the time, at least 99% needed",
        ),
        (
            {"staging_soak": evidence(Kind.SOAK, since=NOW - 29 * HOUR, measured=29 * HOUR)},
            ("staging", "soak"),
            "it begins before the deployment",
        ),
        ({"staging_soak": evidence(Kind.SOAK, until=NOW + HOUR)}, ("staging", "soak"), "it ends after it was measured"),
    ],
)
def test_evidence_that_says_something_else_is_missing(changed: Any, place: tuple[str, str], text: str) -> None:
    lacking = missing(all_of(**changed))
    assert lacking.keys() == {place}
    assert any(text in reason for reason in lacking[place])


def test_evidence_of_other_bundle_versions_is_missing_and_names_the_bundles() -> None:
    versions = {**VERSIONS, "alertmanager": "1.6.0"}
    bundles = versions_digest(versions)
    lacking = missing(
        all_of(
            staging_plan=evidence(Kind.PLAN, versions=versions, bundles=bundles),
            staging_soak=evidence(Kind.SOAK, bundles=bundles),
        )
    )
    assert lacking == {
        ("staging", "plan"): ("of other bundle versions than prod's plan: alertmanager",),
        ("staging", "soak"): ("of other bundle versions than prod's plan",),
    }


def test_the_plan_that_is_deployed_must_be_the_one_that_was_looked_at() -> None:
    assert missing(all_of(), digest=PLAN) == {}
    assert missing(all_of(), digest="3" * 64) == {
        ("prod", "plan"): ("it is not the plan that would be deployed, 333333333333",)
    }


def test_a_longer_soak_can_be_asked_for() -> None:
    assert missing(all_of(), soak=48 * HOUR) == {("staging", "soak"): ("27 h of 2 d",)}


@pytest.mark.parametrize(("source", "target"), [("dev", "staging"), ("staging", "prod")])
def test_each_environment_follows_the_one_before(source: str, target: str) -> None:
    assert tuple(map(str, steps(source, target))) == (source, target)


@pytest.mark.parametrize(
    ("source", "target", "text"),
    [
        ("dev", "prod", "found dev to prod; allowed: dev to staging or staging to prod"),
        ("prod", "staging", "found prod to staging"),
        ("staging", "staging", "found staging to staging"),
        ("local", "dev", "--from: found 'local'; allowed: dev, staging, prod"),
        ("dev", "production", "--to: found 'production'"),
    ],
)
def test_no_environment_is_skipped(source: str, target: str, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        steps(source, target)
    assert text in str(caught.value)


def test_a_piece_says_what_it_is() -> None:
    said: list[Evidence] = [one for one in all_of().values() if not isinstance(one, str)]
    assert [one.says for one in said if one.kind is Kind.SOAK] == [
        "27 h without pages and without burning error budget"
    ]
    assert [one.says for one in said if one.kind is Kind.DEPLOYMENT] == ["it has begun"]
