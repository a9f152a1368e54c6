"""What numbers the commands take, each with its reason."""

from lab.remedy import Acts
from lab.workload.demand import DAY_SECONDS
from model.problems import BadInput, Problem
from model.quantities import Duration


def number(where: str, found: float, least: float, most: float, why: str = "") -> float:
    """``found``, if it lies between them. Raises BadInput, also for what is no number (NaN)."""
    if not least <= found <= most:
        raise BadInput([Problem(where, f"found {found:g}", f"{least:g} to {most:g}{f': {why}' if why else ''}")])
    return found


def load(found: float) -> float:
    """Of the demo workload. Raises BadInput."""
    # Measured: load 1 of all five systems takes 16 % of a core, and Python uses one.
    return number("--load", found, 0, 10, "one process generates the load, and a core handles about 6")


def day(found: float) -> float:
    """Seconds of a day of the demo workload. Raises BadInput."""
    return number("--day", found, 60, 7 * DAY_SECONDS, "seconds, a minute to a week")


def pause(found: float) -> float:
    """Seconds that a server stays down. Raises BadInput."""
    return number("--pause", found, 0, 3600, "seconds, up to an hour")


def hurry(found: float) -> float:
    """Factor. Raises BadInput."""
    # The longest wait that is shipped is an hour, and none becomes shorter than five seconds.
    return number("--hurry", found, 1, 720, "then every wait is at its least, five seconds")


def acts(found: str, where: str = "--remediation") -> Acts:
    """What auto-remediation may do. Raises BadInput."""
    if found not in list(Acts):
        raise BadInput([Problem(where, f"found {found!r}", ", ".join(Acts))])
    return Acts(found)


# Rules are evaluated every 15 seconds: what is shorter may show nothing. Longer than a day is no rehearsal.
SHORTEST, LONGEST = "15s", "1d"


def duration(text: str | None) -> float | None:
    """Seconds that a fault lasts; None where nobody says. Raises BadInput."""
    if text is None:
        return None
    try:
        found = Duration(text).seconds
    except ValueError as error:
        found_text, _, allowed = str(error).partition("; allowed: ")
        raise BadInput([Problem("--for", found_text, allowed)]) from None
    if not Duration(SHORTEST).seconds <= found <= Duration(LONGEST).seconds:
        raise BadInput([Problem("--for", f"found {text!r}", f"{SHORTEST} to {LONGEST}")])
    return float(found)
