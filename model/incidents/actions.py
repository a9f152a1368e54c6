"""Action items of a post-mortem: its front matter, and which of them are overdue."""

import re
from typing import Annotated, Any, Final

import pydantic
from pydantic import Field

from model.base import Model, Name, Text
from model.calendar import Day
from model.problems import BadInput, Problem, duplicates, from_validation
from model.vocabulary import Vocabulary
from model.yaml_file import parse_yaml

FRONT: Final = re.compile(r"\A---\n(?P<yaml>.*?)^---\n", re.DOTALL | re.MULTILINE)


class ActionKind(Vocabulary):
    """What an action item is for."""

    PREVENT = ("prevent", "The same does not happen again.")
    DETECT = ("detect", "It is noticed sooner.")
    MITIGATE = ("mitigate", "It does less harm, or is over sooner.")


class ActionItem(Model):
    """``due``: a day in UTC. ``issue``: its number or key, once there is one."""

    id: Name
    text: Text
    owner: Name
    due: Day
    kind: ActionKind
    issue: Annotated[str, Field(pattern=r"^(#?[0-9]+|[A-Z][A-Z0-9_]*-[0-9]+)$")] | None = None
    done: bool = False

    def overdue(self, today: str) -> bool:
        """Whether it is open after the day that it was due; ``today``: 2026-12-01."""
        return not self.done and self.due < today


class _Front(Model):
    actions: tuple[ActionItem, ...] = ()


def action_items(text: str, where: str, teams: frozenset[str]) -> tuple[ActionItem, ...]:
    """Of a post-mortem's text. Raises BadInput with all mistakes of the front matter: file, key, what is allowed."""
    match = FRONT.match(text)
    if match is None:
        raise BadInput([Problem(where, "found no front matter", "a first line --- and YAML with the key actions")])
    document: Any = parse_yaml(match["yaml"], where) if match["yaml"].strip() else None
    try:
        found = _Front.model_validate(document or {}).actions
    except pydantic.ValidationError as error:
        raise BadInput(from_validation(where, error, _Front)) from None
    problems = list(duplicates(f"{where}: actions", (one.id for one in found)))
    problems += [
        Problem(f"{where}: actions[{number}].owner", f"found unknown team {one.owner!r}", ", ".join(sorted(teams)))
        for number, one in enumerate(found)
        if one.owner not in teams
    ]
    if problems:
        raise BadInput(problems)
    return found
