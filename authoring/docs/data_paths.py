"""The page of data paths: a picture and a table of each subject, made of the list that the network policies are of."""

import re
from collections.abc import Iterator, Sequence

from model.cluster.network_paths import SUBJECTS, Addresses, DataPath, Pods

PATH = "docs/network-paths.md"

_HEAD = """# Network connections

<!-- Written by `make assets` from model/cluster/network_paths.py; change the paths there. -->

Every connection of the platform, from the same list as the network policies: all other connections are denied.
`docs/data-paths.md` describes the data. Ports are those of the receiving pods, followed by the Service's port if it
differs.
"""


def generate() -> dict[str, str]:
    """Path below the project -> text."""
    return {PATH: "\n".join(_page()).rstrip("\n") + "\n"}


def _page() -> Iterator[str]:
    yield _HEAD
    for subject, paths in SUBJECTS.items():
        yield f"## {subject}"
        yield ""
        yield from _picture(paths)
        yield ""
        yield "| from | to | ports | service | why |"
        yield "|---|---|---|---|---|"
        for path in paths:
            cells = (_name(path.sender), _name(path.receiver), _ports(path), path.service or "-", path.reason)
            yield f"| {' | '.join(cells)} |"
        yield ""


def _picture(paths: Sequence[DataPath]) -> Iterator[str]:
    """One arrow from one to another, with the ports of all paths between them."""
    between: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        between.setdefault((_name(path.sender), _name(path.receiver)), []).append(_ports(path))
    yield "```mermaid"
    yield "flowchart LR"
    for name in dict.fromkeys(name for pair in between for name in pair):
        yield f'  {_id(name)}["{name}"]'
    for (sender, receiver), ports in between.items():
        yield f'  {_id(sender)} -- "{", ".join(dict.fromkeys(ports))}" --> {_id(receiver)}'
    yield "```"


def _name(end: Pods | Addresses) -> str:
    if isinstance(end, Addresses):
        return str(end)
    return f"{end.name} ({end.namespace})" if end.namespace else end.name


def _id(name: str) -> str:
    # A word of its own in mermaid's grammar, such as `end` or `default`, would break the picture.
    return "n_" + re.sub(r"\W+", "_", name).strip("_")


def _ports(path: DataPath) -> str:
    if not path.ports:
        return "any"
    numbers = [
        f"{port.pod}{f' ({port.service})' if port.service else ''}{'' if port.protocol == 'TCP' else '/UDP'}"
        for port in path.ports
    ]
    return " ".join(numbers)
