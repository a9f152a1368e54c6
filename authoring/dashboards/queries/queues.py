"""Queues: Amazon's by CloudWatch's exporter, those inside the cluster by what their workers say.

Whose queue it is comes from the catalog, by the queue's name; it also knows which are for dead letters.
"""

from authoring.dashboards.queries import aws, chosen
from model import labels
from model.metrics import metric_inventory

OLDEST = "component:queue_oldest_seconds:max"
WAITING = "component:queue_waiting:sum"
SQS_OLDEST = "queue:sqs_oldest_message_seconds:last10m"
SQS_WAITING = "queue:sqs_messages_visible:last10m"
SQS_SENT = "queue:sqs_messages_sent:last10m"
SQS_DONE = "queue:sqs_messages_deleted:last10m"
PERIOD = 300  # seconds that CloudWatch's sums are over
_NAME = "dimension_QueueName"


def of_sqs(metric: str, role: str = "main") -> str:
    """A series of Amazon's queues, by component and queue."""
    owner = chosen.without_cluster(
        metric_inventory.QUEUE_OWNER, labels.SYSTEM, labels.COMPONENT, where=f'role="{role}"'
    )
    return (
        f"max by (system, component, {_NAME}) (\n"
        f"  {chosen.cluster(metric)} * on ({_NAME}) group_left (system, component) {owner}\n)"
    )


def oldest() -> str:
    """Age of the oldest item in seconds, by component."""
    return f"{aws.worst(OLDEST)}\n  or\nmax by (system, component) ({of_sqs(SQS_OLDEST)})"


def oldest_in_all() -> str:
    """Of all queues."""
    return f"max({oldest()})"


def waiting() -> str:
    """Items that wait, by component."""
    inside = f"sum by (system, component) ({chosen.component(WAITING)})"
    return f"{inside}\n  or\nmax by (system, component) ({of_sqs(SQS_WAITING)})"


def waiting_in_all() -> str:
    """In all queues."""
    return f"sum({waiting()})"


def dead_letters() -> str:
    """Dead-lettered messages, by queue."""
    return of_sqs(SQS_WAITING, "dead-letter")


def dead_letters_in_all() -> str:
    """In all queues; 0 where CloudWatch sends nothing because there are none."""
    return f"sum({dead_letters()}) or {aws.zero()}"


def stuck() -> str:
    """How many queues hold messages of which none is finished."""
    return aws.how_many(f"({of_sqs(SQS_WAITING)} > 0) and ({of_sqs(SQS_DONE)} == 0)")


def arrivals() -> str:
    """Messages a second that are sent, by queue."""
    return f"{of_sqs(SQS_SENT)} / {PERIOD}"


def finished() -> str:
    """Messages a second that are taken and done, by queue."""
    return f"{of_sqs(SQS_DONE)} / {PERIOD}"


def seconds_to_empty() -> str:
    """How long the work that waits takes at the speed of now."""
    return f"{of_sqs(SQS_WAITING)} / ({finished()} > 0)"


def slowest_to_empty() -> str:
    """Of all queues."""
    return f"max({seconds_to_empty()})"
