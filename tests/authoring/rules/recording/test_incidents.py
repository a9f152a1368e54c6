"""What the recorded series of the incidents board say, evaluated by promtool."""

from pathlib import Path

from authoring.rules.recording import incidents
from tests.authoring.rules.recording.test_infrastructure import Asked, evaluated

SHOP = 'cluster="a", system="shop"'


def test_times_are_kept_by_system_kind_and_quantile_and_those_without_an_incident_are_absent(tmp_path: Path) -> None:
    detect = f'{SHOP}, time="detect"'
    evaluated(
        tmp_path,
        incidents.rules(),
        {
            f'incident_time_seconds{{{detect}, quantile="0.5", pod="watch-1"}}': "90x9",
            f'incident_time_seconds{{{detect}, quantile="0.9", pod="watch-1"}}': "300x9",
            f'incident_times_measured{{{detect}, pod="watch-1"}}': "4x9",
            # The process that takes over has read one incident more.
            f'incident_times_measured{{{detect}, pod="watch-2"}}': "_x4 5x5",
        },
        Asked(
            incidents.TIME,
            "3m",
            {
                f'{incidents.TIME}{{{detect}, quantile="0.5"}}': 90,
                f'{incidents.TIME}{{{detect}, quantile="0.9"}}': 300,
            },
        ),
        Asked(incidents.MEASURED, "3m", {f"{incidents.MEASURED}{{{detect}}}": 4}),
        Asked(incidents.MEASURED, "8m", {f"{incidents.MEASURED}{{{detect}}}": 5}),
    )


def test_two_processes_that_see_one_incident_or_action_item_do_not_make_two(tmp_path: Path) -> None:
    pods = [f'pod="watch-{number}"' for number in (1, 2)]
    given = {
        f"{metric}{{{whose}, {pod}}}": f"{count}x9"
        for metric, whose, count in (
            ("incidents_open", SHOP, 1),
            ("incidents_open", 'cluster="b", system="shop"', 0),
            ("incident_actions_open", 'cluster="a", owner="web"', 3),
            ("incident_actions_overdue", 'cluster="a", owner="web"', 2),
        )
        for pod in pods
    }
    evaluated(
        tmp_path,
        incidents.rules(),
        given,
        Asked(
            incidents.OPEN,
            "5m",
            {f"{incidents.OPEN}{{{SHOP}}}": 1, f'{incidents.OPEN}{{cluster="b", system="shop"}}': 0},
        ),
        Asked(incidents.ACTIONS, "5m", {f'{incidents.ACTIONS}{{cluster="a", owner="web"}}': 3}),
        Asked(incidents.OVERDUE, "5m", {f'{incidents.OVERDUE}{{cluster="a", owner="web"}}': 2}),
    )
