import re
from pathlib import Path

from authoring.docs import sizing as sizing_docs
from model.sizing.load import Load
from model.sizing.platform import sizing

PROJECT = Path(__file__).parents[3]


def test_the_page_holds_what_the_formulas_say() -> None:
    ((path, text),) = sizing_docs.generate().items()
    assert (PROJECT / path).read_text(encoding="utf-8") == text, "run `make assets`"


def test_the_page_covers_a_hundred_thousand_to_a_hundred_million_series_and_ten_gib_to_ten_tib() -> None:
    text = sizing_docs.generate()[sizing_docs.PATH]
    first_cells = set(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE))
    assert {"100,000", "1,000,000", "10,000,000", "100,000,000", "10 GiB", "100 GiB", "1 TiB", "10 TiB"} <= first_cells


def test_a_row_is_the_size_of_its_load() -> None:
    one = sizing(Load(series=10_000_000)).prometheus
    row = re.search(r"^\| 10,000,000 \|.*$", sizing_docs.generate()[sizing_docs.PATH], re.MULTILINE)
    assert row
    cells = [cell.strip() for cell in row[0].strip("|").split("|")]
    assert cells[1:3] == [str(one.profile), f"{one.shards} x {one.replicas}"]
    assert cells[5] == f"{one.volume_gib} GiB"
