"""The tasks of the state machine: the engine's own functions, one step each, with the verdict as JSON in between."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.catalog.catalog import Catalog
from model.catalog.remediation import Remediation
from model.remediation.decision import Alert, rules_of
from model.remediation.families import OF_KIND
from model.remediation.ledger import Answer, Entry, Judgement, Outcome, digest
from ops.http import Unreachable
from ops.log import log
from ops.remediation import approvals, intake
from ops.remediation.actors import Actor, Refused
from ops.remediation.alertmanager import Firing
from ops.remediation.engine import Engine, Unanswered

Verdict = dict[str, Any]
"""``entry``: of the ledger; ``family``; ``settle``: whole seconds."""

ALARM_EVENT = "CloudWatch Alarm State Change"


class Down(Exception):
    """Alertmanager or the ledger does not answer: nothing is decided. The machine tries again, then notifies."""


class Deciding(Engine):
    """The engine as far as the machine lets it: it decides and claims, and the machine's next state acts.

    What the local engine logs and does at its next look is an error here: the machine has the next look.
    """

    def _acted(self, entry: Entry, rule: Remediation, now: float) -> Entry:
        del rule, now
        return entry.model_copy(update={"outcome": Outcome.ACTING})

    def _firing(self) -> dict[str, Firing]:
        try:
            return super()._firing()
        except Unreachable as error:
            raise Down(str(error)) from None

    def _follow(self, firing: Mapping[str, Firing], now: float) -> None:
        try:
            super()._follow(firing, now)
        except Unreachable as error:
            raise Down(str(error)) from None

    def verified(self, entry: Entry, now: float) -> Entry:
        """What became of the action, after its time to settle. Raises Down."""
        return self._verified(entry, self._firing(), max(now, entry.settled_at))


@dataclass(frozen=True, kw_only=True)
class EngineTasks:
    """Everything but actions. ``notify``: sends a person a subject and a text; ``environment``: for the text."""

    engine: Deciding
    notify: Callable[[str, str], None]
    environment: str

    def decide(self, messages: Sequence[Mapping[str, Any]], now: float) -> dict[str, list[Verdict]]:
        """Look at what fires, as the messages of the queue say that it is time to. Raises Down.

        A message that cannot be understood begins nothing; the next one makes up for it.
        """
        news: list[Alert] = []
        for message in messages:
            try:
                news += _read(str(message["body"]))
            except (intake.Malformed, KeyError) as error:
                log("a message was refused, so nothing is decided", level="warning", error=str(error))
                return {"verdicts": []}
        return {"verdicts": [verdict_of(entry) for entry in self.engine.step(now, news)]}

    def ask(self, verdict: Verdict, token: str) -> None:
        """Ask a person, by a message; the machine waits. Raises Unreachable."""
        entry = _entry(verdict)
        approvals.keep(self.engine.ledger.store, entry.key, token)
        words = f"--env {self.environment} --key {entry.key}"
        self.notify(
            f"Belfry asks: {entry.action} of {entry.system}/{entry.component}",
            f"{entry.alert} of {entry.system}/{entry.component} in {self.environment}: may {entry.rule} do "
            f"{entry.action}? Within 10 minutes, by who has the rights:\n"
            f"python -m ops remediation answer {words} --approve\n"
            f"python -m ops remediation answer {words} --decline\n",
        )

    def answer(self, verdict: Verdict, now: float) -> Verdict:
        """Carry a person's answer out as far as the guard rails let it pass. Raises Unreachable, Down, ValueError."""
        entry, given = _entry(verdict), verdict.get("answer")
        by = given.get("by") if isinstance(given, dict) else None
        word = given.get("answer") if isinstance(given, dict) else None
        if not isinstance(by, str) or not by.strip() or word not in (approvals.APPROVE, approvals.DECLINE):
            raise ValueError("an answer of another shape; allowed: approve or decline, and by whom")
        try:
            said = self.engine.approve if word == approvals.APPROVE else self.engine.decline
            return verdict_of(said(entry.key, by.strip()[:200], now))
        except Unanswered as error:
            entry = self._kept(entry.key)
            if error.answer is not Answer.STOPPED:
                # Another way was faster: what the ledger has is what counts, and nothing begins here.
                return verdict_of(entry.model_copy(update={"verdict": "stand-down", "outcome": Outcome.RECORDED}))
            update = {"outcome": Outcome.RECORDED, "text": str(error), "approved_by": by, "finished": now}
            entry = entry.model_copy(update=update)
            self.engine.ledger.finish(entry, release=False)
            return verdict_of(entry)

    def expire(self, verdict: Verdict, now: float) -> Verdict:
        """Nobody answered. Raises Unreachable."""
        entry = self._kept(_entry(verdict).key)
        if entry.outcome is Outcome.WAITING:
            entry = entry.model_copy(update={"outcome": Outcome.EXPIRED, "finished": now})
            self.engine.ledger.finish(entry, release=False)
        return verdict_of(entry)

    def failed(self, verdict: Verdict, now: float) -> Verdict:
        """The function of the action ended without an answer, or there is none. Raises Unreachable."""
        error = verdict.get("error", {}).get("Error", "nobody carries it out")
        text = f"nobody knows whether it was done: {error}"
        entry = _entry(verdict).model_copy(update={"outcome": Outcome.FAILED, "text": text, "finished": now})
        self.engine.ledger.finish(entry, release=False)
        return verdict_of(entry)

    def record(self, verdict: Verdict, now: float) -> Verdict:
        """Keep what became of the action; its target is free again where it healed. Raises Unreachable."""
        entry = _entry(verdict)
        if entry.outcome is Outcome.FAILED and entry.finished is None:
            entry = entry.model_copy(update={"finished": now})
        self.engine.ledger.finish(entry, release=entry.outcome is Outcome.HEALED)
        return verdict_of(entry)

    def verify(self, verdict: Verdict, now: float) -> Verdict:
        """Whether it helped. Raises Unreachable, Down."""
        entry = self._kept(_entry(verdict).key)
        if entry.outcome is not Outcome.ACTED:
            return verdict_of(entry)
        return verdict_of(self.engine.verified(entry, now))

    def _kept(self, key: str) -> Entry:
        found = next((entry for entry in self.engine.ledger.entries() if entry.key == key), None)
        if found is None:
            raise Unreachable(f"the ledger has no verdict {key}")
        return found


def unproven(verdict: Verdict, now: float) -> Verdict:
    """Whoever cannot be asked has not said that it helped."""
    late = {"outcome": Outcome.NOT_HEALED, "finished": now, "judgement": Judgement.WRONG}
    text = "whether it helped could not be read"
    return verdict_of(_entry(verdict).model_copy(update={**late, "judged_by": "the verification", "text": text}))


def act(verdict: Verdict, catalog: Catalog, actors: Mapping[str, Actor]) -> Verdict:
    """Do it, once. A rule that is not the one that was decided on begins nothing."""
    entry = _entry(verdict)
    rules = rules_of(catalog)
    rule = rules.get((entry.system, entry.alert, entry.component))
    system = next((one for one in catalog.systems if one.system == entry.system), None)
    try:
        if rule is None or system is None or digest(rule) != entry.digest or entry.outcome is not Outcome.ACTING:
            raise Refused("the rule was changed since it was decided on, or nothing was claimed")
        if rule.action.kind not in actors:
            raise Refused(f"nobody here carries out {rule.action.kind}")
        update = {"outcome": Outcome.ACTED, "text": actors[rule.action.kind].act(system, rule)}
    except (Refused, Unreachable) as error:
        update = {"outcome": Outcome.FAILED, "text": str(error)}
    return verdict_of(entry.model_copy(update=update))


def verdict_of(entry: Entry) -> Verdict:
    """As the machine hands it on."""
    return {
        "entry": entry.model_dump(mode="json"),
        "family": str(OF_KIND[entry.action]),
        "settle": math.ceil(entry.settle),
    }


def _entry(verdict: Verdict) -> Entry:
    return Entry.model_validate(verdict["entry"])


def _read(body: str) -> list[Alert]:
    """Alertmanager's message, or an event of EventBridge about an alarm: that one only says that it is time to look."""
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if isinstance(event, dict) and event.get("detail-type") == ALARM_EVENT:
        return []
    return intake.read(body.encode())
