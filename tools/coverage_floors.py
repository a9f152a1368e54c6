"""Compare the coverage of each package with its floor: ``python -m tools.coverage_floors build/coverage.json``.

``[tool.belfry.coverage]`` of pyproject.toml has the floors, in percent of lines; packages with a comma between them
count together. Exit codes: 0 each floor is reached, 1 one is not, 2 bad input.
"""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.table import ROOT


def covered(packages: str, files: Mapping[str, Any]) -> float:
    """Percent of the lines of ``packages`` that tests reach, from ``files`` of slipcover's report; 0 of none."""
    chosen = [file for name, file in files.items() if name.split("/")[0] in packages.split(",")]
    reached = sum(len(file["executed_lines"]) for file in chosen)
    lines = reached + sum(len(file["missing_lines"]) for file in chosen)
    return 100 * reached / lines if lines else 0


def main(arguments: Sequence[str]) -> int:
    """Print each floor with what is covered, then what is below its floor."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("found no report; allowed: the file that `slipcover --json --out` wrote", file=sys.stderr)
        return 2
    files = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))["files"]
    floors = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["belfry"]["coverage"]
    code = 0
    for packages, floor in floors.items():
        found = covered(packages, files)
        print(f"{packages:34}{found:6.1f} %  floor {floor:3} %")
        if found < floor:
            print(f"{packages}: {found:.1f} % of lines are covered; pyproject.toml requires {floor} %", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
