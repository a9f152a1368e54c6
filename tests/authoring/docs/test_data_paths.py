"""The page of data paths shows each path of the list, and is the shipped one."""

import re
from pathlib import Path

from authoring.docs import data_paths as data_path_docs
from model.cluster.network_paths import PATHS, SUBJECTS

PROJECT = Path(__file__).parents[3]
((PATH, TEXT),) = data_path_docs.generate().items()


def test_the_shipped_page_is_that_of_the_list() -> None:
    assert (PROJECT / PATH).read_text(encoding="utf-8") == TEXT, "run `make assets`"


def test_every_path_has_a_row_under_its_subject() -> None:
    rows = re.findall(r"^\| (?!from|---)(.+) \|$", TEXT, re.MULTILINE)
    assert len(rows) == len(PATHS) == sum(map(len, SUBJECTS.values()))
    for path in PATHS:
        assert any(path.reason in row and (path.service or "-") in row for row in rows), path


def test_the_way_of_a_finding_of_falco_is_in_the_picture_of_alerts_or_telemetry() -> None:
    assert re.search(r'n_falco_falco -- "2801" --> n_falcosidekick_falco', TEXT)
    assert re.search(r'n_falcosidekick_falco -- "9093" --> n_alertmanager_monitoring', TEXT)


def test_every_end_of_an_arrow_is_a_box() -> None:
    for picture in re.findall(r"```mermaid\n(.+?)```", TEXT, re.DOTALL):
        boxes = set(re.findall(r"^  (n_\w+)\[", picture, re.MULTILINE))
        ends = set(re.findall(r"(n_\w+) -- |--> (n_\w+)", picture))
        assert {end for pair in ends for end in pair if end} <= boxes
