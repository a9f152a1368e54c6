"""Questions that wait in AWS: who asks for a person keeps the token by which the machine goes on."""

import json
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from ops.http import Unreachable
from ops.remediation.ports import Change, Key, Store

KIND = "question"
APPROVE, DECLINE = "approve", "decline"


class Machine(Protocol):
    """Of Step Functions' client."""

    def send_task_success(self, **values: Any) -> Any:
        """As AWS answers."""


def keep(store: Store, key: str, token: str) -> None:
    """Keep the token of the question about ``key``; a new question takes the place of an older one."""
    found = store.read([_key(key)])
    version = found[_key(key)].version if found else 0
    if not store.write([Change(_key(key), {"token": token}, version)]):
        raise Unreachable("somebody else asked about the same verdict at this moment")


def send(store: Store, machine: Machine, key: str, answer: str, by: str) -> bool:
    """Let the machine go on with a person's answer. False where nothing waits for one. Raises Unreachable.

    Whether the action begins, the guard rails say then.
    """
    found = store.read([_key(key)])
    if not found:
        return False
    output = json.dumps({"answer": answer, "by": by}, sort_keys=True)
    try:
        machine.send_task_success(taskToken=str(found[_key(key)].document["token"]), output=output)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken"):
            return False
        raise Unreachable(f"SendTaskSuccess: {error}") from None
    except (BotoCoreError, KeyError) as error:
        raise Unreachable(f"SendTaskSuccess: {error}") from None
    return True


def _key(key: str) -> Key:
    return KIND, key
