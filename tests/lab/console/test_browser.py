"""How the browser for tests and pictures is found and installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.console.browser import find_browser
from lab.errors import LabError
from tests.lab.console.fakes import ROOT

APT_GET = """#!/bin/sh
echo "$@" >> {log}
[ "$2" = update ] || {{ printf '#!/bin/sh\\n' > {folder}/chromium; /bin/chmod +x {folder}/chromium; }}
"""


def run(path: Path) -> subprocess.CompletedProcess[str]:
    """Install the browser with only ``path`` to find programs in."""
    environment = {"PATH": str(path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lab.console.browser"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_a_browser_is_installed_once_from_debian(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program(tmp_path / "apt-get", APT_GET.format(log=log, folder=tmp_path))
    program(tmp_path / "sudo", '#!/bin/sh\nshift\n"$@"\n')
    first = run(tmp_path)
    assert first.returncode == 0, first.stderr
    assert "installing Debian's Chromium" in first.stdout
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["update", "install"]
    assert (run(tmp_path).returncode, run(tmp_path).stdout) == (0, "")
    assert len(log.read_text().splitlines()) == 2


def test_a_failed_installation_says_what_apt_says_and_what_else_to_do(tmp_path: Path) -> None:
    program(tmp_path / "apt-get", "#!/bin/sh\necho no such package >&2\nexit 100\n")
    program(tmp_path / "sudo", '#!/bin/sh\nshift\n"$@"\n')
    failed = run(tmp_path)
    assert failed.returncode == 1
    assert "no such package" in failed.stderr
    assert "by your system's own means" in failed.stderr


def test_without_apt_the_message_names_what_to_install(tmp_path: Path) -> None:
    failed = run(tmp_path)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "no apt-get" in failed.stderr


def test_a_missing_browser_is_an_error_that_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match="make browser"):
        find_browser()
