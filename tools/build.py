"""Build the pinned command-line tools of ``tools.toml`` into ``.tools/bin``.

    python3 -m tools.build [--keep-going] [--for=PURPOSE] [NAME ...]        all tools when none is chosen

Runs before the virtual environment exists, hence on the standard library alone. A tool is skipped when its stamp
says that nothing changed, linked when PATH has a fitting version, else built by Go from the module in its folder,
whose go.sum checks every byte that comes in. Exit codes: 0 all tools are there, 1 a build failed, 2 bad input.

--keep-going: a tool that cannot be built is named in one line, and the others are built. Exit code 0: what needs that
tool says so itself.
--for=start, join or test: the tools that tools.toml lists for it.
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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.table import PURPOSES, ROOT, Tool, load, minutes, needed_for, version_of

# -mod=readonly beats a -mod in the user's GOFLAGS: go.mod and go.sum are the pin and never change by a build.
# -trimpath and -buildvcs=false leave the place of the checkout and its commit out of the binary.
BUILD = ("build", "-mod=readonly", "-trimpath", "-buildvcs=false")
# Without cgo the same program comes out with and without a C compiler; a go.work further up must not mix in.
ENVIRONMENT = {"CGO_ENABLED": "0", "GOWORK": "off"}

# On a terminal the line is written again this often.
PERIOD_SECONDS = 5.0


class ToolError(Exception):
    """A tool cannot be provided; the text is for the user, and ``log`` has the rest of it."""

    def __init__(self, text: str, log: Path | None = None) -> None:
        super().__init__(f"{text} (all of it: {os.path.relpath(log)})" if log else text)


@dataclass(frozen=True)
class Workshop:
    """Where the tools' modules lie and where the programs go."""

    modules: Path
    bin: Path

    def provide(self, tool: Tool) -> str:
        """Make ``tool`` available in ``bin`` and return how, as the end of its line of progress. Raises ToolError."""
        program, stamp, wanted = self.bin / tool.name, self.bin / f"{tool.name}.stamp", self.stamp(tool)
        if how := self.present(tool):
            return f"already {how}"
        if program.is_file() and not program.is_symlink() and stamp.is_file() and stamp.read_text().startswith(wanted):
            print("the program differs from the one that was built,", end=" ", flush=True)
        stamp.unlink(missing_ok=True)
        if found := self.on_path(tool):
            program.unlink(missing_ok=True)
            program.symlink_to(found)
            outcome = f"linked to {found}"
        else:
            started = time.monotonic()
            self._build(tool, program)
            outcome = f"ready in {time.monotonic() - started:.0f} s"
        stamp.write_text(wanted if program.is_symlink() else wanted + identity(program))
        return outcome

    def present(self, tool: Tool) -> str:
        """``built`` or ``linked`` when ``bin`` has the program, in its pinned or a fitting version; else ""."""
        program, stamp, wanted = self.bin / tool.name, self.bin / f"{tool.name}.stamp", self.stamp(tool)
        if not (program.is_file() and stamp.is_file() and stamp.read_text().startswith(wanted)):
            return ""
        if program.is_symlink():
            # A linked program is its owner's to upgrade, so it is asked again.
            return "linked" if tool.fits(version_of(program, tool)) else ""
        return "built" if is_as_built(program, stamp, wanted, tool) else ""

    def stamp(self, tool: Tool) -> str:
        """Version, and a sha256 over everything that decides what the build makes."""
        content = hashlib.sha256(json.dumps([tool.what_is_built, BUILD, ENVIRONMENT], sort_keys=True).encode())
        folder = self.modules / tool.folder
        # A generated program has its sources beside its go.mod, or in a folder of its own there.
        sources = folder / tool.package if tool.package.startswith(".") else folder
        for path in (folder / "go.mod", folder / "go.sum", *sorted(sources.glob("*.go"))):
            content.update(path.read_bytes())
        return f"{tool.version} {content.hexdigest()}\n"

    def on_path(self, tool: Tool) -> Path | None:
        """A program of a fitting version that the user has."""
        folders = [folder for folder in os.get_exec_path() if Path(folder).resolve() != self.bin.resolve()]
        found = shutil.which(tool.path_name or tool.name, path=os.pathsep.join(folders))
        return Path(found).resolve() if found and tool.fits(version_of(Path(found), tool)) else None

    def _build(self, tool: Tool, program: Path) -> None:
        folder, log = self.modules / tool.folder, self.bin.parent / f"{tool.name}.log"
        check_go(folder)
        # Built beside its place and renamed when whole, so that an interrupted build leaves no program at all.
        partial = program.with_name(f".{tool.name}.partial")
        try:
            tags = f"-tags={','.join(tool.tags)}"
            command = ["go", *BUILD, tags, "-ldflags", tool.ldflags, "-o", str(partial), tool.package]
            title = f"{tool.name} {tool.version}:"
            code = run(
                command, folder=folder, environment=go_environment(), log=log, title=title, cpu_seconds=tool.cpu_seconds
            )
            if code:
                raise ToolError(first_fault(log), log)
            # The linker ignores a variable that does not exist, so a program is believed only when asked.
            if version_of(partial, tool) != tool.version:
                raise ToolError(f"it was built but does not say {tool.version}; see `variables` in tools.toml")
            partial.replace(program)
            log.unlink()
        finally:
            partial.unlink(missing_ok=True)


def first_fault(log: Path) -> str:
    """The first line of Go's output with an error."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line and not line.startswith(("go: downloading", "#"))]
    return said[0] if said else "Go failed and said nothing"


def identity(program: Path) -> str:
    """What identifies a built program, as the second line of its stamp: size, time, sha256."""
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
        if version_of(program, tool) != tool.version:
            return False
    else:
        state = program.stat()
        if recorded.startswith(f"{state.st_size} {state.st_mtime_ns} "):
            return True
        if identity(program).split()[2] != recorded.split()[-1]:
            return False
    stamp.write_text(wanted + identity(program))
    return True


def go_environment() -> dict[str, str]:
    """Environment of a Go command: the user's (GOFLAGS, GOPROXY, caches), with what the build fixes."""
    return os.environ | ENVIRONMENT


def needed_go(folder: Path) -> tuple[int, int]:
    """The oldest Go that builds the module in ``folder``: major and minor version."""
    needed = re.search(r"^go (\d+)\.(\d+)", (folder / "go.mod").read_text(), re.MULTILINE)
    assert needed, f"{folder}/go.mod has no go line"
    return int(needed[1]), int(needed[2])


def check_go(folder: Path) -> None:
    """Raise unless Go is there and new enough for the module in ``folder``."""
    needed = needed_go(folder)
    text = ".".join(map(str, needed))
    if not shutil.which("go"):
        raise ToolError(f"Go {text} or newer is needed, and there is no `go` on PATH")
    # Asked inside the module: with GOTOOLCHAIN=auto an older Go fetches the one that go.mod names.
    asked = subprocess.run(
        ["go", "env", "GOVERSION"], cwd=folder, env=go_environment(), capture_output=True, text=True, check=False
    )
    found = re.match(r"go(\d+)\.(\d+)", asked.stdout)
    if not found or [int(part) for part in found.groups()] < list(needed):
        says = (asked.stdout.strip() or asked.stderr.strip() or "nothing").splitlines()[-1]
        raise ToolError(f"Go {text} or newer is needed; `go env GOVERSION` says: {says}")


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


def main(arguments: Sequence[str]) -> int:
    """Provide the named tools, or all, one after the other."""
    keep_going, purposes = "--keep-going" in arguments, [word[6:] for word in arguments if word.startswith("--for=")]
    names = [word for word in arguments if word != "--keep-going" and not word.startswith("--for=")]
    workshop, tools = Workshop(ROOT / "tools", ROOT / ".tools" / "bin"), load(ROOT / "tools" / "tools.toml")
    if unknown := sorted(set(names) - set(tools)):
        print(f"unknown tool: {', '.join(unknown)}; allowed: {', '.join(tools)}", file=sys.stderr)
        return 2
    if unknown := sorted(set(purposes) - set(PURPOSES)):
        print(f"--for: found {', '.join(unknown)}; allowed: {', '.join(PURPOSES)}", file=sys.stderr)
        return 2
    names = [*names, *needed_for(tools, *purposes)] if names or purposes else list(tools)
    chosen = [tools[name] for name in names]
    try:
        with only_one(workshop.bin.parent / "lock"):
            workshop.bin.mkdir(exist_ok=True)
            announce(workshop, chosen)
            for tool in chosen:
                print(f"{tool.name} {tool.version}:", end=" ", flush=True)
                try:
                    print(workshop.provide(tool), flush=True)
                except ToolError as error:
                    print("failed", flush=True)
                    print(f"{tool.name} {tool.version} cannot be built: {error}", file=sys.stderr, flush=True)
                    if not keep_going:
                        return 1
    except OSError as error:  # such as a .tools that is no folder
        print(f"\n{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted, no partial build remains", file=sys.stderr)
        return 130
    return 0


def announce(workshop: Workshop, chosen: Sequence[Tool]) -> None:
    """Say how long it takes when several tools have to be built."""
    missing = [tool for tool in chosen if not workshop.present(tool) and not workshop.on_path(tool)]
    if len(missing) > 1:
        names, seconds = ", ".join(tool.name for tool in missing), sum(tool.cpu_seconds for tool in missing)
        print(f"{len(missing)} tools to build, about {minutes(seconds)} min: {names}", flush=True)


def run(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path, title: str, cpu_seconds: float
) -> int:
    """The exit code of ``command``, whose output goes to ``log``.

    ``title``: the beginning of the line, already printed. ``cpu_seconds``: what it takes by the measurement.
    """
    started = time.monotonic()
    print(f"building (about {minutes(cpu_seconds)} min) ...", end=" ", flush=True)
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT) as running,
    ):
        try:
            while True:
                try:
                    return running.wait(PERIOD_SECONDS)
                except subprocess.TimeoutExpired:
                    if sys.stdout.isatty():
                        print(f"\r\033[K{title} {_left(cpu_seconds, time.monotonic() - started)}", end=" ", flush=True)
        except BaseException:
            running.terminate()
            raise


def _left(cpu_seconds: float, passed: float) -> str:
    expected = minutes(cpu_seconds)
    left = expected * 60 - passed
    if left > 0:
        return f"building (about {left // 60 + 1:.0f} min left) ..."
    return f"building ({passed / 60:.0f} min so far; about {expected} min were expected) ..."


if __name__ == "__main__":
    # A plain SIGTERM would end Python without the clean-up of a half-written program.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
