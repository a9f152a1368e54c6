"""The virtual environment follows the requirements files."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.table import ROOT


def install(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tools" / "install.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "install.py", tmp_path / "tools")
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-no-deps.txt", "constraints.txt"):
        (tmp_path / name).touch()
    return tmp_path


def test_the_environment_is_installed_only_when_a_requirement_changed(root: Path) -> None:
    assert "installing the pinned requirements" in install(root).stdout
    assert (root / ".venv" / "bin" / "python").exists()
    assert install(root).stdout == ""

    (root / "requirements-dev.txt").write_text("-r not-there.txt\n")
    failed = install(root)
    assert failed.returncode == 1
    assert "not-there.txt" in failed.stderr
    assert install(root).returncode == 1, "a failed installation is not taken for a finished one"


def test_a_broken_environment_is_made_again_and_reported(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / ".venv").symlink_to("elsewhere")
    assert "ready in" in install(root).stdout, "the environment may be a link to a folder"
    python = root / ".venv" / "bin" / "python"

    python.unlink()
    python.symlink_to("/no/such/python")
    assert ".venv: its Python does not start, installing the pinned requirements" in install(root).stdout
    assert install(root).stdout == ""

    [packages] = (root / ".venv").glob("lib/python*/site-packages")
    shutil.rmtree(packages / "pip")
    assert ".venv: pip is gone, installing the pinned requirements" in install(root).stdout
    assert (packages / "pip").is_dir()
    assert install(root).stdout == ""

    (packages / "another").mkdir()
    assert install(root).stdout == "", "what somebody else installed is no fault"
    assert (root / ".venv").is_symlink()
