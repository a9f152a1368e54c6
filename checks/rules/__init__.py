"""Finds rules that can never fire, or tell too little, by their syntax trees: ``python -m authoring rules-check``.

promtool says whether a rule is well formed; this says whether it can do what it is for.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from checks.finding import Finding
from checks.rules import (
    empty_results,
    exceptions,
    form,
    half_names,
    hidden_parts,
    ranges,
    result_labels,
    selectors,
    sides,
)
from checks.rules.findings import Check, Known
from checks.rules.inference import metrics, source
from checks.rules.inference.parts import PartsOf
from checks.rules.inference.shapes import Shapes
from checks.rules.inference.source import Rule
from model.assets import BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.file import MAX_ASSET_BYTES, read_text
from model.problems import BadInput, Problem

OF_ANY: tuple[Check, ...] = (form.parses, form.waits, form.owned, form.recorded_once)
OF_QUERIES: tuple[Check, ...] = (
    selectors.exist,
    selectors.can_match,
    selectors.count_once,
    empty_results.joins,
    empty_results.passes,
    ranges.check,
    sides.check,
    result_labels.there,
    result_labels.bounded,
    hidden_parts.check,
    half_names.check,
)


def lint(root: Path) -> tuple[Finding, ...]:
    """What is wrong with the shipped Prometheus rules, by file and line, without what an exception covers."""
    rules = _rules(root)
    found = check(rules, Catalog.load(root / "catalog"), _runbooks(root))
    return exceptions.without(found, exceptions.load(root), {rule.name for rule in rules})


def check(rules: Iterable[Rule], catalog: Catalog, runbooks: frozenset[str]) -> Iterator[Finding]:
    """Every finding in ``rules``, seen together."""
    rules = tuple(rules)
    given = _known(rules, catalog, runbooks)
    for rule in rules:
        for one in OF_ANY if rule.parsed is None else (*OF_ANY, *OF_QUERIES):
            yield from one(rule, given)


def known(root: Path) -> Known:
    """What the linter knows of the shipped rules, for queries elsewhere. Raises BadInput."""
    return _known(_rules(root), Catalog.load(root / "catalog"), _runbooks(root))


def _known(rules: Iterable[Rule], catalog: Catalog, runbooks: frozenset[str]) -> Known:
    found = metrics.gather(catalog, rules)
    shapes = Shapes(found)
    return Known(found, shapes, runbooks, PartsOf(shapes))


def _runbooks(root: Path) -> frozenset[str]:
    return frozenset(path.stem for path in (root / "docs" / "runbooks").glob("*.md"))


def _rules(root: Path) -> list[Rule]:
    return [rule for bundle, file, text in _files(root) for rule in source.read(bundle, file, text)]


def _files(root: Path) -> Iterator[tuple[str, str, str]]:
    for bundle in read_manifest(root, "rules").bundles:
        if bundle.kind is BundleKind.PROMETHEUS:
            file = f"rules/{bundle.path}"
            if not (root / file).is_file():
                raise BadInput(
                    [Problem("rules/manifest.yaml", f"found no file {file}", "an existing file, or remove the entry")]
                )
            yield bundle.name, file, read_text(root / file, file, MAX_ASSET_BYTES)
