"""The guard rails one by one, in their order, and what holds whatever the situation is."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.catalog.catalog import Catalog
from model.catalog.remediation import Exemption, Mode, Remediation
from model.catalog.system import System
from model.catalog.teams import Organization
from model.remediation.decision import Alert, Facts, Kind, Reason, Situation, Stop, decide, rules_of
from model.remediation.ledger import Arming, Book, is_armed
from model.vocabulary import Environment
from tests.model.catalog.test_remediation import system_with
from tests.model.catalogs import good_organization
from tests.model.remediation.examples import KEY, NOW, act, alert, arming, facts, rule, situation

OTHER = {"system": "shop", "component": "worker", "rule": "other"}

# What breaks one guard rail each, in their order.
BROKEN: list[tuple[dict[str, Any], Reason]] = [
    ({"alert": alert(firing=False)}, Reason.ENDED),
    ({"alert": alert(truncated=3)}, Reason.TRUNCATED),
    ({"alert": alert(starts=NOW + 61)}, Reason.CLOCK),
    ({"alert": alert(starts=NOW - 3601)}, Reason.LATE),
    ({"book": Book(decided=True)}, Reason.DUPLICATE),
    ({"alert": alert(environment="staging")}, Reason.OTHER_ENVIRONMENT),
    ({"alert": alert(environment="")}, Reason.OTHER_ENVIRONMENT),
    ({"alert": alert(name="SloFastBurn")}, Reason.NO_RULE),
    ({"alert": alert(component="worker")}, Reason.NO_RULE),
    ({"alert": alert(system="bank")}, Reason.NO_RULE),
    ({"facts": facts(stops=None)}, Reason.UNKNOWN),
    *(({"facts": facts(stops=frozenset({stop}))}, Reason.STOPPED) for stop in Stop),
    ({"facts": facts(frozen=None)}, Reason.UNKNOWN),
    ({"facts": facts(frozen=True)}, Reason.STOPPED),
    ({"facts": facts(read_at=NOW - 61)}, Reason.STALE),
    ({"facts": facts(read_at=NOW + 61)}, Reason.STALE),
    ({"facts": facts(watchdog=None)}, Reason.UNKNOWN),
    ({"facts": facts(watchdog=False)}, Reason.UNKNOWN),
    ({"facts": facts(sampled_at=None)}, Reason.UNKNOWN),
    ({"facts": facts(sampled_at=NOW - 61)}, Reason.STALE),
    ({"facts": facts(sampled_at=NOW + 61)}, Reason.STALE),
    ({"facts": facts(deploying=None)}, Reason.UNKNOWN),
    ({"facts": facts(deployed_at=None)}, Reason.UNKNOWN),
    ({"facts": facts(deploying=True)}, Reason.DEPLOYMENT),
    ({"facts": facts(deployed_at=NOW - 2399)}, Reason.DEPLOYMENT),
    ({"facts": facts(firing=None)}, Reason.UNKNOWN),
    ({"facts": facts(firing=2)}, Reason.COMMON_CAUSE),
    ({"facts": facts(causes=None)}, Reason.UNKNOWN),
    ({"facts": facts(causes=frozenset({"shop/orders"}))}, Reason.DEPENDENCY),
    ({"facts": facts(met=None)}, Reason.UNKNOWN),
    ({"facts": facts(met=True)}, Reason.NOTHING_TO_PROVE),
    ({"book": None}, Reason.UNKNOWN),
    ({"book": Book(target=(act(-61),))}, Reason.CLOCK),
    ({"book": Book(lease_until=NOW + 1)}, Reason.BUSY),
    ({"book": Book(environment=(act(10, **OTHER),))}, Reason.BUSY),
    (
        {"book": Book(target=(act(50_000, **OTHER), act(60_000, **OTHER), act(70_000, **OTHER)))},
        Reason.COMPONENT_BUDGET,
    ),
    ({"book": Book(environment=(act(400, **OTHER), act(800, **OTHER)))}, Reason.ENVIRONMENT_BUDGET),
    ({"book": Book(target=(act(43_199),))}, Reason.REPEATED),
]


@pytest.mark.parametrize(("change", "reason"), BROKEN)
def test_each_guard_rail_stands_down_by_itself(change: dict[str, Any], reason: Reason) -> None:
    verdict = decide(situation(**change))
    expected = Kind.ESCALATE if reason is Reason.REPEATED else Kind.STAND_DOWN
    assert (verdict.kind, verdict.reason) == (expected, reason)
    assert verdict.text


def test_the_guard_rails_hold_in_their_order() -> None:
    """Of two that are broken, the earlier one is the reason."""
    kinds = [Reason.NO_RULE, Reason.STOPPED, Reason.STALE, Reason.DEPLOYMENT, Reason.COMMON_CAUSE, Reason.BUSY]
    changes: dict[Reason, dict[str, Any]] = {
        Reason.STOPPED: {"stops": frozenset({Stop.SILENCE})},
        Reason.STALE: {"sampled_at": NOW - 61},
        Reason.DEPLOYMENT: {"deploying": True},
        Reason.COMMON_CAUSE: {"firing": 5},
    }
    broken: dict[str, Any] = {}
    found = []
    for reason in reversed(kinds):
        broken |= changes.get(reason, {})
        unknown: dict[str, Any] = {"alert": alert(component="worker")} if reason is Reason.NO_RULE else {}
        found.append(decide(situation(facts=facts(**broken), book=Book(lease_until=NOW + 9), **unknown)).reason)
    assert found == kinds[::-1]


def test_when_all_is_well_the_mode_decides() -> None:
    kinds = {mode: decide(situation(rule(mode={"dev": mode}))) for mode in Mode}
    assert {mode: (one.kind, one.reason) for mode, one in kinds.items()} == {
        Mode.SHADOW: (Kind.SHADOW, Reason.IN_SHADOW),
        Mode.ASK: (Kind.ASK, Reason.ASKS),
        Mode.ACT: (Kind.ACT, Reason.PASSED),
    }


def test_a_rollback_asks_a_person() -> None:
    rollback = rule(action={"kind": "rollback", "how": "Run it again."}, mode={"dev": "ask"})
    assert decide(situation(rollback)).kind is Kind.ASK


def test_what_a_rule_exempts_does_not_stop_it_and_a_silence_always_does() -> None:
    exempt = rule(during=["maintenance", "freeze"])
    both = frozenset({Stop.MAINTENANCE, Stop.FREEZE})
    assert decide(situation(exempt, facts=facts(stops=both))).kind is Kind.ACT
    assert decide(situation(exempt, facts=facts(stops=both | {Stop.SILENCE}))).reason is Reason.STOPPED
    assert {decide(situation(exempt, facts=facts(frozen=known))).kind for known in (True, None)} == {Kind.ACT}


def test_an_alert_of_a_cause_may_act_before_users_notice() -> None:
    early = rule(alert="ReadCapacityExhausted")
    found = situation(early, alert=alert(name="ReadCapacityExhausted"), facts=facts(met=True))
    key = ("shop", "ReadCapacityExhausted", "api")
    assert decide(replace(found, rules={key: early})).kind is Kind.ACT


def test_a_single_component_that_fires_is_no_common_cause() -> None:
    assert decide(situation(facts=facts(firing=1, components=2))).kind is Kind.ACT


def test_what_was_not_read_is_named() -> None:
    verdict = decide(situation(facts=facts(stops=None, unknown=("http://am: refused",))))
    assert verdict.text == "whether it is silenced is unknown: http://am: refused"


PROD: dict[str, Any] = {"environment": Environment.PROD, "alert": alert(environment="prod")}


@pytest.mark.parametrize(
    ("grounds", "kind"),
    [
        ({}, Kind.ACT),
        ({"verdicts": 19, "wrong": 0}, Kind.SHADOW),
        ({"verdicts": 20, "wrong": 2}, Kind.SHADOW),
        ({"verdicts": 40, "wrong": 2}, Kind.ACT),
        ({"digest": "of another rule"}, Kind.SHADOW),
    ],
)
def test_production_acts_only_where_armed_on_sufficient_grounds(grounds: dict[str, Any], kind: Kind) -> None:
    one = rule()
    verdict = decide(situation(one, book=Book(arming=arming(one, **grounds)), **PROD))
    assert (verdict.kind, verdict.reason is Reason.NOT_ARMED) == (kind, kind is Kind.SHADOW)


def test_a_rule_without_an_arming_is_in_shadow_in_production() -> None:
    assert decide(situation(**PROD)).reason is Reason.NOT_ARMED


def test_a_changed_rule_has_to_be_armed_again_and_a_changed_reason_does_not_matter() -> None:
    grounds = arming(rule())
    assert is_armed(grounds, rule(reason="Said better.", mode={"prod": "ask"}))
    assert not is_armed(grounds, rule(action={"kind": "rollout-restart"}))
    assert not is_armed(grounds, rule(limits={"component_per_day": 4}))


def test_rules_are_found_by_system_alert_and_component() -> None:
    system = System.model_validate(system_with(rule().model_dump(mode="json")))
    catalog = Catalog.of(Organization.model_validate(good_organization()), [system])
    assert rules_of(catalog) == {KEY: rule()}


# Values around every limit, and none at all.
_moments = st.one_of(st.none(), st.sampled_from([NOW - 90_000, NOW - 2401, NOW - 2399, NOW - 61, NOW - 10, NOW + 61]))
_facts = st.builds(
    Facts,
    read_at=st.sampled_from([NOW - 61, NOW - 1, NOW, NOW + 61]),
    stops=st.one_of(st.none(), st.frozensets(st.sampled_from(list(Stop)), max_size=2)),
    watchdog=st.sampled_from([None, False, True, True]),
    sampled_at=_moments,
    deploying=st.sampled_from([None, False, False, True]),
    deployed_at=_moments,
    firing=st.one_of(st.none(), st.integers(0, 5)),
    components=st.integers(1, 5),
    causes=st.sampled_from([None, frozenset(), frozenset(), frozenset({"shop/orders"})]),
    met=st.sampled_from([None, False, False, True]),
    frozen=st.sampled_from([None, False, False, True]),
)
_acts = st.lists(
    st.builds(
        act, st.sampled_from([-61.0, 10.0, 400.0, 4000.0, 40_000.0, 90_000.0]), rule=st.sampled_from(["restart", "b"])
    ),
    max_size=4,
    unique=True,
).map(tuple)
_rules = st.builds(
    rule,
    mode=st.dictionaries(st.sampled_from(["dev", "prod"]), st.sampled_from(["shadow", "ask", "act"])),
    during=st.lists(st.sampled_from([str(one) for one in Exemption]), unique=True),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    one: Remediation = draw(_rules)
    environment = draw(st.sampled_from([Environment.DEV, Environment.PROD]))
    grounds: Arming | None = draw(
        st.one_of(st.none(), st.builds(arming, st.just(one), verdicts=st.integers(0, 40), wrong=st.integers(0, 3)))
    )
    book = st.builds(
        Book, target=_acts, environment=_acts, lease_until=st.sampled_from([0, NOW + 1]), arming=st.just(grounds)
    )
    news: Alert = draw(
        st.builds(
            alert,
            environment=st.sampled_from([str(environment), "other"]),
            firing=st.booleans(),
            truncated=st.sampled_from([0, 0, 1]),
            component=st.sampled_from(["api", "api", "worker"]),
        )
    )
    calm = draw(st.booleans())  # otherwise hardly any situation would pass all guard rails
    return situation(
        one,
        environment=environment,
        alert=alert(environment=str(environment)) if calm else news,
        facts=facts() if calm else draw(_facts),
        book=draw(st.one_of(st.none(), book)),
    )


@given(situations())
@settings(max_examples=400, deadline=None)
def test_an_action_always_has_everything_behind_it(found: Situation) -> None:
    verdict = decide(found)
    if verdict.kind in (Kind.STAND_DOWN, Kind.ESCALATE):
        return
    known, book = found.facts, found.book
    assert found.alert.firing
    assert found.alert.truncated == 0
    assert found.rule is not None
    assert known.stops is not None
    assert {str(one) for one in known.stops} <= {str(one) for one in found.rule.during}
    assert known.frozen is False or "freeze" in map(str, found.rule.during)
    assert found.alert.starts >= NOW - 3600
    assert known.watchdog is True
    assert known.sampled_at is not None
    assert abs(NOW - known.sampled_at) <= 60
    assert abs(NOW - known.read_at) <= 60
    assert known.deploying is False
    assert known.deployed_at is not None
    assert NOW - known.deployed_at >= 2400
    assert known.firing is not None
    assert known.firing <= 1 or known.firing / known.components <= 0.3
    assert known.causes == frozenset()
    assert known.met is False
    assert book is not None
    assert book.lease_until <= NOW
    assert not [one for one in (*book.target, *book.environment) if one.until > NOW or one.at > NOW + 60]
    assert len([one for one in book.target if one.at > NOW - 86_400]) < found.rule.limits.component_per_day
    assert len([one for one in book.environment if one.at > NOW - 3600]) < found.rule.limits.environment_per_hour
    assert not [one for one in book.target if one.rule == "restart" and one.at > NOW - 43_200]
    if verdict.kind is Kind.ACT:
        assert found.rule.mode.of(found.environment) is Mode.ACT
        grounds = book.arming
        in_prod = found.environment is Environment.PROD
        assert not in_prod or (grounds and grounds.verdicts >= 20 and grounds.wrong / grounds.verdicts <= 0.05)


@given(situations())
@settings(max_examples=100, deadline=None)
def test_without_the_ledger_nothing_is_done(found: Situation) -> None:
    assert decide(replace(found, book=None)).kind is Kind.STAND_DOWN
