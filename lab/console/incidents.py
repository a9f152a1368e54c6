"""Incidents as pages: the list, and one with its times, its impact, its pictures and its timeline."""

import re
from typing import Final

from lab.layout import Layout
from model.incidents.actions import FRONT
from model.vocabulary import Environment
from ops.incidents.draft import clock, draft, duration, quoted
from ops.incidents.places import store
from ops.incidents.screen import TITLES, times
from ops.incidents.store import POSTMORTEM, Folder, newest_first

PATH: Final = re.compile(
    r"/incidents/?(?:(?P<id>[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9-]{1,60})/?(?:evidence/(?P<picture>sli-[0-9]{1,2}\.svg))?)?"
)
MOST: Final = 100
"""Of the list: as many as a team has in a year; `ops incident list` has all."""


def listed(layout: Layout) -> str:
    """The list as Markdown, the newest first. Raises BadInput for a record that is broken."""
    found = newest_first(_folders(layout))
    lines = ["# Incidents", ""]
    if not found:
        return "\n".join([*lines, "There is none. They are written down while the local environment runs."])
    for name, numbers in times(made for _, made in found).items():
        said = f"median {duration(numbers['median'])}, p90 {duration(numbers['p90'])}, n {numbers['n']}"
        lines.append(f"- {TITLES[name]}: {said}")
    lines += [
        "",
        "| incident | status | what | opened | detected after | restored after |",
        "|---|---|---|---|---|---|",
    ]
    for folder, made in found[:MOST]:
        of = made.times
        after = f"{duration(of.to_detect)} | {duration(of.to_restore)}"
        link = f"[{folder.id}](/incidents/{folder.id}/)"
        lines.append(f"| {link} | {made.status} | {quoted(made.title)} | {clock(made.opened)} | {after} |")
    return "\n".join(lines)


def one(layout: Layout, identity: str) -> str | None:
    """One as Markdown: the post-mortem, or what its draft would be now; None for an unknown one."""
    folder = _folder(layout, identity)
    if folder is None:
        return None
    text = folder.read(POSTMORTEM)
    if text is not None:
        return FRONT.sub("", text)
    return FRONT.sub("", draft(folder.record(), folder.timeline(), []))


def picture(layout: Layout, identity: str, name: str) -> bytes | None:
    """A picture of the SLI; None for an unknown one."""
    folder = _folder(layout, identity)
    drawn = None if folder is None else folder.read(f"evidence/{name}")
    return None if drawn is None else drawn.encode()


def _folders(layout: Layout) -> list[Folder]:
    return store(layout.root, Environment.LOCAL, None).all()


def _folder(layout: Layout, identity: str) -> Folder | None:
    return next((folder for folder in _folders(layout) if folder.id == identity), None)
