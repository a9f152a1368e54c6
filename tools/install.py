"""Keep ``.venv`` in step with the requirements files: ``python3 -m tools.install``.

Installs when a requirements file, the constraints or the Python changed since the last time, and again from the start
when the environment is broken: its Python does not start, or a package is gone. Beside the packages it keeps the wheels
of the job archive.
"""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

from tools import wheels

ROOT = Path(__file__).resolve().parent.parent
# Where a link leads to: `python -m venv` refuses a link to a folder.
VENV = (ROOT / ".venv").resolve()
# What requirements-no-deps.txt names is installed without what it asks for; the file says why.
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-no-deps.txt", "constraints.txt")
START_SECONDS = 30
PIP = [
    *(str(VENV / "bin" / "python"), "-m", "pip"),
    *("--require-virtualenv", "--disable-pip-version-check", "--quiet"),
]


def wanted() -> str:
    """First line of the stamp: the Python that made the environment and a sha256 of what is installed in it."""
    content = b"\0".join((ROOT / name).read_bytes() for name in FILES)
    return f"{sys.version_info.major}.{sys.version_info.minor} {hashlib.sha256(content).hexdigest()}\n"


def installed() -> set[str]:
    """Names of the packages' files and folders. Listing them takes a millisecond; importing them would take seconds."""
    return {path.name for path in VENV.glob("lib/python*/site-packages/*") if path.name != "__pycache__"}


def broken(stamp: str) -> str:
    """What is wrong with an environment that was installed whole; "" when nothing is seen."""
    try:
        command = [str(VENV / "bin" / "python"), "-I", "-c", ""]
        started = subprocess.run(command, capture_output=True, check=False, timeout=START_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        started = False
    if not started:
        return "its Python does not start"
    gone = sorted(set(stamp.splitlines()[1:]) - installed())
    return f"{gone[0]} is gone" if gone else ""


def main() -> int:
    """Create or update the environment and the wheels; say so in a line each when there was something to do."""
    return _packages() or _wheels()


def _packages() -> int:
    stamp = VENV / "belfry.stamp"
    found = stamp.read_text() if stamp.is_file() else ""
    fault = broken(found) if found else ""
    if found.startswith(wanted()) and not fault:
        return 0
    why = f"{fault}, " if fault else ""
    print(f".venv: {why}installing the pinned requirements (about 1 min) ...", end=" ", flush=True)
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    done = _run(
        # An environment of another Python is upgraded in place; pip then installs what is missing. Into a broken one it
        # would not: it believes the list of what is installed, and venv keeps a link to a Python that is gone.
        [sys.executable, "-m", "venv", *(["--clear"] if fault else []), str(VENV)],
        [*PIP, "install", "--requirement", str(ROOT / "requirements-dev.txt")],
        [*PIP, "install", "--no-deps", "--requirement", str(ROOT / "requirements-no-deps.txt")],
    )
    if not done:
        return 1
    stamp.write_text(wanted() + "".join(f"{name}\n" for name in sorted(installed())))
    print(f"ready in {time.monotonic() - started:.0f} s", flush=True)
    return 0


def _wheels() -> int:
    folder = VENV / "wheels"
    if not wheels.missing(ROOT, folder):
        return 0
    print(".venv: fetching the wheels of the job archive ...", end=" ", flush=True)
    if not _run(*wheels.downloads(PIP, ROOT / wheels.FILE, folder)):
        return 1
    print("ready", flush=True)
    return 0


def _run(*commands: list[str]) -> bool:
    for command in commands:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"\n{' '.join(command)} failed:\n{(done.stdout + done.stderr).strip()}", file=sys.stderr)
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
