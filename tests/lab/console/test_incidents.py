"""The pages of incidents: the list, one of them, its picture, and what is not there."""

from pathlib import Path

import pytest

from model.incidents.entry import State
from model.incidents.grouping import groups
from model.incidents.record import record
from model.vocabulary import Environment
from ops.incidents.places import store
from ops.incidents.postmortem import write_draft
from ops.incidents.store import Folder
from tests.lab.console.fakes import Fakes
from tests.lab.console.test_server import ask
from tests.model.incidents.examples import PARTS, T0, alert, outage, sli

ID = "2027-01-15-shop-01"


def get(fakes: Fakes, path: str) -> tuple[int, str]:
    status, _, text = ask(fakes.console, path)
    return status, text


@pytest.fixture
def folder(fakes: Fakes) -> Folder:
    found = store(fakes.layout.root, Environment.LOCAL, None).new("shop", T0, [])
    evil = sli(20, State.BAD, text="<script>alert(1)</script>", objective="other")
    entries = [*outage(), evil, alert(60, name="Other", severity="warning")]
    (group,) = groups(entries, PARTS, T0 + 300)
    found.append(entries)
    found.write_record(record(found.id, Environment.LOCAL, group, entries))
    return found


def test_without_incidents_the_page_says_how_they_are_written(fakes: Fakes) -> None:
    status, text = get(fakes, "/incidents/")
    assert status == 200
    assert "written down while the local environment runs" in text


def test_the_list_leads_to_each_incident_and_the_page_has_its_times(fakes: Fakes, folder: Folder) -> None:
    assert 'href="/incidents/"' in get(fakes, "/")[1]
    listed = get(fakes, "/incidents/")[1]
    assert f'href="/incidents/{ID}/"' in listed
    assert "MTTD: median 40 s, p90 40 s, n 1" in listed
    status, text = get(fakes, f"/incidents/{ID}/")
    assert status == 200
    assert "40 s after onset" in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "actions:" not in text


def test_what_people_wrote_is_shown_and_pictures_are_served(fakes: Fakes, folder: Folder) -> None:
    write_draft(folder, None, T0)
    folder.write("postmortem.md", "---\nactions: []\n---\n# Ours\n\n![It](evidence/sli-1.svg)\n")
    folder.write("evidence/sli-1.svg", "<svg/>")
    text = get(fakes, f"/incidents/{ID}/")[1]
    assert "Ours" in text
    assert 'src="evidence/sli-1.svg"' in text
    assert get(fakes, f"/incidents/{ID}/evidence/sli-1.svg") == (200, "<svg/>")


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/2020-01-01-shop-01/",
        "/incidents/2020-01-01-shop-01/evidence/sli-1.svg",
        f"/incidents/{ID}/evidence/sli-9.svg",
        f"/incidents/{ID}/evidence/logs.jsonl",
        "/incidents/../../catalog",
    ],
)
def test_nothing_else_is_served(fakes: Fakes, folder: Folder, path: str) -> None:
    assert get(fakes, path)[0] == 404


def test_the_evidence_folder_holds_nothing_that_others_can_read(folder: Folder) -> None:
    assert Path(folder.shown("timeline.jsonl")).stat().st_mode & 0o077 == 0
