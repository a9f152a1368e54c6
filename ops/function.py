"""The job archive as the code of an AWS Lambda function: the handler ``ops.function.handler``.

The archive's root is a folder of modules, which is what Lambda imports from; no layer and no image is needed. For
programs that end by themselves within Lambda's fifteen minutes.
"""

import importlib
import re
from collections.abc import Mapping
from typing import Any

_PROGRAM = re.compile(r"ops(\.[a-z_]+)+")


def handler(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Run ``{"program": "ops.name", "arguments": ["--option", ...]}`` and answer with its exit code.

    Raises ValueError for an event of another shape, RuntimeError for another exit code than 0, and what the program
    raises: Lambda counts each as a failure.
    """
    del context
    program, arguments = event.get("program"), event.get("arguments", [])
    if not isinstance(program, str) or not _PROGRAM.fullmatch(program):
        raise ValueError(f"program: found {program!r}; allowed: a program of the archive, such as ops.forwarder")
    if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
        raise ValueError("arguments: allowed: a list of texts")
    try:
        code = importlib.import_module(f"{program}.__main__").main(arguments)
    except SystemExit as ended:
        code = ended.code
    if code not in (None, 0):
        raise RuntimeError(f"{program} ended with {code}")
    return {"exit_code": 0}
