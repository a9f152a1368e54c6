"""How one refusal of production is accepted for a time: by its name, until a day, with a reason."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from model.base import Model, Name, Text
from model.calendar import Day
from model.problems import Problem, duplicates


class Acceptance(Model):
    """One check of production that this environment does without, for a time."""

    check: Name
    until: Day
    reason: Text


Refusal = tuple[str, Problem]
"""The name of a check, and its finding."""


def left(refusals: Iterable[Refusal], accepted: Sequence[Acceptance], today: str) -> Iterator[Problem]:
    """What is not accepted of ``refusals``. ``today`` is the day as ISO text: an acceptance holds through its last."""
    holding = {one.check for one in accepted if one.until >= today}
    yield from (problem for check, problem in refusals if check not in holding)


def problems(
    accepted: Sequence[Acceptance],
    *,
    where: str,
    today: str,
    known: Collection[str],
    judged: Collection[str],
    found: Collection[str],
) -> Iterator[Problem]:
    """Mistakes of the entries at ``where``: unknown, twice, over, too long, and for nothing.

    ``known``: all checks; ``judged``: those that ran; ``found``: those that found something.
    """
    yield from duplicates(where, [one.check for one in accepted])
    latest = f"{int(today[:4]) + 1}{today[4:]}"
    for one in accepted:
        here = f"{where}[{one.check}]"
        if one.check not in known:
            yield Problem(here, f"found unknown check {one.check!r}", ", ".join(sorted(known)))
        elif one.until < today:
            yield Problem(
                f"{here}.until",
                f"found {one.until}, which is over",
                "the value that the check requires, or a later day",
            )
        elif one.until > latest:
            yield Problem(f"{here}.until", f"found {one.until}", f"{latest} at the latest: look at it again by then")
        elif one.check in judged and one.check not in found:
            yield Problem(here, "found an acceptance of a check that passes here", "no entry")
