"""How generated files are written: one layout for YAML and one for JSON, the same bytes for the same data."""

import json
import sys
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Safe YAML without anchors, lists indented below their key, and text of several lines as people write it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _string)


def to_yaml(document: Any, comment: str) -> str:
    """The document below a comment. Keys keep their order: it is the order a reader expects."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    # Never folded: a template or a query broken at some column is harder to read, and to search, than a long line.
    return head + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=sys.maxsize, allow_unicode=True)


def to_json(document: Any) -> str:
    """The document with sorted keys, two spaces and a newline at the end."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
