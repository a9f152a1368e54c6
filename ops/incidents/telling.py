"""The timeline as a person reads it: without what is no news, and without a hundred log records of one kind."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from model.incidents.entry import Entry, Kind, State

SAME_SECONDS: Final = 60.0
"""Two sources tell of one alert within an evaluation of its rule, which is a minute at most."""

_LETTERS: Final = 300
"""Of one line: a log record of a screen hides all others."""

# What differs between two records of one kind: numbers, ids, what is quoted.
_VARIES: Final = re.compile(r"\"[^\"]*\"|'[^']*'|\b[0-9a-f]{8,}\b|[0-9]+")


def told(lines: Iterable[Entry]) -> list[Entry]:
    """Of a sorted timeline: each alert once, objectives from the first bad window on, log records by kind."""
    every = list(lines)
    return sorted([*_events(every), *_logs(every)], key=lambda one: one.at)


def _events(lines: Iterable[Entry]) -> Iterator[Entry]:
    was_bad: set[tuple[str, ...]] = set()
    said: dict[tuple[str, ...], float] = {}
    for one in lines:
        about = (one.system, one.component, one.objective)
        if one.kind is Kind.LOG:
            continue
        if one.kind is Kind.SLI:
            if one.state is State.BAD:
                was_bad.add(about)
            elif about not in was_bad:
                continue
        if one.kind is Kind.ALERT:
            key = (*about, one.name, str(one.state))
            again = key in said and one.at - said[key] <= SAME_SECONDS
            said[key] = one.at
            if again:
                continue
        yield one


def _logs(lines: Iterable[Entry]) -> Iterator[Entry]:
    """The first record of each kind, and how many there are; evidence/logs.jsonl has all that were copied."""
    kinds: dict[tuple[str, ...], list[Entry]] = {}
    for one in lines:
        if one.kind is Kind.LOG:
            kinds.setdefault((one.system, one.component, _VARIES.sub("#", message(one.text))), []).append(one)
    for found in kinds.values():
        text = message(found[0].text)
        text = text if len(text) <= _LETTERS else text[:_LETTERS] + "..."
        more = f" ({len(found)} such records)" if len(found) > 1 else ""
        yield found[0].model_copy(update={"text": f"{text}{more}"})


def message(text: str) -> str:
    """What a record says; of one in JSON its message alone."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    if not isinstance(found, dict):
        return text
    return next((str(found[key]) for key in ("message", "msg", "body", "event") if found.get(key)), text)
