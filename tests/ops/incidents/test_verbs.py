"""The verbs: what they print, refuse and write."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.incidents.record import ClosedBy, Status
from ops.cli import app
from tests.ops.incidents.world import SECRET, World, collecting, project, served

ID = "2027-01-15-shop-01"
FRONT = """---
actions:
  - {id: alert, text: "Alert @team <b>sooner</b>.", owner: shop, due: 2027-02-01, kind: detect}
  - {id: retry, text: Retry., owner: platform, due: 2020-01-01, kind: prevent}
---
"""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    with served(World()) as world:
        root = project(tmp_path, world)
        collecting(root).round(world.now)
        yield root


def run(root: Path, *words: str, **environment: str) -> tuple[int, str, str]:
    given = [*words, "--env", "local", "--root", str(root)]
    done = CliRunner().invoke(app, ["incident", *given], env={"COLUMNS": "200", **environment})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def folder(root: Path) -> Path:
    return root / ".local" / "incidents" / "local" / "2027" / ID


def test_the_list_has_an_incident_a_line_and_the_three_times_with_n(root: Path) -> None:
    code, said, _ = run(root, "list")
    assert code == 0
    assert ID in said
    assert "MTTD: median 45 s, p90 45 s, n 1" in said
    assert "MTTR: median 10 min, p90 10 min, n 1" in said
    assert max(map(len, said.splitlines())) <= 80
    found = json.loads(run(root, "list", "--json")[1])
    assert found["times"]["acknowledge"] == {"median": 75.0, "n": 1, "p90": 75.0}


def test_an_environment_without_incidents_says_so(root: Path) -> None:
    assert run(root, "list", "--store", str(root / "none"))[1] == "There is no incident.\n"


def test_show_has_the_timeline_within_80_columns(root: Path) -> None:
    code, said, _ = run(root, "show", ID)
    assert code == 0
    assert "detected after 45 s" in said
    assert "270 bad events, 45.0 % of the error budget" in said
    assert max(map(len, said.splitlines())) <= 80
    found = json.loads(run(root, "show", ID, "--json")[1])
    assert found["record"]["id"] == ID
    assert found["timeline"][0]["kind"] == "change"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "2020-01-01-shop-01"), f"ID: found unknown incident '2020-01-01-shop-01'; allowed: {ID}"),
        (("show", "../../etc"), "unknown incident"),
        (("actions", "--as", "trac"), "--as: found 'trac'; allowed: github, jira"),
        (("actions", "--as", "github", "--to", "shop"), "--to: found 'shop'; allowed: owner/name"),
        (("actions", "--as", "jira", "--to", "http://x/SHOP"), "allowed: https://site/PROJECT"),
        (("actions", "--as", "jira", "--to", "https://x/SHOP", "--send"), "environment: JIRA_TOKEN: it is missing"),
        (("watch", "--once", "--loki", "ftp://x"), "--loki"),
    ],
)
def test_bad_input_is_one_error_and_exit_code_2(root: Path, words: tuple[str, ...], message: str) -> None:
    code, _, said = run(root, *words, JIRA_TOKEN="", JIRA_USER="", GITHUB_TOKEN="")
    assert code == 2
    assert message in " ".join(said.split())


def test_another_environment_needs_its_servers_named(root: Path) -> None:
    done = CliRunner().invoke(app, ["incident", "watch", "--once", "--env", "prod", "--root", str(root)])
    assert done.exit_code == 2
    assert "--alertmanager: it is missing" in done.stderr
    assert "--prometheus: it is missing" in done.stderr


def test_the_draft_states_what_was_measured_and_leaves_causes_to_people(root: Path) -> None:
    code, said, _ = run(root, "draft", ID)
    assert (code, said.strip()) == (0, str(folder(root) / "postmortem.md"))
    text = (folder(root) / "postmortem.md").read_text()
    assert "| onset: the first bad SLI window | 2027-01-15 08:00:00 | |" in text
    assert "| shop/api errors | 270 | 660 | 45.0 % | 10.0 |" in text
    assert "5 s before: workload: fault began: outage of shop/api" in text
    assert "For people" in text
    assert SECRET not in text
    picture = (folder(root) / "evidence" / "sli-1.svg").read_text()
    assert "<svg" in picture
    assert "onset" in picture
    assert "evidence/sli-1.svg" in text


def test_texts_of_others_are_no_markdown_html_or_mention(root: Path) -> None:
    events = root / ".local" / "lab" / "events.jsonl"
    evil = "<script>x</script> @everyone [a](http://b) | `c`\\n# d"
    line = '{"at": "2027-01-15T07:59:00Z", "server": "s", "event": "crashed", "text": "' + evil + '"}\n'
    events.write_text(line)
    collecting(root).round(1_800_003_600.0)
    run(root, "draft", ID)
    text = (folder(root) / "postmortem.md").read_text()
    assert "\\<script\\>x\\</script\\> \\@everyone \\[a\\]\\(http://b\\) \\| \\`c\\` \\# d" in text


def test_a_draft_that_people_edited_is_never_replaced(root: Path) -> None:
    assert run(root, "draft", ID)[0] == 0
    assert run(root, "draft", ID)[0] == 0
    (folder(root) / "postmortem.md").write_text(FRONT)
    code, _, said = run(root, "draft", ID)
    assert code == 2
    assert "the draft was edited" in said
    assert (folder(root) / "postmortem.md").read_text() == FRONT


def test_an_incident_without_an_end_is_closed_by_a_person_who_is_named(tmp_path: Path) -> None:
    with served(World(bad=1e9, now=time.time())) as world:
        root = project(tmp_path, world)
        world.start = world.now - 200
        ((kept, made),) = collecting(root).round(world.now)
        assert made.status is Status.OPEN
        words = ("--by", "Ada", "--because", f"it is gone, password={SECRET}")
        assert run(root, "close", kept.id, *words)[0] == 0
        world.now = time.time() + 30
        ((_, made),) = collecting(root).round(world.now)
        assert (made.status, made.closed_by) == (Status.CLOSED, ClosedBy.PERSON)
        said = run(root, "show", kept.id)[1]
        assert "Ada closed the incident: it is gone, password=****" in " ".join(said.split())
        # What still fires is not the closed one's any more, and opens nothing new by itself.
        ((_, again),) = collecting(root).round(world.now + 3600)
        assert again.status is Status.CLOSED
        code, _, refused = run(root, "close", kept.id, *words)
        assert (code, "which is closed" in refused) == (2, True)


def test_overdue_action_items_are_listed_and_are_exit_code_1(root: Path) -> None:
    assert run(root, "actions")[:2] == (0, "There is no action item.\n")
    (folder(root) / "postmortem.md").write_text(FRONT)
    code, said, _ = run(root, "actions", ID)
    assert code == 1
    assert f"{ID} retry: overdue, platform, due 2020-01-01: Retry." in " ".join(said.split())
    assert [one["overdue"] for one in json.loads(run(root, "actions", "--json")[1])][1] is True


def test_action_items_are_printed_as_issues_without_a_token(root: Path) -> None:
    (folder(root) / "postmortem.md").write_text(FRONT)
    code, said, _ = run(root, "actions", "--as", "github", "--to", "shop/shop", GITHUB_TOKEN=SECRET)
    first, _ = json.loads(said)
    assert code == 0
    assert first["title"] == f"{ID}: Alert @team <b>sooner</b>."
    assert "\\@team \\<b\\>sooner" in first["body"]
    assert SECRET not in said
    jira = json.loads(run(root, "actions", "--as", "jira", "--to", "https://x.example/SHOP")[1])
    assert jira[0]["fields"]["duedate"] == "2027-02-01"
    assert jira[0]["fields"]["project"] == {"key": "SHOP"}
