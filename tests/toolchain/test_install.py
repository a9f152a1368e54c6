"""The virtual environment follows the requirements files."""

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.tools import PROJECT
from tools import wheels
from tools.table import ROOT


def install(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.install"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    for name in ("install.py", "wheels.py"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    for name in (
        *("requirements.txt", "requirements-dev.txt", "requirements-no-deps.txt", "requirements-jobs.txt"),
        "constraints.txt",
    ):
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


@pytest.fixture(name="pin")
def of_a_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with one wheel in place of the registry, and the line that pins it."""
    wheel = tmp_path / "registry" / "tiny-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        made.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr("tiny-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    return f"tiny==1.0 \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def test_a_missing_wheel_is_fetched_and_one_of_another_content_refused(root: Path, pin: str) -> None:
    assert install(root).returncode == 0
    (root / "requirements-jobs.txt").write_text(pin)
    damaged = root / ".venv" / "wheels" / "tiny-1.0-py3-none-any.whl"
    damaged.parent.mkdir()
    damaged.touch()

    assert install(root).stdout == ".venv: fetching the wheels of the job archive ... ready\n"
    assert [file.name for file in damaged.parent.iterdir()] == [damaged.name]
    assert damaged.stat().st_size, "it is another file than the damaged one"
    assert install(root).stdout == ""

    (root / "requirements-jobs.txt").write_text(re.sub("sha256:....", "sha256:0000", pin))
    failed = install(root)
    assert failed.returncode == 1
    assert "DO NOT MATCH THE HASHES" in failed.stderr


def test_new_versions_are_pinned_by_the_checksums_of_their_wheels(root: Path, pin: str, tmp_path: Path) -> None:
    file = root / "requirements-jobs.txt"
    file.write_text(f"# Why.\n{re.sub('sha256:....', 'sha256:0000', pin).replace('1.0', '0.9')}")
    (tmp_path / "scratch").mkdir()

    wheels.write([sys.executable, "-m", "pip"], root, {"tiny": "1.0"}, tmp_path / "scratch")
    assert file.read_text() == f"# Why.\n{pin}"


FILE = "requirements-no-deps.txt"
PINS = dict(re.findall(r"^([\w-]+)==(\S+)$", (PROJECT / FILE).read_text(), re.MULTILINE))


def unmet(package: str) -> list[str]:
    """What the package asks for and the environment does not have."""
    asked = [Requirement(text) for text in requires(package) or []]
    return [str(each) for each in asked if each.name != "setuptools" and version(each.name) not in each.specifier]


def test_the_installed_package_is_the_pinned_one() -> None:
    assert PINS
    assert {package: version(package) for package in PINS} == PINS


def test_each_is_still_refused_beside_our_pins_and_only_for_protobuf() -> None:
    """When this fails because nothing is refused any more, move the pin to requirements-dev.txt and drop the file."""
    assert {package: [text.split("=")[0].rstrip("~") for text in unmet(package)] for package in PINS} == {
        "pulumi-policy": ["protobuf"]
    }
