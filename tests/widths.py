"""What a terminal of 80 columns shows: no line is longer, and no word is cut in two."""

import io
from collections.abc import Callable, Iterable

from rich.console import Console

COLUMNS = 80
# Half as long again as the longest of the catalog.
LONG = "order-fulfilment/warehouse-picking-worker"


def shown(show: Callable[[Console], None]) -> str:
    """What ``show`` prints there."""
    console = Console(file=io.StringIO(), width=COLUMNS)
    show(console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def whole(text: str, words: Iterable[str]) -> None:
    """Assert that ``text`` fits and has each of ``words`` in one piece."""
    lines = text.splitlines()
    assert [line for line in lines if len(line) > COLUMNS] == []
    found = {word.strip("│┃,.:") for line in lines for word in line.split()}
    assert [word for word in words if word.strip(",.:") not in found] == []
