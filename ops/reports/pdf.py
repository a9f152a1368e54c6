"""The HTML report printed as PDF by Chromium, which the report does not need otherwise."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from model.problems import BadInput, Problem

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_SECONDS = 120


def browser() -> str:
    """The browser on PATH. Raises BadInput."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        allowed = f"one of {', '.join(BROWSERS)} on PATH (`make browser` installs Debian's)"
        raise BadInput([Problem("--pdf", "found no browser, which prints it", allowed)])
    return found


def printed(html: str, program: str) -> bytes:
    """The PDF. The browser gets a profile of its own and loads nothing but the file. Raises BadInput where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        page, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(html, encoding="utf-8")
        done = subprocess.run(
            [program, *_options(Path(folder)), f"--print-to-pdf={target}", page.as_uri()],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        if done.returncode or not target.exists():
            last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise BadInput([Problem("--pdf", f"{program} did not print it: {last[0]}", "another browser on PATH")])
        return target.read_bytes()


def _options(folder: Path) -> Sequence[str]:
    # Without a sandbox it also runs as root and in a container; the page is ours and has no script.
    return (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'profile'}",
    )
