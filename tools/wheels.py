"""The wheels of the job archive: compiled packages for the Python of the image that runs it, not for this machine.

``requirements-jobs.txt`` pins them by checksum, and pip refuses any other. They are kept in ``.venv/wheels``, where
``stacks/job_archive.py`` finds them, so that building the archive needs no network.
"""

import hashlib
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE = "requirements-jobs.txt"
MACHINES = ("aarch64", "x86_64")
# Of the image `python` of versions.toml, and of the Lambda runtime of the same name.
PYTHON = "3.13"
# The oldest glibc that every wheel runs on; Debian 12 has 2.36, Amazon Linux 2023 has 2.34.
PLATFORMS = ("manylinux_2_28", "manylinux2014")
_PIN = re.compile(r"^([\w.-]+)==[^ \\\n]+(?: \\\n +--hash=sha256:[0-9a-f]{64})+$", re.MULTILINE)


def missing(root: Path, folder: Path) -> bool:
    """Whether the folder lacks a pinned wheel. Others in it do no harm: the archive goes by checksums."""
    pinned = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", (root / FILE).read_text(encoding="utf-8")))
    return not pinned <= {hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*")}


def downloads(pip: Sequence[str], requirements: Path, folder: Path, *, pinned: bool = True) -> list[list[str]]:
    """The commands that fetch the wheels into ``folder``, one a machine. ``pinned``: by their checksums."""
    return [
        [
            *pip,
            "download",
            *("--no-deps", "--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}"),
            *(f"--platform={platform}_{machine}" for platform in PLATFORMS),
            *(["--require-hashes"] if pinned else []),
            f"--dest={folder}",
            f"--requirement={requirements}",
        ]
        for machine in MACHINES
    ]


def write(pip: Sequence[str], root: Path, versions: Mapping[str, str], scratch: Path) -> None:
    """Pin the same packages at ``versions`` (lower-case name -> version), by the checksums of today's wheels."""
    file = root / FILE
    text = file.read_text(encoding="utf-8")
    names = _PIN.findall(text)
    asked = scratch / FILE
    asked.write_text("".join(f"{name}=={versions[name.lower()]}\n" for name in names), encoding="utf-8")
    for command in downloads(pip, asked, scratch / "wheels", pinned=False):
        subprocess.run([*command, "--quiet"], check=True)
    found: dict[str, list[str]] = {name: [] for name in names}
    for wheel in sorted((scratch / "wheels").glob("*.whl")):
        name = next(each for each in names if each.lower().replace("-", "_") == wheel.name.split("-")[0].lower())
        found[name].append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    pins = "".join(
        " \\\n".join(
            [f"{name}=={versions[name.lower()]}", *(f"    --hash=sha256:{each}" for each in sorted(checksums))]
        )
        + "\n"
        for name, checksums in found.items()
    )
    file.write_text(text[: text.index(names[0])] + pins, encoding="utf-8")
