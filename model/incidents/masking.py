"""Secrets in texts of others become ``****`` before anything of an incident is written.

A safety net, not a guarantee: the collectors mask too, before logs and traces are stored.
"""

import re
from typing import Any, Final

from model.incidents.entry import Entry
from model.secret_shapes import NAMED, SHAPES, holds_secret

MASK: Final = "****"
MOST_LETTERS: Final = 2000
"""Of one text: three screens. A log record of megabytes is no timeline."""

_KEYS = (
    r"(?:pass(?:word|wd|phrase)|secret|token|api[._-]?key|access[._-]?key|private[._-]?key|credentials?|authorization)"
)
_NAMED_VALUES: Final = (
    # "password": "value" with escaped quotes; \"password\":\"value\" inside a JSON text
    re.compile(rf'({_KEYS}\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"])*', re.IGNORECASE),
    # Authorization: Bearer value
    re.compile(r"(\b(?:bearer|basic|digest)\s+)[^\s,'\"]{6,}", re.IGNORECASE),
    # password=value, password: value
    re.compile(rf"({_KEYS}\s*[=:]\s*)(?!\s*[\"\\]|bearer|basic|digest)[^\s\"'&,;]+", re.IGNORECASE),
    re.compile(rf"({_KEYS}=\")[^\"]*", re.IGNORECASE),
    # user:value@host
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
    # The whole of a private key, of which SHAPES knows the first line
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:(?!-----END).)*", re.DOTALL),
)

# A password in a URL keeps its host by the pattern above.
_SHAPES: Final = tuple(pattern for name, pattern in SHAPES.items() if name != "a password in a URL")


def masked(text: str) -> str:
    """``text`` without what looks like a secret, cut to MOST_LETTERS."""
    for pattern in _NAMED_VALUES:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    for pattern in _SHAPES:
        text = pattern.sub(MASK, text)
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "..."


def masked_value(value: Any, key: str = "") -> Any:
    """A value of JSON: texts are masked, and whatever stands below a key that names a secret."""
    if isinstance(value, dict):
        named = value.get("key") if isinstance(value.get("key"), str) else ""
        return {
            masked(str(name)): masked_value(inner, named if name == "value" and named else str(name))
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked_value(inner, key) for inner in value]
    if key and (holds_secret(key) or NAMED.search(key)) and value not in (None, ""):
        return MASK
    return masked(value) if isinstance(value, str) else value


def masked_entry(entry: Entry) -> Entry:
    """The line without secrets. Every line passes through here before it is written."""
    texts = {field: masked(getattr(entry, field)) for field in ("text", "name", "ref")}
    return entry.model_copy(update={**texts, "raw": masked_value(entry.raw)})
