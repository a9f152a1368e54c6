"""What the queries of the boards on infrastructure, capacity, security and noise answer, run by promtool."""

import json
from pathlib import Path

import pytest

from authoring.dashboards.boards import infrastructure
from authoring.dashboards.queries import capacity, fullness, kubernetes, network, nodes, noise, security, workloads
from authoring.rules.recording import alerts as series_alerts
from authoring.rules.recording import capacity as series_capacity
from authoring.rules.recording import cluster
from authoring.rules.recording import security as series_security
from model.catalog.catalog import Catalog
from model.dashboards import Board
from model.metrics.metric_names import WARNING_THRESHOLD as THRESHOLD
from model.vocabulary import Severity
from model.yaml_file import read_yaml
from tests.tools import PROJECT, run

CATALOG = Catalog.load(PROJECT / "catalog")
KINDS = infrastructure.everything(CATALOG)
FILLED = {f"${name}": ".*" for name in ("cluster", "system", "component", "namespace", "node")} | {"$__range": "7d"}
WEB = 'cluster="a", namespace="shop", workload="web"'
API = 'cluster="a", namespace="shop", workload="api"'
DISK = 'cluster="a", instance="i", mountpoint="/", fstype="ext4", device="d"'
NOISY = 'cluster="a", system="shop", component="web", team="t", alertname="Noisy", severity="warning"'
RARE = 'cluster="a", system="shop", component="api", team="t", alertname="Rare", severity="critical"'
OF_NOISY = '{alertname="Noisy", severity="warning", team="t"}'
OF_RARE = '{alertname="Rare", severity="critical", team="t"}'

UNTIL_FULL = {
    f'{series_capacity.UNTIL_FULL.format(trend)}{{cluster="a", kind="volume", item="{item}"}}': f"{seconds}x100"
    for item, trend, seconds in (
        ("growth", "trend6h", 86400),
        ("growth", "trend2d", 172800),
        ("batch", "trend6h", 3600),
        ("batch", "trend2d", 40 * 86400),
        ("migration", "trend2d", 3600),
    )
}
ENDED = {
    f"{series_alerts.ENDED}{{{NOISY}}}": "_x10 60 stale _x10 120 stale _x10 1800 stale _x20",
    f"{series_alerts.ENDED_EARLY}{{{NOISY}}}": "_x10 60 stale _x10 120 stale _x40",
    f"{series_alerts.ENDED}{{{RARE}}}": "_x30 20 stale _x40",
    f"{series_alerts.ENDED_EARLY}{{{RARE}}}": "_x30 20 stale _x40",
}

OWNED = (("web", WEB), ("api", API))
CASES: dict[str, tuple[str, dict[str, str], dict[str, float]]] = {
    "what is nearest to its threshold comes first, not what is fullest": (
        fullness.nearest(KINDS, 2),
        {
            # 75 % of CPU is at the threshold, 92 % of pods is not.
            f'{cluster.NODE_CPU}{{cluster="a", node="n"}}': "0.75x100",
            f'{cluster.NODE_PODS}{{cluster="a", node="n"}}': "0.92x100",
            f'{fullness.NODE_DISK}{{cluster="a", node="n", mountpoint="/"}}': "0.4x100",
        },
        {
            '{cluster="a", kind="CPU of a node", item="n", threshold="75 %"}': 1,
            '{cluster="a", kind="Pods of a node", item="n", threshold="95 %"}': 0.92 / 0.95,
        },
    ),
    "each component is compared with its own threshold, and one without an alert with none": (
        fullness.nearest(KINDS, 9),
        {
            **{
                f'{fullness.WORKLOAD_MEMORY}{{cluster="a", namespace="{system}", workload="{name}"}}': "0.8x100"
                for system, name in (("shop", "web"), ("shop", "api"), ("monitoring", "prometheus"))
            },
            **{
                f'{fullness.OWNER}{{{workload}, system="shop", component="{name}"}}': "1x100"
                for name, workload in OWNED
            },
            f'{THRESHOLD}{{system="shop", component="web", signal="memory-usage", threshold="80 %"}}': "0.8x100",
            f'{THRESHOLD}{{system="shop", component="api", signal="memory-usage", threshold="90 %"}}': "0.9x100",
            f'{fullness.DATABASE}{{cluster="a", system="shop", component="db"}}': "0.4x100",
            f'{THRESHOLD}{{system="shop", component="db", signal="connection-pool-usage", threshold="80 %"}}': "0.8x99",
        },
        {
            '{cluster="a", kind="Memory of a workload", item="shop web", threshold="80 %"}': 1,
            '{cluster="a", kind="Memory of a workload", item="shop api", threshold="90 %"}': 0.8 / 0.9,
            '{cluster="a", kind="Database connections", item="shop db", threshold="80 %"}': 0.5,
        },
    ),
    "the fullest of each kind is one number a kind": (
        fullness.fullest(KINDS),
        {
            f'{cluster.NODE_CPU}{{cluster="a", node="n"}}': "0.5x100",
            f'{cluster.NODE_CPU}{{cluster="b", node="m"}}': "0.25x100",
            f'{fullness.VOLUME}{{cluster="a", namespace="shop", persistentvolumeclaim="x"}}': "0.75x100",
        },
        {'{kind="CPU of a node"}': 0.5, '{kind="Volume"}': 0.75},
    ),
    "only what both trends fill will be full": (capacity.soon_full(), UNTIL_FULL, {"{}": 1}),
    "without a forecast nothing will be full, and that is a number": (capacity.soon_full(), {}, {"{}": 0}),
    "what fills first stands first, by the trend of hours": (
        capacity.until_full("trend6h"),
        UNTIL_FULL,
        {
            '{cluster="a", kind="volume", item="batch"}': 3600,
            '{cluster="a", kind="volume", item="growth"}': 86400,
        },
    ),
    "the peak and a fifth of room stay, the rest can be reclaimed": (
        capacity.to_spare(series_capacity.CPU_REQUESTED, series_capacity.CPU_PEAK),
        {
            f"{series_capacity.CPU_REQUESTED}{{{WEB}}}": "4x100",
            f"{series_capacity.CPU_PEAK}{{{WEB}}}": "0.4x100",
            f"{series_capacity.CPU_REQUESTED}{{{API}}}": "1x100",
            f"{series_capacity.CPU_PEAK}{{{API}}}": "0.9x100",
        },
        {f"{{{WEB}}}": 2},
    ),
    "memory is recommended above the peak, and not to a workload that was killed": (
        capacity.recommended_memory(),
        {
            f"{series_capacity.MEMORY_REQUESTED}{{{WEB}}}": "100x100",
            f"{series_capacity.MEMORY_PEAK}{{{WEB}}}": "0.4x100",
            f"{series_capacity.MEMORY_REQUESTED}{{{API}}}": "100x100",
            f"{series_capacity.MEMORY_PEAK}{{{API}}}": "0.4x100",
            f"{series_capacity.MEMORY_KILLS}{{{API}}}": "2x100",
        },
        {f"{{{WEB}}}": 50},
    ),
    "a workload with nothing left is down, one that is scaled to nothing is not": (
        kubernetes.down("namespace"),
        {
            f"{workloads.DESIRED}{{{WEB}}}": "2x100",
            f"{workloads.AVAILABLE}{{{WEB}}}": "0x100",
            f"{workloads.DESIRED}{{{API}}}": "0x100",
            f"{workloads.AVAILABLE}{{{API}}}": "0x100",
        },
        {"{}": 1},
    ),
    "one replica of two is lacking, one of twenty is not": (
        kubernetes.lacking(),
        {
            f"{workloads.DESIRED}{{{WEB}}}": "2x100",
            f"{workloads.AVAILABLE}{{{WEB}}}": "1x100",
            f"{workloads.DESIRED}{{{API}}}": "20x100",
            f"{workloads.AVAILABLE}{{{API}}}": "19x100",
        },
        {"{}": 1},
    ),
    "a job whose cron job succeeded later is no failed job": (
        kubernetes.failed_jobs(),
        {
            'namespace_job:failed:max{cluster="a", namespace="shop", job_name="x"}': "2x100",
            'namespace_job:failed:max{cluster="a", namespace="shop", job_name="y"}': "1x100",
            'namespace_job:failure_over:group{cluster="a", namespace="shop", job_name="y"}': "1x100",
        },
        {'{cluster="a", namespace="shop", job_name="x"}': 2},
    ),
    "with all nodes ready none is not": (
        nodes.not_ready(),
        {f'{cluster.NODE_STATE}{{cluster="a", node="n"}}': "3x100"},
        {"{}": 0},
    ),
    "inodes have the node's name": (
        nodes.inodes(),
        {
            f"node_filesystem_files{{{DISK}}}": "100x100",
            f"node_filesystem_files_free{{{DISK}}}": "25x100",
            'node:node_exporter:info{cluster="a", instance="i", node="n"}': "1x100",
        },
        {'{node="n", mountpoint="/"}': 0.75},
    ),
    "a probe that fails in most attempts is one that fails": (
        network.failing_probes(),
        {
            f'{cluster.PROBES}{{cluster="a", system="shop", component="web", probe="x"}}': "0.25x100",
            f'{cluster.PROBES}{{cluster="a", system="shop", component="web", probe="y"}}': "0.75x100",
        },
        {"{}": 1},
    ),
    "the certificate that expires first is the one to know of": (
        network.first_certificate(),
        {
            f'{cluster.CERTIFICATES}{{cluster="a", system="shop", component="web", probe="x"}}': "9000x100",
            f'{cluster.CERTIFICATES}{{cluster="a", system="shop", component="web", probe="y"}}': "90000x100",
        },
        # 90 minutes have passed.
        {"{}": 3600},
    ),
    "Falco's critical events are counted over the time range": (
        security.falco(security.CRITICAL),
        {
            f'{series_security.FALCO}{{cluster="a", rule="x", priority="Critical"}}': "2 stale 1 stale",
            f'{series_security.FALCO}{{cluster="a", rule="y", priority="Warning"}}': "5 stale",
        },
        {"{}": 3},
    ),
    "without Falco's events there are none, and that is a number": (security.falco(security.LESS), {}, {"{}": 0}),
    "alerts of all names are counted": (noise.ended(), ENDED, {"{}": 4}),
    "pages are counted apart": (noise.ended('severity="critical"'), ENDED, {"{}": 1}),
    "what ended early is a share of all": (noise.early_share(), ENDED, {"{}": 0.75}),
    "without an early end the share is zero": (
        noise.early_share(),
        {f"{series_alerts.ENDED}{{{NOISY}}}": "1800 stale"},
        {"{}": 0},
    ),
    "each alert has its own times": (noise.times(), ENDED, {OF_NOISY: 3, OF_RARE: 1}),
    "each alert has its own mean": (noise.mean_each(), ENDED, {OF_NOISY: 660, OF_RARE: 20}),
    "each alert has its longest": (noise.longest(), ENDED, {OF_NOISY: 1800, OF_RARE: 20}),
    "what fires for over a day is counted, what began an hour ago is not": (
        noise.firing_long(3600),
        {f"{series_alerts.SINCE}{{{NOISY}}}": "0x100", f"{series_alerts.SINCE}{{{RARE}}}": "5000x100"},
        {"{}": 1},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_query_answers(case: str, tmp_path: Path) -> None:
    query, given, expected = CASES[case]
    for variable, value in FILLED.items():
        query = query.replace(variable, value)
    cases = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in given.items()],
                "promql_expr_test": [
                    {
                        "expr": query,
                        "eval_time": "90m",
                        "exp_samples": [{"labels": labels, "value": value} for labels, value in expected.items()],
                    }
                ],
            }
        ],
    }
    path = tmp_path / "cases.test.yaml"
    path.write_text(json.dumps(cases), encoding="utf-8")
    run("promtool", "test", "rules", path)


def test_each_tile_has_the_colours_of_its_own_alert() -> None:
    board = infrastructure.boards(CATALOG)[0].document()
    tiles = next(panel for panel in board["panels"] if panel["title"] == "Highest usage of each kind")
    colours = {
        override["matcher"]["options"]: [step["value"] for step in override["properties"][0]["value"]["steps"]]
        for override in tiles["fieldConfig"]["overrides"]
    }
    assert colours == {kind.title: [step.value for step in kind.limits] for kind in KINDS}
    assert colours["CPU of a node"] == [None, 0.75, 0.9]
    assert colours["Volume"] == [None, 0.8, 0.95]
    # One query for all of them.
    assert len(tiles["targets"]) == 1


def _alerts(of: Board | None = None) -> dict[str, set[str]]:
    """Alert -> severities, of all shipped rules on metrics and logs; ``of`` a board are those that lead there."""
    found: dict[str, set[str]] = {}
    for folder in ("prometheus", "loki"):
        for path in sorted((PROJECT / "rules" / folder).glob("*.yaml")):
            for group in read_yaml(path)["groups"]:
                for rule in group["rules"]:
                    if "alert" in rule and of in (None, rule["annotations"]["dashboard_url"].removeprefix("/d/")):
                        found.setdefault(rule["alert"], set()).add(rule["labels"]["severity"])
    return found


def test_the_security_board_is_about_every_alert_that_leads_there() -> None:
    assert set(security.ALERTS) == set(_alerts(Board.SECURITY))


def test_every_kind_of_thing_is_coloured_from_the_threshold_of_an_alert_that_exists() -> None:
    alerts = _alerts()
    for kind in KINDS:
        if len(kind.limits) == 1:  # the catalog has a threshold for each component
            continue
        assert 0 < kind.threshold < 1
        # A second line is red, which only what pages may be.
        assert len(kind.limits) == 2 or Severity.CRITICAL in alerts[kind.alert], kind.title
    assert len({kind.title for kind in KINDS}) == len(KINDS)
