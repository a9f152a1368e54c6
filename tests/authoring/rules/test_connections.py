"""Connections in use: each instance has its own maximum, and each process its own pool."""

from pathlib import Path

from authoring.rules import signals
from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.vocabulary import Signal
from tests.authoring.dashboards.test_queries import answers
from tests.tools import PROJECT

CATALOG = Catalog.load(PROJECT / "catalog")


def system(name: str) -> System:
    return next(found for found in CATALOG.systems if found.system == name)


def test_sessions_of_a_writer_and_its_replica_are_not_added_up(tmp_path: Path) -> None:
    (database,) = (r for r in system("bakhmach").resources if r.name == "postgres")
    query = signals.bind(Signal.CONNECTION_POOL_USAGE, system("bakhmach"), database)
    assert query
    limit = getattr(database, "max_connections", 0)
    of = 'cluster="a", system="bakhmach", component="postgres"'
    series = {
        f'pg_stat_activity_count{{{of}, instance="writer", state="active"}}': f"{limit * 0.25}x200",
        f'pg_stat_activity_count{{{of}, instance="writer", state="idle"}}': f"{limit * 0.25}x200",
        f'pg_stat_activity_count{{{of}, instance="replica", state="active"}}': f"{limit * 0.375}x200",
    }
    answers(tmp_path, query.expr, series, {'{cluster="a"}': 0.5})


def test_the_fullest_pool_counts_and_not_the_average_of_all_replicas(tmp_path: Path) -> None:
    (backend,) = (c for c in system("bakhmach").components if "db_pool_connections" in c.telemetry.metric_names)
    query = signals.bind(Signal.CONNECTION_POOL_USAGE, system("bakhmach"), backend)
    assert query
    of = f'cluster="a", system="bakhmach", component="{backend.name}"'
    series = {
        f'db_pool_connections{{{of}, instance="{pod}", state="{state}"}}': f"{value}x200"
        for pod, state, value in (("1", "used", 20), ("1", "max", 20), ("2", "used", 2), ("2", "max", 20))
    }
    answers(tmp_path, query.expr, series, {'{cluster="a"}': 1})
