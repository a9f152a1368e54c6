"""The commit that is looked at, and the versions of rules and dashboards in it."""

import subprocess
from pathlib import Path

from model.assets import FOLDERS, read_manifest
from model.problems import BadInput, Problem
from model.promotion.evidence import checked_commit


def commit_of(root: Path, given: str | None) -> str:
    """``given``, or HEAD of the repository ``root``. Raises BadInput for a short one, and without either."""
    return checked_commit(given if given is not None else _git(root, "rev-parse", "HEAD").strip(), "--commit")


def checked_out(root: Path, given: str | None) -> str:
    """The same, where the files in ``root`` are exactly those of that commit. Raises BadInput where they differ."""
    head = _git(root, "rev-parse", "HEAD").strip()
    commit = checked_commit(given if given is not None else head, "--commit")
    if commit != head:
        raise BadInput([Problem("--commit", f"found {commit}, but the files are those of {head}", head)])
    if changed := _git(root, "status", "--porcelain").splitlines():
        found = f"{len(changed)} files differ from {head[:12]}, such as {changed[0][3:]}"
        raise BadInput(
            [Problem("--commit", found, "a commit with nothing changed: evidence is about what can be built again")]
        )
    return commit


def versions(root: Path) -> dict[str, str]:
    """Version of every bundle of rules and dashboards, by name. Raises BadInput."""
    manifests = [read_manifest(root, folder) for folder in FOLDERS]
    return {bundle.name: bundle.version for manifest in manifests for bundle in manifest.bundles}


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BadInput([Problem("--commit", f"git cannot be asked: {error.strerror}", "a machine with git")]) from None
    if done.returncode:
        found = f"{root.name} is no work tree of git: {done.stderr.strip()}"
        raise BadInput([Problem("--commit", found, "run it in a clone of the repository")])
    return done.stdout
