"""Serve one offline provider: ``python -m engine.offline aws|kubernetes|random <engine pid> <engine address>``."""

import gc
import os
import sys
import threading
import time

from pulumi.provider.experimental.server import main

from engine.offline import SIMULATED
from engine.offline.aws import Aws
from engine.offline.kubernetes import Kubernetes
from engine.offline.provider import VERSION, OfflineProvider
from engine.offline.randomness import Random
from engine.offline.values import accept_assets_by_hash

PACKAGES = {package.name: package for package in (Aws, Kubernetes, Random)}


SECONDS_BETWEEN_LOOKS = 1.0
"""How long a provider may outlive an engine that was killed."""


def leave_with(engine: int) -> None:
    """End this process when its parent ``engine`` is gone; a killed engine closes nothing."""
    while os.getppid() == engine:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(0)


def serve() -> None:
    """Take the package's name and the engine's pid off the command line; the rest is the engine's."""
    name, engine = sys.argv.pop(1), int(sys.argv.pop(1))
    accept_assets_by_hash()
    gc.set_threshold(50_000)  # as the program, see stacks/__init__.py
    threading.Thread(target=leave_with, args=(engine,), daemon=True).start()
    main(sys.argv[1:], VERSION, OfflineProvider(PACKAGES[name](), simulated=bool(os.environ.get(SIMULATED))))


if __name__ == "__main__":
    serve()
