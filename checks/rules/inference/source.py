"""Rule files as they were written: each rule with the lines it stands on.

Read from YAML's nodes and not by ``model.alerting.prometheus_rules``: the linter has more to say about a broken rule
than that it is broken, and where.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import promql_parser
import yaml

from model.problems import BadInput, Problem
from model.yaml_file import parse_yaml

Fields = dict[str, tuple[yaml.Node, int]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Lines count from 1: ``end`` is the first behind it, ``lines`` are those of its keys, ``text`` all.

    ``parsed`` is None where the query does not parse; then ``error`` says why.
    """

    bundle: str
    file: str
    line: int
    end: int
    text: Sequence[str] = field(repr=False)
    lines: Mapping[str, int]
    record: str
    alert: str
    query: str
    parsed: promql_parser.Expr | None
    error: str
    hold: str | None
    keep: str | None
    interval: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The alert's or the recorded series' name."""
        return self.alert or self.record

    @property
    def expr(self) -> promql_parser.Expr:
        """The query's tree. Only for a query that parses."""
        assert self.parsed is not None, f"{self.file}:{self.line}"
        return self.parsed

    def at(self, key: str) -> int:
        """The line of a key; of the rule, where it has no such key."""
        return self.lines.get(key, self.line)

    def line_of(self, words: str) -> int:
        """The first line below the rule's beginning that has these words; else the query's."""
        return next((line for line in range(self.line, self.end) if words in self.text[line - 1]), self.at("expr"))

    @property
    def shown_labels(self) -> frozenset[str]:
        """Labels that the templates of labels and annotations name."""
        return frozenset(re.findall(r"\$labels\.([a-zA-Z_][a-zA-Z0-9_]*)", self._templates))

    @property
    def shows_value(self) -> bool:
        """Whether the alert's text has the query's value."""
        return "$value" in self._templates

    @property
    def _templates(self) -> str:
        return " ".join((*self.labels.values(), *self.annotations.values()))


def read(bundle: str, file: str, text: str) -> tuple[Rule, ...]:
    """The rules of a file. Raises BadInput for a file that is no rule file at all."""
    parse_yaml(text, file)  # says what is wrong with the YAML, doubled keys included
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    try:
        return tuple(_rules(bundle, file, text.splitlines(), root))
    except (KeyError, AttributeError, TypeError, ValueError):
        allowed = "groups, each with a name and rules that have an expr"
        raise BadInput([Problem(file, "found no Prometheus rules", allowed)]) from None


def _rules(bundle: str, file: str, text: Sequence[str], root: yaml.Node | None) -> Iterator[Rule]:
    for group in _items(_fields(root)["groups"][0]):
        fields = _fields(group)
        interval = _text(fields, "interval")
        for node in _items(fields["rules"][0]):
            yield _rule(bundle, file, text, node, interval)


def _rule(bundle: str, file: str, text: Sequence[str], node: yaml.Node, interval: str | None) -> Rule:
    fields = _fields(node)
    query = _text(fields, "expr") or ""
    parsed, error = None, ""
    try:
        parsed = promql_parser.parse(query)
    except ValueError as refused:
        error = str(refused)
    return Rule(
        bundle=bundle,
        file=file,
        line=node.start_mark.line + 1,
        end=node.end_mark.line + 1,
        text=text,
        lines={key: line for key, (_, line) in fields.items()},
        record=_text(fields, "record") or "",
        alert=_text(fields, "alert") or "",
        query=query,
        parsed=parsed,
        error=error,
        hold=_text(fields, "for"),
        keep=_text(fields, "keep_firing_for"),
        interval=interval,
        labels=_texts(fields, "labels"),
        annotations=_texts(fields, "annotations"),
    )


def _fields(node: yaml.Node | None) -> Fields:
    if not isinstance(node, yaml.MappingNode):
        raise TypeError
    return {key.value: (value, key.start_mark.line + 1) for key, value in node.value}


def _items(node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise TypeError
    return list(node.value)


def _text(fields: Fields, key: str) -> str | None:
    return str(fields[key][0].value) if key in fields else None


def _texts(fields: Fields, key: str) -> dict[str, str]:
    if key not in fields:
        return {}
    return {name: str(node.value) for name, (node, _) in _fields(fields[key][0]).items()}
