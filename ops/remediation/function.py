"""The functions of Lambda that the state machine calls: ``ops.remediation.function.handler``.

One program, several functions: each has the role of its family alone, and does nothing but the tasks of that family.
Everything is made when it is first needed, and again after an error: a cluster may have another certificate by then.
"""

import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from model.catalog.catalog import Catalog
from model.remediation.cloud import (
    CLUSTER_VARIABLE,
    ENGINE,
    ENVIRONMENT_VARIABLE,
    FAMILY_VARIABLE,
    LEDGER_VARIABLE,
    SYSTEMS_VARIABLE,
    TOPIC_VARIABLE,
)
from model.remediation.families import Family
from model.vocabulary import Environment
from ops.identity import SETTINGS
from ops.remediation import eks, in_aws, tasks
from ops.remediation.dynamodb import DynamoDbStore

_ROOT = Path("/opt")
"""Where Lambda unpacks the layer with the catalog."""
_ANY_ACCOUNT = 4
"""Where an ARN has its account."""


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """Do ``event["task"]``. Raises ValueError for a task that the function's family does not have."""
    task, account = event.get("task"), str(context.invoked_function_arn).split(":")[_ANY_ACCOUNT]
    now = time.time()
    if os.environ[FAMILY_VARIABLE] == ENGINE and task in _ENGINE:
        return _ENGINE[str(task)](_engine(account), event, now)
    if task == "act":
        wanted = {ENGINE: Family.PERSON, **{str(one): one for one in Family}}[os.environ[FAMILY_VARIABLE]]
        return tasks.act(event["verdict"], _catalog(), in_aws.actors((wanted,), _place(account)))
    raise ValueError(f"task: found {task!r}; allowed: {', '.join([*_ENGINE, 'act'])}")


_ENGINE: Mapping[str, Callable[[tasks.EngineTasks, Mapping[str, Any], float], Any]] = {
    "decide": lambda engine, event, now: engine.decide(event["messages"], now),
    "ask": lambda engine, event, _: engine.ask(event["verdict"], event["token"]),
    "answer": lambda engine, event, now: engine.answer(event["verdict"], now),
    "expire": lambda engine, event, now: engine.expire(event["verdict"], now),
    "failed": lambda engine, event, now: engine.failed(event["verdict"], now),
    "record": lambda engine, event, now: engine.record(event["verdict"], now),
    "verify": lambda engine, event, now: engine.verify(event["verdict"], now),
    "unproven": lambda _, event, now: tasks.unproven(event["verdict"], now),
}


def _engine(account: str) -> tasks.EngineTasks:
    catalog, place = _catalog(), _place(account)
    client, topic = boto3.client("sns", region_name=place.region, config=SETTINGS), os.environ[TOPIC_VARIABLE]
    known = in_aws.elsewhere(catalog, place.environment)
    store = DynamoDbStore(os.environ[LEDGER_VARIABLE])
    return tasks.EngineTasks(
        engine=in_aws.engine(tasks.Deciding, catalog, place, store, known),
        notify=lambda subject, text: client.publish(TopicArn=topic, Subject=subject[:99], Message=text),
        environment=str(place.environment),
    )


def _place(account: str) -> in_aws.Place:
    region, name = os.environ["AWS_REGION"], os.environ[CLUSTER_VARIABLE]
    return in_aws.Place(
        environment=_environment(),
        region=region,
        account=account,
        cluster=lambda: eks.cluster(name, region),
    )


def _environment() -> Environment:
    return {str(one): one for one in Environment}[os.environ[ENVIRONMENT_VARIABLE]]


@cache
def _catalog() -> Catalog:
    """As the environment has it; a layer of the function brings the one that was deployed."""
    found, _ = Catalog.load(_ROOT / "catalog").in_environment(_environment())
    return found.only(os.environ[SYSTEMS_VARIABLE].split(","))
