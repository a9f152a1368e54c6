"""The forwarder: nothing is lost, nothing is sent twice, and it says so when it does not deliver."""

import pytest

from model.alarms.forwarding import AlarmState
from ops.forwarder.loop import POST_SECONDS, RECONCILE_SECONDS, STALE_SECONDS
from tests.ops.fakes import Harness, body


def test_a_state_change_reaches_both_alertmanagers_and_only_then_leaves_the_queue() -> None:
    harness = Harness()
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step()

    assert [each.firing(harness.now) for each in harness.alertmanagers] == [{"storage"}, {"storage"}]
    assert harness.queue.deleted == ["1"]


def test_the_end_of_an_alarm_is_posted_at_once() -> None:
    harness = Harness()
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step()
    harness.queue.put("2", body("storage", "OK", 10_005))
    harness.step(10)

    (ended,) = [alert for alert in harness.alertmanagers[0].posts[-1] if alert.labels.get("alarm") == "storage"]
    assert ended.ends == 10_005
    assert harness.queue.deleted == ["1", "2"]


def test_what_fires_is_posted_each_minute_though_nothing_changes() -> None:
    harness = Harness()
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step()
    before = len(harness.alertmanagers[0].posts)
    harness.step(POST_SECONDS - 1)
    assert len(harness.alertmanagers[0].posts) == before
    harness.step(1)

    assert len(harness.alertmanagers[0].posts) == before + 1
    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}


def test_nothing_is_taken_from_the_queue_while_no_alertmanager_takes_anything() -> None:
    harness = Harness()
    for each in harness.alertmanagers:
        each.away = True
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    for _ in range(20):
        harness.step(5)

    assert harness.queue.receipts == 0, "each receipt brings a message nearer to the dead-letter queue"
    assert harness.slept == [5.0] * 20
    assert harness.cloudwatch.beats == 0
    for each in harness.alertmanagers:
        each.away = False
    harness.step(5)
    assert harness.alertmanagers[1].firing(harness.now) == {"storage"}
    assert harness.queue.deleted == ["1"]


def test_a_message_stays_when_alertmanager_goes_away_in_between_and_is_delivered_later() -> None:
    harness = Harness()
    harness.step()
    for each in harness.alertmanagers:
        each.away = True
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step(5)
    assert harness.queue.deleted == []

    for each in harness.alertmanagers:
        each.away = False
    harness.queue.waiting += harness.queue.held  # SQS shows it again
    harness.step(5)
    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}
    assert harness.queue.deleted == ["1"]


def test_one_alertmanager_of_the_pair_is_enough_and_the_other_gets_all_when_it_is_back() -> None:
    harness = Harness()
    harness.alertmanagers[0].away = True
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step()
    assert harness.queue.deleted == ["1"]
    harness.step(POST_SECONDS)
    assert harness.cloudwatch.beats == 1

    harness.alertmanagers[0].away = False
    harness.step(POST_SECONDS)
    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}


def test_an_alertmanager_that_answers_and_forgets_has_not_got_it() -> None:
    harness = Harness()
    for each in harness.alertmanagers:
        each.forgets = True
    harness.step()

    assert harness.cloudwatch.beats == 0
    assert harness.value("alarm_forwarder_failures_total", call="Alertmanager") == 2


def test_a_malformed_message_goes_back_at_once_is_logged_once_and_delays_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    harness = Harness()
    harness.queue.put("bad", "{", received=1)
    harness.queue.put("good", body("storage", "ALARM", 9_990))
    harness.step()
    harness.queue.put("bad", "{", received=2)
    harness.step(1)

    assert harness.queue.given_back == ["bad", "bad"]
    assert harness.queue.deleted == ["good"]
    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}
    assert capsys.readouterr().out.count("malformed message") == 1
    assert harness.value("alarm_forwarder_messages_total", outcome="malformed") == 2


def test_alarms_of_others_and_duplicates_are_deleted_without_a_post() -> None:
    harness = Harness()
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step()
    posts = len(harness.alertmanagers[0].posts)
    harness.queue.put("2", body("somebody-elses", "ALARM", 9_991))
    harness.queue.put("3", body("storage", "ALARM", 9_990))
    harness.queue.put("4", body("storage", "OK", 9_000))
    harness.step(1)

    assert harness.queue.deleted == ["1", "2", "3", "4"]
    assert len(harness.alertmanagers[0].posts) == posts
    assert harness.value("alarm_forwarder_messages_total", outcome="unknown") == 1
    assert harness.value("alarm_forwarder_messages_total", outcome="old") == 2


def test_a_restart_knows_what_fires_without_any_message() -> None:
    harness = Harness()
    harness.cloudwatch.states = [AlarmState(name="storage", value="ALARM", at=5_000)]
    harness.restarted().step()

    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}
    assert harness.value("alarm_forwarder_corrected_states_total") == 0


def test_an_event_that_was_lost_is_corrected_within_five_minutes() -> None:
    harness = Harness()
    harness.queue.put("1", body("storage", "ALARM", 9_990))
    harness.step()
    harness.cloudwatch.states = [AlarmState(name="storage", value="OK", at=10_010)]
    harness.step(RECONCILE_SECONDS - 1)
    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}
    harness.step(1)

    assert harness.alertmanagers[0].firing(harness.now) == set()
    assert harness.value("alarm_forwarder_corrected_states_total") == 1


def test_the_heartbeat_is_written_each_minute_while_all_is_well() -> None:
    harness = Harness()
    for _ in range(10):
        harness.step(POST_SECONDS)

    assert harness.cloudwatch.beats == 9  # at the first one nothing was received yet


@pytest.mark.parametrize("what", ["queue", "cloudwatch"])
def test_the_heartbeat_ends_when_the_queue_or_cloudwatch_does_not_answer_for_long(what: str) -> None:
    harness = Harness()
    harness.step()
    harness.step(POST_SECONDS)
    getattr(harness, what).away = True
    harness.step(STALE_SECONDS)
    before = harness.cloudwatch.beats
    harness.step(POST_SECONDS)

    assert harness.cloudwatch.beats == before
    getattr(harness, what).away = False
    harness.step(POST_SECONDS)
    harness.step(POST_SECONDS)
    assert harness.cloudwatch.beats > before


def test_a_refused_heartbeat_and_a_failed_deletion_are_counted_and_the_loop_goes_on() -> None:
    harness = Harness()
    harness.step()
    harness.cloudwatch.heartless = True
    harness.step(POST_SECONDS)
    assert harness.value("alarm_forwarder_failures_total", call="PutMetricData") == 1

    harness.queue.put("1", body("storage", "ALARM", 9_990))
    delete, harness.queue.away = harness.queue.delete, False

    def refuse(messages: object) -> None:
        harness.queue.away = True
        delete([])

    harness.queue.delete = refuse  # type: ignore[method-assign]
    harness.step(1)
    assert harness.value("alarm_forwarder_failures_total", call="DeleteMessage") == 1
    assert harness.alertmanagers[0].firing(harness.now) == {"storage"}


def test_the_age_of_the_oldest_message_is_shown_until_the_queue_is_empty() -> None:
    harness = Harness()
    harness.queue.put("1", body("storage", "ALARM", 9_000), sent=9_400)
    harness.step()
    assert harness.value("alarm_forwarder_oldest_message_age_seconds") == 600
    assert harness.value("alarm_forwarder_firing_alarms") == 1
    harness.step(1)

    assert harness.value("alarm_forwarder_oldest_message_age_seconds") == 0


def test_cloudwatch_is_asked_again_soon_after_it_refused() -> None:
    harness = Harness()
    harness.cloudwatch.away = True
    harness.step()
    harness.step(20)
    assert harness.cloudwatch.asked == 2
    assert harness.value("alarm_forwarder_failures_total", call="DescribeAlarms") == 2
    harness.cloudwatch.away = False
    harness.step(20)
    harness.step(20)

    assert harness.cloudwatch.asked == 3
