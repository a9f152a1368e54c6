"""Write ``constraints.txt``: every package that requirements-dev.txt brings along, at the version pip picks today.

Also the checksums in ``requirements-jobs.txt``, of the wheels of these versions.

Run by ``make constraints`` after a change of a requirements file. Resolved in a throw-away environment, because
whatever else was tried out in ``.venv`` has no place in the pins.
"""

import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

from tools import wheels

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# All packages of requirements-dev.txt, frozen. Written by `make constraints`, not by hand.\n"


def main() -> None:
    """Resolve the requirements without the old constraints, and freeze the outcome, sorted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for requirements in ("requirements.txt", "requirements-dev.txt"):
            shutil.copy(ROOT / requirements, folder)
        (folder / "constraints.txt").touch()
        print("constraints.txt: resolving (about 1 min) ...", end=" ", flush=True)
        venv.create(folder / "venv", with_pip=True)
        pip = [
            str(folder / "venv" / "bin" / "python"),
            "-m",
            "pip",
            "--require-virtualenv",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, "install", "--quiet", "-r", str(folder / "requirements-dev.txt")], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
        pins = sorted(frozen.splitlines(), key=str.lower)
        wheels.write(
            pip, ROOT, {name.lower(): version for name, _, version in (pin.partition("==") for pin in pins)}, folder
        )
    (ROOT / "constraints.txt").write_text(HEADER + "".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    print(f"{len(pins)} packages")


if __name__ == "__main__":
    main()
