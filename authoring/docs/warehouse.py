"""docs/warehouse-tables.md: the tables of the warehouse and their columns, from their typed rows."""

from typing import Final

from model.warehouse.tables import markdown

PATH: Final = "docs/warehouse-tables.md"
_HEAD: Final = """\
# Tables of the warehouse

<!-- Written by `make assets` from model/warehouse/; change it there. -->

[How they are written and asked](analytics.md). Types are Athena's. An empty value is unknown, never zero.

"""


def generate() -> str:
    """The page."""
    return _HEAD + "\n".join(markdown()).rstrip("\n") + "\n"
