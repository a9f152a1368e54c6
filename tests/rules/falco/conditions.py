"""Falco's condition language, as far as our rules use it. Anything else is an error, never a guess.

https://falco.org/docs/concepts/rules/conditions/ : `not` binds closer than `and`, `and` closer than `or`. A field that
an event does not have compares false with everything, whatever the operator.
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence

Value = str | int | bool
Event = Mapping[str, Value]
Condition = Callable[[Event], bool]

# Field -> what it holds. https://falco.org/docs/reference/rules/supported-fields/
FIELDS: dict[str, str] = {
    **dict.fromkeys(
        ["container.id", "container.name", "container.image.repository", "container.image.tag", "evt.res", "evt.type",
         "fd.l4proto", "fd.name", "fd.typechar", "k8s.ns.name", "k8s.pod.name", "proc.args", "proc.cmdline",
         "proc.name", "proc.pname", "user.name"],
        "text",
    ),
    **dict.fromkeys(["evt.rawres", "fd.num", "fd.sport", "proc.tty", "proc.vpid"], "number"),
    **dict.fromkeys(["evt.is_open_read", "evt.is_open_write"], "bool"),
    "fd.sip": "address",
    "fd.snet": "address",
}  # fmt: skip

_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {"=": operator.eq, "!=": operator.ne}
_ORDER: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda found, given: given in found,
    "icontains": lambda found, given: given.lower() in found.lower(),
    "startswith": str.startswith,
    "endswith": str.endswith,
    "glob": lambda found, given: re.fullmatch(_glob(given), found) is not None,
}
OPERATORS = {*_COMPARISONS, *_ORDER, *_TEXT, "in"}

_TOKEN = re.compile(r"""\s*(?:(?P<sign>[(),]|!=|<=|>=|[<>=])|(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s(),=<>!"']+))""")


class Unknown(Exception):
    """The condition uses what this language does not have, or what nobody defined."""


def parse(text: str, macros: Mapping[str, Condition], lists: Mapping[str, Sequence[str]]) -> Condition:
    """The condition as a function of events. Raises Unknown."""
    return _Parser(text, macros, lists).whole()


def compare(field: str, comparison: str, given: Sequence[str]) -> Condition:
    """One comparison; only `in` takes several values. Raises Unknown."""
    kind = FIELDS.get(field)
    if kind is None:
        raise Unknown(f"field {field}")
    if comparison not in OPERATORS:
        raise Unknown(f"operator {comparison}")
    if comparison == "in":
        equal = [compare(field, "=", [value]) for value in given]
        return lambda event: any(one(event) for one in equal)
    (value,) = given
    if field == "fd.snet":
        return _inside(value)
    if comparison in _TEXT:
        if kind != "text":
            raise Unknown(f"operator {comparison} on {field}, which is a {kind}")
        return lambda event: field in event and _TEXT[comparison](str(event[field]), value)
    typed = _typed(field, kind, value)
    if comparison in _ORDER:
        if kind != "number":
            raise Unknown(f"operator {comparison} on {field}, which is a {kind}")
        return lambda event: field in event and _ORDER[comparison](int(event[field]), int(typed))
    return lambda event: field in event and _COMPARISONS[comparison](event[field], typed)


class _Parser:
    def __init__(self, text: str, macros: Mapping[str, Condition], lists: Mapping[str, Sequence[str]]) -> None:
        self._macros, self._lists = macros, lists
        self._tokens = list(_tokens(text))

    def whole(self) -> Condition:
        condition = self._either()
        if self._tokens:
            raise Unknown(f"what follows: {self._tokens}")
        return condition

    def _either(self) -> Condition:
        parts = [self._all()]
        while self._next_is("or"):
            parts.append(self._all())
        return lambda event: any(part(event) for part in parts)

    def _all(self) -> Condition:
        parts = [self._negated()]
        while self._next_is("and"):
            parts.append(self._negated())
        return lambda event: all(part(event) for part in parts)

    def _negated(self) -> Condition:
        if self._next_is("not"):
            inner = self._negated()
            return lambda event: not inner(event)
        if self._next_is("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        name = self._take()
        if not self._tokens or self._tokens[0] not in OPERATORS:
            if name not in self._macros:
                raise Unknown(f"macro {name}, or an operator after it")
            return self._macros[name]
        comparison = self._take()
        return compare(name, comparison, self._values() if comparison == "in" else [_unquoted(self._take())])

    def _values(self) -> list[str]:
        self._expect("(")
        values: list[str] = []
        while not self._next_is(")"):
            item = self._take()
            values += self._lists.get(item, [_unquoted(item)])
            if self._tokens[0] != ")":
                self._expect(",")
        return values

    def _next_is(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._next_is(token):
            raise Unknown(f"{self._tokens[:1]} where {token} should be")

    def _take(self) -> str:
        if not self._tokens:
            raise Unknown("the end of the text")
        return self._tokens.pop(0)


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match:
            raise Unknown(f"text {text[place : place + 20]!r}")
        found.append(match.group().strip())
        place = match.end()
    return found


def _unquoted(token: str) -> str:
    return token[1:-1] if token[0] in "\"'" else token


def _typed(field: str, kind: str, value: str) -> Value:
    if kind == "number":
        return int(value)
    if kind == "bool":
        if value not in ("true", "false"):
            raise Unknown(f"value {value} of {field}")
        return value == "true"
    return value


def _inside(value: str) -> Condition:
    network = ipaddress.ip_network(value)
    return lambda event: "fd.sip" in event and ipaddress.ip_address(str(event["fd.sip"])) in network


def _glob(pattern: str) -> str:
    """Falco's glob is fnmatch with FNM_PATHNAME: a star stops at a slash."""
    return "".join("[^/]*" if char == "*" else "[^/]" if char == "?" else re.escape(char) for char in pattern)
