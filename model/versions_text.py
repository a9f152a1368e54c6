"""Edits ``versions.toml`` in place: its comments, order and layout belong to people."""

import json
import re
from collections.abc import Mapping

from model.problems import BadInput, Problem
from model.versions import FILE


def with_keys(text: str, table: str, values: Mapping[str, str | None]) -> str:
    """``text`` with these keys of ``[table]``; None takes a key away, a new one stands behind the ones before it.

    Raises BadInput where there is no such table.
    """
    start = re.search(rf"^\[{re.escape(table)}\]\n", text, re.MULTILINE)
    if not start:
        raise BadInput([Problem(FILE, f"found no table [{table}]", "a table of that name")])
    end = re.compile(r"^(?=\s*$|\[|#)", re.MULTILINE).search(text, start.end())
    lines = text[start.end() : end.start() if end else len(text)].splitlines()
    place = len(lines)
    for key, value in values.items():
        at = next((number for number, line in enumerate(lines) if re.match(rf"{re.escape(key)} *=", line)), None)
        if value is None:
            if at is not None:
                del lines[at]
                place -= at < place
            continue
        # JSON's text is TOML's basic string.
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        if at is None:
            lines.insert(place, line)
        else:
            lines[at] = line
            place = at
        place += 1
    body = "".join(f"{line}\n" for line in lines)
    return text[: start.end()] + body + (text[end.start() :] if end else "")


def with_table(text: str, table: str, values: Mapping[str, str], *, before: str) -> str:
    """``text`` with these keys of ``[table]``, which is made in front of the table ``before`` where there is none.

    Raises BadInput where it is to be made and there is no table ``before``.
    """
    if f"[{table}]\n" not in text:
        # In front of the comment of the other one.
        place = re.search(rf"^(?:#.*\n)*\[{re.escape(before)}\]\n", text, re.MULTILINE)
        if not place:
            raise BadInput([Problem(FILE, f"found no table [{before}]", "a table of that name")])
        text = f"{text[: place.start()]}[{table}]\n\n{text[place.start() :]}"
    return with_keys(text, table, values)


def without_table(text: str, table: str) -> str:
    """``text`` without ``[table]``, and without the comment that stands directly above it."""
    return re.sub(
        rf"^(?:#.*\n)*\[{re.escape(table)}\]\n(?:(?!\s*$|\[|#).*\n)*\n?", "", text, count=1, flags=re.MULTILINE
    )
