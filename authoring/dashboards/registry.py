"""The one table of boards. A module below ``authoring/dashboards`` that is not named here is no board."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from authoring.dashboards.boards import (
    ai,
    alert_noise,
    api_overview,
    aws_services,
    business,
    caches,
    capacity,
    cost,
    databases,
    dynamodb,
    executive,
    incidents,
    infrastructure,
    kubernetes,
    logs_explorer,
    monitoring,
    network,
    nodes,
    platform_home,
    queues,
    real_users,
    remediation,
    security,
    service_detail,
    slo_history,
    slo_tracking,
    traces,
)
from authoring.dashboards.kit.board import Board
from checks.boards import belfry, lint
from model.catalog.catalog import Catalog
from model.problems import Problem, raise_if_any

Maker = Callable[[Catalog], tuple[Board, ...]]

BOARDS: Final[tuple[Maker, ...]] = (
    platform_home.boards,
    api_overview.boards,
    service_detail.boards,
    slo_tracking.boards,
    slo_history.boards,
    monitoring.boards,
    databases.boards,
    caches.boards,
    queues.boards,
    dynamodb.boards,
    aws_services.boards,
    infrastructure.boards,
    kubernetes.boards,
    nodes.boards,
    network.boards,
    capacity.boards,
    security.boards,
    alert_noise.boards,
    incidents.boards,
    remediation.boards,
    business.boards,
    executive.boards,
    cost.boards,
    ai.boards,
    real_users.boards,
    logs_explorer.boards,
    traces.boards,
)


def boards(catalog: Catalog, makers: Sequence[Maker] = BOARDS) -> tuple[Board, ...]:
    """All boards. Raises BadInput for two of one uid, which Grafana would let overwrite each other."""
    found = tuple(board for make in makers for board in make(catalog))
    raise_if_any(_duplicates(found))
    return found


def generate(catalog: Catalog, makers: Sequence[Maker] = BOARDS) -> dict[str, str]:
    """Path below the project -> file of every board. Raises BadInput with all findings of both linters."""
    found = boards(catalog, makers)
    raise_if_any(problem for board in found for problem in _problems(board))
    return {board.path: board.text() for board in found}


def _problems(board: Board) -> Iterator[Problem]:
    document = board.document()
    for message in (*map(str, lint(document)), *belfry.findings(document)):
        yield Problem(board.path, message)


def _duplicates(found: Sequence[Board]) -> Iterator[Problem]:
    uids = [board.name for board in found]
    for uid in sorted({uid for uid in uids if uids.count(uid) > 1}):
        yield Problem("authoring/dashboards/registry.py", f"found two boards of the uid {uid}", "one")
