"""What the engine starts in this folder: serves the pack until the engine ends."""

import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the engine starts it by its folder alone

from pulumi_policy import PolicyPack  # noqa: E402

from model.policies.exceptions import Exceptions  # noqa: E402
from policy.pack import policies  # noqa: E402

PolicyPack("belfry", policies(Exceptions.load(ROOT), datetime.now(UTC).date().isoformat()))
