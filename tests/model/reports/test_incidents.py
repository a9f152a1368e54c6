from model.reports.incidents import incidents
from tests.model.reports.examples import alert

DAY = "2026-11-10"


def test_alerts_of_a_component_within_half_an_hour_are_one_incident() -> None:
    found = incidents(
        [
            alert(DAY, 45, 5, alert="SloFastBurn"),
            alert(DAY, 0, 15),
            alert(DAY, 81, 5),
            alert(DAY, 10, 5, component="web", team="web"),
        ]
    )
    assert [(one.component, one.team, one.seconds, one.alerts, one.pages) for one in found] == [
        ("api", "shop", 50 * 60, ("SloFastBurn", "SloOutage"), 2),
        ("web", "web", 300, ("SloOutage",), 1),
        ("api", "shop", 300, ("SloOutage",), 1),
    ]


def test_warnings_count_only_where_they_are_of_objectives() -> None:
    warnings = [
        alert(DAY, 0, 5, alert="SloTrickle", severity="warning"),
        alert(DAY, 300, 5, alert="HighLatency", severity="warning"),
        alert(DAY, 600, 5, alert="QueueFull"),
    ]
    assert [one.alerts for one in incidents(warnings)] == [("SloTrickle",), ("QueueFull",)]


def test_without_alerts_there_is_none() -> None:
    assert incidents([]) == ()
