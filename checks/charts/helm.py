"""Helm: brings packaged charts here and renders releases. It never speaks to a cluster."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from checks.charts.releases import Release
from model.problems import BadInput, Problem

# What a release sees that is installed after the Prometheus operator's definitions.
_DEFINED = (
    "monitoring.coreos.com/v1",
    "monitoring.coreos.com/v1/ServiceMonitor",
    "monitoring.coreos.com/v1/PodMonitor",
)
_SECONDS = 120  # for one download; a repository's index alone may have 10 MB
_AT_ONCE = 4


class ChartsUnreachable(Exception):
    """Charts that could not be had; all of them are named, and nothing was rendered."""


class NotRendered(Exception):
    """Helm refused a release; the text is Helm's own."""


class _Loader(yaml.CSafeLoader):
    """YAML as Helm writes it."""


# A definition of the operator has `=` as an allowed value, which YAML 1.1 takes for a type of its own.
_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


# All arguments of `helm template`. The name of the resource in the program is not part of them.
_Question = tuple[str, str, str, str, bool, bool, str]


def _question(release: Release, kubernetes: str) -> _Question:
    values = json.dumps(release.values, sort_keys=True)
    flags = release.skip_crds, release.after_definitions
    return release.package, release.name, release.namespace, kubernetes, *flags, values


class Helm:
    """One helm program and one folder of packaged charts."""

    def __init__(self, program: Path, folder: Path, mirror: str | None = None) -> None:
        self._program, self._folder, self._mirror = program, folder, mirror
        self._packages: dict[str, Path] = {}
        self._rendered: dict[_Question, list[dict[str, Any]] | NotRendered] = {}
        # Helm's own folders too: what a user has configured there (repositories, plugins) has no say here.
        own = {f"HELM_{kind}_HOME": str(folder / "helm" / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
        self._environment = {**os.environ, **own}

    def bring(self, releases: Iterable[Release]) -> None:
        """Fetch every chart once. Raises ChartsUnreachable when any is not to be had."""
        wanted = {release.package: release for release in releases if release.package not in self._packages}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            reasons = dict(
                zip(sorted(wanted), pool.map(self._fetch, (wanted[key] for key in sorted(wanted))), strict=True)
            )
        failed = [f"chart {wanted[key].chart} {wanted[key].version}: {reasons[key]}" for key in reasons if reasons[key]]
        if failed:
            hint = "give a folder or repository of packaged charts: CHART_MIRROR=..."
            raise ChartsUnreachable("\n".join([*failed, f"helm rendered no manifests; {hint}"]))

    @property
    def renderings(self) -> int:
        """How often the program has rendered."""
        return len(self._rendered)

    def package(self, release: Release) -> Path:
        """The packaged chart that :meth:`bring` fetched."""
        return self._packages[release.package]

    def render(self, release: Release, kubernetes: str) -> list[dict[str, Any]]:
        """The objects of ``release`` in the order of Helm, hooks among them, tests not. Raises NotRendered.

        The same question is answered by the same objects without running Helm again: most releases are alike in most
        environments. Callers read them and change nothing.
        """
        question = _question(release, kubernetes)
        if question not in self._rendered:
            try:
                self._rendered[question] = self._render(release, kubernetes)
            except NotRendered as refused:
                self._rendered[question] = refused
        answer = self._rendered[question]
        if isinstance(answer, NotRendered):
            raise answer
        return answer

    def _render(self, release: Release, kubernetes: str) -> list[dict[str, Any]]:
        seen = [flag for name in _DEFINED for flag in ("--api-versions", name)] if release.after_definitions else []
        done = self._run(
            "template",
            release.name,
            str(self._packages[release.package]),
            *("--namespace", release.namespace, "--kube-version", kubernetes, "--skip-tests", "--values", "-"),
            *([] if release.skip_crds else ["--include-crds"]),
            *seen,
            given=json.dumps(release.values),
        )
        if done.returncode:
            raise NotRendered(_said(done))
        documents = yaml.load_all(done.stdout, Loader=_Loader)
        return [document for document in documents if isinstance(document, dict)]

    def _fetch(self, release: Release) -> str | None:
        """None, or why it is not to be had."""
        if self._mirror and "://" not in self._mirror:
            found = sorted(Path(self._mirror).rglob(release.package))
            if not found:
                return f"{release.package} is not in {self._mirror}"
            self._packages[release.package] = found[0]
            return None
        source = self._source(release)
        try:
            done = self._run("pull", *source, "--version", release.version, "--destination", str(self._folder))
        except subprocess.TimeoutExpired:
            return f"no answer from {source[-1]} within {_SECONDS} s"
        if done.returncode:
            return f"not to be had from {source[-1]}: {_said(done)}"
        self._packages[release.package] = self._folder / release.package
        return None

    def _source(self, release: Release) -> Sequence[str]:
        if self._mirror:
            mirror = self._mirror.rstrip("/")
            return [f"{mirror}/{release.chart}"] if mirror.startswith("oci://") else [release.chart, "--repo", mirror]
        return [release.location, "--repo", release.repository] if release.repository else [release.location]

    def _run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments],
            input=given,
            text=True,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env=self._environment,
        )


def find_helm(tools: Path) -> Path:
    """The built helm, else the one on PATH."""
    built = tools / "helm"
    found = str(built) if built.exists() else shutil.which("helm")
    if found is None:
        raise BadInput([Problem("helm", f"no helm in {tools} or on PATH", "build it: make tools TOOL=helm")])
    return Path(found)


def _said(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("WARNING", "Use --debug"))]
    return " ".join(" ".join(lines).split())
