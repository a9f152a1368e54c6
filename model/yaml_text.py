"""How YAML is written: the same bytes for the same data, and what every reader reads as exactly that data.

Prometheus, Loki and Alertmanager read with Go's libraries, which know some words of YAML 1.1 and some of 1.2; PyYAML
knows 1.1 alone. A text that either version would take for another type is quoted.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

_STR, _MAP = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"

# Beside what PyYAML quotes itself: y and n of YAML 1.1, and numbers of YAML 1.2 and of Go, such as 1e3 and 0o17.
_OTHER_TYPE = re.compile(r"[yYnN]|[-+]?(0o[0-7_]+|(\.[0-9]|[0-9])[0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?)")
# Breaks of a line to YAML 1.1 and none to 1.2.
_BREAKS_OF_OLD = re.compile("[\x85\u2028\u2029]")


class Inline(dict[str, Any]):
    """A mapping that is written on one line, such as the labels of a rule."""


class _Dumper(yaml.CSafeDumper):
    """libyaml's, which is eight times as fast as PyYAML's own: a catalog may have thousands of objectives."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if _BREAKS_OF_OLD.search(text):
        style = '"'
    elif "\n" in text:
        # More than one newline at the end would leave the document open (`...`), so that nothing could follow it.
        style = '"' if text.endswith("\n\n") or not text.strip("\n") else "|"
    elif _OTHER_TYPE.fullmatch(text):
        style = "'"
    return dumper.represent_scalar(_STR, text, style=style)


def _inline(dumper: yaml.CSafeDumper, mapping: Inline) -> yaml.MappingNode:
    return dumper.represent_mapping(_MAP, mapping.items(), flow_style=True)


_Dumper.add_representer(str, _string)
_Dumper.add_multi_representer(str, lambda dumper, text: _string(dumper, str(text)))
_Dumper.add_representer(Inline, _inline)


def to_yaml(document: Mapping[str, Any] | list[Any], *, sort_keys: bool = False) -> str:
    """The document. Keys keep their order, because it is the one that a reader expects, unless ``sort_keys``.

    Text of several lines is a block. Nothing is folded: a query broken at some column is harder to read, and to
    search, than a long line.
    """
    return yaml.dump(document, Dumper=_Dumper, sort_keys=sort_keys, width=-1, allow_unicode=True)


def scalar(text: str) -> str:
    """The text as one value, on one line, for files that people write and a program only adds to."""
    return to_yaml([Inline(value=text)])[len("- {value: ") : -len("}\n")]
