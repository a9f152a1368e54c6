"""Starts the catalog file of a new system as a copy of the commented starter."""

import re
from pathlib import Path

import pydantic

from model.base import Name
from model.catalog import name_checks
from model.catalog.catalog import TEAMS_FILE, Catalog
from model.catalog.checks import check
from model.catalog.system import System
from model.file import read_text
from model.problems import BadInput, Problem, from_validation, raise_if_any
from model.yaml_file import parse_yaml
from model.yaml_text import scalar

STARTER = "generic"


def create(root: Path, name: str) -> str:
    """Write ``catalog/<name>.yaml`` and return that path.

    Raises BadInput for a name that is no name or is taken, and when the catalog with the new file would not load.
    """
    folder = root / "catalog"
    file = f"catalog/{name}.yaml"
    _check_name(name)
    if (folder / f"{name}.yaml").exists():
        raise BadInput([Problem(file, "the file exists already", "a name that no system has yet")])
    catalog = Catalog.load(folder)
    text = renamed(read_text(folder / f"{STARTER}.yaml", f"catalog/{STARTER}.yaml"), name)
    try:
        system = System.model_validate(parse_yaml(text, file))
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(file, error, System)) from None
    raise_if_any(check(catalog.organization, [*catalog.systems, system], "catalog"))
    (folder / f"{name}.yaml").write_bytes(text.encode())
    return file


def renamed(starter: str, name: str) -> str:
    """The starter under another name: the word is replaced in values, never in comments; the title is made of it."""
    title = name.replace("-", " ").capitalize()
    text = "".join(_renamed_line(line, name) for line in starter.splitlines(keepends=True))
    # Quoted where YAML would read the name as another type, such as null or on.
    for key, value in (("title", title), ("system", name)):
        text = re.sub(rf"^{key}: .*$", f"{key}: {scalar(value)}", text, count=1, flags=re.MULTILINE)
    return text


def next_steps(name: str) -> tuple[str, ...]:
    """What the person does now, in order."""
    return (
        f"Edit catalog/{name}.yaml from top to bottom; its comments say what to change.",
        "make assets               writes the rules and dashboards that follow from it",
        "make lock BUMP=minor      locks them under a new version",
        f"If Pulumi.dev.yaml lists `belfry:systems`, add {name} there (later in staging and prod); no list means all.",
        "make preview ENV=dev      shows its resources",
    )


def _renamed_line(line: str, name: str) -> str:
    # A comment starts with a # at the line's beginning or after a blank; the starter has no such # inside quotes.
    value, *comment = re.split(r"(?:^|(?<=\s))(?=#)", line, maxsplit=1)
    return re.sub(rf"\b{STARTER}\b", name, value) + "".join(comment)


def _check_name(name: str) -> None:
    where = "new system"
    try:
        pydantic.TypeAdapter[str](Name).validate_python(name)
    except pydantic.ValidationError:
        allowed = "lower case, digits and single hyphens, a letter first, at most 40 characters"
        raise BadInput([Problem(where, f"found the name {name!r}", allowed)]) from None
    if f"{name}.yaml" == TEAMS_FILE:
        raise BadInput([Problem(where, f"found the name {name!r}", "any other: that file holds the teams")])
    raise_if_any(name_checks.name_problems(where, name))
