"""Texts use the field's words; what quotes a program is left alone."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from authoring.__main__ import PROJECT, app
from checks import prose
from model.problems import BadInput

WORDS = """\
words:
  - {word: rungs?, use: escalation level}
  - {word: given up, use: dead-lettered}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, prose.WORDS, WORDS)
    return tmp_path


def write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def said(root: Path) -> list[str]:
    return [str(finding) for finding in prose.check(root)]


def test_every_text_of_the_project_uses_the_words_of_the_field() -> None:
    assert said(PROJECT) == []


def test_the_glossary_lists_each_word_to_avoid() -> None:
    glossary = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    avoided = {
        span
        for row in glossary.partition("## Words Belfry avoids")[2].splitlines()
        for span in re.findall(r"`([^`]+)`", row.split("|")[1] if row.startswith("|") else "")
    }
    words = prose.load(PROJECT)
    assert [word.word for word in words if not any(word.pattern().fullmatch(span) for span in avoided)] == []
    assert [span for span in avoided if not any(word.pattern().fullmatch(span) for word in words)] == []


@pytest.mark.parametrize(
    "file", ["README.md", ".github/a.md", "docs/a.md", "docs/runbooks/aws/a.md", "catalog/a.yaml", "rules/loki/a.yaml"]
)
def test_a_finding_names_file_line_word_and_the_word_to_use(project: Path, file: str) -> None:
    write(project, file, "first: text\nnext: The second Rung.\n")
    assert said(project) == [f'{file}:2: "Rung": write escalation level']


def test_a_phrase_is_found_across_lines_of_text_and_of_comments(project: Path) -> None:
    write(project, "docs/a.md", "It was given\nup at noon.\n")
    write(project, "catalog/a.yaml", "  # It was given\n  # up at noon.\n")
    assert said(project) == [
        'catalog/a.yaml:1: "given up": write dead-lettered',
        'docs/a.md:1: "given up": write dead-lettered',
    ]


def test_only_whole_words_are_found(project: Path) -> None:
    write(project, "docs/a.md", "A wrung towel and a rung_total.\n")
    assert said(project) == []


def test_code_and_addresses_of_links_in_markdown_are_left_alone(project: Path) -> None:
    write(project, "docs/a.md", "`rung` [here](rung.md)\n```sh\nrung\n```\nrung\n")
    assert said(project) == ['docs/a.md:5: "rung": write escalation level']


def test_of_a_dashboard_the_shown_texts_are_read_and_no_queries(project: Path) -> None:
    board = '{\n  "title": "a \\"rung\\"",\n  "expr": "rung",\n  "description": "one\\ntwo rungs"\n}\n'
    write(project, "dashboards/grafana/a.json", board)
    assert said(project) == [
        'dashboards/grafana/a.json:2: "rung": write escalation level',
        'dashboards/grafana/a.json:4: "rungs": write escalation level',
    ]


def test_the_changelog_is_history(project: Path) -> None:
    write(project, "CHANGELOG.md", "rung\n")
    assert said(project) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("words: [{word: '(', use: a}]", "words[0].word"),
        ("words: [{word: a}]", "words[0].use"),
        ("words: [{word: a, use: b, because: c}]", "because"),
    ],
)
def test_a_wrong_list_of_words_is_refused(project: Path, text: str, named: str) -> None:
    write(project, prose.WORDS, text)
    with pytest.raises(BadInput, match=re.escape(prose.WORDS)) as refused:
        prose.check(project)
    assert named in str(refused.value)


def test_the_command_exits_with_1_for_a_finding_and_with_0_for_none(project: Path) -> None:
    command = ["prose", "--root", str(project)]
    assert CliRunner().invoke(app, command).exit_code == 0
    write(project, "docs/a.md", "rung\n")
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 1
    assert 'docs/a.md:1: "rung": write escalation level' in refused.stdout
    assert '"line": 1' in CliRunner().invoke(app, [*command, "--json"]).stdout


def test_a_sentence_of_a_program_is_read_and_its_docstrings_code_spans_and_names_are_not(project: Path) -> None:
    write(
        project,
        "ops/a.py",
        '"""Rungs."""\nrungs = "rungs"\nerror = (\n    "the message was given "\n    "up, see `rungs`"\n)\n',
    )
    assert said(project) == ['ops/a.py:4: "given up": write dead-lettered']


def test_a_test_may_use_any_word(project: Path) -> None:
    write(project, "tests/test_a.py", 'error = "the message was given up"\n')
    assert said(project) == []


def test_a_field_of_a_template_that_was_not_filled_in_is_found(project: Path) -> None:
    write(project, "docs/a.md", "Fires above `{threshold.value:.1f}` for {{ $labels.pod }}.\nHeld for {rule[hold]}.\n")
    assert said(project) == [
        'docs/a.md:1: "{threshold.value:.1f}": write the value of this field',
        'docs/a.md:2: "{rule[hold]}": write the value of this field',
    ]


@pytest.mark.parametrize("text", ["{{ $labels.pod }}", "{{job.name}}", "${__value.raw}", '{job="api"}', "{queue}"])
def test_templates_of_prometheus_grafana_and_alarm_rows_are_left_alone(project: Path, text: str) -> None:
    write(project, "rules/prometheus/a.yaml", f"a: '{text}'\n")
    assert said(project) == []
