"""``python -m ops moved``: its options."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from model.analysis.moved import LEAST_SECONDS, Window
from model.catalog.catalog import Catalog
from model.problems import BadInput, Problem, raise_if_any
from model.vocabulary import Environment
from ops.incidents import places
from ops.moved import command, screen
from ops.options import ROOT, AsJson, Env, Root, errors, print_json, word
from ops.reports.api import Api
from ops.reports.project import prometheus_url


def moved(
    *,
    env: Env,
    incident: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="An incident: its time and its systems.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="In UTC, such as 2026-11-30T10:15.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="In UTC.")] = None,
    system: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only these systems, and the nodes.")] = None,
    prometheus: Annotated[str | None, typer.Option(metavar="URL", help="URL of Prometheus or Thanos.")] = None,
    store: Annotated[str | None, typer.Option(metavar="PLACE", help="Of incidents: folder or s3://BUCKET.")] = None,
    as_json: AsJson = False,
    root: Root = ROOT,
) -> None:
    """List the recorded series that moved during an incident or another time, ranked by effect, with their lag."""
    with errors(as_json):
        environment = word("--env", env, Environment)
        api = Api(prometheus_url(root, environment, prometheus))
        known = [one.system for one in Catalog.load(root / "catalog").systems]
        raise_if_any(
            Problem("--system", f"found unknown {name!r}", ", ".join(known))
            for name in system or ()
            if name not in known
        )
        if (incident is None) == (since is None and until is None):
            raise BadInput([Problem("--id, --from", "found both or neither", "an incident, or a time")])
        systems = set(system or ())
        if incident is not None:
            made = places.store(root, environment, store).find(incident).record()
            start = made.times.onset or made.opened
            # A short incident is compared with what followed it for some minutes: its effects last longer.
            window = _window(start, max(made.times.restored or api.now(), start + LEAST_SECONDS))
            systems |= {made.system} if not systems else set()
        else:
            window = _window(_moment("--from", since), _moment("--to", until) if until else api.now())
        found, notes = command.answer(api, window, systems)
        content = command.document(found, window, notes)
        print_json(content) if as_json else screen.show(content)


def _window(start: float, end: float) -> Window:
    try:
        return Window(start=start, end=end)
    except ValueError as error:
        raise BadInput([Problem("the time", f"found {error}")]) from None


def _moment(option: str, text: str | None) -> float:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        raise BadInput([Problem(option, f"found {text!r}", "a time such as 2026-11-30T10:15")]) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
