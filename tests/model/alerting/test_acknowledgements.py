"""An acknowledgement stops the copies of its alert and nothing else, for as long as it is known."""

from dataclasses import replace

from model.alerting.acknowledgements import HELD_SECONDS, Acknowledgement, Silence, decide

ACKNOWLEDGED = Acknowledgement(
    incident="Q1", by="Ada", team="shop", alertname="SloOutage", system="cloudmart", component="backend"
)


def held(one: Acknowledgement = ACKNOWLEDGED, ends: float = HELD_SECONDS) -> Silence:
    return Silence(matchers=one.matchers, ends=ends, comment="", id=f"id-{one.incident}")


def test_a_new_acknowledgement_silences_copies_for_ten_minutes_and_says_who() -> None:
    (made,), ended = decide([ACKNOWLEDGED], [], (), now=0)

    assert made == Silence(
        matchers=frozenset(
            {
                ("team", "shop", True),
                ("alertname", "SloOutage", True),
                ("system", "cloudmart", True),
                ("component", "backend", True),
                ("level", "", False),
            }
        ),
        ends=600,
        comment="Ada acknowledged incident Q1 in PagerDuty",
    )
    assert ended == []


def test_a_silence_is_renewed_when_half_of_it_is_over_and_not_each_minute() -> None:
    assert decide([ACKNOWLEDGED], [held()], (), now=60) == ([], [])
    ((renewed,), _) = decide([ACKNOWLEDGED], [held()], (), now=301)
    assert (renewed.id, renewed.ends) == ("id-Q1", 901)


def test_a_silence_ends_with_its_acknowledgement() -> None:
    other = replace(ACKNOWLEDGED, incident="Q2", component="frontend")

    assert decide([other], [held(), held(other)], (), now=0) == ([], [held()])


def test_a_team_that_could_not_be_read_keeps_its_silences_until_they_run_out() -> None:
    assert decide([], [held()], {"shop"}, now=0) == ([], [])
    assert decide([], [held()], {"data"}, now=0) == ([], [held()])


def test_two_incidents_about_the_same_alerts_are_one_silence() -> None:
    made, _ = decide([replace(ACKNOWLEDGED, incident="Q2"), ACKNOWLEDGED], [], (), now=0)

    assert [silence.comment for silence in made] == ["Ada acknowledged incident Q1 in PagerDuty"]
