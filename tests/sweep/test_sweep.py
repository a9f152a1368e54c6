"""Every key of catalog and settings with every kind of wrong value: one clear message, or files that work."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authoring.rules import alertmanager, kpis, log_rules, owners, slo, thresholds
from model.catalog.catalog import Catalog
from model.problems import BadInput
from stacks.inputs import read
from tests.stacks.deployment import deploy
from tests.sweep import sweep as swept_module
from tests.sweep.places import Document, changed, places
from tests.sweep.sweep import Swept, cases, document, files, merged, sweep, unclear
from tests.sweep.values import REMOVED, VALUES
from tests.tools import run

TODAY = "2026-11-30"


@pytest.fixture(scope="module")
def swept() -> Swept:
    return sweep()


@pytest.fixture(scope="module")
def accepted(swept: Swept) -> list[tuple[str, str, Document]]:
    return list(merged(swept.accepted))


def test_no_value_ends_in_a_traceback(swept: Swept) -> None:
    assert swept.broken == []


def test_every_refusal_is_a_clear_line(swept: Swept) -> None:
    assert swept.unclear == []


def test_the_sweep_reaches_the_keys_of_every_file(swept: Swept) -> None:
    reached = {(case.file.split("/")[0].partition(".")[0], case.place) for case in cases()}
    assert len(reached) > 400
    assert swept.tried > 40 * len(reached)
    assert swept.refused > 10 * len(swept.accepted) > 1000


def test_what_is_accepted_makes_rules_that_the_programs_take(
    accepted: list[tuple[str, str, Document]], tmp_path: Path
) -> None:
    known = files()
    rules: dict[str, list[Path]] = {"prometheus": [], "loki": []}
    configurations = []
    for number, (file, _, edited) in enumerate(one for one in accepted if one[0].startswith("catalog/")):
        catalog = known[file][1](edited)
        assert isinstance(catalog, Catalog)
        folder = tmp_path / f"{number:03}"
        if file == "catalog/teams.yaml":
            configurations.append(folder.with_suffix(".yaml"))
            configurations[-1].write_text(alertmanager.generate(catalog), encoding="utf-8")
            continue
        for path, text in _rules(catalog.only([file.removeprefix("catalog/").removesuffix(".yaml")])).items():
            # lokitool wants each file's name once.
            target = (folder / path).with_stem(f"{Path(path).stem}-{number}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            rules["loki" if "/loki/" in path else "prometheus"].append(target)

    assert len(rules["prometheus"]) > 100
    run("promtool", "check", "rules", *rules["prometheus"])
    run("lokitool", "rules", "lint", "--dry-run", *rules["loki"])
    run("amtool", "check-config", *configurations)


def _rules(catalog: Catalog) -> dict[str, str]:
    [system] = catalog.systems
    return {
        **thresholds.generate(catalog),
        **kpis.generate(catalog),
        **log_rules.generate(catalog),
        slo.path(system): slo.rule_file(system),
        **owners.generate(catalog),
    }


def test_settings_that_are_accepted_are_read_whole_or_refused_clearly(
    accepted: list[tuple[str, str, Document]],
) -> None:
    taken = 0
    for file, _, edited in (one for one in accepted if one[0].startswith("Pulumi.")):
        stack = file.split(".")[1]
        faults = _faults(partial(read, stack, edited, today=TODAY), "Pulumi")
        assert not faults
        taken += faults is None
    assert taken > 10


@pytest.mark.parametrize("value", ["missing", "null", "empty mapping", "yes or no"])
def test_settings_that_are_accepted_make_a_plan(value: str, accepted: list[tuple[str, str, Document]]) -> None:
    (given,) = [given for file, kind, given in accepted if (file, kind) == ("Pulumi.local.yaml", value)]
    gone = dict.fromkeys(document("Pulumi.local.yaml").keys() - given.keys())
    assert len(deploy("local", changes={**gone, **given}).resources) > 100


_KNOWN = files()
_PLACES = [(file, path) for file, (schema, _) in _KNOWN.items() for _, path in places(document(file), schema)]
_WRONG = [value for value in VALUES.values() if value is not REMOVED]
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(_WRONG)
_ANY = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(_PLACES), _ANY)
def test_anything_anywhere_is_accepted_or_refused_by_a_clear_line(
    place: tuple[str, tuple[str | int, ...]], value: Any
) -> None:
    file, path = place
    assert not _faults(lambda: _KNOWN[file][1](changed(document(file), path, value)), file, value)


def _faults(load: Callable[[], object], file: str, written: object = "") -> list[str] | None:
    """What is unclear about the refusal; None where nothing is refused."""
    try:
        load()
    except BadInput as error:
        return [f"{fault}: {error}" for problem in error.problems for fault in unclear(problem, file, written)]
    return None


def test_the_sweep_sees_a_traceback_and_a_text_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The property can fail: with the conversion of errors taken away, nearly every case does."""
    case = next(case for case in cases() if case.value == "deep")
    monkeypatch.setattr(swept_module, "cases", lambda: iter([case]))
    monkeypatch.setattr(swept_module, "from_validation", lambda *_: 1 / 0)
    found = swept_module.sweep()
    assert [each for each, _ in found.broken] == [case]
