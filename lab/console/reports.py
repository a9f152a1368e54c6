"""The SLO reports and reviews of this environment: the list of what ``ops report`` wrote, and each file as it is."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lab.layout import Layout
from model.file import MAX_ASSET_BYTES, read_bytes
from model.problems import BadInput

# The names of our own files; no slash and no leading dot, so nothing outside the folder and nothing half written.
PATH: Final = re.compile(r"/reports/?(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.(?:html|md|json|pdf))?")
# A report is self-contained: its styles are inline, and it has no script.
POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
MOST: Final = 100
"""Reports in the list: weekly and monthly ones of more than a year."""
_FORMS: Final = {
    "html": ("HTML", "text/html; charset=utf-8"),
    "md": ("Markdown", "text/markdown; charset=utf-8"),
    "json": ("JSON", "application/json"),
    "pdf": ("PDF", "application/pdf"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One report. ``files``: of each form that it was written in. ``written``: Unix time of the newest of them."""

    name: str
    files: dict[str, Path]
    written: float


def listed(layout: Layout) -> str:
    """The list as Markdown, what was written last first."""
    found = sorted(_reports(layout), key=lambda one: (-one.written, one.name))
    lines = ["# SLO reports", ""]
    if not found:
        return "\n".join([*lines, "There is none. `make report ENV=local PERIOD=week` writes one."])
    lines += ["| report | written (UTC) | read it as |", "|---|---|---|"]
    for one in found[:MOST]:
        forms = ", ".join(
            f"[{title}](/reports/{one.files[form].name})" for form, (title, _) in _FORMS.items() if form in one.files
        )
        lines.append(f"| {one.name} | {datetime.fromtimestamp(one.written, UTC):%Y-%m-%d %H:%M} | {forms} |")
    if len(found) > MOST:
        lines += ["", f"{len(found) - MOST} older ones are in build/local/reports."]
    return "\n".join(lines)


def content(layout: Layout, name: str) -> tuple[bytes, str] | None:
    """A report's file and its media type; None for one that is not there."""
    try:
        return read_bytes(_folder(layout) / name, most=MAX_ASSET_BYTES), _FORMS[name.rpartition(".")[2]][1]
    except BadInput:
        return None


def _reports(layout: Layout) -> list[Report]:
    files: dict[str, dict[str, Path]] = {}
    for path in _folder(layout).glob("*"):
        if PATH.fullmatch(f"/reports/{path.name}") and path.is_file():
            files.setdefault(path.stem, {})[path.suffix[1:]] = path
    return [Report(name, forms, max(path.stat().st_mtime for path in forms.values())) for name, forms in files.items()]


def _folder(layout: Layout) -> Path:
    return layout.root / "build" / "local" / "reports"
