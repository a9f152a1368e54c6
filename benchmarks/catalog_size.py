"""How long `make check` and `make assets` take as a catalog grows: generated catalogs of 5, 50 and 500 components.

    .venv/bin/python -m benchmarks.catalog_size [--components 5 50 500] [--no-check]

A catalog has ten services in a system, each with two objectives; every fifth has a table and a KPI. "assets" is
`python -m authoring assets` in a process of its own into an empty project, and again, when nothing changes; "read" is
what `make preview` checks of the same project before the engine starts. `make check` looks at Python files alone and is
the same for all; it is measured once. Seconds a person waits, of one run.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.catalogs import write_generated
from model.assets import read_manifest

ROOT = Path(__file__).resolve().parents[1]
SERVICES_PER_SYSTEM = 10
CHECK = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy", "--strict", "."))
READ = """
import sys
from pathlib import Path
import yaml
from stacks.inputs import read
root = Path(sys.argv[1])
config = yaml.safe_load((root / "Pulumi.dev.yaml").read_text())["config"]
given = {key.removeprefix("belfry:"): value for key, value in config.items() if key.startswith("belfry:")}
inputs = read("dev", {**given, "alarms": {"pack": "reduced"}}, root, today="2030-01-01")
print(sum(len(group.rules) for rules in inputs.rules.values() for group in rules.groups))
"""


def generated(folder: Path, components: int) -> None:
    """A project with everything that is written by people, and a generated catalog."""
    systems = max(1, components // SERVICES_PER_SYSTEM)
    write_generated(folder / "catalog", systems, components // systems)
    shutil.copytree(ROOT / "docs" / "runbooks", folder / "docs" / "runbooks")
    shutil.copy(ROOT / "Pulumi.dev.yaml", folder)
    for name in ("rules", "dashboards"):
        for bundle in read_manifest(ROOT, name).bundles:
            if bundle.system is None:
                (folder / name / bundle.path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name / bundle.path, folder / name / bundle.path)
        shutil.copy(ROOT / name / "manifest.yaml", folder / name)


def timed(*arguments: str) -> tuple[float, str]:
    """Seconds of a Python process, and what it printed. Ends the benchmark when it fails."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - start, done.stdout


def measured(components: int) -> list[str]:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        generated(root, components)
        authoring = ("-m", "authoring")
        first, _ = timed(*authoring, "assets", "--root", folder)
        again, _ = timed(*authoring, "assets", "--root", folder)
        locked, _ = timed(*authoring, "lock", "--bump", "minor", "--root", folder)
        timed(*authoring, "assets", "--root", folder)
        timed(*authoring, "lock", "--bump", "minor", "--root", folder)
        read, rules = timed("-c", READ, folder)
        files = [path for name in ("rules", "dashboards") for path in (root / name).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
    seconds = (f"{value:.1f}" for value in (first, again, locked, read))
    return [str(components), str(len(files)), f"{size / 1e6:.1f}", rules.strip(), *seconds]


def main(sizes: Iterable[int], check: bool) -> None:
    """Print the table."""
    console = Console()
    columns = ("components", "files", "MB", "Prometheus rules", "assets s", "assets again s", "lock s", "read s")
    table = Table(*columns, title="a growing catalog")
    for components in sizes:
        table.add_row(*measured(components))
    console.print(table)
    if check:
        for arguments in CHECK:
            seconds, _ = timed("-m", *arguments)
            console.print(f"{' '.join(arguments)}: {seconds:.1f} s", highlight=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--components", nargs="+", type=int, default=[5, 50, 500])
    parser.add_argument("--no-check", action="store_true", help="without ruff and mypy over the project")
    given = parser.parse_args()
    main(given.components, not given.no_check)
