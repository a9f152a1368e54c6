"""The recorded series of models, browsers and the service graph, from what is really exposed."""

import json
from pathlib import Path

import pytest

from authoring.rules.recording import boards as series
from authoring.rules.recording import product
from tests.tools import PROJECT, run

OWN = 'cluster="a", system="shop", component="ai"'
MODEL = f'{OWN}, gen_ai_provider_name="openai", gen_ai_request_model="small"'
WEB = 'cluster="a", system="shop", component="web"'
EDGE = 'cluster="a", client="backend", client_service_namespace="{}", server="db"'

# record -> raw series a minute, and what is recorded after ten minutes
CASES: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    product.MODEL_CALLS: ({f"gen_ai_client_operation_duration_seconds_count{{{MODEL}}}": 60}, {MODEL: 1}),
    product.MODEL_ERRORS: (
        {
            f"gen_ai_client_operation_duration_seconds_count{{{MODEL}}}": 90,
            f'gen_ai_client_operation_duration_seconds_count{{{MODEL}, error_type="timeout"}}': 30,
            f"gen_ai_client_operation_duration_seconds_count{{{MODEL.replace('small', 'large')}}}": 60,
        },
        # A model that never failed has no series of failures, and no failures.
        {MODEL: 0.25, MODEL.replace("small", "large"): 0},
    ),
    product.MODEL_SECONDS: (
        {f'gen_ai_client_operation_duration_seconds_bucket{{{MODEL}, le="{le}"}}': 60 for le in ("2", "+Inf")},
        {MODEL: 1.9},
    ),
    product.MODEL_USD: ({f"ai_cost_usd_total{{{MODEL}}}": 0.5}, {MODEL: 30}),
    product.MODEL_TOKENS: (
        {f'gen_ai_client_token_usage_sum{{{MODEL}, gen_ai_token_type="input"}}': 600},
        {f'{MODEL}, gen_ai_token_type="input"': 10},
    ),
    product.BROWSER_ERRORS: (
        {
            f"component:page_views:rate15m{{{WEB}}}": 0,
            f'web_errors_total{{{WEB}, page="/", kind="exception"}}': 60,
        },
        {WEB: 0.5},
    ),
    product.GOOD_PAINTS: (
        {
            f'web_vitals_lcp_seconds_bucket{{{WEB}, page="/", le="{le}"}}': step
            for le, step in (("2.5", 50), ("4", 100), ("+Inf", 100))
        },
        {WEB: 0.5},
    ),
    # Two systems have a backend with a database of one name: two edges.
    product.EDGE_CALLS: (
        {f"traces_service_graph_request_total{{{EDGE.format(system)}}}": 60 for system in ("shop", "hub")},
        {EDGE.format(system): 1 for system in ("shop", "hub")},
    ),
    product.EDGE_FAILURES: (
        {
            f"traces_service_graph_request_total{{{EDGE.format('shop')}}}": 60,
            f"traces_service_graph_request_total{{{EDGE.format('hub')}}}": 60,
            f"traces_service_graph_request_failed_total{{{EDGE.format('hub')}}}": 30,
        },
        {EDGE.format("shop"): 0, EDGE.format("hub"): 0.5},
    ),
    product.EDGE_SECONDS: (
        {
            f'traces_service_graph_request_server_seconds_bucket{{{EDGE.format("shop")}, le="{le}"}}': 60
            for le in ("1", "+Inf")
        },
        {EDGE.format("shop"): 0.95},
    ),
}


@pytest.mark.parametrize("record", CASES)
def test_a_series_is_recorded(record: str, tmp_path: Path) -> None:
    raw, expected = CASES[record]
    given = [{"series": name, "values": f"0+{step}x30" if step else "2x30"} for name, step in raw.items()]
    samples = [{"labels": f"{{{labels}}}", "value": value} for labels, value in expected.items()]
    test = {
        "interval": "1m",
        "input_series": given,
        "promql_expr_test": [{"expr": f"round({record}, 0.001)", "eval_time": "20m", "exp_samples": samples}],
    }
    cases = {"rule_files": [str(PROJECT / series.PATH)], "evaluation_interval": "1m", "tests": [test]}
    path = tmp_path / "cases.test.yaml"
    path.write_text(json.dumps(cases), encoding="utf-8")
    run("promtool", "test", "rules", path)
