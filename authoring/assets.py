"""All generated files of the project, and the one way they reach the disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from authoring import (
    alertmanager,
    cloudwatch_dashboards,
    cloudwatch_docs,
    data_path_docs,
    default_rules,
    escalation,
    escalation_docs,
    first_queries,
    kpis,
    log_rules,
    network_baselines,
    node_thresholds,
    owners,
    resource_thresholds,
    schema,
    sizes,
    sizing_docs,
    slo,
    thresholds,
)
from authoring.dashboards import registry, series
from model.catalog.catalog import Catalog
from model.problems import raise_if_any
from model.vocabulary import Vocabulary


class State(Vocabulary):
    """What became of a generated file."""

    UNCHANGED = ("unchanged", "The file held these bytes already.")
    WRITTEN = ("written", "The file is new or had other bytes.")
    STALE = ("stale", "The file should have other bytes; nothing was written.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One generated file, by its path below the project."""

    file: str
    state: State


def generate(root: Path) -> dict[str, str]:
    """Path below the project -> text of every generated file, sorted. Raises BadInput for a broken catalog,
    and for a file that is too large to be deployed.
    """
    catalog = Catalog.load(root / "catalog")
    rows = cloudwatch_dashboards.alarm_files(root)
    resource_thresholds.check(catalog, rows)
    files = {
        alertmanager.PATH: alertmanager.generate(catalog),
        escalation.PATH: escalation.generate(catalog.organization),
        escalation_docs.PATH: escalation_docs.generate(catalog.organization),
        **first_queries.generate(root),
        **registry.generate(catalog),
        series.PATH: series.generate(catalog),
        **cloudwatch_dashboards.generate(catalog, rows),
        **cloudwatch_docs.generate(root),
        **schema.generate(),
        **data_path_docs.generate(),
        **sizing_docs.generate(),
        **slo.generate(catalog),
        network_baselines.PATH: network_baselines.generate(),
        owners.PATH: owners.generate(catalog),
        **thresholds.generate(catalog),
        node_thresholds.PATH: node_thresholds.generate(catalog),
        **kpis.generate(catalog),
        **log_rules.generate(catalog),
        **default_rules.generate(),
    }
    raise_if_any(sizes.check(files))
    return dict(sorted(files.items()))


def write(root: Path, files: Mapping[str, str], *, check: bool = False) -> tuple[Outcome, ...]:
    """Write the files whose bytes differ; with ``check`` only say which those are."""
    return tuple(Outcome(file, _write(root / file, text.encode(), check)) for file, text in files.items())


def _write(path: Path, data: bytes, check: bool) -> State:
    if path.is_file() and path.read_bytes() == data:
        return State.UNCHANGED
    if check:
        return State.STALE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return State.WRITTEN
