"""Two engines on one ledger, whatever happens: alerts, repairs, silences, gaps in the data, and clocks that jump."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.catalog.system import System
from model.catalog.teams import Organization
from model.remediation.decision import Facts, Stop
from model.remediation.ledger import Outcome
from model.vocabulary import Environment
from ops.remediation.alertmanager import Firing
from ops.remediation.dynamodb import DynamoDbStore
from ops.remediation.engine import Engine, NoDeployments, Unanswered
from ops.remediation.ledger import Ledger
from ops.remediation.ports import Change, Item, Key, Store
from ops.remediation.stores import FileStore, MemoryStore
from tests.model.catalog.test_remediation import RULE, system_with
from tests.model.catalogs import good_organization
from tests.model.remediation.examples import NOW, alert, facts
from tests.ops.remediation_world import DOG
from tests.ops.test_remediation_ledger import TABLE

PER_DAY, PER_HOUR = 2, 2
ACTS = {"mode": {"dev": "act"}, "limits": {"component_per_day": PER_DAY, "environment_per_hour": PER_HOUR}}
PROOF = {"component": "api", "objective": "availability"}
# Two cures of one part, one of another part that acts, and one that a person approves.
RULES = [
    {**RULE, **ACTS},
    {**RULE, **ACTS, "name": "other", "alert": "SloNoData"},
    {
        **RULE,
        **ACTS,
        "name": "third",
        "component": "worker",
        "proof": {"component": "api", "objective": "availability"},
    },
    {**RULE, **ACTS, "name": "asks", "alert": "SloFastBurn", "mode": {"dev": "ask"}},
]
SHOP = System.model_validate(system_with(*RULES))
CATALOG = Catalog.of(Organization.model_validate(good_organization()), [SHOP])
BY_NAME = {one.name: one for one in SHOP.remediation}
NAMES = st.sampled_from(sorted(BY_NAME))
# The clocks of two engines may differ by this much and still both be believed.
SKEW = 120
UNKNOWN = ("watchdog", "sampled_at", "firing", "causes", "met", "frozen")


@dataclass
class Truth:
    """The world as it is; ``now`` is the right time. ``done``: when, which rule, and which firing of its alert."""

    now: float = NOW
    firing: dict[str, float] = field(default_factory=dict)
    silenced: set[str] = field(default_factory=set)
    unknown: str | None = None
    met: bool = False
    done: list[tuple[float, str, float]] = field(default_factory=list)


@dataclass
class Sight:
    """What the engines are told; all of it is true."""

    truth: Truth

    def firing(self) -> list[Firing]:
        return [DOG, *(self._firing(name, starts) for name, starts in sorted(self.truth.firing.items()))]

    def _firing(self, name: str, starts: float) -> Firing:
        one = BY_NAME[name]
        own = alert(name=one.alert, component=one.component, fingerprint=name, starts=starts)
        return Firing(alert=own, stops=frozenset({Stop.SILENCE} if name in self.truth.silenced else ()))

    def facts(self, system: System, rule: Remediation, now: float) -> Facts:
        lost: dict[str, Any] = {self.truth.unknown: None} if self.truth.unknown else {}
        return facts(**{"read_at": now, "sampled_at": self.truth.now, "components": 9, **lost})

    def is_met(self, system: System, rule: Remediation) -> bool:
        return self.truth.met


@dataclass
class Hand:
    """Acts, and sees at once whether it should have."""

    truth: Truth

    def act(self, system: System, rule: Remediation) -> str:
        truth = self.truth
        assert rule.name in truth.firing, "a resolved alert never acts"
        assert rule.name not in truth.silenced, "a silenced alert never acts"
        assert truth.unknown is None, "what is unknown never acts"
        truth.done.append((truth.now, rule.name, truth.firing[rule.name]))
        return "restarted"


class Engines(RuleBasedStateMachine):
    """``place``: where the ledger is."""

    place = "memory"

    @initialize()
    def start(self) -> None:
        self.truth = Truth()
        self.folder = TemporaryDirectory()
        self.engines = [self._engine() for _ in range(2)]
        self.clocks = [0.0, 0.0]
        if self.place == "memory":
            self.engines[1] = replace(self.engines[1], ledger=self.engines[0].ledger)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def _engine(self) -> Engine:
        sight = Sight(self.truth)
        return Engine(
            catalog=CATALOG,
            environment=Environment.DEV,
            alerts=sight,
            metrics=sight,
            deployments=NoDeployments(),
            ledger=Ledger(self._store(), Environment.DEV),
            actors={"restart-pod": Hand(self.truth)},
        )

    def _store(self) -> Store:
        if self.place == "file":
            return FileStore(Path(self.folder.name) / "ledger.sqlite")
        return MemoryStore()

    @rule(seconds=st.sampled_from([1, 15, 299, 301, 3601, 20_000, 43_201]))
    def wait(self, seconds: int) -> None:
        self.truth.now += seconds

    @rule(name=NAMES)
    def fires(self, name: str) -> None:
        self.truth.firing.setdefault(name, self.truth.now)

    @rule(name=NAMES, which=st.sampled_from([0, 1]), heals=st.sampled_from([True, True, False]))
    def incident(self, name: str, which: int, heals: bool) -> None:
        """What auto-remediation is for: nothing is wrong but one part, and the clocks are right."""
        truth = self._calm(name)
        self._step(which)
        self.somebody_approves(which)
        truth.now += 301
        if heals:
            truth.firing.pop(name)
            truth.met = True
            self._step(1 - which)

    @rule(name=NAMES, trouble=st.sampled_from(["silenced", "resolved", *UNKNOWN, 3700, -3700, 90_000, -90_000]))
    def incident_and_one_thing_is_wrong(self, name: str, trouble: str | int) -> None:
        truth = self._calm(name)
        if isinstance(trouble, int):
            self.clocks = [float(trouble)] * 2
        elif trouble == "silenced":
            truth.silenced.add(name)
        elif trouble == "resolved":
            truth.firing.pop(name)
        else:
            truth.unknown = trouble
        before = list(truth.done)
        self._step(0)
        self._step(1)
        assert truth.done == before, trouble

    @rule(name=NAMES)
    def resolves(self, name: str) -> None:
        self.truth.firing.pop(name, None)

    @rule(met=st.booleans())
    def objective(self, met: bool) -> None:
        self.truth.met = met

    @rule(name=NAMES)
    def somebody_silences_or_expires(self, name: str) -> None:
        self.truth.silenced ^= {name}

    @rule(what=st.sampled_from([None, None, *UNKNOWN]))
    def data_is_lost_or_back(self, what: str | None) -> None:
        self.truth.unknown = what

    @rule(which=st.sampled_from([0, 1]), seconds=st.sampled_from([0, 0, 59, -59, 3700, -3700, 90_000, -90_000]))
    def clock_jumps(self, which: int, seconds: float) -> None:
        self.clocks[which] = seconds

    @rule(which=st.sampled_from([0, 1]))
    def looks(self, which: int) -> None:
        self._step(which)

    @rule()
    def both_look_and_look_again(self) -> None:
        """Notifications come twice, and again."""
        for which in (0, 1):
            self._step(which)
        before = list(self.truth.done)
        verdicts = {entry.key: entry.verdict for entry in self.engines[0].ledger.entries()}
        for which in (1, 0):
            assert self.engines[which].step(self._time(which)) == []
        assert self.truth.done == before
        assert {entry.key: entry.verdict for entry in self.engines[0].ledger.entries()} == verdicts

    @rule(names=st.lists(NAMES, min_size=1, max_size=3, unique=True))
    def one_acts_while_the_other_decides(self, names: list[str]) -> None:
        """Between the first look at the ledger and the action."""
        truth, other = self._calm(*names), self.engines[1]

        class Slow(Sight):
            def facts(self, system: System, rule: Remediation, now: float) -> Facts:
                other.step(truth.now)
                return super().facts(system, rule, now)

        replace(self.engines[0], metrics=Slow(truth)).step(truth.now)

    @rule(names=st.lists(NAMES, min_size=1, max_size=3, unique=True))
    def both_begin_at_once(self, names: list[str]) -> None:
        """Between the last look at the ledger and what is written into it."""
        truth, (one, other) = self._calm(*names), self.engines
        inner = one.ledger.store

        @dataclass
        class Late:
            left: int = 1

            def read(self, keys: Collection[Key]) -> dict[Key, Item]:
                return inner.read(keys)

            def every(self, kind: str) -> dict[Key, Item]:
                return inner.every(kind)

            def write(self, changes: Sequence[Change]) -> bool:
                if self.left:
                    self.left -= 1
                    other.step(truth.now)
                return inner.write(changes)

        replace(one, ledger=Ledger(Late(), Environment.DEV)).step(truth.now)

    def _calm(self, *names: str) -> Truth:
        """All clocks are right, all is known, and these alerts have just begun."""
        truth = self.truth
        truth.unknown, truth.met, self.clocks = None, False, [0.0, 0.0]
        truth.silenced.clear()
        truth.firing |= dict.fromkeys(names, truth.now)
        return truth

    @rule(which=st.sampled_from([0, 1]))
    def somebody_approves(self, which: int) -> None:
        engine = self.engines[which]
        for entry in engine.ledger.entries():
            if entry.outcome is Outcome.WAITING:
                with suppress(Unanswered):
                    engine.approve(entry.key, "ada", self._time(which))

    def _time(self, which: int) -> float:
        return self.truth.now + self.clocks[which]

    def _step(self, which: int) -> None:
        earlier = list(self.truth.done)
        for entry in self.engines[which].step(self._time(which)):
            before = [at for at, name, _ in earlier if name == entry.rule and self.truth.now - at < 43_200 - SKEW]
            if before:
                assert entry.verdict in ("stand-down", "escalate"), "a second firing is a person's"

    @invariant()
    def one_firing_acts_once(self) -> None:
        firings = [(name, starts) for _, name, starts in self._done]
        assert len(set(firings)) == len(firings)

    @invariant()
    def a_rule_acts_once_in_twelve_hours(self) -> None:
        for name in BY_NAME:
            times = [at for at, done, _ in self._done if done == name]
            assert all(later - earlier >= 43_200 - SKEW for earlier, later in pairwise(times))

    @invariant()
    def no_two_act_at_once(self) -> None:
        times = [at for at, _, _ in self._done]
        assert all(later - earlier >= 300 - SKEW for earlier, later in pairwise(times))

    @invariant()
    def no_budget_is_exceeded(self) -> None:
        for end, name, _ in self._done:
            component = BY_NAME[name].component
            hour = [at for at, _, _ in self._done if end - 3600 + SKEW < at <= end]
            day = [
                at for at, of, _ in self._done if end - 86_400 + SKEW < at <= end and BY_NAME[of].component == component
            ]
            assert len(hour) <= PER_HOUR
            assert len(day) <= PER_DAY

    @property
    def _done(self) -> list[tuple[float, str, float]]:
        return self.truth.done if hasattr(self, "truth") else []


class InFile(Engines):
    place = "file"


TestInMemory = Engines.TestCase
TestInMemory.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestInFile = InFile.TestCase
TestInFile.settings = settings(max_examples=6, stateful_step_count=25, deadline=None)


@pytest.fixture
def table(aws: None) -> None:
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("kind", "name")],
    )


@pytest.mark.usefixtures("table")
def test_in_a_table_of_dynamodb() -> None:
    class InTable(Engines):
        def _store(self) -> Store:
            client = boto3.client("dynamodb")
            for item in client.scan(TableName=TABLE)["Items"]:
                client.delete_item(TableName=TABLE, Key={"kind": item["kind"], "name": item["name"]})
            return DynamoDbStore(TABLE)

        place = "table"

    short = settings(max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(InTable, settings=short)
