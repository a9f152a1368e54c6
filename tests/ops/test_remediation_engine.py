"""What the engine decides, does, verifies and never repeats."""

import json
from typing import Any

import pytest

from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.remediation.decision import Facts, Stop
from model.remediation.ledger import Answer, Judgement, escalated
from ops.http import Unreachable
from ops.remediation.actors import Refused
from ops.remediation.alertmanager import Firing
from ops.remediation.engine import Unanswered
from tests.model.remediation.examples import NOW, alert, facts
from tests.ops.remediation_world import (
    Alerts,
    Metrics,
    Restarts,
    World,
    acting,
    firing,
    outcomes,
)


def test_without_an_actor_a_rule_that_may_act_stays_in_shadow_and_its_verdict_is_kept() -> None:
    world = World(Alerts([firing()]))
    assert world.step() == [("shadow", "in-shadow")]
    [entry] = world.kept
    assert (entry.key, entry.rule, entry.action) == (alert().key, "restart", "restart-pod")


def test_a_firing_is_decided_once_and_the_next_one_again() -> None:
    world = World(Alerts([firing()]))
    world.step()
    assert world.step(NOW + 15) == []
    world.alerts.found = [firing(alert=alert(starts=NOW + 10))]
    assert world.step(NOW + 30) == [("shadow", "in-shadow")]


def test_what_no_rule_names_leaves_no_trace() -> None:
    world = World(Alerts([firing(alert=alert(name="SloTrickle"))]))
    assert (world.step(), world.kept) == ([], [])


@pytest.mark.parametrize(
    ("found", "known", "reason"),
    [
        (firing(stops=frozenset({Stop.SILENCE})), facts(), "stopped"),
        (firing(stops=None), facts(), "unknown"),
        (firing(), facts(watchdog=None), "unknown"),
        (firing(), facts(firing=4), "common-cause"),
    ],
)
def test_what_is_stopped_or_unknown_stands_down(found: Firing, known: Facts, reason: str) -> None:
    assert World(Alerts([found]), Metrics(known)).step() == [("stand-down", reason)]


def test_without_alertmanager_nothing_is_decided_and_nothing_has_ended(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(Alerts([firing()]))
    world.step()
    world.alerts.away = True
    assert world.step(NOW + 60) == []
    assert world.kept[0].ended is None
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["level"], line["error"]) == ("warning", "http://am: refused")


def test_an_alertmanager_that_has_just_started_knows_of_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(Alerts([firing()]))
    world.step()
    monkeypatch.setattr(Alerts, "firing", lambda _: [])
    assert world.step(NOW + 60) == []
    assert world.kept[0].ended is None


def test_without_the_ledger_nothing_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(Alerts([firing()]))
    world.store.away = True
    assert world.step() == []
    assert "the ledger does not answer" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "judgement"), [(200, Judgement.NEEDLESS), (400, Judgement.OPEN)])
def test_an_alert_that_is_gone_has_ended(seconds: int, judgement: Judgement) -> None:
    world = World(Alerts([firing()]))
    world.step()
    world.alerts.found = []
    world.step(NOW + seconds)
    assert [(entry.ended, entry.judgement) for entry in world.kept] == [(NOW + seconds, judgement)]


def test_a_silence_by_a_person_makes_the_action_wrong_whenever_the_alert_ends() -> None:
    world = World(Alerts([firing()]))
    world.step()
    world.alerts.found = [firing(silenced_by="ada")]
    world.step(NOW + 30)
    assert [(one.judgement, one.ended) for one in world.kept] == [(Judgement.WRONG, None)]
    world.alerts.found = []
    world.step(NOW + 60)
    [entry] = world.kept
    assert (entry.judgement, entry.judged_by, entry.ended) == (Judgement.WRONG, "the silence of ada", NOW + 60)


def test_an_action_begins_once_and_heals_when_the_alert_has_ended_and_the_objective_is_met() -> None:
    restarts = Restarts()
    world = acting(restarts)
    assert world.step() == [("act", "passed")]
    assert outcomes(world) == [("act", "acted")]
    world.step(NOW + 15)
    world.alerts.found = []
    world.metrics.met = False
    world.step(NOW + 100)
    assert outcomes(world) == [("act", "acted")]
    world.metrics.met = True
    world.step(NOW + 115)
    [entry] = world.kept
    assert (entry.outcome, entry.judgement, entry.finished) == ("healed", Judgement.RIGHT, NOW + 115)
    assert restarts.done == ["restart"]


@pytest.mark.parametrize(
    ("ends", "metrics"),
    [
        pytest.param(False, Metrics(), id="the alert goes on"),
        pytest.param(True, Metrics(met=False), id="the objective is missed or has no events"),
        pytest.param(True, Metrics(away=True), id="nobody can read the objective"),
    ],
)
def test_what_is_not_proven_within_settle_is_not_healed_and_never_repeated(
    ends: bool, metrics: Metrics, capsys: pytest.CaptureFixture[str]
) -> None:
    restarts = Restarts()
    world = acting(restarts, metrics=metrics)
    world.step()
    world.alerts.found = [] if ends else [firing()]
    world.step(NOW + 300)
    assert outcomes(world) == [("act", "not-healed")]
    assert "the action did not help: a person has to look" in capsys.readouterr().out
    world.alerts.found = [firing(alert=alert(starts=NOW + 350))]
    assert world.step(NOW + 400) == [("stand-down", "busy")]
    assert restarts.done == ["restart"]


def test_the_same_alert_again_after_a_cure_escalates() -> None:
    restarts = Restarts()
    world = acting(restarts)
    world.step()
    world.alerts.found = []
    world.step(NOW + 60)
    world.alerts.found = [firing(alert=alert(starts=NOW + 3600))]
    assert world.step(NOW + 3700) == [("escalate", "repeated")]
    assert restarts.done == ["restart"]


@pytest.mark.parametrize("error", [Refused("only one replica is ready"), Unreachable("no answer")])
def test_an_action_that_fails_is_not_tried_again(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    restarts = Restarts(error=error)
    world = acting(restarts)
    world.step()
    world.step(NOW + 15)
    [entry] = world.kept
    assert (entry.outcome, entry.text, restarts.done) == ("failed", str(error), ["restart"])
    assert "the action failed: a person has to look" in capsys.readouterr().out


def test_an_engine_that_ended_while_it_acted_does_not_act_again() -> None:
    restarts = Restarts(error=SystemExit())
    world = acting(restarts)
    with pytest.raises(SystemExit):
        world.step()
    assert outcomes(world) == [("act", "acting")]
    world.alerts.found = []
    world.step(NOW + 299)
    world.step(NOW + 300)
    assert (outcomes(world), restarts.done) == ([("act", "not-healed")], ["restart"])


def test_nothing_begins_that_the_ledger_cannot_keep() -> None:
    restarts = Restarts()
    world = acting(restarts)
    world.store.away = True
    world.step()
    assert restarts.done == []


def test_an_engine_that_comes_second_stands_down() -> None:
    """The other one begins an action on the target between the first look at the ledger and the action."""
    restarts = Restarts()
    world = acting(restarts)
    other = acting(Restarts(), store=world.store)
    other.alerts.found = [firing(alert=alert(fingerprint="f2"))]

    class Slow(Metrics):
        def facts(self, system: System, rule: Remediation, now: float) -> Facts:
            other.step()
            return super().facts(system, rule, now)

    world.metrics = Slow()
    assert world.step() == [("stand-down", "busy")]
    assert restarts.done == []
    assert sorted(outcomes(world)) == [("act", "acted"), ("stand-down", "recorded")]


def asking(restarts: Restarts, **values: Any) -> World:
    return World(Alerts([firing()]), actors={"restart-pod": restarts}, mode="ask", **values)


def test_a_rule_that_asks_waits_and_acts_once_a_person_approved_it() -> None:
    restarts = Restarts()
    world = asking(restarts)
    assert world.step() == [("ask", "asks")]
    assert (outcomes(world), restarts.done) == ([("ask", "waiting")], [])
    world.engine.approve(alert().key, "ada", NOW + 200)
    [entry] = world.kept
    assert (entry.outcome, entry.approved_by, entry.approved_at) == ("acted", "ada", NOW + 200)
    world.step(NOW + 400)  # settle counts from the approval
    assert outcomes(world) == [("ask", "acted")]
    world.alerts.found = []
    world.step(NOW + 420)
    assert (outcomes(world), restarts.done) == ([("ask", "healed")], ["restart"])
    with pytest.raises(Unanswered) as error:
        world.engine.approve(alert().key, "eve", NOW + 430)
    assert (error.value.answer, restarts.done) == (Answer.REPEATED, ["restart"])


def test_nobody_can_approve_after_ten_minutes_and_the_question_escalates(capsys: pytest.CaptureFixture[str]) -> None:
    restarts = Restarts()
    world = asking(restarts)
    world.step()
    for late in (NOW + 600, NOW + 630):
        with pytest.raises(Unanswered) as error:
            world.engine.approve(alert().key, "ada", late)
        assert error.value.answer is Answer.LATE
        world.step(late)
    [entry] = world.kept
    assert (entry.outcome, escalated(entry, NOW + 630), restarts.done) == ("expired", True, [])
    assert "nobody approved it: a person has to look" in capsys.readouterr().out


def test_an_alert_that_ended_needs_no_approval_any_more() -> None:
    world = asking(Restarts())
    world.step()
    world.alerts.found = []
    with pytest.raises(Unanswered, match="the alert has ended"):
        world.engine.approve(alert().key, "ada", NOW + 20)
    world.step(NOW + 30)
    [entry] = world.kept
    assert (entry.outcome, entry.ended, escalated(entry, NOW + 700)) == ("recorded", NOW + 30, False)


@pytest.mark.parametrize(
    ("stops", "known", "said"),
    [
        (frozenset({Stop.SILENCE}), facts(), "stopped by silence"),
        (frozenset(), facts(firing=4), "4 of 5 components fire"),
        (frozenset(), facts(watchdog=None), "the Watchdog does not fire"),
    ],
)
def test_a_guard_rail_that_holds_by_now_refuses_an_approval(stops: frozenset[Stop], known: Facts, said: str) -> None:
    restarts = Restarts()
    world = asking(restarts)
    world.step()
    world.alerts.found = [firing(stops=stops)]
    world.metrics.known = known
    with pytest.raises(Unanswered, match=said) as error:
        world.engine.approve(alert().key, "ada", NOW + 60)
    assert (error.value.answer, outcomes(world), restarts.done) == (Answer.STOPPED, [("ask", "waiting")], [])


def test_another_action_that_began_meanwhile_refuses_an_approval() -> None:
    """Between the look at the ledger and the claim."""
    world = asking(Restarts())
    world.step()
    other = acting(Restarts(), store=world.store)
    other.alerts.found = [firing(alert=alert(fingerprint="f2"))]

    class Slow(Metrics):
        def facts(self, system: System, rule: Remediation, now: float) -> Facts:
            other.step()
            return super().facts(system, rule, now)

    world.metrics = Slow()
    with pytest.raises(Unanswered, match="Another action"):
        world.engine.approve(alert().key, "ada", NOW + 60)


def test_a_rule_that_was_changed_since_it_asked_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = asking(Restarts())
    world.step()
    world.settle = "20m"
    with pytest.raises(Unanswered, match="the rule was changed since it asked"):
        world.engine.approve(alert().key, "ada", NOW + 60)


def test_a_person_may_decline_once() -> None:
    restarts = Restarts()
    world = asking(restarts)
    world.step()
    world.engine.decline(alert().key, "ada", NOW + 60)
    assert (outcomes(world), world.kept[0].approved_by, restarts.done) == ([("ask", "declined")], "ada", [])
    with pytest.raises(Unanswered) as error:
        world.engine.approve(alert().key, "bob", NOW + 70)
    assert (error.value.answer, escalated(world.kept[0], NOW + 700)) == (Answer.REPEATED, False)
    with pytest.raises(Unanswered) as error:
        world.engine.decline("nothing", "bob", NOW + 70)
    assert error.value.answer is Answer.UNKNOWN


def test_an_alert_whose_notification_was_cut_stands_down() -> None:
    world = acting(restarts := Restarts())
    assert [(one.verdict, one.reason) for one in world.engine.step(NOW, [alert(truncated=2)])] == [
        ("stand-down", "truncated")
    ]
    assert restarts.done == []
