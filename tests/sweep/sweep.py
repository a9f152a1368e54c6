"""The sweep itself: what each wrong value at each place of the catalog and of the settings leads to."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, TypeVar

import pydantic
import yaml

from model.base import Model
from model.catalog.catalog import Catalog
from model.catalog.checks import check
from model.catalog.files import read
from model.catalog.system import System
from model.catalog.teams import Organization
from model.problems import BadInput, Problem, from_validation
from model.vocabulary import Environment
from stacks.settings import Settings, StackFile
from tests.sweep.places import Document, changed, places, put
from tests.sweep.values import VALUES
from tests.tools import PROJECT

SYSTEMS = ("generic", "cloudmart", "alchemorsel", "bakhmach", "order-processor")
# A line for a person: what was found is cut, what is allowed may be a long list of names.
LONGEST = 1500


class Case(NamedTuple):
    """One edit of one file. ``place`` is that of the schema, ``value`` a key of ``VALUES``."""

    file: str
    place: str
    path: tuple[str | int, ...]
    value: str


@dataclass
class Swept:
    """What came of all cases. ``unclear``: refused by a text that helps nobody; ``broken``: any other exception."""

    refused: int = 0
    accepted: list[Case] = field(default_factory=list)
    unclear: list[tuple[Case, str]] = field(default_factory=list)
    broken: list[tuple[Case, str]] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """All of them."""
        return self.refused + len(self.accepted) + len(self.unclear) + len(self.broken)


Load = Callable[[Document], object]


def document(file: str) -> Document:
    """A file of the project as plain data, to be changed; of a stack's the keys of Belfry."""
    return copy.deepcopy(_read(file))


@cache
def _read(file: str) -> Document:
    if file.startswith("catalog/") and file != "catalog/teams.yaml":
        whole: Document = read(PROJECT / file, file)[0]
        return whole
    content: Document = yaml.safe_load((PROJECT / file).read_text(encoding="utf-8"))
    if not file.startswith("Pulumi."):
        return content
    config = content["config"]
    return {key.removeprefix("belfry:"): value for key, value in config.items() if key.startswith("belfry:")}


@cache
def files() -> dict[str, tuple[Mapping[str, Any], Load]]:
    """File -> its schema, and how it is read."""
    organization = Organization.model_validate(document("catalog/teams.yaml"))
    systems = [System.model_validate(document(f"catalog/{name}.yaml")) for name in SYSTEMS]

    def system(name: str) -> Load:
        file, others = f"catalog/{name}.yaml", [each for each in systems if each.system != name]

        def load(given: Document) -> Catalog:
            changed_one = _model(System, file, given)
            if changed_one.system != name:
                raise BadInput([Problem(f"{file}: system", f"found {changed_one.system!r}", f"{name!r}")])
            return _checked(organization, [*others, changed_one])

        return load

    def teams(given: Document) -> Catalog:
        return _checked(_model(Organization, "catalog/teams.yaml", given), systems)

    def settings(stack: str) -> Load:
        return lambda given: Settings.of(stack, given)

    return {
        **{f"catalog/{name}.yaml": (System.model_json_schema(), system(name)) for name in SYSTEMS},
        "catalog/teams.yaml": (Organization.model_json_schema(), teams),
        **{f"Pulumi.{stack}.yaml": (StackFile.model_json_schema(), settings(stack)) for stack in Environment},
    }


def cases() -> Iterator[Case]:
    """Every place once, of all files that have the same schema together, with every value."""
    seen = set()
    for file, (schema, _) in files().items():
        kind = schema["title"]
        for place, path in places(document(file), schema):
            if (kind, place) not in seen:
                seen.add((kind, place))
                for value in VALUES:
                    yield Case(file, place, path, value)


def sweep() -> Swept:
    """Try all of them."""
    swept, known = Swept(), files()
    originals = {file: document(file) for file in known}
    for case in cases():
        given = changed(originals[case.file], case.path, VALUES[case.value])
        if given == originals[case.file] and json.dumps(given, default=str) == json.dumps(
            originals[case.file], default=str
        ):
            continue  # such as a key taken away that is not there
        try:
            known[case.file][1](given)
        except BadInput as error:
            faults = [fault for problem in error.problems for fault in unclear(problem, case.file)]
            if faults:
                swept.unclear.append((case, f"{faults[0]}: {error}"))
            else:
                swept.refused += 1
        except Exception as error:
            swept.broken.append((case, f"{type(error).__name__}: {error}"))
        else:
            swept.accepted.append(case)
    return swept


def unclear(problem: Problem, file: str, written: object = "") -> Iterator[str]:
    """Why a line helps nobody: it names no file, it is endless, or it speaks Python.

    A word that stands in what was ``written`` is quoted, and not ours.
    """
    text = str(problem)
    if not problem.where.startswith(file.split("/", maxsplit=1)[0]):
        yield "names no file"
    if len(text) > LONGEST or "\n" in text:
        yield "is longer than a line"
    for word in ("<class", "Traceback", "validation error", "pydantic", "object at 0x", "Value error", "NoneType"):
        if word in text and word not in str(written):
            yield f"says {word}"


def merged(accepted: list[Case]) -> Iterator[tuple[str, str, Document]]:
    """File, kind of value, and the file with all accepted values of that kind that go together."""
    known = files()
    for file, (_, load) in known.items():
        for value in VALUES:
            chosen = [case for case in accepted if (case.file, case.value) == (file, value)]
            given = document(file)
            # From the end: taking an item away moves those behind it.
            for case in sorted(chosen, key=lambda case: [str(step).rjust(5) for step in case.path], reverse=True):
                before = copy.deepcopy(given)
                try:
                    put(given, case.path, VALUES[value])
                    load(given)
                except (BadInput, KeyError, IndexError, TypeError):
                    given = before  # each is good alone, and another one took away what it stands in
            if chosen:
                yield file, value, given


M = TypeVar("M", bound=Model)


def _model(model: type[M], file: str, given: Document) -> M:
    try:
        return model.model_validate(given)
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(file, error, model)) from None


def _checked(organization: Organization, systems: list[System]) -> Catalog:
    problems = check(organization, systems, "catalog")
    if problems:
        raise BadInput(problems)
    return Catalog.of(organization, systems)


def main() -> None:
    """Print the counts, for docs/architecture.md."""
    swept = sweep()
    print(f"kinds of value {len(VALUES)}, places {sum(1 for _ in cases()) // len(VALUES)}")
    print(f"tried {swept.tried}, refused {swept.refused}, accepted {len(swept.accepted)}")
    print(f"unclear {len(swept.unclear)}, broken {len(swept.broken)}")
    for case, text in (*swept.unclear[:400], *swept.broken[:400]):
        print(case, text[:300].replace("\n", " | "))


if __name__ == "__main__":
    main()
