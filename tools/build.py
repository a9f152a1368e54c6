"""Build the pinned command-line tools of ``tools.toml`` into ``.tools/bin``.

    python3 tools/build.py [NAME ...]        all tools when no name is given

Runs before the virtual environment exists, hence on the standard library alone. A tool is skipped when its stamp
says that nothing changed, linked when PATH has exactly its version, else built by Go from the module in its folder,
whose go.sum checks every byte that comes in. Exit codes: 0 all tools are there, 1 a build failed, 2 bad input.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# -mod=readonly beats a -mod in the user's GOFLAGS: go.mod and go.sum are the pin and never change by a build.
# -trimpath and -buildvcs=false leave the place of the checkout and its commit out of the binary.
BUILD = ("build", "-mod=readonly", "-trimpath", "-buildvcs=false")
# Without cgo the same program comes out with and without a C compiler; a go.work further up must not mix in.
ENVIRONMENT = {"CGO_ENABLED": "0", "GOWORK": "off"}
# Asking a program for its version takes a fraction of a second; one that hangs is not the program we look for.
VERSION_TIMEOUT_SECONDS = 30


class ToolError(Exception):
    """A tool cannot be provided; the text is for the user."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One row of the table; tools.toml says what each field means."""

    name: str
    folder: str
    package: str
    module: str
    module_version: str
    version: str
    version_args: list[str]
    variables: dict[str, str]
    minutes: int

    @property
    def ldflags(self) -> str:
        """Linker flags: no debug tables (a third of the size), and the variables of the row."""
        settings = (f"-X {name}={value.format(version=self.version)}" for name, value in sorted(self.variables.items()))
        return " ".join(["-s -w", *settings])


@dataclass(frozen=True)
class Workshop:
    """Where the tools' modules lie and where the programs go."""

    modules: Path
    bin: Path

    def provide(self, tool: Tool) -> str:
        """Make ``tool`` available in ``bin`` and return how, as the end of its line of progress."""
        program, stamp, wanted = self.bin / tool.name, self.bin / f"{tool.name}.stamp", self.stamp(tool)
        if program.is_file() and stamp.is_file() and stamp.read_text().startswith(wanted):
            if program.is_symlink():
                # A linked program is its owner's to upgrade, so it is asked again.
                if says_version(program, tool):
                    return "already linked"
            elif is_as_built(program, stamp, wanted, tool):
                return "already built"
            else:
                print("the program is not the one that was built,", end=" ", flush=True)
        stamp.unlink(missing_ok=True)
        if found := self._on_path(tool):
            program.unlink(missing_ok=True)
            program.symlink_to(found)
            outcome = f"linked to {found}"
        else:
            started = time.monotonic()
            self._build(tool, program)
            outcome = f"ready in {time.monotonic() - started:.0f} s"
        stamp.write_text(wanted if program.is_symlink() else wanted + identity(program))
        return outcome

    def stamp(self, tool: Tool) -> str:
        """Version, and a sha256 over everything that decides what the build makes."""
        content = hashlib.sha256(json.dumps([asdict(tool), BUILD, ENVIRONMENT], sort_keys=True).encode())
        folder = self.modules / tool.folder
        # A generated program has its sources beside its go.mod.
        for path in (folder / "go.mod", folder / "go.sum", *sorted(folder.glob("*.go"))):
            content.update(path.read_bytes())
        return f"{tool.version} {content.hexdigest()}\n"

    def _on_path(self, tool: Tool) -> Path | None:
        folders = [folder for folder in os.get_exec_path() if Path(folder).resolve() != self.bin.resolve()]
        found = shutil.which(tool.name, path=os.pathsep.join(folders))
        return Path(found).resolve() if found and says_version(Path(found), tool) else None

    def _build(self, tool: Tool, program: Path) -> None:
        folder = self.modules / tool.folder
        check_go(folder)
        print(f"building (about {tool.minutes} min) ...", end=" ", flush=True)
        # Built beside its place and renamed when whole, so that an interrupted build leaves no program at all.
        partial = program.with_name(f".{tool.name}.partial")
        try:
            command = ["go", *BUILD, "-ldflags", tool.ldflags, "-o", str(partial), tool.package]
            done = subprocess.run(
                command, cwd=folder, env=go_environment(), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise ToolError(f"{tool.name} {tool.version} does not build:\n{done.stderr.strip()}")
            # The linker ignores a variable that does not exist, so a program is believed only when asked.
            if not says_version(partial, tool):
                raise ToolError(f"{tool.name} was built but does not say {tool.version}; see `variables` in tools.toml")
            partial.replace(program)
        finally:
            partial.unlink(missing_ok=True)


def identity(program: Path) -> str:
    """What tells a built program from another one, as the second line of its stamp: size, time, sha256."""
    state = program.stat()
    with program.open("rb") as file:
        return f"{state.st_size} {state.st_mtime_ns} {hashlib.file_digest(file, 'sha256').hexdigest()}\n"


def is_as_built(program: Path, stamp: Path, wanted: str, tool: Tool) -> bool:
    """Whether ``program`` is what was built, and not cut off, emptied or replaced since.

    Size and time first: all programs are 500 MB, whose hash takes seconds at every `make`, and whatever writes to a
    file changes its time. Only then the hash, since a copied or restored folder has other times and the same bytes.
    """
    recorded = stamp.read_text().removeprefix(wanted)
    if not recorded:  # written before stamps had a second line
        if not says_version(program, tool):
            return False
    else:
        state = program.stat()
        if recorded.startswith(f"{state.st_size} {state.st_mtime_ns} "):
            return True
        if identity(program).split()[2] != recorded.split()[-1]:
            return False
    stamp.write_text(wanted + identity(program))
    return True


def load(table: Path) -> dict[str, Tool]:
    """Read the table of tools, by name, in its order."""
    rows = tomllib.loads(table.read_text(encoding="utf-8"))
    return {name: Tool(name=name, **row) for name, row in rows.items()}


def says_version(program: Path, tool: Tool) -> bool:
    """Whether ``program`` runs and names exactly the version of the row."""
    # Pulumi would otherwise ask its own servers for news.
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [program, *tool.version_args],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=VERSION_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return re.search(rf"(?<![\w.])v?{re.escape(tool.version)}(?![\w.+-])", done.stdout + done.stderr) is not None


def go_environment() -> dict[str, str]:
    """Environment of a Go command: the user's (GOFLAGS, GOPROXY, caches), with what the build fixes."""
    return os.environ | ENVIRONMENT


def check_go(folder: Path) -> None:
    """Raise unless Go is there and new enough for the module in ``folder``."""
    needed = re.search(r"^go (\d+)\.(\d+)", (folder / "go.mod").read_text(), re.MULTILINE)
    assert needed, f"{folder}/go.mod has no go line"
    text = ".".join(needed.groups())
    if not shutil.which("go"):
        raise ToolError(f"Go {text} or newer is needed to build it, and there is no `go` on PATH")
    # Asked inside the module: with GOTOOLCHAIN=auto an older Go fetches the one that go.mod names.
    asked = subprocess.run(
        ["go", "env", "GOVERSION"], cwd=folder, env=go_environment(), capture_output=True, text=True, check=False
    )
    found = re.match(r"go(\d+)\.(\d+)", asked.stdout)
    if not found or [int(part) for part in found.groups()] < [int(part) for part in needed.groups()]:
        says = (asked.stdout.strip() or asked.stderr.strip() or "nothing").splitlines()[-1]
        raise ToolError(f"Go {text} or newer is needed to build it; `go env GOVERSION` says: {says}")


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Let one builder at a time into the workshop; a second one waits."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another build of the tools is running, waiting for it ...", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(names: Sequence[str]) -> int:
    """Provide the named tools, or all, one after the other."""
    workshop, tools = Workshop(ROOT / "tools", ROOT / ".tools" / "bin"), load(ROOT / "tools" / "tools.toml")
    if unknown := sorted(set(names) - set(tools)):
        print(f"unknown tool: {', '.join(unknown)}; allowed: {', '.join(tools)}", file=sys.stderr)
        return 2
    try:
        with only_one(workshop.bin.parent / "lock"):
            workshop.bin.mkdir(exist_ok=True)
            for name in names or tools:
                print(f"{name} {tools[name].version}:", end=" ", flush=True)
                print(workshop.provide(tools[name]), flush=True)
    except ToolError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:  # such as a .tools that is no folder
        print(f"\n{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted, nothing half-built is left", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    # A plain SIGTERM would end Python without the clean-up of a half-written program.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
