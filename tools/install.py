"""Keep ``.venv`` in step with the requirements files: ``python3 tools/install.py``.

Installs only when a requirements file, the constraints or the Python changed since the last time.
"""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
FILES = ("requirements.txt", "requirements-dev.txt", "constraints.txt")


def wanted() -> str:
    """Text of the stamp: the Python that made the environment and a sha256 of what is installed in it."""
    content = b"\0".join((ROOT / name).read_bytes() for name in FILES)
    return f"{sys.version_info.major}.{sys.version_info.minor} {hashlib.sha256(content).hexdigest()}\n"


def main() -> int:
    """Create or update the environment; say so in one line when there was something to do."""
    stamp, python = VENV / "belfry.stamp", VENV / "bin" / "python"
    if python.exists() and stamp.is_file() and stamp.read_text() == wanted():
        return 0
    print(".venv: installing the pinned requirements (about 1 min) ...", end=" ", flush=True)
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    pip = [str(python), "-m", "pip", "--require-virtualenv", "--disable-pip-version-check", "--quiet"]
    for command in (
        # An environment of another Python is upgraded in place; pip then installs what is missing.
        [sys.executable, "-m", "venv", str(VENV)],
        [*pip, "install", "--requirement", str(ROOT / "requirements-dev.txt")],
    ):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"\n{' '.join(command)} failed:\n{(done.stdout + done.stderr).strip()}", file=sys.stderr)
            return 1
    stamp.write_text(wanted())
    print(f"ready in {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
