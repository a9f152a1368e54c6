"""The report on a change: plans of two commits, made by each commit's own code, and compared.

A commit's files are unpacked into a folder of their own, never a work tree of git: nothing of the repository changes,
and a run that is killed leaves nothing behind in it. Plans are kept by commit in `.cache/plans`.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from markdown_it import MarkdownIt

from engine import policy
from engine.errors import EngineError
from engine.plan import replaces
from engine.throwaway import throwaway
from model.catalog.catalog import Catalog
from model.changes.build import Routing, Sides, build
from model.changes.markdown import MARKER, markdown
from model.changes.report import Report
from model.cost import prices
from model.cost.monthly import cost_of
from model.file import MAX_ASSET_BYTES, read_text
from model.plan import FORMAT, Plan, read_plan
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from model.yaml_file import parse_yaml

CACHE: Final = Path(".cache") / "plans"
ROUTING: Final = "rules/alertmanager/alertmanager.yaml"
WORKERS: Final = 2
"""Plans at a time: each keeps a core busy, and the machines of pull requests have two."""
SECONDS: Final = 1200
"""How long a plan may take: ten times what the slowest takes alone. A base that hangs must not hang the report."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328 }
table { border-collapse: collapse } td, th { border: 1px solid #d1d9e0; padding: .3rem .8rem }
code { background: #eff1f3; border-radius: 4px; padding: .1rem .3rem } h2 { border-bottom: 1px solid #d1d9e0 }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3 } code { background: #262c36 } }
"""
# A page has no limit of its own; a report has.
_EVERYTHING = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One commit: its files, and its plans as far as they could be made. ``clean``: the files are the commit's."""

    commit: str
    folder: Path
    clean: bool
    plans: Mapping[Environment, Plan]
    failures: Mapping[Environment, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report, and the seconds of its parts."""

    report: Report
    seconds: Mapping[str, float] = field(default_factory=dict)


def changes(root: Path, base: str, environments: Sequence[Environment], tell: Any = lambda line: None) -> Made:
    """The report from the merge base of ``base`` and HEAD to the files in ``root``.

    Raises BadInput for a ``base`` that git does not know, and EngineError when the files in ``root`` cannot be planned:
    a change that does not build has nothing to be reported about it.
    """
    seconds: dict[str, float] = {}
    merge_base, head, clean = _commits(root, base)
    with throwaway("changes") as scratch:
        unpacked = scratch / "base"
        with _timed("unpack the base", seconds):
            _unpack(root, merge_base, unpacked)
            (unpacked / ".tools").symlink_to(root / ".tools")
        with _timed("plan the head", seconds):
            tell(f"plan {head[:12]}: {', '.join(environments)}")
            after = _side(root, root, head, environments, clean=clean)
        if after.failures:
            raise EngineError("\n".join(f"{env}: {why}" for env, why in after.failures.items()))
        with _timed("plan the base", seconds):
            tell(f"plan {merge_base[:12]}, the base: {', '.join(environments)}")
            before = _side(root, unpacked, merge_base, environments, clean=True)
        with _timed("compare", seconds):
            tell("compare")
            report = _report(before, after, environments)
    return Made(report=report, seconds=seconds)


def _report(before: Side, after: Side, environments: Sequence[Environment]) -> Report:
    notes = [f"{each}, because the base cannot be planned: {why}" for each, why in before.failures.items()]
    catalogs = {"head": Catalog.load(after.folder / "catalog")}
    try:
        catalogs["base"] = Catalog.load(before.folder / "catalog")
    except BadInput as error:
        notes.append(f"costs of the base, whose catalog is not read any more: {_first(str(error))}")
    sides = [
        Sides(
            environment=each,
            before=before.plans.get(each),
            after=after.plans[each],
            usd_before=_cost(before.plans.get(each), catalogs.get("base")),
            usd_after=_cost(after.plans[each], catalogs["head"]),
            findings_before=policy.violations(before.plans[each]) if each in before.plans else (),
            findings_after=policy.judged(after.plans[each], after.folder).open,
        )
        for each in environments
    ]
    return build(
        sides,
        _routing(before.folder, after.folder, notes),
        replaces,
        base=before.commit,
        head=after.commit + ("" if after.clean else "+"),
        notes=notes,
    )


def _routing(before: Path, after: Path, notes: list[str]) -> Routing | None:
    try:
        old, new = (
            parse_yaml(read_text(folder / ROUTING, ROUTING, MAX_ASSET_BYTES), ROUTING) for folder in (before, after)
        )
    except BadInput as error:
        notes.append(f"routes: {_first(str(error))}")
        return None
    return Routing(before=old, after=new)


def _cost(plan: Plan | None, catalog: Catalog | None) -> Decimal | None:
    if plan is None or catalog is None:
        return None
    return cost_of(plan["resources"], catalog, prices.shipped()).total


def _side(root: Path, folder: Path, commit: str, environments: Sequence[Environment], *, clean: bool) -> Side:
    """Plans of the files in ``folder``, from the cache where they are a commit's and were planned before."""
    plans: dict[Environment, Plan] = {}
    failures: dict[Environment, str] = {}

    def plan(environment: Environment) -> tuple[Environment, Plan | str]:
        kept = root / CACHE / f"{commit}-{FORMAT}" / f"{environment}.json"
        if clean and (cached := _cached(kept)):
            return environment, cached
        made = _planned(folder, environment)
        if clean and not isinstance(made, str):
            _keep(kept, made)
        return environment, made

    with ThreadPoolExecutor(WORKERS) as pool:
        for environment, made in pool.map(plan, environments):
            if isinstance(made, str):
                failures[environment] = made
            else:
                plans[environment] = made
    return Side(commit=commit, folder=folder, clean=clean, plans=plans, failures=failures)


def _planned(folder: Path, environment: Environment) -> Plan | str:
    """The plan by the folder's own code, or in one line why there is none."""
    with throwaway_file(environment) as out:
        command = [
            sys.executable,
            "-m",
            "engine",
            "plan",
            "--offline",
            "--simulated",
            f"--out={out}",
            "--",
            environment,
        ]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {SECONDS} s"
        if done.returncode:
            return _first(done.stderr, last=True)
        try:
            return read_plan(out)
        except BadInput as error:
            return _first(str(error), last=True)


@contextmanager
def throwaway_file(environment: Environment) -> Iterator[Path]:
    """A path in a folder that is gone at the end."""
    with throwaway(environment) as folder:
        yield folder / "plan.json"


def _cached(kept: Path) -> Plan | None:
    """A kept plan; None where there is none, or one that a full disk cut short."""
    try:
        return read_plan(kept) if kept.is_file() else None
    except BadInput:
        kept.unlink(missing_ok=True)
        return None


def _keep(kept: Path, plan: Plan) -> None:
    """Written aside and moved: another run may read it meanwhile."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(f".{os.getpid()}")
    aside.write_text(json.dumps(plan), encoding="utf-8")
    aside.replace(kept)


def _commits(root: Path, base: str) -> tuple[str, str, bool]:
    """The merge base, HEAD, and whether the files are HEAD's."""
    if base.startswith("-") or not base.isprintable() or not base:
        raise BadInput([Problem("BASE", f"found {base!r}", "a branch, a tag or a commit")])
    head = _git(root, "rev-parse", "HEAD").strip()
    try:
        known = _git(root, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}").strip()
        merge_base = _git(root, "merge-base", known, head).strip()
    except EngineError as error:
        allowed = "a branch, a tag or a commit that shares history with HEAD; a shallow clone may lack it (fetch it)"
        raise BadInput([Problem("BASE", f"found {base!r}: {_first(str(error))}", allowed)]) from None
    return merge_base, head, not _git(root, "status", "--porcelain").strip()


def _unpack(root: Path, commit: str, folder: Path) -> None:
    data = subprocess.run(["git", "archive", "--format=tar", commit], cwd=root, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise EngineError(done.stderr.strip() or f"git {arguments[0]} failed")
    return done.stdout


def _first(text: str, *, last: bool = False) -> str:
    """One line of an error: the first, or the last that says something."""
    lines = [line.strip(" │╭╮╰╯─") for line in text.splitlines()]
    said = [line for line in lines if line]
    return (said[-1 if last else 0] if said else "it says nothing")[:300]


@contextmanager
def _timed(what: str, seconds: dict[str, float]) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[what] = time.monotonic() - started


def page(report: Report) -> str:
    """The whole report. Texts of others are escaped as in the comment, and HTML among them is not read either."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    body = renderer.render(markdown(report, most=_EVERYTHING, folded=False).removeprefix(MARKER))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Changes</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
