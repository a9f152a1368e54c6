"""The report as GitHub's Markdown: what must be seen first, and not more than a comment holds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from model.changes.escape import code, text
from model.changes.report import Action, Entry, PolicyEntry, Report, Section, Summary, Topic
from model.policies.rule import Level
from model.vocabulary import Environment

MARKER: Final = "<!-- belfry-changes -->"
"""Hidden in the comment, by which it is found again."""
MOST_CHARACTERS: Final = 60_000
"""Of a comment. GitHub refuses more than 65,536, and with that the whole comment is lost."""
_CENT: Final = Decimal("0.01")
_OPEN: Final = 12
"""Entries up to which a section stands open."""
_SIGNS: Final = {Action.NEW: "new", Action.CHANGED: "changed", Action.REPLACED: "replaced", Action.REMOVED: "removed"}
_ROOM: Final = 300
"""Characters kept free for the line that says what was cut."""


def markdown(report: Report, *, most: int = MOST_CHARACTERS, folded: bool = True) -> str:
    """The report in at most ``most`` characters, cut from the bottom. ``folded``: long sections are closed, by HTML."""
    head = [MARKER, "", f"## {_verdict(report)}", "", *_stateful(report)]
    body = [*_table(report), *_notes(report), *_policies(report)]
    blocks = [_section(section, folded=folded) for section in report.sections]
    end = ["", f"From {code(report.base[:12])} to {code(_head(report))}, offline: nothing was changed."]
    taken = "\n".join([*head, *body])
    if len(taken) + len("\n".join(end)) + _ROOM > most:
        # Rather no table than a deletion that nobody sees.
        taken = _fitting(head, most - len("\n".join(end)) - _ROOM)
        return "\n".join([taken, "", "**The rest was cut.** The artifact has all of it.", *end]) + "\n"
    lines, cut = _blocks(blocks, most - len(taken) - len("\n".join(end)) - _ROOM)
    return "\n".join([taken, *lines, *cut, *end]) + "\n"


def _blocks(blocks: list[tuple[str, list[str], list[str], list[str]]], room: int) -> tuple[list[str], list[str]]:
    """Lines that fit, and what is said of those that do not."""
    lines: list[str] = []
    cut: list[str] = []
    for title, start, entries, end in blocks:
        frame = len("\n".join([*start, *end])) + 2
        kept: list[str] = []
        for entry in entries:
            if cut or room - frame - len(entry) - 1 < 0:
                break
            kept.append(entry)
            room -= len(entry) + 1
        if kept:
            lines += [*start, *kept, *end]
            room -= frame
        if len(kept) < len(entries):
            cut.append(f"{len(entries) - len(kept)} of {len(entries)} {title}")
    return lines, ["", f"**Cut: {', '.join(cut)}.** The artifact has all of it."] if cut else []


def _fitting(lines: list[str], room: int) -> str:
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line) + 1
        if size > room - 60:
            kept.append(f"**and {len(lines) - len(kept)} lines more**")
            break
        kept.append(line)
    return "\n".join(kept)


def _verdict(report: Report) -> str:
    """One sentence: what a reviewer must know first."""
    parts = []
    if report.stateful:
        many = len(report.stateful) > 1
        parts.append(
            f"{_count(len(report.stateful), 'resource')} with data {'are' if many else 'is'} deleted or replaced"
        )
    if findings := sum(each.level is Level.MANDATORY for each in report.policies):
        parts.append(f"{_count(findings, 'mandatory finding')} of policies")
    if report.entries(Topic.ROUTES):
        parts.append("who is notified changes")
    for topic in (Topic.ALARMS, Topic.RULES, Topic.OBJECTIVES, Topic.RIGHTS, Topic.NETWORK):
        if entries := report.entries(topic):
            parts.append(f"{topic.sentence}: {len(entries)}" if not parts else f"{_lower(topic)}: {len(entries)}")
    compared = [each for each in report.summaries if each.changes]
    if not parts and not compared:
        return "No comparison" if report.notes else "Nothing changes"
    changes = ", ".join(f"{each.environment} {each.changes}" for each in compared)
    parts.append(f"resources that change: {changes}" if changes else "no resource changes")
    sentence = "; ".join(parts)
    return sentence[0].upper() + sentence[1:]


def _lower(topic: Topic) -> str:
    """The topic in a sentence: CloudWatch stays as it is."""
    return topic.sentence if topic is Topic.ALARMS else topic.sentence.lower()


def _stateful(report: Report) -> Iterator[str]:
    if report.stateful:
        yield "**Data is at stake:**"
        yield ""
        yield from (_line(entry) for entry in report.stateful)
        yield ""


def _table(report: Report) -> Iterator[str]:
    if not report.summaries:
        return
    yield "| environment | create | update | replace | delete | USD a month |"
    yield "|---|---:|---:|---:|---:|---:|"
    for each in report.summaries:
        numbers = (each.create, each.update, each.replace, each.delete)
        yield f"| {each.environment} | {' | '.join(map(str, numbers))} | {_money(each)} |"


def _money(summary: Summary) -> str:
    if summary.usd_after is None:
        return ""
    after = f"{summary.usd_after.quantize(_CENT):,}"
    if summary.usd_before is None:
        return after
    delta = (summary.usd_after - summary.usd_before).quantize(_CENT)
    return f"{after} ({delta:+,})" if delta else f"{after} (the same)"


def _notes(report: Report) -> Iterator[str]:
    if report.notes:
        yield ""
        yield from (f"- Not compared: {text(note)}" for note in report.notes)


def _policies(report: Report) -> Iterator[str]:
    if not report.policies:
        return
    yield ""
    yield "### Findings of policies"
    yield ""
    yield from (_finding(each) for each in report.policies)


def _finding(each: PolicyEntry) -> str:
    since = "new, " if each.new else ""
    where = _where(each.environments)
    return f"- **{since}{each.level}** {text(each.rule)} {code(each.subject)}: {text(each.message)} {where}"


def _section(section: Section, *, folded: bool) -> tuple[str, list[str], list[str], list[str]]:
    """Title, first lines, entries and last lines."""
    topic, count = section.topic, len(section.entries)
    title = f"{topic.sentence} ({count})"
    entries = [_line(entry) for entry in section.entries]
    if folded and count > _OPEN:
        return topic.sentence.lower(), ["", f"<details><summary>{title}</summary>", ""], entries, ["", "</details>"]
    return topic.sentence.lower(), ["", f"### {title}", ""], entries, []


def _line(entry: Entry) -> str:
    detail = f": {text(entry.detail)}" if entry.detail else ""
    return f"- **{_SIGNS[entry.action]}** {code(entry.subject)}{detail} {_where(entry.environments)}"


def _where(environments: tuple[Environment, ...]) -> str:
    return f"*({', '.join(map(str, environments))})*" if len(environments) < len(Environment) else "*(everywhere)*"


def _head(report: Report) -> str:
    commit = report.head.rstrip("+")[:12]
    return f"{commit} with uncommitted changes" if report.head.endswith("+") else commit


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
