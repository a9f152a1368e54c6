"""The alerts of a period by noise, what people did about them, objectives without traffic, and error patterns."""

from hypothesis import given
from hypothesis import strategies as st

from model.calendar import midnight
from model.reports.history import Rows
from model.reports.responses import Action, Condition, Response, Responses
from model.reports.review import acted_share, alerts_of, history_of, quiet_objectives
from model.reports.review_noise import noise, runbooks
from model.reports.review_patterns import MOST_PATTERNS, patterns, template
from model.reports.rows import EndedAlert
from tests.model.reports.examples import NOVEMBER, WEEK, alert, expected, row, subject

DAY = "2026-11-25"
START = midnight(DAY, "UTC")


def silence(minute: int, minutes: int, *conditions: Condition, comment: str = "") -> Response:
    start = START + 60 * minute
    asked = conditions or (Condition("alertname", "HighCpuUsage"),)
    return Response(conditions=asked, start=start, end=start + 60 * minutes, comment=comment)


def cpu(minute: int, minutes: int, **values: str) -> EndedAlert:
    return alert(DAY, minute, minutes, **{"alert": "HighCpuUsage", "severity": "warning", **values})


def test_the_noisiest_alert_is_first_with_how_often_how_long_and_how_restless() -> None:
    fired = [cpu(0, 5), cpu(20, 10), cpu(60, 40), cpu(70, 5, component="web"), alert(DAY, 0, 600)]
    first, second = noise(fired, Responses())
    assert (first.alert, first.times, first.seconds, first.longest, first.early) == ("HighCpuUsage", 4, 3600, 2400, 3)
    # Ten and thirty minutes after an end of the same component; the other component is another story.
    assert first.flaps == 2
    assert first.components == ("shop/api", "shop/web")
    assert (second.alert, second.times) == ("SloOutage", 1)


def test_whether_somebody_acted_is_unknown_without_a_source() -> None:
    (found,) = noise([cpu(0, 5)], Responses())
    assert (found.acted, found.ignored, found.unknown, found.acted_share) == (0, 0, 1, None)
    assert acted_share([found]) is None


def test_a_silence_while_it_fired_is_an_act_and_one_from_before_is_none() -> None:
    known = Responses(found=[silence(2, 60), silence(100, 60)], since=START)
    fired = [cpu(0, 5), cpu(110, 5), cpu(300, 5)]
    assert [known.action(one) for one in fired] == [Action.ACTED, Action.SILENCED, Action.NONE]
    (found,) = noise(fired, known)
    assert (found.acted, found.silenced, found.ignored, found.acted_share) == (1, 1, 1, 0.5)
    assert acted_share([found]) == 0.5
    assert known.acted(fired) == fired[:1]


def test_what_is_older_than_the_source_remembers_is_unknown_unless_it_still_has_it() -> None:
    known = Responses(found=[silence(2, 60)], since=START + 3600)
    assert [known.action(one) for one in (cpu(0, 5), cpu(30, 5), cpu(70, 5))] == [
        Action.ACTED,
        Action.SILENCED,
        Action.NONE,
    ]
    assert Responses(since=START + 3600).action(cpu(0, 5)) is Action.UNKNOWN


def test_a_silence_is_about_what_its_matchers_say() -> None:
    one = cpu(0, 5)

    def about(*conditions: Condition) -> bool:
        return silence(1, 1, *conditions).about(one)

    assert about(Condition("component", "a.i|web", regex=True))
    assert not about(Condition("component", "ap", regex=True))
    assert about(Condition("team", "other", equal=False))
    assert not about(Condition("severity", "warn.*", regex=True, equal=False))
    assert not about(Condition("component", "(?!x)", regex=True))
    # A pod of it, and what names nothing that a kept alert has.
    assert about(Condition("component", "api"), Condition("pod", "api-1"))
    assert not about(Condition("pod", "api-1"))


def test_a_runbook_is_followed_only_where_somebody_says_so() -> None:
    url = {"HighCpuUsage": "https://example.com/runbooks/HighCpuUsage.md#steps", "Other": "x"}
    fired = [cpu(0, 5), cpu(60, 5), alert(DAY, 0, 1)]
    (found,) = runbooks(fired, url, Responses(since=0))
    assert (found.alert, found.times, found.named) == ("HighCpuUsage", 2, None)
    said = Responses(found=[silence(1, 5, comment="as highcpuusage says"), silence(61, 5, comment="sigh")], since=0)
    assert runbooks(fired, url, said)[0].named == 1
    silent = Responses(found=[silence(1, 5)], since=0)
    assert runbooks(fired, url, silent)[0].named is None
    assert runbooks(fired, {"HighCpuUsage": "/#x"}, said)[0].named is None


def test_alerts_are_those_of_the_period_and_of_the_chosen_parts() -> None:
    about = subject(expected())
    fired = [alert("2026-11-20", 0, 5), cpu(0, 5), cpu(0, 5, component="web"), cpu(0, 5, component="web", team="x")]
    rows = Rows(alerts=fired)
    assert alerts_of(about, rows, WEEK) == fired[1:3]
    assert history_of(about, rows) == fired[:3]


def test_objectives_without_events_say_whether_anything_counted() -> None:
    about = subject(expected(), expected(objective="latency"), expected(objective="paid"))
    rows = [row("2026-10-30", objective="latency"), *(row(day, objective="latency", valid=0) for day in NOVEMBER.days)]
    rows += [row(day) for day in NOVEMBER.days]
    found = quiet_objectives(about, Rows(objectives=rows), NOVEMBER, "2026-12-01")
    assert [(one.objective, one.measured, one.last) for one in found] == [
        ("latency", True, "2026-10-30"),
        ("paid", False, None),
    ]


def test_records_that_differ_in_numbers_and_names_are_one_template() -> None:
    texts = [
        "2026-11-25T10:00:00.123Z ERROR order 17 of a@b.example failed\n  after 3.5 s",
        "2026-11-25 11:00:00 ERROR order 21 of cc@d.example failed after 12 s",
    ]
    assert {template(text) for text in texts} == {"<_> ERROR order <_> of <_> failed after <_> s"}
    assert template("\x1b[31mid 5f2e1c34-aaaa-bbbb-cccc-0123456789ab at 0xdeadbeef") == "id <_> at <_>"
    assert len(template("a" * 1000)) == 163


def test_the_most_frequent_pattern_is_first_and_there_are_few() -> None:
    records = [("shop", "api", f"{letter} failed") for letter in "abcdefghijklmnopqrstuvwxyz"]
    records += [("shop", "web", f"timeout after {n} s") for n in range(3)]
    found = patterns(records)
    assert (found[0].component, found[0].template, found[0].times) == ("web", "timeout after <_> s", 3)
    assert len(found) == MOST_PATTERNS


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=20), st.integers(0, 1000))
def test_every_alert_is_counted_once(times: list[tuple[int, int]], since: int) -> None:
    fired = [cpu(minute, minutes) for minute, minutes in times]
    known = Responses(found=[silence(100, 200), silence(400, 10)], since=START + 60 * since)
    for one in noise(fired, known):
        assert one.times == len(fired) == one.acted + one.silenced + one.ignored + one.unknown
        assert one.flaps < one.times
        assert one.longest <= one.seconds
