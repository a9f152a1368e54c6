"""docs/capacity.md: what environments request, and what waits when a node is lost, by the program's own numbers."""

from collections.abc import Iterator, Sequence

import pytest

from model.account.instance_sizes import Room
from model.catalog.catalog import Catalog
from model.sizing.load import Profile
from model.sizing.placing import named, total, waiting
from model.vocabulary import Environment
from stacks import node_room, placed_pods
from stacks.inputs import ROOT
from stacks.settings import Settings
from tests.stacks.foundation import settings

PAGE = ROOT / "docs" / "capacity.md"
MARK = "<!-- Written by `.venv/bin/pytest tests/stacks/test_capacity_page.py --golden` between the marks. -->"
END = "<!-- end -->"
STACKS = (Environment.DEV, Environment.STAGING, Environment.PROD)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(ROOT / "catalog")


def table(*rows: Sequence[str]) -> str:
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def cores(room: Room) -> str:
    return f"{room.cpu_millis / 1000:.1f}"


def gib(room: Room) -> str:
    return f"{room.memory_mib / 1024:.1f} GiB"


def requested(stack: Environment, catalog: Catalog) -> Iterator[Sequence[str]]:
    """A row for each profile: the environment's own, and those that it could be given."""
    stated = settings(stack).sizing
    for profile in (None, *Profile):
        if profile is not None and (
            profile is stated.profile or (stack is Environment.PROD and profile is not Profile.DISTRIBUTED)
        ):
            continue
        own = settings(stack, {"sizing": {**stated.model_dump(mode="json"), "profile": profile or stated.profile}})
        room = sum((total(one.pods) for one in node_room.placements(own, here(catalog, stack))), Room(0, 0, 0))
        shown = (
            f"{profile}" if profile else f"{stated.profile or Profile.HA} ({'stated' if stated.profile else 'by load'})"
        )
        yield (f"{stack}, {stated.load_percent} % of the load", shown, str(room.pods), cores(room), gib(room))


def lost(stack: Environment, catalog: Catalog) -> Iterator[Sequence[str]]:
    """A row for each pool: what is placed there, what its nodes offer, and what a node less leaves over."""
    own = settings(stack)
    for one in node_room.placements(own, here(catalog, stack)):
        group, all_ = one.group, total(one.pods)
        left_over = waiting(one.pods, one.node, group.minimum - 1)
        yield (
            *(stack, f"{one.pool}: {group.minimum} to {group.maximum} {group.instance_type}"),
            *(f"{cores(all_)}, {gib(all_)}", f"{cores(one.node * group.minimum)}, {gib(one.node * group.minimum)}"),
            named(left_over) or "none",
        )


def here(catalog: Catalog, stack: Environment) -> Catalog:
    return catalog.in_environment(stack)[0]


def each_node(own: Settings) -> str:
    room = total(placed_pods.on_each_node(own))
    return f"Each node also runs {room.pods} pods of DaemonSets, which request {cores(room)} cores and {gib(room)}."


def written(catalog: Catalog) -> str:
    return "\n\n".join(
        (
            table(
                ("environment", "profile", "pods", "cores", "memory"),
                *(row for stack in STACKS for row in requested(stack, catalog)),
            ),
            each_node(settings(Environment.PROD)),
            table(
                (
                    "environment",
                    "pool",
                    "requested",
                    "the minimum offers",
                    "waits for another node after the loss of one",
                ),
                *(row for stack in STACKS for row in lost(stack, catalog)),
            ),
        )
    )


def test_the_page_has_the_numbers_of_the_program(catalog: Catalog, request: pytest.FixtureRequest) -> None:
    before, _, rest = PAGE.read_text().partition(MARK)
    present, _, after = rest.partition(END)
    expected = f"\n\n{written(catalog)}\n\n"
    if request.config.getoption("--golden"):
        PAGE.write_text(f"{before}{MARK}{expected}{END}{after}")
        present = expected
    assert present == expected, "run this file with --golden, and review the difference"
