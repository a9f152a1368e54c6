"""The decision: a table of what is known and what follows, and what holds for any status."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.catalog.change_calendar import ChangeCalendar
from model.catalog.gate import OnUnknown
from model.gate.decision import Answer, Change, ChangeKind, Effect, Verdict, decide
from model.gate.exceptions import GateException
from model.gate.status import Status
from model.vocabulary import Environment
from tests.model.gate.examples import NOW, firing, objective, policy, status

APPROVED = {"reason": "Users cannot pay.", "approver": "ana"}
EXCEPTION = {
    "system": "shop",
    "environments": ["prod"],
    "owner": "shop",
    "reason": "The sale.",
    "expires": "2027-01-20",
}


def change(kind: str = "feature", **more: str) -> Change:
    return Change(kind={str(each): each for each in ChangeKind}[kind], **more)


def texts(verdict: Verdict) -> list[str]:
    return [f"{one.effect}: {one.about}: {one.text}" for one in verdict.findings]


def test_a_known_and_sufficient_budget_passes_without_a_word() -> None:
    verdict = decide(status(), policy(), change(), NOW)
    assert (verdict.answer, verdict.passes, verdict.exit_code) == (Answer.ALLOWED, True, 0)
    assert texts(verdict) == []
    assert [found[0].remaining for _, found in verdict.judged] == [0.8, 0.8]


def test_little_budget_warns_and_passes() -> None:
    verdict = decide(status(objective(remaining=0.2), objective("checkout")), policy(), change(), NOW)
    assert verdict.exit_code == 0
    assert texts(verdict) == ["warning: shop/api errors: error budget remaining 20.0 %, threshold 25 %"]


def test_a_budget_that_will_not_last_through_the_soak_time_warns() -> None:
    soon = status(objective(exhaustion_seconds=7200), objective("checkout"))
    verdict = decide(soon, policy(), change(), NOW)
    assert verdict.exit_code == 0
    assert texts(verdict) == ["warning: shop/api errors: exhausted in 2.0 h at this burn rate, sooner than 1d"]


FROZEN = status(objective(remaining=-0.1), objective("checkout"))


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("feature", {}, 3),
        ("feature", APPROVED, 3),
        *((kind, APPROVED, 0) for kind in ("fix", "security", "rollback")),
        *((kind, {}, 3) for kind in ("fix", "security", "rollback")),
        ("fix", {"reason": "Users cannot pay."}, 3),
        ("fix", {"approver": "ana"}, 3),
        ("fix", {"reason": " ", "approver": " "}, 3),
    ],
)
def test_a_freeze_stops_features_and_lets_repairs_pass_with_a_reason_and_an_approver(
    kind: str, more: dict[str, str], code: int
) -> None:
    verdict = decide(FROZEN, policy(), change(kind, **more), NOW)
    assert verdict.exit_code == code
    assert texts(verdict) == ["freeze: shop/api errors: error budget remaining -10.0 %, threshold 0 %"]
    assert any("approved by ana" in note for note in verdict.notes) == (code == 0)


def test_a_change_freeze_of_the_calendar_is_a_freeze_with_or_without_data() -> None:
    sale = {"name": "sale", "reason": "Sales.", "time_zone": "UTC", "start": "2027-01-15", "end": "2027-01-16"}
    calendar = ChangeCalendar.model_validate({"freezes": [sale]})
    frozen = replace(policy(), subject=replace(policy().subject, calendar=calendar))
    verdict = decide(status(), frozen, change(), NOW)
    assert verdict.exit_code == 3
    assert texts(verdict) == ["freeze: sale: change freeze until 2027-01-16 00:00 UTC: Sales."]
    assert decide(None, frozen, change(), NOW).exit_code == 3
    assert decide(status(), frozen, change("fix", **APPROVED), NOW).exit_code == 0
    assert decide(status(), frozen, change(), NOW + 86_400).findings[0].effect is not Effect.FREEZE


@pytest.mark.parametrize(("kind", "code"), [("feature", 3), ("security", 3), ("fix", 0), ("rollback", 0)])
def test_while_a_blocking_alert_fires_only_a_fix_or_a_rollback_passes(kind: str, code: int) -> None:
    verdict = decide(status(firing=[firing("SloOutage")]), policy(), change(kind, **APPROVED), NOW)
    assert verdict.exit_code == code
    assert texts(verdict) == ["alert: shop/api errors: SloOutage fires"]


@pytest.mark.parametrize(
    "harmless",
    [
        firing("SloTrickle"),
        firing("SloOutage", component="web"),
        firing("SloOutage", system="bank", component="ledger"),
    ],
)
def test_an_alert_that_the_policy_does_not_name_or_of_another_part_blocks_nothing(harmless: Any) -> None:
    assert decide(status(firing=[harmless]), policy(), change(), NOW).exit_code == 0


def test_alerts_of_what_it_calls_block_where_dependencies_count() -> None:
    everything = status(
        objective(),
        objective("checkout"),
        objective(system="bank", component="ledger"),
        objective(system="bank", component="rates"),
        firing=[firing("SloOutage", system="bank", component="rates", objective=None, feature="fx")],
    )
    verdict = decide(everything, policy(scope="dependencies"), change(), NOW)
    assert texts(verdict) == ["alert: bank/rates [fx]: SloOutage fires"]
    assert verdict.exit_code == 3


UNKNOWNS: dict[str, tuple[Status | None, str]] = {
    "no status": (None, "there is no status"),
    "stale": (status(generated_at=NOW - 200, objectives=[objective()]), "stale: 200 s old, at most 180 s count"),
    "from the future": (status(generated_at=NOW + 90), "from 90 s ahead of this clock"),
    "another environment": (status(environment="dev"), "of the environment dev, not of prod"),
    "partial": (status(partial=["store 2 did not answer"]), "partial data: store 2 did not answer"),
    "no watchdog": (status(watchdog=False), "no alert is evaluated"),
    "no objective": (status(objective("checkout")), "no data"),
    "nothing recorded": (
        status(objective(total=None, bad=None, remaining=None, sampled_at=None), objective("checkout")),
        "no data",
    ),
    "no total": (status(objective(total=None), objective("checkout")), "no data: total"),
    "no bad": (status(objective(bad=None), objective("checkout")), "no data: bad"),
    "no budget": (status(objective(remaining=None), objective("checkout")), "no data: remaining"),
    "frozen rules": (status(objective(sampled_at=NOW - 61), objective("checkout")), "recorded 61 s before the status"),
    "odd clocks": (status(objective(sampled_at=NOW + 61), objective("checkout")), "recorded 61 s after the status"),
    "few events": (status(objective(total=9, bad=0, remaining=1), objective("checkout")), "9 events in 30d"),
    "one cluster of two": (
        status(objective(cluster="a"), objective(cluster="b", total=None), objective("checkout")),
        "no data: total in b",
    ),
    **{
        alert: (status(firing=[firing(alert)]), f"{alert} fires: its numbers cannot be trusted")
        for alert in ("SloNoData", "SloNotMeasured", "SloMeasurementInvalid")
    },
}


@pytest.mark.parametrize("case", UNKNOWNS)
def test_unknown_is_an_answer_of_its_own_that_the_environment_decides(case: str) -> None:
    known, text = UNKNOWNS[case]
    verdict = decide(known, policy(), change(), NOW)
    assert (verdict.answer, verdict.exit_code) == (Answer.UNKNOWN, 4)
    [finding] = verdict.findings
    assert finding.effect is Effect.UNKNOWN
    assert text in finding.text

    lenient = decide(known, policy(unknown={"prod": "allow"}), change(), NOW)
    assert (lenient.answer, lenient.exit_code) == (Answer.UNKNOWN, 0)
    assert lenient.notes == ("the policy lets an unknown error budget pass in prod",)


def test_what_is_known_to_be_bad_blocks_whatever_is_unknown_besides() -> None:
    bad = status(objective(remaining=-1), objective("checkout", total=None))
    assert decide(bad, policy(unknown={"prod": "allow"}), change(), NOW).answer is Answer.BLOCKED


def test_the_reason_of_an_unreachable_source_is_reported() -> None:
    away = replace(policy(), unreachable="http://prometheus: refused")
    assert texts(decide(None, away, change(), NOW)) == ["unknown: status: http://prometheus: refused"]


def test_an_optional_objective_may_have_no_events_but_not_be_stale() -> None:
    optional = policy(optional=[{"component": "api", "objective": "errors", "reason": "Sales only."}])
    silent = objective(total=None, bad=None, remaining=None, sampled_at=None)
    verdict = decide(status(silent, objective("checkout")), optional, change(), NOW)
    assert (verdict.exit_code, texts(verdict)) == (0, ["warning: shop/api errors: no data"])
    stale = status(objective(sampled_at=NOW - 100), objective("checkout"))
    assert decide(stale, optional, change(), NOW).exit_code == 4
    assert decide(status(objective("checkout")), optional, change(), NOW).exit_code == 4


def test_the_budget_of_a_feature_freezes_that_feature_alone() -> None:
    spent = status(objective(), objective("checkout", remaining=-2))
    assert decide(spent, policy(feature="pay"), change(), NOW).exit_code == 3
    general = decide(spent, policy(), change(), NOW)
    assert general.exit_code == 0
    assert texts(general) == ["warning: shop/api checkout [pay]: error budget remaining -200.0 %, threshold 0 %"]
    unmeasured = decide(status(objective()), policy(), change(), NOW)
    assert (unmeasured.exit_code, texts(unmeasured)) == (0, ["warning: shop/api checkout [pay]: no data"])


def test_an_exception_lets_features_pass_a_freeze_until_it_ends_and_nothing_else() -> None:
    exception = GateException.model_validate(EXCEPTION)
    excepted = replace(policy(), exceptions={"catalog/exceptions/sale.yaml": exception})
    verdict = decide(FROZEN, excepted, change(), NOW)
    assert verdict.exit_code == 0
    assert verdict.exceptions == ("catalog/exceptions/sale.yaml",)
    assert verdict.notes == ("catalog/exceptions/sale.yaml lets it pass the freeze: The sale.",)
    late = exception.end
    later = FROZEN.model_copy(update={"generated_at": late, "objectives": [objective(remaining=-1, sampled_at=late)]})
    assert decide(later, excepted, change(), late).exit_code == 3
    assert decide(status(firing=[firing("SloOutage")]), excepted, change(), NOW).exit_code == 3
    assert decide(None, excepted, change(), NOW).exit_code == 4
    # An approved fix does not use the exception up.
    assert decide(FROZEN, excepted, change("fix", **APPROVED), NOW).exceptions == ()


def test_an_override_passes_whatever_the_answer_is_and_counts_only_where_it_was_needed() -> None:
    for known, answer in ((None, Answer.UNKNOWN), (FROZEN, Answer.BLOCKED)):
        verdict = decide(known, policy(), change(override="The gate is down."), NOW)
        assert (verdict.answer, verdict.exit_code, verdict.overridden) == (answer, 0, True)
        assert verdict.notes[-1] == "overridden: The gate is down."
    assert not decide(status(), policy(), change(override="To be sure."), NOW).overridden
    assert decide(FROZEN, policy(), change(override="  "), NOW).exit_code == 3


ratios = st.none() | st.floats(-100, 1)
counts = st.none() | st.floats(0, 1e9)
moments = st.none() | st.floats(NOW - 1000, NOW + 1000)
objectives = st.lists(
    st.builds(
        lambda name, cluster, **values: objective(name, cluster=cluster, **values),
        st.sampled_from(["errors", "checkout", "other"]),
        st.sampled_from(["", "a", "b"]),
        total=counts,
        bad=counts,
        remaining=ratios,
        sampled_at=moments,
        exhaustion_seconds=st.none() | st.floats(0, 1e7),
    ),
    max_size=4,
    unique_by=lambda one: (one.objective, one.cluster),
)
statuses = st.builds(
    Status,
    environment=st.sampled_from([Environment.PROD, Environment.DEV]),
    generated_at=st.floats(NOW - 400, NOW + 400),
    watchdog=st.booleans(),
    partial=st.sampled_from([(), ("a store is away",)]),
    objectives=objectives.map(tuple),
    firing=st.sampled_from([(), (firing("SloOutage"),), (firing("SloNoData"),), (firing("SloTrickle"),)]),
)
BLOCKS = policy()
BY_UNKNOWN = {each: policy(unknown={"prod": str(each)}) for each in OnUnknown}
changes = st.builds(
    Change,
    kind=st.sampled_from(list(ChangeKind)),
    reason=st.sampled_from(["", "It hurts."]),
    approver=st.sampled_from(["", "ana"]),
)


def complete(known: Status) -> bool:
    """Whether everything about shop/api errors is there and of now, written a second way."""
    mine = [one for one in known.objectives if one.objective == "errors"]
    return (
        known.environment is Environment.PROD
        and -60 <= NOW - known.generated_at <= 180
        and known.watchdog
        and not known.partial
        and bool(mine)
        and all(
            one.total is not None
            and one.total >= 10
            and one.bad is not None
            and one.remaining is not None
            and one.sampled_at is not None
            and -60 <= known.generated_at - one.sampled_at <= 60
            for one in mine
        )
        and all(one.alert != "SloNoData" for one in known.firing)
    )


@settings(deadline=None)
@given(statuses, changes)
def test_nothing_passes_on_missing_stale_or_partial_data_where_the_policy_blocks(known: Status, wish: Change) -> None:
    verdict = decide(known, BLOCKS, wish, NOW)
    if not complete(known):
        assert not verdict.passes
        assert verdict.exit_code in (3, 4)
        assert verdict.answer is not Answer.ALLOWED
    else:
        assert verdict.answer is not Answer.UNKNOWN


@settings(deadline=None)
@given(statuses, changes, st.sampled_from(list(OnUnknown)), st.floats(0, 50))
def test_less_budget_never_lets_more_pass(known: Status, wish: Change, unknown: OnUnknown, less: float) -> None:
    poorer = known.model_copy(
        update={
            "objectives": tuple(
                one if one.remaining is None else one.model_copy(update={"remaining": one.remaining - less})
                for one in known.objectives
            )
        }
    )
    here = BY_UNKNOWN[unknown]
    assert decide(poorer, here, wish, NOW).passes <= decide(known, here, wish, NOW).passes


@settings(deadline=None)
@given(statuses, changes)
def test_the_order_of_the_document_changes_nothing(known: Status, wish: Change) -> None:
    turned = known.model_copy(update={"objectives": known.objectives[::-1]})
    one, other = (decide(each, BLOCKS, wish, NOW) for each in (known, turned))
    assert (one.answer, one.findings, one.notes) == (other.answer, other.findings, other.notes)
