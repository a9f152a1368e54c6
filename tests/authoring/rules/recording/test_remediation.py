"""What the recorded series of the auto-remediation board say, evaluated by promtool."""

from pathlib import Path

from authoring.rules.recording import remediation as series
from tests.authoring.rules.recording.test_infrastructure import Asked, evaluated

RULE = 'cluster="a", rule="shop/restart"'


def test_verdicts_and_their_seconds_are_those_of_a_day_over_a_restart_of_the_engine(tmp_path: Path) -> None:
    verdict = f'{RULE}, verdict="act", reason="passed"'
    evaluated(
        tmp_path,
        series.rules(),
        {
            # Two verdicts before a restart and one after it; what is older than a day does not count.
            f"belfry_remediation_verdicts_total{{{verdict}}}": "0x60 2x600 0x600 1x1800",
            f'belfry_remediation_verdict_seconds_bucket{{{RULE}, le="0.5"}}': "0x60 2x3000",
            f'belfry_remediation_verdict_seconds_bucket{{{RULE}, le="+Inf"}}': "0x60 2x3000",
            f'belfry_remediation_escalated{{{RULE}, target_system="shop", target_component="api", target_team="t", '
            'alert_severity="critical", outcome="failed"}': "_x100 1x3000",
        },
        Asked(series.VERDICTS, "1300m", {f"{series.VERDICTS}{{{verdict}}}": 3}),
        Asked(series.VERDICT_SECONDS, "1300m", {f'{series.VERDICT_SECONDS}{{cluster="a"}}': 0.495}),
        Asked(
            series.ESCALATED,
            "200m",
            {
                f'{series.ESCALATED}{{{RULE}, target_system="shop", target_component="api", outcome="failed"}}': 1,
            },
        ),
    )
