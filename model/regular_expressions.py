"""Regular expressions that people write: checked as Prometheus, Loki and the collectors will read them.

By Google's RE2, whose syntax Go's regexp has too. Python's `re` accepts what both refuse, such as ``(?!...)``, and one
such expression makes Prometheus refuse the whole file that it lands in.
"""

import re
from typing import Annotated

import re2
from pydantic import AfterValidator, Field

# What RE2 takes and Go does not: one escape, names of groups in other scripts, and groups a thousand levels deep.
_ONE_BYTE = re.compile(r"(?<!\\)(\\\\)*\\C")
_FOREIGN_NAME = re.compile(r"\(\?P?<(?![=!])\w*[^\w>]", re.ASCII)
_MOST_GROUPS = 500


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False  # they would go to stderr, beside the one error that people read
    return options


_OPTIONS = _quiet()
_ALLOWED = (
    "the syntax of RE2, which has no look-ahead and look-behind ((?=, (?!, (?<=, (?<!), no backreferences, no atomic "
    'groups and no possessive quantifiers; to leave something out, use a negative matcher, such as uri!~"/admin.*"'
)


def regular_expression(text: str) -> str:
    """The text. Raises ValueError where it is no regular expression of RE2."""
    try:
        re2.compile(text, _OPTIONS)
    except re2.error as error:
        found = f"found {text!r}, which is no regular expression: {_words(error)}"
        raise ValueError(f"{found}; allowed: {_ALLOWED}") from None
    if _ONE_BYTE.search(text):
        raise ValueError(f"found {text!r} with \\C, which Go refuses; allowed: {_ALLOWED}")
    if _FOREIGN_NAME.search(text):
        raise ValueError(f"found {text!r} with a group's name that Go refuses; allowed: letters a to z, digits and _")
    if (groups := text.count("(")) > _MOST_GROUPS:
        raise ValueError(f"found a regular expression with {groups} groups; allowed: at most {_MOST_GROUPS}")
    return text


def _words(error: re2.error) -> str:
    [words] = error.args
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)


RegularExpression = Annotated[
    str, Field(min_length=1, description="A regular expression of RE2."), AfterValidator(regular_expression)
]
