"""The browser that tests and pictures of the console need: ``python -m lab.console.browser`` installs it if need be.

Any Chromium or Chrome on PATH will do. Where there is none, Debian's is installed by apt-get.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lab.errors import LabError

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# The typeface is what makes pictures the same on every machine.
PACKAGES = ("chromium", "fonts-inter")
MANUAL = "install Chromium or Chrome by your system's own means, so that one of these is on PATH: " + ", ".join(NAMES)


def find_browser() -> Path:
    """The browser on PATH. Raises LabError that says how to get one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise LabError(f"no browser: `make browser` installs Debian's Chromium; elsewhere {MANUAL}")
    return Path(found)


def install() -> Path:
    """Have Debian's browser. Raises LabError with what apt-get says against it."""
    if shutil.which("apt-get") is None:
        raise LabError(f"no browser, and no apt-get to install one: {MANUAL}")
    print("browser: installing Debian's Chromium (about 1 min) ...", flush=True)
    privileged = () if os.geteuid() == 0 else ("sudo", "--non-interactive")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update",), ("install", "--yes", "--no-install-recommends", *PACKAGES)):
        command = (*privileged, "apt-get", "--quiet", *arguments)
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise LabError(f"only root may install a browser here, and there is no sudo: {MANUAL}") from None
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-2000:]
            raise LabError(f"{' '.join(command)} failed:\n{said}\n{MANUAL}")
    return find_browser()


def main() -> int:
    """Install it where it is missing; silent where it is not."""
    try:
        find_browser()
    except LabError:
        try:
            print(f"browser: {install()}", flush=True)
        except LabError as error:
            print(error, file=sys.stderr)
            return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
