"""The ledger under any sequence of firings: never two at once, never above a budget, never the same cure again."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from model.catalog.remediation import Remediation
from model.remediation.ledger import Act, Book, Refusal, enough, refusal, taken
from tests.model.remediation.examples import NOW, act
from tests.model.remediation.examples import rule as remediation

RULES = [
    remediation(name=name, component=component, alert=f"Alert{name.upper()}")
    for name in ("a", "b", "c", "d")
    for component in ("api", "worker")
]


@dataclass
class _Books:
    target: dict[str, Book] = field(default_factory=dict)
    environment: tuple[Act, ...] = ()


class Ledger(RuleBasedStateMachine):
    """Time only goes on; alerts come in any order. A lease is released or not."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.books = _Books()
        self.done: list[tuple[float, Remediation]] = []

    @rule(seconds=st.sampled_from([1, 299, 301, 1801, 3601, 20_000, 43_201, 86_401]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(one=st.sampled_from(RULES), heals=st.booleans())
    def fires(self, one: Remediation, heals: bool) -> None:
        before = self.books.target.get(one.component, Book())
        book = before.model_copy(update={"environment": self.books.environment})
        if refusal(book, "shop", one, self.now):
            return
        after = taken(book, "shop", one, self.now)
        if heals:
            after = after.model_copy(update={"lease_until": 0})
        self.books.target[one.component] = after
        self.books.environment = after.environment
        self.done.append((self.now, one))

    @invariant()
    def a_rule_acts_on_its_target_once_in_twelve_hours(self) -> None:
        for one in RULES:
            times = [at for at, done in self.done if done == one]
            assert all(later - earlier >= 43_200 for earlier, later in pairwise(times))

    @invariant()
    def nothing_begins_before_the_last_has_settled(self) -> None:
        times = [at for at, _ in self.done]
        assert all(later - earlier >= 300 for earlier, later in pairwise(times))

    @invariant()
    def no_budget_is_exceeded_in_any_window(self) -> None:
        for end, _ in self.done:
            assert len([at for at, _ in self.done if end - 3600 < at <= end]) <= 2
            for component in ("api", "worker"):
                within = [at for at, one in self.done if one.component == component and end - 86_400 < at <= end]
                assert len(within) <= 3


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_the_first_reason_is_given() -> None:
    one = remediation()
    assert refusal(Book(), "shop", one, NOW) is None
    assert refusal(taken(Book(), "shop", one, NOW - 10), "shop", one, NOW) is Refusal.BUSY
    assert refusal(Book(target=(act(-120),), lease_until=NOW + 9), "shop", one, NOW) is Refusal.CLOCK


def test_another_system_may_act_meanwhile() -> None:
    assert refusal(Book(environment=(act(10, system="bank"),)), "shop", remediation(), NOW) is None


def test_what_no_limit_counts_is_left_out_and_what_has_not_settled_stays() -> None:
    book = Book(target=(act(90_000), act(50_000)), environment=(act(4000), act(4000, until=NOW + 9)))
    after = taken(book, "shop", remediation(), NOW)
    assert [one.at for one in after.target] == [NOW - 50_000, NOW]
    assert [one.until for one in after.environment] == [NOW + 9, NOW + 300]


def test_twenty_verdicts_and_at_most_one_wrong_of_them_arm() -> None:
    assert [enough(20, 1), enough(20, 2), enough(19, 0), enough(39, 2), enough(40, 2)] == [
        True,
        False,
        False,
        False,
        True,
    ]
