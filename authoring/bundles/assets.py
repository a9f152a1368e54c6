"""All generated files of the project, and the one way they reach the disk."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from authoring.bundles import schema
from authoring.cloudwatch import dashboards as cloudwatch_dashboards
from authoring.dashboards import registry
from authoring.docs import cloudwatch as cloudwatch_docs
from authoring.docs import data_paths as data_path_docs
from authoring.docs import default_rules, first_queries
from authoring.docs import escalation as escalation_docs
from authoring.docs import sizing as sizing_docs
from authoring.docs import warehouse as warehouse_docs
from authoring.rules import (
    alertmanager,
    alertmanager_inhibitions,
    escalation,
    kpis,
    log_rules,
    network_baselines,
    node_thresholds,
    owners,
    resource_thresholds,
    slo,
    thresholds,
)
from authoring.rules.recording import boards as series
from model.alarms.alarm import AlarmFile
from model.alerting import rule_objects
from model.alerting.prometheus_rules import RuleFile
from model.catalog.catalog import Catalog
from model.file import MAX_ASSET_BYTES, read_bytes
from model.problems import Problem, or_problems, raise_if_any
from model.size_limits import CONFIG_MAP, PROMETHEUS_RULE, SECRET
from model.vocabulary import Vocabulary
from model.yaml_file import parse_yaml

_RULES = {"rules/prometheus/": PROMETHEUS_RULE, "rules/loki/": CONFIG_MAP}
_WHOLE = {
    "rules/alertmanager/": (SECRET, "fewer teams or receivers"),
    "dashboards/grafana/": (CONFIG_MAP, "fewer panels: divide the system"),
}


class State(Vocabulary):
    """What became of a generated file."""

    UNCHANGED = ("unchanged", "The file held these bytes already.")
    WRITTEN = ("written", "The file is new or had other bytes.")
    STALE = ("stale", "The file would change; nothing was written.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One generated file, by its path below the project."""

    file: str
    state: State


def generate(root: Path) -> dict[str, str]:
    """Path below the project -> text of every generated file, sorted. Raises BadInput with all mistakes at once."""
    problems: list[Problem] = []
    catalog = or_problems(lambda: Catalog.load(root / "catalog"), problems)
    rows = or_problems(lambda: cloudwatch_dashboards.alarm_files(root), problems)
    raise_if_any(problems)
    assert catalog
    assert rows is not None
    or_problems(lambda: resource_thresholds.check(catalog, rows), problems)
    files: dict[str, str] = {}
    for writer in _writers(root, catalog, rows):
        files |= or_problems(writer, problems) or {}
    raise_if_any([*problems, *check_sizes(files)])
    return dict(sorted(files.items()))


def _writers(root: Path, catalog: Catalog, rows: Sequence[AlarmFile]) -> tuple[Callable[[], dict[str, str]], ...]:
    """Each writes its files, or raises BadInput; none reads what another writes."""
    return (
        lambda: {alertmanager.PATH: alertmanager.generate(catalog)},
        lambda: alertmanager_inhibitions.generate(catalog),
        lambda: {escalation.PATH: escalation.generate(catalog.organization)},
        lambda: {escalation_docs.PATH: escalation_docs.generate(catalog.organization)},
        lambda: first_queries.generate(root),
        lambda: registry.generate(catalog),
        lambda: series.generate(catalog),
        lambda: cloudwatch_dashboards.generate(catalog, rows),
        lambda: cloudwatch_docs.generate(root),
        schema.generate,
        data_path_docs.generate,
        lambda: {warehouse_docs.PATH: warehouse_docs.generate()},
        sizing_docs.generate,
        lambda: slo.generate(catalog),
        lambda: {network_baselines.PATH: network_baselines.generate()},
        lambda: owners.generate(catalog),
        lambda: thresholds.generate(catalog),
        lambda: {node_thresholds.PATH: node_thresholds.generate(catalog)},
        lambda: kpis.generate(catalog),
        lambda: log_rules.generate(catalog),
        default_rules.generate,
    )


def write(root: Path, files: Mapping[str, str], *, check: bool = False) -> tuple[Outcome, ...]:
    """Write the files whose bytes differ; with ``check`` only say which those are."""
    return tuple(Outcome(file, _write(root / file, text.encode(), check)) for file, text in files.items())


def _write(path: Path, data: bytes, check: bool) -> State:
    # A broken link, a folder or a pipe in its place is refused like any other input.
    if (path.exists() or path.is_symlink()) and read_bytes(path, most=MAX_ASSET_BYTES) == data:
        return State.UNCHANGED
    if check:
        return State.STALE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return State.WRITTEN


def check_sizes(files: Mapping[str, str]) -> Iterator[Problem]:
    """A mistake for each file (path below the project -> text) that no objects of an allowed size can hold.

    What no cluster would take is a mistake now, not in the middle of an update. An environment adds links to the rules:
    ``stacks/size_checks.py`` counts again with those.
    """
    for path, text in files.items():
        folder, size = f"{PurePath(path).parent}/", len(text.encode())
        if folder in _WHOLE:
            limit, help_ = _WHOLE[folder]
            yield from limit.problems(path, size, help_)
        elif folder in _RULES and size > _RULES[folder].most:
            limit = _RULES[folder]
            rules = RuleFile.model_validate(parse_yaml(text, path))
            objects = rule_objects.divide(PurePath(path).stem, rules, limit, system=False)
            yield from rule_objects.problems(path, objects, limit)
