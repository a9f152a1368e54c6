"""Wrong values of every kind, as a hurried or a hostile person writes them. All of them can stand in a YAML file."""

import datetime
from typing import Any, Final

REMOVED: Final = object()
"""In the place of a value: the key is not there."""

_DEEP: Any = "deep"
for _ in range(40):
    _DEEP = [_DEEP]

VALUES: Final[dict[str, Any]] = {
    "missing": REMOVED,
    "null": None,
    "empty text": "",
    "blanks": "   ",
    "a word": "x",
    "yes or no": True,
    "zero": 0,
    "one": 1,
    "negative": -1,
    "a fraction": 2.5,
    "tiny": 1e-300,
    "huge": 10**30,
    "infinite": float("inf"),
    "no number": float("nan"),
    "empty list": [],
    "list of nothing": [None],
    "a list": ["x", "x"],
    "empty mapping": {},
    "unknown keys": {"unknown": 1},
    "deep": _DEEP,
    "a date": datetime.date(2026, 3, 1),
    "61 characters": "x" * 61,
    "5000 characters": "x" * 5000,
    "another script": "служба",
    "an emoji": "\N{GRINNING FACE}",
    "a word of YAML": "null",
    "another word of YAML": "on",
    "a number of YAML": "1e3",
    "a template": "{{ .Labels.secret }}",
    "an open template": "{{",
    "a quote": '"} or vector(1) #',
    "two lines": "a\nb",
    "a comment": "x # y",
    "a control character": "a\x07b",
    "a path": "../../etc/passwd",
    "markup": "<script>alert(1)</script>",
    "a script URL": "javascript:alert(1)",
    "a password in a URL": "https://admin:hunter2@example.com/",
    "a wrong unit": "5 parsecs",
    "no duration": "0s",
    "a negative duration": "-5s",
    "an endless duration": "99999999d",
    "half a pattern": "(",
    "a pattern of Python": "(?=x)y",
    "a range of addresses": "10.0.0.0/99",
}
