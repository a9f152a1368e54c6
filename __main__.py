"""Deploys Belfry to the selected stack: `pulumi up`, with the ordinary Pulumi installation."""

import sys

from model.problems import BadInput
from stacks.program import run

try:
    run(offline=False)
except BadInput as mistakes:
    print(mistakes, file=sys.stderr)
    sys.exit(mistakes.exit_code)
