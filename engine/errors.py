"""What can go wrong while the engine runs, as text for a person."""

import re
import traceback
from collections.abc import Iterable

import pulumi.automation as auto

_COLOUR_TAG = re.compile(r"<\{%[^%]*%\}>")
_PROVIDER_PREFIX = "Unexpected <class 'Exception'>: "
_PROVIDER_TRACEBACK = re.compile(r":\s*\n\s+File \".*", re.DOTALL)
_REPEATED = "an unhandled error occurred: "
_COMMAND_ERROR = re.compile(r"stderr:\s*(?P<stderr>.*)", re.DOTALL)


class EngineError(Exception):
    """The engine or a provider refused or failed. The command line prints it and exits with code 1."""

    exit_code = 1


def readable(message: str) -> str:
    """A diagnostic without Pulumi's colour tags, and without the traceback of a Python provider."""
    text = _COLOUR_TAG.sub("", message)
    if _PROVIDER_PREFIX in text:
        text = _PROVIDER_TRACEBACK.sub("", text.replace(_PROVIDER_PREFIX, ""))
    return text.strip()


def program_failure(error: Exception) -> str:
    """A fault of the program: what, and where in our own files; the frames of the SDK's event loop say nothing."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    places = [f"  {frame.filename}:{frame.lineno}: {frame.line}" for frame in frames]
    return "\n".join([f"the program failed with {type(error).__name__}: {error}", *places])


def from_command(error: auto.errors.CommandError, diagnostics: Iterable[str], holders: str = "") -> EngineError:
    """The engine's own diagnostics when it has any, else what its command line said last.

    ``holders``: who holds the locks of an offline stack.
    """
    if isinstance(error, auto.errors.ConcurrentUpdateError):
        return EngineError(f"another run holds the lock of this stack{f': {holders}; wait for it' if holders else ''}")
    found = _COMMAND_ERROR.search(str(error))
    said = readable(found["stderr"] if found else str(error))
    # The engine repeats an error of the program in its own words.
    lines = [line for line in diagnostics if not line.startswith(_REPEATED)] or [said or readable(str(error))]
    return EngineError("\n".join(lines))
