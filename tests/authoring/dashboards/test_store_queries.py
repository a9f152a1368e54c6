"""Boards of databases, caches, queues and AWS: what their queries answer."""

import json
from pathlib import Path

import pytest

from authoring.dashboards.queries import aws
from authoring.dashboards.queries import databases as database_queries
from authoring.dashboards.queries import dynamodb as table_queries
from authoring.dashboards.queries import queues as queue_queries
from authoring.rules.recording import boards as series
from tests.authoring.dashboards.test_queries import answers
from tests.tools import PROJECT, run

A = 'cluster="a", system="shop", component="{}"'
B = 'cluster="b", system="shop", component="{}"'
EXPORTER = {'up{cluster="a", component="cloudwatch-exporter"}': "1x200"}
REFUSED = f'{table_queries.THROTTLED}{{{A.format("orders")}, access="read"}}'
QUEUE = 'cluster="{}", dimension_QueueName="jobs"'
OWNER = {'queue:owner:info{dimension_QueueName="jobs", role="main", system="shop", component="queue"}': "1x200"}
DEAD = {'queue:owner:info{dimension_QueueName="dead", role="dead-letter", system="shop", component="queue"}': "1x200"}
JOBS = '{system="shop", component="queue", dimension_QueueName="jobs"}'
COMPONENT = '{{system="shop", component="{}"}}'
CASES: dict[str, tuple[str, dict[str, str], dict[str, float]]] = {
    "no table throttles while the exporter of cloudwatch answers": (
        table_queries.tables_throttled(),
        EXPORTER,
        {"{}": 0},
    ),
    "without the exporter nobody knows, and 0 would be a lie": (table_queries.tables_throttled(), {}, {}),
    "an exporter that is down knows nothing": (
        table_queries.tables_throttled(),
        {'up{cluster="a", component="cloudwatch-exporter"}': "0x200"},
        {},
    ),
    "a table that throttles reads and writes is one table": (
        table_queries.tables_throttled(),
        {**EXPORTER, REFUSED: "3x200", REFUSED.replace("read", "write"): "4x200"},
        {"{}": 1},
    ),
    "two clusters that ask for one table count its refusals once": (
        table_queries.throttled_in_all(),
        {**EXPORTER, REFUSED: "3x200", REFUSED.replace('"a"', '"b"'): "3x200"},
        {"{}": 3},
    ),
    "errors of one load balancer seen from two clusters are counted once": (
        aws.in_all(aws.ALB_OWN_ERRORS),
        {f"{aws.ALB_OWN_ERRORS}{{{where.format('lb')}}}": "5x200" for where in (A, B)},
        {"{}": 5},
    ),
    "with every database up none is down, and without an exporter nobody knows": (
        database_queries.down(),
        {f"{database_queries.UP}{{{A.format('db')}}}": "1x200"},
        {"{}": 0},
    ),
    "a database that refuses its exporter is down": (
        database_queries.down(),
        {f"{database_queries.UP}{{{A.format('db')}}}": "0x200", f"{database_queries.UP}{{{A.format('x')}}}": "1x200"},
        {"{}": 1},
    ),
    "the lag is postgres' own word, and cloudwatch's where postgres has none": (
        database_queries.lag(),
        {
            f"{database_queries.LAG}{{{A.format('db')}}}": "7x200",
            f"{database_queries.RDS_LAG}{{{A.format('db')}}}": "9x200",
            f"{database_queries.RDS_LAG}{{{A.format('aurora')}}}": "2x200",
        },
        {COMPONENT.format("db"): 7, COMPONENT.format("aurora"): 2},
    ),
    "the oldest item of queues of both kinds": (
        queue_queries.oldest(),
        {
            **OWNER,
            f"{queue_queries.OLDEST}{{{A.format('worker')}}}": "10x200",
            f"{queue_queries.SQS_OLDEST}{{{QUEUE.format('a')}}}": "20x200",
            f"{queue_queries.SQS_OLDEST}{{{QUEUE.format('b')}}}": "30x200",
        },
        {COMPONENT.format("worker"): 10, COMPONENT.format("queue"): 30},
    ),
    "dead letters are not work that waits": (
        queue_queries.waiting(),
        {
            **OWNER,
            **DEAD,
            f"{queue_queries.SQS_WAITING}{{{QUEUE.format('a')}}}": "4x200",
            f"{queue_queries.SQS_WAITING}{{{QUEUE.format('a').replace('jobs', 'dead')}}}": "1x200",
        },
        {COMPONENT.format("queue"): 4},
    ),
    "dead letters of all queues": (
        queue_queries.dead_letters_in_all(),
        {**DEAD, f"{queue_queries.SQS_WAITING}{{{QUEUE.format('a').replace('jobs', 'dead')}}}": "2x200"},
        {"{}": 2},
    ),
    "a queue that holds messages of which none is finished stands still": (
        queue_queries.stuck(),
        {
            **OWNER,
            f"{queue_queries.SQS_WAITING}{{{QUEUE.format('a')}}}": "4x200",
            f"{queue_queries.SQS_DONE}{{{QUEUE.format('a')}}}": "0x200",
        },
        {"{}": 1},
    ),
    "an empty queue does not stand still": (
        queue_queries.stuck(),
        {
            **EXPORTER,
            **OWNER,
            f"{queue_queries.SQS_WAITING}{{{QUEUE.format('a')}}}": "0x200",
            f"{queue_queries.SQS_DONE}{{{QUEUE.format('a')}}}": "0x200",
        },
        {"{}": 0},
    ),
    "600 messages at 300 in five minutes take ten minutes": (
        queue_queries.seconds_to_empty(),
        {
            **OWNER,
            f"{queue_queries.SQS_WAITING}{{{QUEUE.format('a')}}}": "600x200",
            f"{queue_queries.SQS_DONE}{{{QUEUE.format('a')}}}": "300x200",
        },
        {JOBS: 600},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_query_answers(case: str, tmp_path: Path) -> None:
    answers(tmp_path, *CASES[case])


def test_what_is_recorded_bridges_gaps_and_speaks_in_seconds_and_shares(tmp_path: Path) -> None:
    shop = 'cluster="a", system="shop", component="{}"'
    node = 'aws_elasticache_engine_cpuutilization_average{{{}, dimension_CacheClusterId="{}"}}'
    own = '{{cluster="a", system="shop", component="{}"}}'
    given = {
        # Every five minutes a value, and none where nothing happened.
        f"aws_dynamodb_consumed_read_capacity_units_sum{{{shop.format('orders')}}}": "600 _x4 600 _x4 600",
        f"aws_dynamodb_provisioned_read_capacity_units_average{{{shop.format('orders')}}}": "4 _x4 4 _x4 4",
        f"aws_applicationelb_request_count_sum{{{shop.format('lb')}}}": "300 _x4 300 _x4 300",
        f"aws_lambda_invocations_sum{{{shop.format('fn')}}}": "100 _x4 100 _x4 100",
        f"aws_lambda_errors_sum{{{shop.format('fn')}}}": "5 _x4 5 _x4 5",
        f"aws_lambda_duration_p95{{{shop.format('fn')}}}": "250 _x4 250 _x4 250",
        node.format(shop.format("cache"), 1): "50x20",
        node.format(shop.format("cache"), 2): "90x20",
        f"aws_rds_aurora_replica_lag_maximum{{{shop.format('aurora')}}}": "1500x20",
    }
    expected = {
        'component_access:dynamodb_units:rate5m{access="read"}': ("orders", 2, ', access="read"'),
        'component_access:dynamodb_capacity_used:ratio{access="read"}': ("orders", 0.5, ', access="read"'),
        "component:alb_requests:rate5m": ("lb", 1, ""),
        "component:alb_target_errors:ratio_rate5m": ("lb", 0, ""),
        "component:lambda_errors:ratio_rate5m": ("fn", 0.05, ""),
        "component:lambda_duration_seconds:p95": ("fn", 0.25, ""),
        "component:elasticache_cpu:ratio": ("cache", 0.9, ""),
        "component:rds_replica_lag_seconds:max": ("aurora", 1.5, ""),
    }
    case = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in given.items()],
        "promql_expr_test": [
            {
                "expr": f"{query} + 0",  # without the name of the series
                "eval_time": "9m",
                "exp_samples": [{"labels": own.format(name).replace("}", f"{more}}}"), "value": value}],
            }
            for query, (name, value, more) in expected.items()
        ],
    }
    path = tmp_path / "cases.test.yaml"
    tests = {"rule_files": [str(PROJECT / series.PATH)], "evaluation_interval": "1m", "tests": [case]}
    path.write_text(json.dumps(tests), encoding="utf-8")
    run("promtool", "test", "rules", path)
