"""The state machine of auto-remediation in AWS, as Step Functions reads it: plain data in JSONPath.

Standard and not Express: an action waits for its proof for up to an hour, and is never begun twice. No state that acts
has a retry, for the same reason. Each verdict goes its own way (``Map``); what goes wrong ends with a person.

Tasks are functions of Lambda that get ``{"task": ..., "verdict": ...}`` and answer with the verdict as it is then:
``entry`` (of the ledger), ``family``, ``settle`` in whole seconds.
"""

from collections.abc import Mapping
from typing import Any

from model.remediation.families import Family
from model.remediation.ledger import APPROVAL_SECONDS

AGAIN_SECONDS = 15
"""Between tries of what only reads: a rollout of Prometheus or Alertmanager takes less than a minute."""
TRIES = 4
FUNCTION_SECONDS = 60
"""A function asks a handful of servers, each of which has at most 10 s to answer."""

_ALL = ["States.ALL"]
_INVOKE = "arn:aws:states:::lambda:invoke"
_SHOWN = ", ".join(f"$.entry.{word}" for word in ("system", "component", "rule", "outcome", "text"))
_VERDICT, _OUTCOME = "$.entry.verdict", "$.entry.outcome"

State = dict[str, Any]


def definition(
    engine: str,
    actors: Mapping[Family, str],
    topic: str,
    *,
    approval_seconds: int = APPROVAL_SECONDS,
    again_seconds: int = AGAIN_SECONDS,
) -> dict[str, Any]:
    """The machine. ``engine`` and ``actors``: ARNs of functions; ``topic``: the ARN of who is notified.

    The input is what the queue had: a list of messages, each with ``body``.
    """
    again = {"again_seconds": again_seconds}
    return {
        "Comment": "Auto-remediation: decide, act once, prove it, and otherwise ask a person.",
        "StartAt": "Decide",
        "States": {
            "Decide": {
                **_task(engine, {"task": "decide", "messages.$": "$"}, **again),
                # The input is a list, which takes no field.
                "Catch": [{**_catch("Down"), "ResultPath": "$"}],
                "Next": "Verdicts",
            },
            "Verdicts": {
                "Type": "Map",
                "ItemsPath": "$.verdicts",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "INLINE"},
                    "StartAt": "Verdict",
                    "States": _verdict(engine, actors, topic, approval_seconds, again_seconds),
                },
                "End": True,
            },
            "Down": {
                **_notify(topic, "States.Format('Auto-remediation did not decide, so it does nothing: {}', $.Error)"),
                "Next": "Failed",
            },
            "Failed": {"Type": "Fail", "Error": "Belfry.NotDecided", "Cause": "See the notification."},
        },
    }


def _verdict(
    engine: str, actors: Mapping[Family, str], topic: str, approval_seconds: int, again_seconds: int
) -> dict[str, State]:
    again = {"again_seconds": again_seconds}
    return {
        "Verdict": _choice(_VERDICT, {"act": "Action", "ask": "Ask", "escalate": "Escalate"}, "Stand down"),
        "Ask": {
            "Type": "Task",
            "Resource": f"{_INVOKE}.waitForTaskToken",
            "Parameters": {
                "FunctionName": engine,
                "Payload": {"task": "ask", "verdict.$": "$", "token.$": "$$.Task.Token"},
            },
            "TimeoutSeconds": approval_seconds,
            "ResultPath": "$.answer",
            "Catch": [_catch("Expire")],
            "Next": "Answered",
        },
        "Answered": {
            **_task(engine, {"task": "answer", "verdict.$": "$"}),
            "Catch": [_catch("Expire")],
            "Next": "Claimed",
        },
        "Claimed": _choice(_OUTCOME, {"acting": "Action"}, "Stand down"),
        "Expire": {
            **_task(engine, {"task": "expire", "verdict.$": "$"}, **again),
            "Catch": [_catch("Escalate")],
            "Next": "Escalate",
        },
        "Action": _choice("$.family", {str(family): f"Act: {family}" for family in actors}, "Act failed"),
        **{f"Act: {family}": _act(arn) for family, arn in actors.items()},
        # What it did, if anything, nobody knows: so it did not help, and is never begun again.
        "Act failed": {**_task(engine, {"task": "failed", "verdict.$": "$"}, **again), **_kept()},
        "Keep": {**_task(engine, {"task": "record", "verdict.$": "$"}, **again), **_kept()},
        "Acted": _choice(_OUTCOME, {"acted": "Settle"}, "Escalate"),
        "Settle": {"Type": "Wait", "SecondsPath": "$.settle", "Next": "Verify"},
        "Verify": {
            **_task(engine, {"task": "verify", "verdict.$": "$"}, **again),
            "Catch": [_catch("Unproven")],
            "Next": "Record",
        },
        # Whoever cannot be asked has not said that it helped.
        "Unproven": {
            **_task(engine, {"task": "unproven", "verdict.$": "$"}),
            "Catch": [_catch("Escalate")],
            "Next": "Record",
        },
        "Record": {
            **_task(engine, {"task": "record", "verdict.$": "$"}, **again),
            "Catch": [_catch("Escalate")],
            "Next": "Proven",
        },
        "Proven": _choice(_OUTCOME, {"healed": "Healed"}, "Escalate"),
        "Healed": {"Type": "Succeed"},
        "Stand down": {"Type": "Succeed"},
        "Escalate": {
            **_notify(topic, f"States.Format('{{}}/{{}}: {{}} ({{}}). {{}}', {_SHOWN})"),
            "End": True,
        },
    }


def _act(arn: str) -> State:
    """Once, whatever happens."""
    return {
        **_task(arn, {"task": "act", "verdict.$": "$"}),
        "Catch": [_catch("Act failed")],
        "Next": "Keep",
    }


def _kept() -> State:
    return {"Catch": [_catch("Escalate")], "Next": "Acted"}


def _task(arn: str, payload: Mapping[str, Any], *, again_seconds: int | None = None) -> State:
    """``again_seconds``: it only reads, or writes the same again, so it may be tried again."""
    retry = {"ErrorEquals": _ALL, "IntervalSeconds": again_seconds, "MaxAttempts": TRIES - 1, "BackoffRate": 1.0}
    return {
        "Type": "Task",
        "Resource": _INVOKE,
        "Parameters": {"FunctionName": arn, "Payload": dict(payload)},
        "OutputPath": "$.Payload",
        "TimeoutSeconds": FUNCTION_SECONDS + 5,
        **({} if again_seconds is None else {"Retry": [retry]}),
    }


def _choice(path: str, words: Mapping[str, str], otherwise: str) -> State:
    choices = [{"Variable": path, "StringEquals": word, "Next": state} for word, state in words.items()]
    if not choices:
        # A choice wants one; no verdict has this word.
        choices = [{"Variable": path, "StringEquals": "", "Next": otherwise}]
    return {"Type": "Choice", "Choices": choices, "Default": otherwise}


def _notify(topic: str, message: str) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic, "Subject": "Belfry: auto-remediation", "Message.$": message},
        "Retry": [{"ErrorEquals": _ALL, "IntervalSeconds": 5, "MaxAttempts": TRIES - 1, "BackoffRate": 2.0}],
    }


def _catch(state: str) -> State:
    return {"ErrorEquals": _ALL, "ResultPath": "$.error", "Next": state}
