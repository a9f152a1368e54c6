"""Everything that looks at rules, in one run: the servers' own checks, the cases of every alert, and our linter."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from checks import rules
from model.alerting.inhibitions import with_inhibitions
from model.assets import Bundle, BundleKind, read_manifest
from model.catalog.catalog import Catalog
from model.file import read_text
from model.problems import Problem, or_problems, raise_if_any

TOOLS = ("promtool", "lokitool", "amtool")
# Two at a time: promtool takes a processor each, and a laptop has other things to do.
AT_ONCE = 2
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check says about one file; ``line`` 0 where it names none."""

    check: str
    file: str
    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Job:
    """One file before one check. ``run`` yields the complaints."""

    check: str
    file: str
    run: Callable[[], Iterable[Complaint]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job."""

    check: str
    file: str
    complaints: tuple[Complaint, ...]


def jobs(root: Path) -> tuple[Job, ...]:
    """All checks of the project at ``root``.

    Raises BadInput for tools that are missing, and for a manifest or a catalog that cannot be read: minutes of checks
    would end with it.
    """
    found = {tool: _find(root, tool) for tool in TOOLS}
    problems = [
        Problem("tools", f"found no {tool}, neither in .tools/bin nor on PATH", f"`make tools TOOL={tool}`")
        for tool, path in found.items()
        if path is None
    ]
    manifest = or_problems(lambda: read_manifest(root, "rules"), problems)
    or_problems(lambda: Catalog.load(root / "catalog"), problems)
    raise_if_any(problems)
    assert manifest
    promtool, lokitool, amtool = (str(found[tool]) for tool in TOOLS)
    bundles = manifest.bundles
    prometheus, loki = _files(bundles, BundleKind.PROMETHEUS), _files(bundles, BundleKind.LOKI)
    configs = _files(bundles, BundleKind.ALERTMANAGER)
    cases = sorted(path.relative_to(root).as_posix() for path in (root / "tests" / "rules").rglob("*.test.yaml"))

    def command(check: str, files: Iterable[str], *words: str) -> Iterator[Job]:
        for file in files:
            yield Job(check, file, lambda file=file: _complaints(root, check, file, [*words, file]))  # type: ignore[misc]

    routes = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line"]
    return (
        *command("promtool check", prometheus, promtool, "check", "rules", "--lint=all", "--lint-fatal"),
        *command("lokitool lint", loki, lokitool, "rules", "lint", "--dry-run"),
        *command("lokitool check", loki, lokitool, "rules", "check", "--strict"),
        *(Job("amtool check", file, lambda file=file: _amtool(root, amtool, file, bundles)) for file in configs),  # type: ignore[misc]
        *command("routes", _present(root, "tests/rules/test_routes.py"), *routes),
        Job("linter", "rules/prometheus", lambda: _lint(root)),
        *command("promtool test", cases, promtool, "test", "rules"),
    )


def run(chosen: Sequence[Job], done: Callable[[Outcome], None]) -> tuple[Outcome, ...]:
    """Run the jobs, in order; ``done`` is called with each outcome. Raises BadInput of the linter's."""
    outcomes = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for outcome in pool.map(_run, chosen):
            done(outcome)
            outcomes.append(outcome)
    return tuple(outcomes)


def _run(job: Job) -> Outcome:
    return Outcome(job.check, job.file, tuple(job.run()))


def _lint(root: Path) -> Iterator[Complaint]:
    for found in rules.lint(root):
        yield Complaint("linter", found.source, found.line, f"{found.subject}: {found.message} [{found.check}]")


def _amtool(root: Path, amtool: str, file: str, bundles: Iterable[Bundle]) -> tuple[Complaint, ...]:
    """The configuration as an environment with all systems gets it: inhibitions of a system are no whole file."""
    inhibitions = _files(bundles, BundleKind.ALERTMANAGER_INHIBITIONS)
    texts = {name: read_text(root / name, name) for name in (file, *inhibitions)}
    with TemporaryDirectory(prefix="belfry-amtool-") as folder:
        whole = Path(folder) / Path(file).name
        whole.write_text(with_inhibitions(file, texts.pop(file), texts), encoding="utf-8")
        return _complaints(root, "amtool check", file, [amtool, "check-config", str(whole)])


def _complaints(root: Path, check: str, file: str, command: list[str]) -> tuple[Complaint, ...]:
    # Tests start promtool and others by name: they shall find the ones that were found here.
    path = os.pathsep.join((str(root / ".tools" / "bin"), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": path}
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode == 0:
        return ()
    words = _COLOURS.sub("", f"{answer.stdout}\n{answer.stderr}").strip()
    line = re.search(rf"{re.escape(Path(file).name)}:(\d+)|line (\d+)", words)
    return (Complaint(check, file, int(line[1] or line[2]) if line else 0, words or f"exit code {answer.returncode}"),)


def _files(bundles: Iterable[Bundle], kind: BundleKind) -> list[str]:
    return [f"rules/{bundle.path}" for bundle in bundles if bundle.kind is kind]


def _present(root: Path, file: str) -> list[str]:
    return [file] if (root / file).is_file() else []


def _find(root: Path, tool: str) -> str | None:
    return shutil.which(tool, path=str(root / ".tools" / "bin")) or shutil.which(tool)
