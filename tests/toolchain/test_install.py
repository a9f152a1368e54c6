"""The virtual environment follows the requirements files."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.build import ROOT


def install(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tools" / "install.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_environment_is_installed_only_when_a_requirement_changed(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "install.py", tmp_path / "tools")
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).touch()

    assert "installing the pinned requirements" in install(tmp_path).stdout
    assert (tmp_path / ".venv" / "bin" / "python").exists()
    assert install(tmp_path).stdout == ""

    (tmp_path / "requirements-dev.txt").write_text("-r not-there.txt\n")
    failed = install(tmp_path)
    assert failed.returncode == 1
    assert "not-there.txt" in failed.stderr
    assert install(tmp_path).returncode == 1, "a failed installation is not taken for a finished one"
