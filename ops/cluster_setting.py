"""The setting ``cluster.compute`` of an environment's file: as text, and written between its comments."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.cluster.compute import Compute
from model.problems import BadInput, Problem
from model.yaml_file import parse_yaml

KEY = "belfry:cluster"
_BLOCK = re.compile(
    r"(?m)^(?P<indent> +)[\"']?belfry:cluster[\"']?:[ ]*(#.*)?\n(?P<body>(?:(?P=indent) +.*\n|[ ]*(#.*)?\n)+)"
)
_ONE_LINE = re.compile(r"(?m)^(?P<indent> +)compute:[ ]*\{[^{}\n]*\}")


def cluster_name(content: Mapping[str, Any], file: str) -> str:
    """The name of the cluster. Raises BadInput where the ``content`` of the ``file`` has none."""
    name = (content["config"].get(KEY) or {}).get("name")
    if not isinstance(name, str):
        raise BadInput([Problem(f"{file}: {KEY}.name", f"found {name!r}", "the name of a cluster of EKS")])
    return name


def as_yaml(compute: Compute) -> str:
    """One line, as people write it."""
    kinds, architectures = ", ".join(compute.kinds), ", ".join(compute.architectures)
    return f"compute: {{kinds: [{kinds}], architectures: [{architectures}], family: {compute.family}}}"


def write(path: Path, line: str) -> None:
    """Put the ``line`` into the file, or in the place of an older one. All else stays as it is, comments too.

    Raises BadInput, and writes nothing, where the file is not written as the shipped ones are: what comes out is read
    again and must differ in this one key alone.
    """
    text = path.read_text(encoding="utf-8")
    changed = _with(text, line)
    before, after = (parse_yaml(each, path.name) for each in (text, changed))
    wanted = parse_yaml(line, path.name)
    before["config"][KEY] = {**before["config"][KEY], **wanted}
    if before != after or before["config"][KEY].get("mode") != "adopt":
        raise BadInput(
            [
                Problem(
                    f"{path.name}: {KEY}",
                    "no place for compute, or a cluster that Belfry makes, of which it follows from the node groups",
                    f"a mapping with one key per line and mode: adopt; without --write, paste: {line}",
                )
            ]
        )
    path.write_text(changed, encoding="utf-8")


def _with(text: str, line: str) -> str:
    block = _BLOCK.search(text)
    if not block:
        return text
    body, start = block["body"], block.start("body")
    if old := _ONE_LINE.search(body):
        new = f"{body[: old.start()]}{old['indent']}{line}{body[old.end() :]}"
    elif re.search(r"(?m)^ +compute:", body):
        return text
    else:
        first = re.search(r"(?m)^ +(?=[a-z])", body)
        new = f"{first[0]}{line}\n{body}" if first else body
    return text[:start] + new + text[start + len(body) :]
