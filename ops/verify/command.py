"""The rounds of a verification."""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from model.verification.expected import Expected
from model.verification.verdicts import Check, Outcome, Result, Verdict, settled
from ops.verify.checks import Checks, asked
from ops.verify.inputs import Inputs
from ops.verify.world import World

EVERY_SECONDS = 15.0
"""Between two rounds: rules are evaluated and targets scraped every 15 to 30 s, so nothing changes sooner."""
# They send something to people: once is enough.
_SENDING = frozenset({Check.ROUTES, Check.PAGING_ROUTES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``only``: the checks to ask; empty: all. ``pages``: routes that page are tried too.

    ``systems``: whose alarms are asked for, besides the platform's; empty: all.
    """

    only: Collection[Check] = ()
    systems: Collection[str] = ()
    pages: bool = False


def verify(world: World, inputs: Inputs, request: Request, before: Sequence[Result] = ()) -> list[Result]:
    """One round of all checks at once. A test alert that was delivered in the round ``before`` is not sent again."""
    expected = Expected.of(inputs.plan).alarms_of(request.systems).targets_of(world.systems)
    stopped = threading.Event()
    checks = Checks(world=world, expected=expected, inputs=inputs, pages=request.pages, stopped=stopped).all()
    kept = {one.check: one for one in before if one.check in _SENDING and one.outcome.verdict is Verdict.PASSED}
    chosen = {check: ask for check, ask in checks.items() if check in (request.only or checks) and check not in kept}
    found = {**kept, **_together(chosen, stopped)}
    return [found[check] for check in checks if check in found]


def _together(checks: Mapping[Check, Callable[[], Outcome]], stopped: threading.Event) -> dict[Check, Result]:
    """All at once, because most of the time is waiting: for a trace, for a batch, for Alertmanager."""
    with ThreadPoolExecutor(max_workers=max(1, len(checks))) as pool:
        futures = {check: pool.submit(_timed, check, ask) for check, ask in checks.items()}
        try:
            return {check: future.result() for check, future in futures.items()}
        finally:
            stopped.set()  # after Ctrl-C, the pool waits for its threads


def _timed(check: Check, ask: Callable[[], Outcome]) -> Result:
    began = time.monotonic()
    try:
        outcome = asked(ask)
    except (ClientError, BotoCoreError) as error:
        outcome = Outcome(Verdict.UNKNOWN, f"AWS: {error}")
    return Result(check, outcome, time.monotonic() - began)


def rounds(
    once: Callable[[Sequence[Result]], list[Result]], seconds: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[Result]]:
    """Round after round, until nothing fails and nothing is unknown, or ``seconds`` are over."""
    end = time.monotonic() + seconds
    results: list[Result] = []
    while True:
        results = once(results)
        yield results
        if settled(results) or time.monotonic() + EVERY_SECONDS > end:
            return
        sleep(EVERY_SECONDS)
