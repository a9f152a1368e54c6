"""A copy of the project, deployed and started: what the tests against the real servers ask."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lab.endpoints import Endpoints
from lab.layout import Layout
from lab.process import request
from tests.configs.collectors import wait_for

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
_LEFT_BEHIND = shutil.ignore_patterns(
    ".venv", ".git", ".local", ".tools", "build", "__pycache__", ".*_cache", ".hypothesis"
)


@dataclass(frozen=True)
class RunningLab:
    """Its folder and its addresses."""

    root: Path
    at: Endpoints

    @property
    def layout(self) -> Layout:
        return Layout(self.root)

    def ask(self, url: str, **query: str | int) -> Any:
        """The JSON that a server answers with; empty when it has none."""
        status, text = request("GET", f"{url}?{urlencode(query)}" if query else url)
        return json.loads(text) if status == 200 else {}

    def until(self, condition: Callable[[], Any], seconds: int = SECONDS) -> Any:
        """What ``condition`` answers as soon as that is not empty."""
        found = wait_for(condition, seconds)
        assert found, "waited in vain"
        return found

    def series(self, query: str) -> list[dict[str, Any]]:
        """What Prometheus has for a query."""
        found: list[dict[str, Any]] = self.ask(f"{self.at.prometheus}/api/v1/query", query=query)["data"]["result"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        """Prometheus's rules, each with the name of its group."""
        groups = self.ask(f"{self.at.prometheus}/api/v1/rules")["data"]["groups"]
        return [{**rule, "group": group["name"]} for group in groups for rule in group["rules"]]

    def notifications(self, **query: str) -> list[dict[str, Any]]:
        """What the inbox has."""
        found: list[dict[str, Any]] = self.ask(f"{self.at.inbox}/notifications", **query)
        return found

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python -m ...`` in the copy."""
        return subprocess.run(
            [sys.executable, "-m", *arguments], cwd=self.root, capture_output=True, text=True, check=False
        )


def copy_of_project(folder: Path) -> Path:
    """The project without what is made from it; tools are shared."""
    root = folder / "belfry"
    shutil.copytree(ROOT, root, ignore=_LEFT_BEHIND)
    (root / ".tools").symlink_to(ROOT / ".tools")
    return root


def must(done: subprocess.CompletedProcess[str]) -> str:
    """What it printed; the test fails when it failed."""
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
