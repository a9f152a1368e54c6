"""How good the verdicts of a rule were, against what happened afterwards and what people did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from model.remediation.decision import Kind
from model.remediation.ledger import Entry, Judgement, enough

_PASSED = (Kind.SHADOW, Kind.ASK, Kind.ACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """Of one rule. ``passed``: verdicts that let the action begin, or would have; the judgements are of those."""

    system: str
    rule: str
    verdicts: int
    passed: int
    right: int
    needless: int
    wrong: int
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def judged(self) -> int:
        """Those that count for arming."""
        return self.right + self.needless + self.wrong

    @property
    def armable(self) -> bool:
        """Whether the grounds suffice for arming."""
        return enough(self.judged, self.wrong)


def judged(entry: Entry, ended: float, silenced_by: str = "") -> Entry:
    """The entry once its alert has ended at ``ended``; ``silenced_by``: the person who silenced it meanwhile.

    A silence is a person's decision to leave it alone, so an action would have been wrong. What ended within the time
    that an action has would have ended without it. Of anything else only a person knows what helped. A judgement by a
    person stays.
    """
    after = entry.model_copy(update={"ended": ended})
    if entry.judged_by or entry.verdict not in [str(kind) for kind in _PASSED]:
        return after
    if silenced_by:
        return after.model_copy(update={"judgement": Judgement.WRONG, "judged_by": f"the silence of {silenced_by}"})
    if ended - entry.at <= entry.settle:
        return after.model_copy(update={"judgement": Judgement.NEEDLESS})
    return after


def report(entries: Iterable[Entry], digests: dict[tuple[str, str], str]) -> list[RuleReport]:
    """One for each rule of ``digests`` (system and rule -> digest), sorted.

    A verdict about an older state of the rule says nothing about this one.
    """
    of_rule: dict[tuple[str, str], list[Entry]] = {key: [] for key in digests}
    for entry in entries:
        if digests.get((entry.system, entry.rule)) == entry.digest:
            of_rule[entry.system, entry.rule].append(entry)
    return [_of_rule(*key, found) for key, found in sorted(of_rule.items())]


def _of_rule(system: str, rule: str, entries: list[Entry]) -> RuleReport:
    passed = [entry for entry in entries if entry.verdict in [str(kind) for kind in _PASSED]]
    counts = Counter(entry.judgement for entry in passed)
    reasons = Counter(entry.reason for entry in entries)
    return RuleReport(
        system=system,
        rule=rule,
        verdicts=len(entries),
        passed=len(passed),
        right=counts[Judgement.RIGHT],
        needless=counts[Judgement.NEEDLESS],
        wrong=counts[Judgement.WRONG],
        reasons=tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))),
    )
