"""The forwarder: nothing is lost, nothing is told twice, and it says so when it does not deliver."""

import pytest

from model.alarms.forwarding import AlarmState
from ops.forwarder.loop import POST_SECONDS, RECONCILE_SECONDS, STALE_SECONDS
from tests.ops.fakes import World, body


def test_a_state_change_reaches_both_alertmanagers_and_only_then_leaves_the_queue() -> None:
    world = World()
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step()

    assert [each.firing(world.now) for each in world.alertmanagers] == [{"storage"}, {"storage"}]
    assert world.queue.deleted == ["1"]


def test_the_end_of_an_alarm_is_posted_at_once() -> None:
    world = World()
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step()
    world.queue.put("2", body("storage", "OK", 10_005))
    world.step(10)

    (ended,) = [alert for alert in world.alertmanagers[0].posts[-1] if alert.labels.get("alarm") == "storage"]
    assert ended.ends == 10_005
    assert world.queue.deleted == ["1", "2"]


def test_what_fires_is_posted_each_minute_though_nothing_changes() -> None:
    world = World()
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step()
    before = len(world.alertmanagers[0].posts)
    world.step(POST_SECONDS - 1)
    assert len(world.alertmanagers[0].posts) == before
    world.step(1)

    assert len(world.alertmanagers[0].posts) == before + 1
    assert world.alertmanagers[0].firing(world.now) == {"storage"}


def test_nothing_is_taken_from_the_queue_while_no_alertmanager_takes_anything() -> None:
    world = World()
    for each in world.alertmanagers:
        each.away = True
    world.queue.put("1", body("storage", "ALARM", 9_990))
    for _ in range(20):
        world.step(5)

    assert world.queue.receipts == 0, "each receipt brings a message nearer to the dead-letter queue"
    assert world.slept == [5.0] * 20
    assert world.cloudwatch.beats == 0
    for each in world.alertmanagers:
        each.away = False
    world.step(5)
    assert world.alertmanagers[1].firing(world.now) == {"storage"}
    assert world.queue.deleted == ["1"]


def test_a_message_stays_when_alertmanager_goes_away_in_between_and_is_delivered_later() -> None:
    world = World()
    world.step()
    for each in world.alertmanagers:
        each.away = True
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step(5)
    assert world.queue.deleted == []

    for each in world.alertmanagers:
        each.away = False
    world.queue.waiting += world.queue.held  # SQS shows it again
    world.step(5)
    assert world.alertmanagers[0].firing(world.now) == {"storage"}
    assert world.queue.deleted == ["1"]


def test_one_alertmanager_of_the_pair_is_enough_and_the_other_gets_all_when_it_is_back() -> None:
    world = World()
    world.alertmanagers[0].away = True
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step()
    assert world.queue.deleted == ["1"]
    world.step(POST_SECONDS)
    assert world.cloudwatch.beats == 1

    world.alertmanagers[0].away = False
    world.step(POST_SECONDS)
    assert world.alertmanagers[0].firing(world.now) == {"storage"}


def test_an_alertmanager_that_answers_and_forgets_has_not_got_it() -> None:
    world = World()
    for each in world.alertmanagers:
        each.forgets = True
    world.step()

    assert world.cloudwatch.beats == 0
    assert world.value("alarm_forwarder_failures_total", call="Alertmanager") == 2


def test_a_malformed_message_goes_back_at_once_is_logged_once_and_delays_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World()
    world.queue.put("bad", "{", received=1)
    world.queue.put("good", body("storage", "ALARM", 9_990))
    world.step()
    world.queue.put("bad", "{", received=2)
    world.step(1)

    assert world.queue.given_back == ["bad", "bad"]
    assert world.queue.deleted == ["good"]
    assert world.alertmanagers[0].firing(world.now) == {"storage"}
    assert capsys.readouterr().out.count("malformed message") == 1
    assert world.value("alarm_forwarder_messages_total", outcome="malformed") == 2


def test_alarms_of_others_and_duplicates_are_deleted_without_a_post() -> None:
    world = World()
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step()
    posts = len(world.alertmanagers[0].posts)
    world.queue.put("2", body("somebody-elses", "ALARM", 9_991))
    world.queue.put("3", body("storage", "ALARM", 9_990))
    world.queue.put("4", body("storage", "OK", 9_000))
    world.step(1)

    assert world.queue.deleted == ["1", "2", "3", "4"]
    assert len(world.alertmanagers[0].posts) == posts
    assert world.value("alarm_forwarder_messages_total", outcome="unknown") == 1
    assert world.value("alarm_forwarder_messages_total", outcome="old") == 2


def test_a_restart_knows_what_fires_without_any_message() -> None:
    world = World()
    world.cloudwatch.states = [AlarmState(name="storage", value="ALARM", at=5_000)]
    world.restarted().step()

    assert world.alertmanagers[0].firing(world.now) == {"storage"}
    assert world.value("alarm_forwarder_corrected_states_total") == 0


def test_an_event_that_was_lost_is_corrected_within_five_minutes() -> None:
    world = World()
    world.queue.put("1", body("storage", "ALARM", 9_990))
    world.step()
    world.cloudwatch.states = [AlarmState(name="storage", value="OK", at=10_010)]
    world.step(RECONCILE_SECONDS - 1)
    assert world.alertmanagers[0].firing(world.now) == {"storage"}
    world.step(1)

    assert world.alertmanagers[0].firing(world.now) == set()
    assert world.value("alarm_forwarder_corrected_states_total") == 1


def test_the_heartbeat_is_written_each_minute_while_all_is_well() -> None:
    world = World()
    for _ in range(10):
        world.step(POST_SECONDS)

    assert world.cloudwatch.beats == 9  # at the first one nothing was received yet


@pytest.mark.parametrize("what", ["queue", "cloudwatch"])
def test_the_heartbeat_ends_when_the_queue_or_cloudwatch_does_not_answer_for_long(what: str) -> None:
    world = World()
    world.step()
    world.step(POST_SECONDS)
    getattr(world, what).away = True
    world.step(STALE_SECONDS)
    before = world.cloudwatch.beats
    world.step(POST_SECONDS)

    assert world.cloudwatch.beats == before
    getattr(world, what).away = False
    world.step(POST_SECONDS)
    world.step(POST_SECONDS)
    assert world.cloudwatch.beats > before


def test_a_refused_heartbeat_and_a_failed_deletion_are_counted_and_the_loop_goes_on() -> None:
    world = World()
    world.step()
    world.cloudwatch.heartless = True
    world.step(POST_SECONDS)
    assert world.value("alarm_forwarder_failures_total", call="PutMetricData") == 1

    world.queue.put("1", body("storage", "ALARM", 9_990))
    delete, world.queue.away = world.queue.delete, False

    def refuse(messages: object) -> None:
        world.queue.away = True
        delete([])

    world.queue.delete = refuse  # type: ignore[method-assign]
    world.step(1)
    assert world.value("alarm_forwarder_failures_total", call="DeleteMessage") == 1
    assert world.alertmanagers[0].firing(world.now) == {"storage"}


def test_the_age_of_the_oldest_message_is_shown_until_the_queue_is_empty() -> None:
    world = World()
    world.queue.put("1", body("storage", "ALARM", 9_000), sent=9_400)
    world.step()
    assert world.value("alarm_forwarder_oldest_message_age_seconds") == 600
    assert world.value("alarm_forwarder_firing_alarms") == 1
    world.step(1)

    assert world.value("alarm_forwarder_oldest_message_age_seconds") == 0


def test_cloudwatch_is_asked_again_soon_after_it_refused() -> None:
    world = World()
    world.cloudwatch.away = True
    world.step()
    world.step(20)
    assert world.cloudwatch.asked == 2
    assert world.value("alarm_forwarder_failures_total", call="DescribeAlarms") == 2
    world.cloudwatch.away = False
    world.step(20)
    world.step(20)

    assert world.cloudwatch.asked == 3
