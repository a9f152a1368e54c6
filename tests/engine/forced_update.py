"""Updates the stack ``dev`` of the project in the given folder offline, past the driver's refusal; prints the error.

A program of its own: when a provider fails an update, the SDK leaves its event loop unclosed, which would show up as a
warning in whatever test happens to run when it is collected.
"""

import sys
from pathlib import Path

from engine.errors import EngineError
from engine.modes import Mode, choose
from model.vocabulary import Environment
from tests.engine.sample import driver


def main(root: Path) -> None:
    """Exit code 0 when the provider refused, 3 when it did not."""
    ours = driver(root)
    choice = choose(Environment.DEV, Mode.OFFLINE, {}, ours.tools)
    try:
        with ours._stack(Environment.DEV, choice) as started, started.failures():
            started.stack.up(on_event=started.recorder, color="never", suppress_progress=True)
    except EngineError as error:
        print(error)
        return
    sys.exit(3)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
