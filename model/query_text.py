"""Strings and matchers of PromQL, LogQL and Alertmanager, and parts of URLs: how values get into them."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Final

_OPERATORS = re.compile(r"[\\.+*?()|\[\]{}^$]")

# For a part of a URL; the standard library's way stands in a module that also opens connections.
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def quoted(text: str) -> str:
    """A string in double quotes. All three read Go's escapes, of which those that JSON needs are a part."""
    return json.dumps(text, ensure_ascii=False)


def raw(text: str) -> str:
    """A string of LogQL in backticks, in which no character has a meaning; in double quotes where it has a backtick.

    For regular expressions, which would need each backslash twice. Go drops carriage returns from raw strings.
    """
    return quoted(text) if "`" in text or "\r" in text else f"`{text}`"


def pattern(text: str) -> str:
    """A regular expression that fits ``text`` alone. `re.escape` also escapes blanks and hyphens, which reads badly."""
    return _OPERATORS.sub(r"\\\g<0>", text)


def matcher(label: str, value: str, operator: str = "=") -> str:
    """``label="value"``, or with another operator; a regular expression is taken as it is."""
    return f"{label}{operator}{quoted(value)}"


def any_value(label: str, values: Iterable[str], operator: str = "=~") -> str:
    """One of the values, in their order, as a regular expression."""
    return matcher(label, "|".join(map(pattern, values)), operator)


def one_of(label: str, values: Collection[str]) -> str:
    """The same; a single value needs no regular expression."""
    return matcher(label, *values) if len(values) == 1 else any_value(label, values)


def none_of(label: str, values: Iterable[str]) -> str:
    """None of the values."""
    return any_value(label, values, "!~")


def percent_encoded(text: str) -> str:
    """Percent-encoding (RFC 3986) of all but the unreserved characters."""
    return "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in text.encode())
