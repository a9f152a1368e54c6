"""A system with two components and a table, another that calls it, and lines of timelines."""

from typing import Any

from model.catalog.catalog import Catalog
from model.catalog.system import System
from model.catalog.teams import Organization
from model.incidents.entry import Entry, Kind, State
from model.incidents.from_catalog import scope
from tests.model.catalogs import good_organization
from tests.model.gate.examples import component

T0 = 1_800_000_000.0


def catalog() -> Catalog:
    def system(name: str, components: list[dict[str, Any]]) -> System:
        rest = {"title": "It", "description": "It.", "owner": "shop", "tracing": {"sample_percent": 10, "slow": "1s"}}
        return System.model_validate({"system": name, "components": components, **rest})

    return Catalog.of(
        Organization.model_validate(good_organization()),
        (
            system("shop", [component("api", ["pay/gateway"]), component("web", ["api"])]),
            system("pay", [component("gateway", ["ledger"]), component("ledger", [])]),
            system("blog", [component("site", [])]),
        ),
    )


PARTS = scope(catalog()).parts


def alert(at: float, state: State = State.FIRING, **given: Any) -> Entry:
    rest = {"system": "shop", "component": "api", "objective": "errors", "name": "SloOutage", "severity": "critical"}
    values = {"kind": Kind.ALERT, "source": "prometheus", "text": "An alert.", **rest, **given}
    return Entry(at=T0 + at, state=state, **values)


def sli(at: float, state: State, **given: Any) -> Entry:
    rest = {"system": "shop", "component": "api", "objective": "errors"}
    values = {"kind": Kind.SLI, "source": "prometheus", "text": "An SLI.", **rest, **given}
    return Entry(at=T0 + at, state=state, **values)


def notified(at: float, state: State = State.FIRING, **given: Any) -> Entry:
    rest = {"system": "shop", "component": "api", "name": "SloOutage", "ref": "7"}
    values = {"kind": Kind.NOTIFICATION, "source": "inbox", "text": "It was delivered.", **rest, **given}
    return Entry(at=T0 + at, state=state, **values)


def silence(at: float, until: float, **given: Any) -> Entry:
    values = {"kind": Kind.HUMAN, "source": "alertmanager", "text": "A silence.", "system": "shop", **given}
    return Entry(at=T0 + at, until=T0 + until, **values)


def outage(at: float = 0.0, minutes: float = 10.0, **given: Any) -> list[Entry]:
    """The SLI turns at ``at``, the alert fires 30 s later, and ends 5 minutes after the SLI is good."""
    end = at + 60 * minutes
    of = {key: value for key, value in given.items() if key != "name"}
    return [
        sli(at - 600, State.GOOD, **of),
        sli(at, State.BAD, **of),
        alert(at + 30, **given),
        notified(at + 40, **{key: value for key, value in given.items() if key != "objective"}),
        sli(end, State.GOOD, **of),
        alert(end + 300, State.RESOLVED, **given),
    ]
