"""What the boards' queries answer: run by promtool over a few series, with all variables set to all."""

import json
from pathlib import Path

import pytest

from authoring.dashboards.queries import alerts, monitoring, red, slo, workloads
from model.vocabulary import Severity
from tests.tools import run

ALL = {"$cluster": ".*", "$system": ".*", "$component": ".*"}
A = 'cluster="a", system="shop", component="web"'
B = 'cluster="b", system="shop", component="web"'
C = 'cluster="a", system="shop", component="api"'
WEB, API = '{system="shop", component="web"}', '{system="shop", component="api"}'
# One outage after an hour: two alerts of one component (one of them for two objectives), one of another, and copies.
INCIDENT = {
    f'ALERTS{{alertstate="firing", severity="critical", team="t", {labels}}}': "1x200"
    for labels in (
        f'{A}, alertname="SloOutage", objective="availability"',
        f'{A}, alertname="SloOutage", objective="errors"',
        f'{A}, alertname="ServiceDown"',
        f'{C}, alertname="SloFastBurn", objective="errors"',
        *(f'{A}, alertname="Escalation", escalates="ServiceDown", level="{level}"' for level in (2, 3, 4)),
    )
}
FIRING = 'ALERTS{alertstate="firing", severity="critical", team="t", cluster='


def answers(folder: Path, query: str, series: dict[str, str], expected: dict[str, float]) -> None:
    for variable, value in ALL.items():
        query = query.replace(variable, value)
    case = {
        "interval": "1h",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": query,
                "eval_time": "200h",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in expected.items()],
            }
        ],
    }
    path = folder / "cases.test.yaml"
    path.write_text(json.dumps({"evaluation_interval": "1h", "tests": [case]}), encoding="utf-8")
    run("promtool", "test", "rules", path)


LEFT = "component:slo_error_budget_remaining:ratio"
BURN = "component:slo_burn_rate:ratio6h"
OBJECTIVE = 'objective="availability"'


def budget(name: str, of: str, value: str) -> dict[str, str]:
    return {f"{name}{{{of}, {OBJECTIVE}}}": value}


def of_objective(labels: str) -> str:
    return labels.replace("}", f", {OBJECTIVE}}}")


CASES: dict[str, tuple[str, dict[str, str], dict[str, float]]] = {
    "a component of two clusters shows the worse one": (
        red.error_ratio(),
        {
            f"component:request_errors:ratio_rate5m{{{A}}}": "0.25x200",
            f"component:request_errors:ratio_rate5m{{{B}}}": "0x200",
        },
        {WEB: 0.25},
    ),
    "errors of all are weighed by traffic": (
        red.error_ratio_in_all(),
        {
            f"component:request_errors:ratio_rate5m{{{A}}}": "1x200",
            f"component:request_errors:ratio_rate5m{{{C}}}": "0x200",
            f"component:requests:rate5m{{{A}}}": "1x200",
            f"component:requests:rate5m{{{C}}}": "3x200",
        },
        {"{}": 0.25},
    ),
    "without an alert the count is 0 and not nothing": (alerts.count(Severity.CRITICAL), {}, {"{}": 0}),
    "alerts of all clusters are counted": (
        alerts.count(Severity.CRITICAL),
        {f'{FIRING}"a"}}': "1x200", f'{FIRING}"b"}}': "1x200"},
        {"{}": 2},
    ),
    "an alert with several series and its escalated copies are one alert": (
        alerts.count(Severity.CRITICAL),
        INCIDENT,
        {"{}": 3},
    ),
    "several alerts of one component are one component": (alerts.components(Severity.CRITICAL), INCIDENT, {"{}": 2}),
    "without a critical alert no component has one": (alerts.components(Severity.CRITICAL), {}, {"{}": 0}),
    "a system's components with critical alerts": (
        alerts.components_by_system(Severity.CRITICAL),
        INCIDENT,
        {'{system="shop"}': 2},
    ),
    "teams' alerts without copies": (
        alerts.by_team(),
        INCIDENT,
        {'{team="t", severity="critical"}': 3},
    ),
    "escalated copies are not in the table": (
        alerts.table(),
        {name: values for name, values in INCIDENT.items() if "Escalation" in name},
        {},
    ),
    "alerts that tell nobody anything are not in the table": (
        alerts.table(),
        {f'{FIRING}"a", alertname="X"}}': "1x200", 'ALERTS{alertstate="firing", severity="none"}': "1x200"},
        {'{severity="critical", alertname="X", team="t", cluster="a"}': 1},
    ),
    "alerts of every other severity are in the table": (
        alerts.table(),
        {f'ALERTS{{alertstate="firing", severity="{each}"}}': "1x200" for each in ("critical", "warning", "info")},
        {f'{{severity="{each}"}}': 1 for each in ("critical", "warning", "info")},
    ),
    "with all targets up none is down": (monitoring.targets_down(), {'up{cluster="a"}': "1x200"}, {"{}": 0}),
    "a workload is its component's": (
        workloads.of_component(workloads.CPU),
        {
            f'{workloads.CPU}{{cluster="a", namespace="shop", workload="web"}}': "0.5x200",
            f'{workloads.CPU}{{cluster="b", namespace="shop", workload="web"}}': "0.75x200",
            f'{workloads.CPU}{{cluster="a", namespace="other", workload="web"}}': "2x200",
            'component:owner:info{system="shop", component="web", namespace="shop", team="t"}': "1x200",
        },
        {WEB: 0.75},
    ),
    "missing replicas of two clusters are added up": (
        workloads.missing_replicas(),
        {
            **{f'{workloads.DESIRED}{{cluster="{c}", namespace="shop", workload="web"}}': "3x200" for c in "ab"},
            f'{workloads.AVAILABLE}{{cluster="a", namespace="shop", workload="web"}}': "3x200",
            f'{workloads.AVAILABLE}{{cluster="b", namespace="shop", workload="web"}}': "1x200",
            'component:owner:info{system="shop", component="web", namespace="shop", team="t"}': "1x200",
        },
        {WEB: 2},
    ),
    "an objective of two clusters has the least that is left": (
        slo.least_left(),
        {**budget(LEFT, A, "0.5x200"), **budget(LEFT, B, "0.25x200")},
        {of_objective(WEB): 0.25},
    ),
    "half of the objectives are met": (
        slo.kept(),
        {**budget(LEFT, A, "0.5x200"), **budget(LEFT, C, "-1x200")},
        {"{}": 0.5},
    ),
    "one objective is missed": (
        slo.missed(),
        {**budget(LEFT, A, "0.5x200"), **budget(LEFT, C, "-1x200")},
        {"{}": 1},
    ),
    "kept without events, burning and broken have their own states": (
        slo.state(),
        {
            **budget(LEFT, A, "0.5x200"),
            **budget(LEFT, C, "0.5x200"),
            **budget(BURN, C, "2x200"),
            **budget(LEFT, C.replace("api", "db"), "-1x200"),
            **budget(BURN, C.replace("api", "db"), "2x200"),
        },
        {of_objective(WEB): 2, of_objective(API): 1, of_objective(API.replace("api", "db")): 0},
    ),
    "who used most of the budget in a day comes first, and who gained nothing not at all": (
        slo.consumed("1d"),
        {**budget(LEFT, A, "1x180 0.75x20"), **budget(LEFT, C, "0.5x180 0.75x20")},
        {of_objective(WEB): 0.25},
    ),
    "a budget goes on as it went in the last day": (
        slo.left_in_a_week(),
        budget(LEFT, A, "1x180 0.875x20"),
        {of_objective(WEB): 0},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_query_answers(case: str, tmp_path: Path) -> None:
    answers(tmp_path, *CASES[case])
