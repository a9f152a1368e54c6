"""The decision: may this alert start its action now? Pure: no clock, no network.

The guard rails stand in a fixed order, and the first one that holds names the reason. Whatever is unknown stands down:
data that is missing, stale or contradictory never becomes an action.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from model.catalog.catalog import Catalog
from model.catalog.remediation import Exemption, Mode, Remediation
from model.metrics import metric_names
from model.remediation import ledger
from model.remediation.ledger import SKEW_SECONDS, Book, is_armed
from model.vocabulary import Environment, Vocabulary

STALE_FACTS_SECONDS = 60
"""Between reading and deciding there are seconds; after a minute something else may have happened."""
STALE_SAMPLE_SECONDS = 60
"""Objectives are evaluated every 15 s: an older sample has missed four evaluations."""
DEPLOY_SECONDS = 40 * 60
"""An alert so soon after a deployment is the deployment's: what helps is a rollback, and a person decides on that."""
LATE_SECONDS = 3600
"""The last level of escalation was notified by then, and people are at work on it. An engine that was away until now
would act among them."""
_PERCENT = 100


class Stop(Vocabulary):
    """What keeps notifications of an alert from people, and the engine from acting."""

    SILENCE = ("silence", "A person silenced it.")
    INHIBITION = ("inhibition", "Another alert explains it.")
    MAINTENANCE = ("maintenance", "A maintenance window or a mute time.")
    FREEZE = ("freeze", "A change calendar is closed.")


class Kind(Vocabulary):
    """The five verdicts."""

    STAND_DOWN = ("stand-down", "Nothing is done.")
    SHADOW = ("shadow", "All guard rails passed; nothing is done, since the rule is in shadow.")
    ASK = ("ask", "All guard rails passed; a person is asked.")
    ACT = ("act", "All guard rails passed; the action begins.")
    ESCALATE = ("escalate", "Nothing is done, and a person is notified: the cure did not last.")


class Reason(Vocabulary):
    """Why; in the order of the guard rails."""

    ENDED = ("ended", "The alert has ended.")
    TRUNCATED = ("truncated", "The notification was cut: alerts are missing from it.")
    DUPLICATE = ("duplicate", "This firing was decided before.")
    CLOCK = ("clock", "A clock is wrong.")
    LATE = ("late", "It has fired for an hour: people are at work on it.")
    NO_RULE = ("no-rule", "No rule names this alert of this component.")
    OTHER_ENVIRONMENT = ("other-environment", "The alert is of another environment.")
    STOPPED = ("stopped", "It is silenced, inhibited, in maintenance or in a change freeze.")
    UNKNOWN = ("unknown", "What has to be known is not.")
    STALE = ("stale", "What is known is too old.")
    DEPLOYMENT = ("deployment", "The component is being deployed, or was within 40 minutes.")
    COMMON_CAUSE = ("common-cause", "Too many components of the system fire at once.")
    DEPENDENCY = ("dependency", "Something that it depends on fires.")
    NOTHING_TO_PROVE = ("nothing-to-prove", "The objective that proves a cure is met already.")
    BUSY = ("busy", "Another action has not settled.")
    COMPONENT_BUDGET = ("component-budget", "The target had all its actions of the day.")
    ENVIRONMENT_BUDGET = ("environment-budget", "The environment had all its actions of the hour.")
    REPEATED = ("repeated", "The rule acted on the target within 12 hours.")
    ASKS = ("asks", "The rule or its action asks a person.")
    NOT_ARMED = ("not-armed", "The rule is not armed for production.")
    IN_SHADOW = ("in-shadow", "The rule is in shadow.")
    PASSED = ("passed", "All guard rails passed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One firing of an alert. ``starts``: Unix time, seconds; ``truncated``: alerts that its message left out;
    ``severity``: as its rule has it."""

    name: str
    system: str
    component: str
    environment: str
    fingerprint: str
    starts: float
    firing: bool
    truncated: int = 0
    severity: str = ""

    @property
    def key(self) -> str:
        """One for each firing: repeats, and the other Alertmanager of a pair, have the same."""
        return f"{self.fingerprint}@{self.starts:.3f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was seen of the world at ``read_at``; None is what nobody knows.

    ``stops``: what stops the alert. ``sampled_at``: of the objective that proves a cure. ``deploying``: now;
    ``deployed_at``: the end of the last deployment, 0 for none that is remembered. ``firing``: components of the system
    with a critical alert, of ``components``. ``causes``: those that the target depends on, directly or not. ``met``:
    whether the objective is met now. ``frozen``: whether a change calendar is closed.
    """

    read_at: float
    stops: frozenset[Stop] | None = None
    watchdog: bool | None = None
    sampled_at: float | None = None
    deploying: bool | None = None
    deployed_at: float | None = None
    firing: int | None = None
    components: int = 1
    causes: frozenset[str] | None = None
    met: bool | None = None
    frozen: bool | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a verdict rests on. ``book`` None: the ledger does not answer."""

    alert: Alert
    environment: Environment
    rules: Mapping[tuple[str, str, str], Remediation]
    facts: Facts
    book: Book | None
    now: float

    @property
    def rule(self) -> Remediation | None:
        """The rule of exactly this alert of exactly this target."""
        return self.rules.get((self.alert.system, self.alert.name, self.alert.component))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``text``: the reason for people, with its numbers."""

    kind: Kind
    reason: Reason
    text: str
    rule: Remediation | None = field(default=None)
    mode: Mode = Mode.SHADOW


def rules_of(catalog: Catalog) -> dict[tuple[str, str, str], Remediation]:
    """System, alert and component -> the rule for them."""
    return {(s.system, rule.alert, rule.component): rule for s in catalog.systems for rule in s.remediation}


_Found = tuple[Reason, str] | None


def decide(situation: Situation) -> Verdict:
    """The verdict; its reason is the first guard rail that holds."""
    rule = situation.rule
    for rail in (_news, _environment):
        if found := rail(situation):
            return _down(found, rule)
    if rule is None:
        alert = situation.alert
        return _down((Reason.NO_RULE, f"no rule names {alert.name} of {alert.system}/{alert.component}"), None)
    rails: tuple[Callable[[Situation, Remediation], _Found], ...] = (
        _stops,
        _fresh,
        _deployment,
        _share,
        _dependencies,
        _proof,
        _ledger,
    )
    for checked in rails:
        if found := checked(situation, rule):
            return _down(found, rule, rule.mode.of(situation.environment))
    return _graded(situation, rule)


def _down(found: tuple[Reason, str], rule: Remediation | None, mode: Mode = Mode.SHADOW) -> Verdict:
    reason, text = found
    kind = Kind.ESCALATE if reason is Reason.REPEATED else Kind.STAND_DOWN
    return Verdict(kind=kind, reason=reason, text=text, rule=rule, mode=mode)


def _news(situation: Situation) -> _Found:
    alert, book = situation.alert, situation.book
    if not alert.firing:
        return Reason.ENDED, "the alert has ended"
    if alert.truncated:
        return Reason.TRUNCATED, f"the notification left {alert.truncated} alerts out"
    if alert.starts > situation.now + SKEW_SECONDS:
        return Reason.CLOCK, f"the alert starts {alert.starts - situation.now:.0f} s from now"
    if alert.starts < situation.now - LATE_SECONDS:
        return Reason.LATE, f"it has fired for {(situation.now - alert.starts) / 60:.0f} min, and nobody decided on it"
    if book is not None and book.decided:
        return Reason.DUPLICATE, "this firing was decided before"
    return None


def _environment(situation: Situation) -> _Found:
    if situation.alert.environment == situation.environment:
        return None
    return Reason.OTHER_ENVIRONMENT, f"the alert is of {situation.alert.environment or 'no environment'}"


def _stops(situation: Situation, rule: Remediation) -> _Found:
    stops = situation.facts.stops
    if stops is None:
        return Reason.UNKNOWN, "whether it is silenced is unknown" + _why(situation)
    passes = {_EXEMPT[one] for one in rule.during}
    frozen = situation.facts.frozen
    if frozen is None and Stop.FREEZE not in passes:
        return Reason.UNKNOWN, "whether a change calendar is closed is unknown" + _why(situation)
    if held := sorted((stops | ({Stop.FREEZE} if frozen else set())) - passes):
        return Reason.STOPPED, f"stopped by {', '.join(held)}"
    return None


_EXEMPT = {Exemption.MAINTENANCE: Stop.MAINTENANCE, Exemption.FREEZE: Stop.FREEZE}


def _fresh(situation: Situation, rule: Remediation) -> _Found:
    facts, now = situation.facts, situation.now
    if not -SKEW_SECONDS <= now - facts.read_at <= STALE_FACTS_SECONDS:
        return Reason.STALE, f"the facts are {now - facts.read_at:.0f} s old, at most {STALE_FACTS_SECONDS} s count"
    if not facts.watchdog:
        return Reason.UNKNOWN, "the Watchdog does not fire, so no alert is evaluated" + _why(situation)
    if facts.sampled_at is None:
        return Reason.UNKNOWN, "the objective that proves a cure has no data" + _why(situation)
    age = now - facts.sampled_at
    if not -SKEW_SECONDS <= age <= STALE_SAMPLE_SECONDS:
        return Reason.STALE, f"the objective was recorded {age:.0f} s ago, at most {STALE_SAMPLE_SECONDS} s count"
    return None


def _deployment(situation: Situation, rule: Remediation) -> _Found:
    facts = situation.facts
    if facts.deploying is None or facts.deployed_at is None:
        return Reason.UNKNOWN, "whether it is being deployed is unknown" + _why(situation)
    if facts.deploying:
        return Reason.DEPLOYMENT, "it is being deployed"
    age = situation.now - facts.deployed_at
    if age < DEPLOY_SECONDS:
        return Reason.DEPLOYMENT, f"it was deployed {age / 60:.0f} min ago, at least {DEPLOY_SECONDS // 60} min count"
    return None


def _share(situation: Situation, rule: Remediation) -> _Found:
    facts, limit = situation.facts, rule.limits.share
    if facts.firing is None:
        return Reason.UNKNOWN, "how many components fire is unknown" + _why(situation)
    # One of two components is half of them, and still one.
    if facts.firing > 1 and facts.firing * _PERCENT > limit * facts.components:
        return Reason.COMMON_CAUSE, f"{facts.firing} of {facts.components} components fire, at most {limit} % may"
    return None


def _dependencies(situation: Situation, rule: Remediation) -> _Found:
    """Whoever waits for a database that is down is not cured by a restart."""
    causes = situation.facts.causes
    if causes is None:
        return Reason.UNKNOWN, "whether something that it depends on fires is unknown" + _why(situation)
    return (Reason.DEPENDENCY, f"it depends on {', '.join(sorted(causes))}, which fires") if causes else None


def _proof(situation: Situation, rule: Remediation) -> _Found:
    """The cause has ended and the alert is still kept firing, or the objective is another one than the alert's.

    An alert of a cause, such as capacity that is used up, comes before users notice; its own end is the proof.
    """
    met = situation.facts.met
    if met is None:
        return Reason.UNKNOWN, "whether the objective that proves a cure is met is unknown" + _why(situation)
    if met and rule.alert in metric_names.SLO_ALERTS:
        return Reason.NOTHING_TO_PROVE, "its objective is met, so that nothing could prove a cure"
    return None


def _ledger(situation: Situation, rule: Remediation) -> _Found:
    book = situation.book
    if book is None:
        return Reason.UNKNOWN, "the ledger does not answer" + _why(situation)
    refused = ledger.refusal(book, situation.alert.system, rule, situation.now)
    return None if refused is None else (_REFUSED[refused], refused.sentence)


_BY_WORD = {str(reason): reason for reason in Reason}
_REFUSED = {refusal: _BY_WORD[str(refusal)] for refusal in ledger.Refusal}


def _graded(situation: Situation, rule: Remediation) -> Verdict:
    """By the mode, once nothing stands in the way."""
    mode = rule.mode.of(situation.environment)
    arming = situation.book.arming if situation.book else None
    armed = situation.environment is not Environment.PROD or is_armed(arming, rule)
    if mode is Mode.SHADOW:
        kind, reason = Kind.SHADOW, Reason.IN_SHADOW
    elif mode is Mode.ASK or rule.action.ASKS:
        kind, reason = Kind.ASK, Reason.ASKS
    elif not armed:
        kind, reason = Kind.SHADOW, Reason.NOT_ARMED
    else:
        kind, reason = Kind.ACT, Reason.PASSED
    return Verdict(kind=kind, reason=reason, text=reason.sentence, rule=rule, mode=mode)


def _why(situation: Situation) -> str:
    return f": {'; '.join(situation.facts.unknown)}" if situation.facts.unknown else ""
