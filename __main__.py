"""Deploys Belfry to the selected stack: `pulumi up`, with the ordinary Pulumi installation."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pulumi

from engine.own_state import refuse_unsafe_state
from model.problems import BadInput
from stacks.program import run

try:
    refuse_unsafe_state(Path(__file__).parent, pulumi.get_stack(), os.environ)
    run(offline=False, today=datetime.now(UTC).date().isoformat())
except BadInput as mistakes:
    print(mistakes, file=sys.stderr)
    sys.exit(mistakes.exit_code)
