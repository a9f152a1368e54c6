"""`make addons KUBERNETES=...`: takes the versions that AWS offers into the table of pins, and the add-ons' schemas."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model.account.eks_bump import Move, moves, row_problems, with_moves
from model.file import read_text
from model.problems import raise_if_any
from model.versions import FILE, parse_versions
from ops.addons.offers import Offers

SCHEMAS = Path("tests/components/addon_schemas")
_WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """``moves``: every pin of the version. ``files``: those that change, by name, with their new text."""

    kubernetes: str
    moves: tuple[Move, ...]
    files: tuple[tuple[str, str], ...]

    def write(self, root: Path) -> None:
        """Write the files."""
        for name, text in self.files:
            (root / name).write_text(text, encoding="utf-8")


def bump(root: Path, connect: Callable[[], Offers], kubernetes: str, day: str) -> Bump:
    """What AWS offers today, the ``day``, for the table below ``root``; nothing is written.

    ``connect`` is called once the file and the version are known to be good.

    Raises BadInput for a version without entries, for a file that does not fit and where AWS offers nothing.
    """
    text = read_text(root / FILE, FILE)
    rows = parse_versions(text).eks.versions
    raise_if_any(row_problems(kubernetes, rows))
    pins, offers = rows[kubernetes], connect()
    found, problems = moves(
        kubernetes,
        pins,
        {name: offers.addon(kubernetes, name) for name in pins.addons},
        {name: offers.release(kubernetes, name) for name in pins.images},
    )
    raise_if_any(problems)
    changed = with_moves(text, kubernetes, found, day)
    files = {FILE: changed} if changed != text else {}
    # One schema is kept of an add-on. That of the newest Kubernetes is the one that the next upgrade meets.
    if kubernetes == max(rows, key=_number):
        files |= dict(_schemas(root, offers, found))
    return Bump(kubernetes=kubernetes, moves=tuple(found), files=tuple(files.items()))


def _number(kubernetes: str) -> tuple[int, ...]:
    return tuple(map(int, kubernetes.split(".")))


def _schemas(root: Path, offers: Offers, found: Sequence[Move]) -> Iterator[tuple[str, str]]:
    """The schemas that the repository keeps and that are of another version than the pin."""
    for move in found:
        path = root / SCHEMAS / f"{move.name}.json"
        if not path.is_file() or json.loads(path.read_text("utf-8")).get("addonVersion") == move.after:
            continue
        document = {
            "addonName": move.name,
            "addonVersion": move.after,
            "configurationSchema": offers.schema(move.name, move.after),
            "where": f"aws eks describe-addon-configuration --addon-name {move.name} --addon-version {move.after}",
        }
        yield (
            (SCHEMAS / path.name).as_posix(),
            json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        )


def show(console: Console, result: Bump, *, check: bool) -> None:
    """What changes, what stays although it is not AWS's default, and the files."""
    table = Table(box=None, pad_edge=False, width=_WIDTH)
    table.add_column("add-on or image", overflow="fold")
    table.add_column("pinned", no_wrap=True)
    table.add_column("new", overflow="fold", ratio=1)
    for move in result.moves:
        if move.changes:
            table.add_row(move.name, move.before, move.after)
        elif move.after != move.default:
            table.add_row(move.name, move.before, f"kept; default: {move.default}", style="dim")
    if table.row_count:
        console.print(table)
    for name, _ in result.files:
        console.print(escape(f"{'to write' if check else 'written'}  {name}"), highlight=False, soft_wrap=True)
    count = sum(move.changes for move in result.moves)
    console.print(f"Kubernetes {result.kubernetes}: {count} of {len(result.moves)} versions change", highlight=False)
    if result.files and not check:
        console.print("Next: the add-ons' release notes, and `make plan` of each environment", highlight=False)


def machine_readable(result: Bump) -> dict[str, Any]:
    """The same for machines."""
    pins = [dataclasses.asdict(move) | {"changes": move.changes} for move in result.moves]
    return {"kubernetes": result.kubernetes, "pins": pins, "files": [name for name, _ in result.files]}
