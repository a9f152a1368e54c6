"""How large each part is: what the stack's file states, and for the rest what the catalog's load needs."""

from collections.abc import Iterator
from typing import Any, TypeVar

from model.base import Model
from model.catalog.catalog import Catalog
from model.cluster.loki import Mode
from model.quantities import Duration
from model.sizing.load import Load, Profile
from model.sizing.platform import Sizing, below_need, needs, shortages, sizing
from model.vocabulary import Environment
from stacks.account_settings import AdoptedCluster
from stacks.platform_settings import TraceStorage
from stacks.settings import Settings, is_stated

M = TypeVar("M", bound=Model)


def computed(settings: Settings, catalog: Catalog) -> Sizing:
    """What the environment's share of the catalog's load needs."""
    return sizing(
        Load.of(catalog.systems, _nodes(settings), settings.sizing.load_percent),
        forced=settings.sizing.profile,
        at_least=Profile.HA if settings.environment is Environment.PROD else Profile.SINGLE,
        metrics_retention=settings.metrics.retention,
        logs_retention=settings.storage.logs,
        traces_retention=Duration(f"{settings.traces.retention_days}d"),
        traces_in_elasticsearch=settings.traces.storage is TraceStorage.ELASTICSEARCH,
    )


def filled(settings: Settings, size: Sizing) -> Settings:
    """The settings with every size that the file leaves out."""
    for need in needs(size, elasticsearch=settings.logs.has_elasticsearch):
        path = need.key.split(".")
        if not need.stated and not is_stated(settings, *path):
            settings = _with(settings, path, need.amount)
    if not is_stated(settings, "logs", "mode") and size.loki.mode is Mode.DISTRIBUTED:
        settings = _with(settings, ["logs", "mode"], Mode.DISTRIBUTED)
    return settings


def warnings(settings: Settings, size: Sizing, where: str) -> Iterator[str]:
    """What of the ``filled`` settings is smaller than the need; ``where`` starts each line."""
    yield from shortages(settings.model_dump(), size, elasticsearch=settings.logs.has_elasticsearch, where=where)
    if settings.sizing.profile:
        yield from below_need(size.load, settings.sizing.profile, f"{where}:sizing.profile")


def _nodes(settings: Settings) -> int:
    if isinstance(settings.cluster, AdoptedCluster):
        return settings.sizing.nodes
    groups = (settings.cluster.nodes, settings.cluster.observability_nodes)
    return sum(group.maximum for group in groups if group)


def _with(part: M, path: list[str], value: Any) -> M:
    first, *rest = path
    return part.model_copy(update={first: _with(getattr(part, first), rest, value) if rest else value})
