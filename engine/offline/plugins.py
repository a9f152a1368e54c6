"""The folder of plugin executables that one child process of the engine finds first on its PATH."""

import shlex
import stat
import sys
from pathlib import Path

from engine.offline.__main__ import PACKAGES

REPOSITORY = Path(__file__).resolve().parents[2]


def write_plugins(folder: Path, pulumi: Path) -> None:
    """Fill ``folder`` with ``pulumi-resource-<name>`` for each offline provider, and a link to the ``pulumi`` CLI.

    Beside them lies what starts a policy pack.

    The CLI is linked because the SDK puts the folder of the CLI it runs before everything else on the child's PATH: a
    real plugin lying beside the user's own CLI would win over ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(PACKAGES):
        plugin = folder / f"pulumi-resource-{name}"
        # The shell's parent is the engine. Python would ask too late: it takes a second to start.
        command = f'exec {shlex.quote(sys.executable)} -m engine.offline {name} "$PPID" "$@"'
        plugin.write_text(f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(REPOSITORY))}\nexport PYTHONPATH\n{command}\n")
        plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    # Without the language host of an ordinary installation the engine starts a policy pack by this program, in the
    # pack's folder, with its own address and the pack's options.
    analyzer = folder / "pulumi-analyzer-policy-python"
    analyzer.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -u __main__.py "$@"\n')
    analyzer.chmod(analyzer.stat().st_mode | stat.S_IXUSR)
    link = folder / "pulumi"
    link.unlink(missing_ok=True)
    link.symlink_to(pulumi.resolve())
