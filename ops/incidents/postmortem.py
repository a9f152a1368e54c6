"""Writes the draft and its pictures into an incident's folder, and never over what people wrote."""

import hashlib

from model.incidents.actions import ActionItem, action_items
from model.incidents.objective_states import PAGING_BURN_RATE, threshold
from model.incidents.record import Record
from model.problems import BadInput, Problem
from ops.http import Unreachable
from ops.incidents.draft import draft
from ops.incidents.picture import curve
from ops.incidents.prometheus import Prometheus
from ops.incidents.store import POSTMORTEM, Folder

PICTURE_SECONDS = 900.0
"""Before the onset and after the end: what was normal is in the picture too."""

_MOST_PICTURES = 6
_MARK = "evidence/draft.sha256"


def write_draft(folder: Folder, prometheus: Prometheus | None, now: float) -> str:
    """Where the draft is. Without ``prometheus`` it has no pictures.

    Raises BadInput where people have changed it.
    """
    if edited(folder):
        where = f"{folder.id}/{POSTMORTEM}"
        raise BadInput([Problem(where, "the draft was edited", "move it away first: a new draft would replace it")])
    record = folder.record()
    pictures = [] if prometheus is None else _pictures(folder, record, prometheus, now)
    text = draft(record, folder.timeline(), pictures)
    folder.write(_MARK, _digest(text) + "\n")
    folder.write(POSTMORTEM, text)
    return folder.shown(POSTMORTEM)


def edited(folder: Folder) -> bool:
    """Whether a person changed the draft."""
    text = folder.read(POSTMORTEM)
    return text is not None and (folder.read(_MARK) or "").strip() != _digest(text)


def items(folder: Folder, teams: frozenset[str]) -> tuple[ActionItem, ...]:
    """Action items of the post-mortem, with the issues that were made of them; none without a post-mortem.

    Raises BadInput for mistakes in the front matter.
    """
    text = folder.read(POSTMORTEM)
    if text is None:
        return ()
    issues = folder.issues()
    found = action_items(text, f"{folder.id}/{POSTMORTEM}", teams)
    return tuple(one.model_copy(update={"issue": one.issue or issues.get(one.id)}) for one in found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _pictures(folder: Folder, record: Record, prometheus: Prometheus, now: float) -> list[tuple[str, str]]:
    onset, restored = record.times.onset, record.times.restored
    if onset is None:
        return []
    found = []
    marks = [("onset", onset), ("detected", record.times.detected), ("restored", restored)]
    for number, one in enumerate(record.impact[:_MOST_PICTURES], start=1):
        window = (onset - PICTURE_SECONDS, now if restored is None else restored + PICTURE_SECONDS)
        try:
            samples = prometheus.ratios(one.system, one.component, one.objective, *window)
            target = prometheus.target(one.system, one.component, one.objective, window[1])
        except Unreachable:
            continue
        if samples and target is not None:
            subject = f"{one.system}/{one.component} {one.objective}"
            title = f"{subject}: share of bad events (threshold {PAGING_BURN_RATE:g} x budget)"
            known = [(text, at) for text, at in marks if at is not None]
            folder.write(f"evidence/sli-{number}.svg", curve(title, samples, threshold(target), known))
            found.append((title, f"evidence/sli-{number}.svg"))
    return found
