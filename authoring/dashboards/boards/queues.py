"""Queues: does work wait too long, do consumers take it, and were messages dead-lettered?"""

from functools import partial
from typing import Final

from grafana_foundation_sdk.models import units

from authoring.dashboards.kit import blocks, narrowing, panels, targets, thresholds, variables
from authoring.dashboards.kit.board import Board, Row
from authoring.dashboards.kit.cloudwatch import alarm
from authoring.dashboards.kit.thresholds import Steps, rising
from authoring.dashboards.queries import chosen
from authoring.dashboards.queries import queues as queries
from model.catalog.catalog import Catalog
from model.catalog.resource_base import ResourceKind
from model.dashboards import Board as Uid
from model.vocabulary import ComponentKind, Signal

NO_EXPORTER: Final = "CloudWatch's exporter does not answer"
NO_QUEUE: Final = "No queue, or the CloudWatch exporter is down"
BY_QUEUE: Final = "{{system}} {{dimension_QueueName}}"
curves = partial(narrowing.curves, Uid.QUEUES, no_data=NO_QUEUE)


def boards(catalog: Catalog) -> tuple[Board, ...]:
    """The board."""
    lag = thresholds.shared(catalog, Signal.QUEUE_LAG)
    depth = thresholds.shared(catalog, Signal.QUEUE_DEPTH)
    # A service may keep work of its own that waits, such as open orders.
    kinds = "|".join((ResourceKind.SQS_QUEUE, ComponentKind.WORKER, ComponentKind.HTTP_SERVICE))
    board = Board(
        uid=Uid.QUEUES,
        question="Does work wait too long, and were messages dead-lettered?",
        variables=(variables.clusters(), variables.systems(), variables.components(kinds)),
        chosen=chosen.ALL,
        to=(Uid.SERVICE, Uid.AWS),
        rows=(
            Row("Queues", (*_numbers(lag, depth), *_curves(lag, depth)), collapsed=False),
            Row("Alerts", (*blocks.firing(*chosen.ALL), blocks.alert_table(*chosen.ALL, width=16))),
        ),
    )
    return (board,)


def _numbers(lag: Steps, depth: Steps) -> blocks.Panels:
    return (
        panels.number(
            "Age of oldest message",
            f"Of all queues. Users notice the age, not the depth. {thresholds.SAYS}",
            targets.now(queries.oldest_in_all()),
            unit=units.Seconds,
            thresholds=lag,
            no_data=NO_QUEUE,
            runbooks=("QueueLagging", *alarm("sqs-age", "sqs-age-critical")),
        ),
        panels.number(
            "Dead-lettered messages",
            "Messages in dead-letter queues. Nothing retries them, so one is enough.",
            targets.now(queries.dead_letters_in_all()),
            thresholds=rising(warn=1),
            no_data=NO_EXPORTER,
            runbooks=("DeadLettersWaiting", *alarm("sqs-dead-letters")),
        ),
        panels.number(
            "Stuck queues",
            "Messages wait and none was finished in five minutes. An alert fires after twenty minutes.",
            targets.now(queries.stuck()),
            thresholds=rising(warn=1),
            no_data=NO_EXPORTER,
            runbooks=("QueueStuck",),
        ),
        panels.number(
            "Messages waiting",
            f"In all queues. Only together with the speed of the consumers it means something. {thresholds.SAYS}",
            targets.now(queries.waiting_in_all()),
            thresholds=depth,
            no_data=NO_QUEUE,
            runbooks=("QueueTooDeep", *alarm("sqs-depth")),
        ),
        panels.number(
            "Time to empty",
            "Of the queue that needs longest, at the current rate. Above the age of the oldest message it grows.",
            targets.now(queries.slowest_to_empty()),
            unit=units.Seconds,
            no_data="No messages are consumed, or there is no queue",
            runbooks=("QueueGrowing",),
            width=8,
        ),
    )


def _curves(lag: Steps, depth: Steps) -> blocks.Panels:
    return (
        curves(
            "Age of oldest message",
            f"A steady rise is a stopped consumer; a sawtooth is one message that fails repeatedly. {thresholds.SAYS}",
            queries.oldest(),
            unit=units.Seconds,
            thresholds=lag,
            runbooks=("QueueLagging", *alarm("sqs-age", "sqs-age-critical")),
        ),
        curves(
            "Messages waiting",
            f"Half as many again within the hour is a queue that grows. {thresholds.SAYS}",
            queries.waiting(),
            thresholds=depth,
            runbooks=("QueueTooDeep", "QueueGrowing", *alarm("sqs-depth")),
        ),
        curves(
            "Dead-lettered messages",
            "By dead-letter queue. A step with a rollout is a message format that consumers do not support.",
            queries.dead_letters(),
            BY_QUEUE,
            thresholds=rising(warn=1),
            no_data="No dead-letter queue, or it is empty",
            runbooks=("DeadLettersWaiting",),
        ),
        curves(
            "Arrivals",
            "Messages sent per second. A drop to zero is a stopped producer.",
            queries.arrivals(),
            BY_QUEUE,
            unit=units.MessagesPerSecond,
            runbooks=alarm("sqs-producer-silent"),
        ),
        curves(
            "Finished",
            "Messages processed per second. Below arrivals the queue grows.",
            queries.finished(),
            BY_QUEUE,
            unit=units.MessagesPerSecond,
            runbooks=("QueueStuck", "QueueGrowing"),
        ),
        curves(
            "Time to empty",
            "Time to empty the queue at the current rate. A long queue of quick work can empty before a short one of "
            "slow work.",
            queries.seconds_to_empty(),
            BY_QUEUE,
            unit=units.Seconds,
            no_data="No messages are consumed, or there is no queue",
            runbooks=("QueueGrowing",),
        ),
    )
