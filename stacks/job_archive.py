"""The job archive: Belfry's own programs with the packages they need, as one zip that is the same wherever it is built.

No image and no registry of one's own: `pulumi up` uploads the archive, and pods unpack it on a plain Python image
(``jobs/unpack.py``); Lambda runs it as it is (``ops/function.py``). How a program gets in: docs/jobs.md.

Pure packages are those of the environment that runs Pulumi, pinned in requirements.txt. Compiled ones come from wheels
that requirements-jobs.txt pins by checksum. The name of a compiled file holds Python's version and architecture, so the
files for amd64 and arm64 lie side by side, and each Python takes its own. Of botocore, which describes 400 services in
30 MB, those in use are in.
"""

import ast
import hashlib
import io
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from model.problems import BadInput, Problem

ROOT = Path(__file__).parent.parent
# The programs, each with `__main__.py`, and the modules that Lambda calls.
PROGRAMS = (
    *("ops.acknowledgements", "ops.forwarder", "ops.incidents", "ops.reports", "ops.security_posture"),
    "ops.slo_status",
)
HANDLERS = ("ops.function", "ops.remediation.function")
# What they read beside their modules.
DATA = ("ops/reports/templates/*.j2",)
PACKAGES = (
    *("annotated-types", "boto3", "botocore", "Jinja2", "jmespath", "MarkupSafe", "prometheus-client", "pydantic"),
    *("python-dateutil", "s3transfer", "six", "typing-extensions", "typing-inspection", "tzdata", "urllib3"),
)
WHEELS = "requirements-jobs.txt"
# sts: roles by IRSA are taken there.
SERVICES = frozenset(
    {
        *("appconfig", "application-autoscaling", "arc-zonal-shift", "cloudwatch", "config", "dynamodb", "ec2", "eks"),
        *("elbv2", "inspector2", "s3", "securityhub", "sns", "sqs", "ssm", "sts"),
    }
)
# Of this machine's Python: left out, as all packages above also do without them.
COMPILED = frozenset({".so", ".pyd"})
# The first date that zip knows. Stored, not compressed: other versions of zlib make other bytes.
DATE, MODE = (1980, 1, 1, 0, 0, 0), 0o644 << 16


class JobArchive(NamedTuple):
    """``sha256`` of the bytes, which are in ``file``."""

    sha256: str
    file: Path


@cache
def job_archive(root: Path = ROOT, wheels: Path = Path(sys.prefix) / "wheels") -> JobArchive:
    """Build the archive into ``build/jobs``.

    Raises BadInput where a wheel is missing from the folder ``wheels``, and PackageNotFoundError where a package is not
    installed.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, read in sorted(_files(root, wheels).items()):
            member = zipfile.ZipInfo(name, DATE)
            member.external_attr, member.create_system = MODE, 3
            archive.writestr(member, read)
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    target = root / "build" / "jobs" / f"{sha256}.zip"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.write_bytes(content.getvalue())
        partial.replace(target)
    return JobArchive(sha256, target)


def imported(root: Path) -> set[Path]:
    """The project's modules that the programs import, directly or not; with the packages that they are in."""
    waiting, found = [*HANDLERS, *(f"{program}.__main__" for program in PROGRAMS)], set[Path]()
    while waiting:
        file = _module(root, waiting.pop())
        if file is not None and file not in found:
            found.add(file)
            waiting += _imports(file, root)
    return found


def _module(root: Path, name: str) -> Path | None:
    path = root.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _imports(file: Path, root: Path) -> Iterator[str]:
    """Names of what a file imports, and of the packages that Python imports before it."""
    yield from (".".join(each.parts) for each in file.relative_to(root).parents if each.parts)
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # A name may be a module or something in one.
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def _files(root: Path, wheels: Path) -> Mapping[str, bytes]:
    """Name in the archive -> content."""
    own = {*imported(root), *(file for pattern in DATA for file in root.glob(pattern))}
    found = {file.relative_to(root).as_posix(): file.read_bytes() for file in own}
    for package in PACKAGES:
        for each in distribution(package).files or ():
            path = PurePosixPath(each)
            if path.suffix not in COMPILED and _needed(path):
                found[path.as_posix()] = Path(str(each.locate())).read_bytes()
    for wheel in _pinned(root, wheels):
        with zipfile.ZipFile(wheel) as members:
            for name in members.namelist():
                if _needed(PurePosixPath(name)):
                    content = members.read(name)
                    assert found.setdefault(name, content) == content, f"{name} differs between the architectures"
    return found


def _pinned(root: Path, wheels: Path) -> list[Path]:
    """The wheels, by their checksums. Raises BadInput for those that are not there."""
    wanted = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", (root / WHEELS).read_text(encoding="utf-8")))
    there = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in wheels.glob("*.whl")}
    if lacking := sorted(wanted - there.keys()):
        text = f"found no wheel with the checksum {lacking[0]} in {wheels}"
        raise BadInput([Problem(WHEELS, text, "all of them; `make archive` fetches them")])
    return [there[each] for each in sorted(wanted)]


def _needed(path: PurePosixPath) -> bool:
    if path.suffix == ".pyc" or path.parts[0] == "..":  # ../../../bin holds commands
        return False
    if path.parts[0].endswith(".dist-info"):
        return "LICENSE" in path.name or "NOTICE" in path.name
    inside_data = path.parts[:2] == ("botocore", "data") and len(path.parts) > 3  # noqa: PLR2004 (data/<service>/...)
    return not inside_data or path.parts[2] in SERVICES
