"""The job archive: Belfry's own programs with the packages they need, as one zip that is the same wherever it is built.

No image and no registry of one's own: `pulumi up` uploads the archive, and pods unpack it on a plain Python image
(``jobs/unpack.py``). Packages are those of the environment that runs Pulumi, pinned in requirements.txt, and pure
Python: one archive serves amd64 and arm64. Of botocore, which describes 400 services in 30 MB, those in use are in.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
# What of Belfry is in: the programs, and the pure modules that they import.
PROGRAMS = (
    *("ops/**/*.py", "model/__init__.py", "model/labels.py", "model/query_text.py"),
    *("model/alarms/__init__.py", "model/alarms/forwarding*.py"),
    *("model/alerting/__init__.py", "model/alerting/acknowledgements.py"),
    *("model/gate/__init__.py", "model/gate/reading.py"),
    *("model/metrics/__init__.py", "model/metrics/metric_names.py"),
    *("model/security/__init__.py", "model/security/posture.py"),
)
# Of `ops`: what only pipelines and people start, from a clone of the repository.
LEFT_OUT = ("ops/comment/", "ops/promotion/")
PACKAGES = (*("boto3", "botocore", "jmespath", "prometheus-client", "python-dateutil", "s3transfer", "six", "urllib3"),)
# sts: roles by IRSA are taken there.
SERVICES = frozenset({"cloudwatch", "config", "inspector2", "s3", "securityhub", "sqs", "sts"})
COMPILED = frozenset({".so", ".pyd"})
# The first date that zip knows. Stored, not compressed: other versions of zlib make other bytes.
DATE, MODE = (1980, 1, 1, 0, 0, 0), 0o644 << 16


class JobArchive(NamedTuple):
    """``sha256`` of the bytes, which are in ``file``."""

    sha256: str
    file: Path


@cache
def job_archive(root: Path = ROOT) -> JobArchive:
    """Build the archive into ``build/jobs``. Raises PackageNotFoundError where a package is not installed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, file in sorted(_files(root)):
            member = zipfile.ZipInfo(name, DATE)
            member.external_attr, member.create_system = MODE, 3
            archive.writestr(member, file.read_bytes())
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    target = root / "build" / "jobs" / f"{sha256}.zip"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.write_bytes(content.getvalue())
        partial.replace(target)
    return JobArchive(sha256, target)


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for pattern in PROGRAMS:
        for file in root.glob(pattern):
            name = file.relative_to(root).as_posix()
            if not name.startswith(LEFT_OUT):
                yield name, file
    for package in PACKAGES:
        for each in distribution(package).files or ():
            path = PurePosixPath(each)
            assert path.suffix not in COMPILED, f"{package} is not pure Python: {path}"
            if _needed(path):
                yield path.as_posix(), Path(str(each.locate()))


def _needed(path: PurePosixPath) -> bool:
    if path.suffix == ".pyc" or path.parts[0] == "..":  # ../../../bin holds commands
        return False
    if path.parts[0].endswith(".dist-info"):
        return "LICENSE" in path.name or "NOTICE" in path.name
    inside_data = path.parts[:2] == ("botocore", "data") and len(path.parts) > 3  # noqa: PLR2004 (data/<service>/...)
    return not inside_data or path.parts[2] in SERVICES
