"""The comment: what comes first, what is cut, and that texts of others do nothing in it."""

import re
from decimal import Decimal
from typing import Any

import pytest
from markdown_it import MarkdownIt

from engine.changes import page
from model.changes.escape import code, text
from model.changes.markdown import MARKER, MOST_CHARACTERS, markdown
from model.changes.report import Action, Entry, PolicyEntry, Report, Section, Summary, Topic
from model.policies.rule import Level
from model.vocabulary import Environment

PROD = (Environment.PROD,)
HOSTILE = [
    "@octocat look",
    "![x](https://evil.example.com/pixel.png)",
    "[click](https://evil.example.com)",
    "<img src=x onerror=alert(1)>",
    "</details><script>alert(1)</script>",
    "`code` and ``more`` `",
    "| cell | cell |",
    "line\nbreak\r\n\n# heading",
    "https://evil.example.com www.evil.example.com",
    "closes #12",
    "\u202eevil\u0000\u0007",
    "*a* _b_ ~~c~~ $x$",
    "<!-- belfry-changes -->",
    "&lt;b&gt;",
]


def entry(subject: str = "it", detail: str = "", action: Action = Action.CHANGED) -> Entry:
    return Entry(action=action, subject=subject, detail=detail, environments=PROD)


def report(**given: Any) -> Report:
    return Report(**{"base": "a" * 40, "head": "b" * 40, **given})


def summary(**numbers: Any) -> Summary:
    return Summary(environment=Environment.PROD, **{"create": 0, "update": 0, "replace": 0, "delete": 0, **numbers})


def rendered(source: str) -> str:
    """As HTML, of which GitHub lets through what this renderer does, and mentions besides."""
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough").render(source))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_texts_of_others_are_shown_and_do_nothing(hostile: str) -> None:
    finding = PolicyEntry(
        rule=hostile, level=Level.MANDATORY, subject=hostile, message=hostile, new=True, environments=PROD
    )
    reported = markdown(
        report(
            stateful=(entry(hostile, hostile),),
            policies=(finding,),
            sections=(Section(topic=Topic.RULES, entries=(entry(hostile, hostile),)),),
            notes=(hostile,),
        )
    )
    html = rendered(reported)
    outside = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    assert re.findall(r"<img|<a\b|<script|<s>|<details", outside) == []
    assert not re.search(r"@\w", outside)
    assert not re.search(r"(?<!&)#\d", outside)
    assert not re.search(r"https?://|www\.", outside)
    assert MARKER not in outside.removeprefix(MARKER)
    assert "\u202e" not in reported


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_page_reads_no_html_either(hostile: str) -> None:
    html = page(report(sections=(Section(topic=Topic.RULES, entries=(entry(hostile, hostile),)),)))
    body = html.partition("<body>")[2]
    assert not re.search(r"<img|<script|<a\b|<details", body)


def test_text_stays_readable() -> None:
    assert text("errors > 0.05 (5m), up-to-date #shop") == "errors &gt; 0.05 (5m), up-to-date #shop"
    assert code("a`b") == "``a`b``"
    assert code("a|b") == "`a\\|b`"


def test_what_must_be_seen_comes_first() -> None:
    reported = markdown(
        report(
            summaries=(summary(update=3, usd_before=Decimal(10), usd_after=Decimal("12.5")),),
            stateful=(entry("chunks", "lost: its objects", Action.REMOVED),),
            sections=(Section(topic=Topic.ROUTES, entries=(entry("shop critical", "now notifies mail a"),)),),
        )
    )
    lines = reported.splitlines()
    assert lines[0] == MARKER
    assert lines[2] == (
        "## 1 resource with data is deleted or replaced; who is notified changes; resources that change: prod 3"
    )
    assert reported.index("Data is at stake") < reported.index("| prod | 0 | 3 | 0 | 0 | 12.50 (+2.50) |")
    assert reported.index("USD a month") < reported.index("### Who is notified (1)")


def test_costs_without_a_base_are_those_of_the_change_alone() -> None:
    assert "| prod | 0 | 0 | 0 | 0 | 12.50 |" in markdown(report(summaries=(summary(usd_after=Decimal("12.5")),)))


def test_no_change_is_one_line() -> None:
    assert "## Nothing changes\n" in markdown(report(summaries=(summary(),)))
    assert "## No comparison\n" in markdown(report(summaries=(summary(),), notes=("dev: it does not build",)))


def test_a_long_section_is_folded_and_the_page_shows_it_whole() -> None:
    many = Section(topic=Topic.OTHER, entries=tuple(entry(f"r{number}") for number in range(20)))
    assert "<details><summary>Other resources (20)</summary>" in markdown(report(sections=(many,)))
    assert "r19" in page(report(sections=(many,)))


def test_what_does_not_fit_is_cut_from_the_bottom_and_counted() -> None:
    def section(topic: Topic) -> Section:
        return Section(topic=topic, entries=tuple(entry(f"{topic}-{n}", "x" * 300) for n in range(150)))

    reported = markdown(report(stateful=(entry("chunks"),), sections=(section(Topic.ROUTES), section(Topic.OTHER))))
    assert len(reported) <= MOST_CHARACTERS
    assert "routes-149" in reported
    assert "other-149" not in reported
    cut = re.search(r"\*\*Cut: (\d+) of 150 other resources\.\*\* The artifact has all of it\.", reported)
    assert cut
    assert reported.count("`other-") == 150 - int(cut[1])


def test_every_section_that_is_cut_is_named() -> None:
    sections = tuple(
        Section(topic=topic, entries=tuple(entry(f"{n}", "x" * 390) for n in range(200)))
        for topic in (Topic.ROUTES, Topic.RULES)
    )
    assert re.search(
        r"\*\*Cut: \d+ of 200 who is notified, 200 of 200 alerting rules\.\*\*", markdown(report(sections=sections))
    )


def test_what_holds_data_is_never_cut_and_never_loses_the_comment() -> None:
    data = tuple(entry(f"bucket-{n}", "lost: its objects") for n in range(700))
    reported = markdown(report(stateful=data, sections=(Section(topic=Topic.OTHER, entries=data),)))
    assert "bucket-699" in reported
    assert len(reported) <= MOST_CHARACTERS

    endless = markdown(report(stateful=tuple(entry(f"bucket-{n}", "x" * 399) for n in range(5000))))
    assert len(endless) <= MOST_CHARACTERS
    assert re.search(r"\*\*and \d+ lines more\*\*", endless)
    assert "The rest was cut" in endless
