"""What the ledger holds, and whether it leaves room for one more action: pure decisions.

Acts are counted over windows that end now, not by the hour of the clock: two full hours could meet at its turn.
"""

from decimal import Decimal
from hashlib import sha256

from pydantic import Field

from model.base import Model
from model.catalog.remediation import Mode, Remediation
from model.vocabulary import Environment, Vocabulary

_HOUR, _DAY = 3600, 86_400
REPEAT_SECONDS = 12 * _HOUR
"""A cure that is needed twice within half a day is none: a shift of on-call engineers has seen both."""
SKEW_SECONDS = 60
"""How far a clock may be ahead: NTP keeps clocks within a second, so a minute is a broken clock."""
LEAST_VERDICTS = 20
"""With fewer, the share of wrong ones says nothing: 1 of 20 is the 5 percent that are tolerated."""
MOST_WRONG_PERCENT = Decimal(5)
APPROVAL_SECONDS = 10 * 60
"""Whoever is paged looks within five minutes; after ten the state that was asked about is another one."""
OPEN_SECONDS = 3600
"""How long an action that did not help stays an alert after its own alert has ended: the next firing is as likely."""


class Outcome(Vocabulary):
    """What became of a verdict."""

    RECORDED = ("recorded", "Nothing was done.")
    WAITING = ("waiting", "A person is asked.")
    ACTING = ("acting", "The action was begun; it is unknown whether it happened until the next state.")
    ACTED = ("acted", "The action was done, and the objective has time to be met again.")
    HEALED = ("healed", "The alert has ended and the objective is met again, with events.")
    NOT_HEALED = ("not-healed", "It did not help; a person was notified.")
    FAILED = ("failed", "The action was refused or failed; a person was notified.")
    EXPIRED = ("expired", "Nobody approved it in time; a person was notified.")
    DECLINED = ("declined", "A person decided against it.")


class Judgement(Vocabulary):
    """How good a verdict was, against what happened."""

    RIGHT = ("right", "A person did the same, or the action healed it.")
    NEEDLESS = ("needless", "The alert ended by itself before the action could have helped.")
    WRONG = ("wrong", "A person did something else, or the action did not help.")
    OPEN = ("open", "Nobody knows yet.")


class Act(Model):
    """One action that was begun. ``until``: when its objective has had time. Unix time, seconds."""

    rule: str
    system: str
    component: str
    at: float
    until: float


class Arming(Model):
    """That a person armed a rule, on what grounds. A rule that was changed since has another ``digest``."""

    system: str
    rule: str
    digest: str
    verdicts: int = Field(ge=0)
    wrong: int = Field(ge=0)
    by: str = Field(min_length=1)
    at: float


class Book(Model):
    """What the ledger says of a target now. ``lease_until``: nobody else may act on it before."""

    decided: bool = False
    lease_until: float = 0
    target: tuple[Act, ...] = ()
    environment: tuple[Act, ...] = ()
    arming: Arming | None = None


class Entry(Model):
    """One verdict with its inputs and what became of it; ``key`` is one for each firing of an alert."""

    key: str
    environment: Environment
    system: str
    component: str
    rule: str
    digest: str = Field(default="", description="Of the rule as it was then.")
    alert: str
    starts: float
    at: float
    verdict: str
    reason: str
    text: str
    mode: Mode
    action: str
    settle: float
    outcome: Outcome = Outcome.RECORDED
    severity: str = Field(default="", description="Of the alert.")
    approved_by: str = Field(default="", description="Who approved or declined it.")
    approved_at: float | None = Field(default=None, description="When; its action began then.")
    ended: float | None = Field(default=None, description="When the alert ended; absent while it fires.")
    finished: float | None = None
    judgement: Judgement = Judgement.OPEN
    judged_by: str = ""

    @property
    def settled_at(self) -> float:
        """When its action has had its time."""
        return (self.at if self.approved_at is None else self.approved_at) + self.settle


class Answer(Vocabulary):
    """What became of a person's answer to a verdict that asks."""

    APPROVED = ("approved", "The action began.")
    DECLINED = ("declined", "Nothing is done.")
    FORGED = ("forged", "It was not sent from the page that this person was shown.")
    LATE = ("late", "It came later than 10 minutes after the question.")
    REPEATED = ("repeated", "The verdict has its answer, or never asked.")
    UNKNOWN = ("unknown", "There is no such verdict.")
    STOPPED = ("stopped", "A guard rail holds by now.")


def unanswerable(entry: Entry | None, now: float) -> Answer | None:
    """Why nobody can approve or decline it; None where a person may."""
    if entry is None:
        return Answer.UNKNOWN
    if entry.outcome is Outcome.EXPIRED or (entry.outcome is Outcome.WAITING and now >= entry.at + APPROVAL_SECONDS):
        return Answer.LATE
    return None if entry.outcome is Outcome.WAITING else Answer.REPEATED


def escalated(entry: Entry, now: float) -> bool:
    """Whether a person has to look: the cure did not last or did not help, or nobody answered.

    While the alert fires; what was done and did not help also for an hour after that.
    """
    failed = entry.outcome in (Outcome.NOT_HEALED, Outcome.FAILED, Outcome.EXPIRED)
    if not failed and entry.reason != Refusal.REPEATED:
        return False
    return entry.ended is None or (entry.finished is not None and now < entry.finished + OPEN_SECONDS)


class Refusal(Vocabulary):
    """Why the ledger has no room."""

    CLOCK = ("clock", "The ledger holds actions of the future: one of the clocks is wrong.")
    BUSY = ("busy", "Another action on the target or in its system has not settled.")
    COMPONENT_BUDGET = ("component-budget", "The target had all its actions of the day.")
    ENVIRONMENT_BUDGET = ("environment-budget", "The environment had all its actions of the hour.")
    REPEATED = ("repeated", "The rule acted on the target within 12 hours: a person has to look.")


def busy(book: Book, system: str, now: float) -> Refusal | None:
    """Whether something else is going on, or the clocks contradict each other."""
    acts = (*book.target, *book.environment)
    if any(act.at > now + SKEW_SECONDS for act in acts):
        return Refusal.CLOCK
    unsettled = any(act.until > now for act in acts if act.system == system)
    return Refusal.BUSY if unsettled or book.lease_until > now else None


def spent(book: Book, rule: Remediation, now: float) -> Refusal | None:
    """Whether a budget is used up."""
    if _within(book.target, now, _DAY) >= rule.limits.component_per_day:
        return Refusal.COMPONENT_BUDGET
    if _within(book.environment, now, _HOUR) >= rule.limits.environment_per_hour:
        return Refusal.ENVIRONMENT_BUDGET
    return None


def repeated(book: Book, rule: Remediation, now: float) -> Refusal | None:
    """Whether the rule acted on its target before."""
    before = (act for act in book.target if act.rule == rule.name)
    return Refusal.REPEATED if any(act.at > now - REPEAT_SECONDS for act in before) else None


def refusal(book: Book, system: str, rule: Remediation, now: float) -> Refusal | None:
    """The first reason why no action may begin; None where one may."""
    return busy(book, system, now) or spent(book, rule, now) or repeated(book, rule, now)


def taken(book: Book, system: str, rule: Remediation, now: float) -> Book:
    """The book once an action has begun; what no limit counts any more is left out.

    The lease lasts for 12 hours: it ends earlier when the action has healed, or a person releases it.
    """
    act = Act(rule=rule.name, system=system, component=rule.component, at=now, until=now + float(rule.settle.seconds))
    return book.model_copy(
        update={
            "decided": True,
            "lease_until": now + REPEAT_SECONDS,
            "target": (*(one for one in book.target if one.at > now - _DAY), act),
            "environment": (*(one for one in book.environment if one.at > now - _HOUR or one.until > now), act),
        }
    )


def digest(rule: Remediation) -> str:
    """Of all that decides what the rule does; its mode and its reason may change without a new arming."""
    return sha256(rule.model_dump_json(exclude={"mode", "reason"}).encode()).hexdigest()


def enough(verdicts: int, wrong: int) -> bool:
    """Whether a rule with so many judged verdicts may act in production."""
    return verdicts >= LEAST_VERDICTS and wrong * 100 <= MOST_WRONG_PERCENT * verdicts


def is_armed(arming: Arming | None, rule: Remediation) -> bool:
    """Whether the arming is of this very rule, on sufficient grounds."""
    return arming is not None and arming.digest == digest(rule) and enough(arming.verdicts, arming.wrong)


def _within(acts: tuple[Act, ...], now: float, seconds: int) -> int:
    return sum(act.at > now - seconds for act in acts)
