"""From falcosidekick's queue to EventBridge."""

import json

import pulumi_aws as aws

from components.falco_events import DETAIL_TYPE, EVENT_SOURCE, FalcoEvents
from configs.iam import policies
from tests.components.examples import EXAMPLES, deploy

BUS = "arn:aws:events:eu-central-1:123456789012:event-bus/default"


def test_a_pipe_leads_from_the_queue_to_the_accounts_bus_with_the_finding_as_the_detail() -> None:
    result = deploy(EXAMPLES[FalcoEvents])
    pipe, queue = result.only(aws.pipes.Pipe), result.only(aws.sqs.Queue)

    assert pipe.inputs["source"] == queue.outputs.get(
        "arn", "arn:aws:mock:eu-central-1:123456789012:falco-events-findings"
    )
    assert pipe.inputs["target"] == BUS
    assert pipe.inputs["targetParameters"] == {
        "inputTemplate": "<$.body>",
        "eventbridgeEventBusParameters": {"source": EVENT_SOURCE, "detailType": DETAIL_TYPE},
    }
    assert queue.key in pipe.dependencies


def test_findings_are_encrypted_and_wait_as_long_as_sqs_keeps_anything() -> None:
    queue = deploy(EXAMPLES[FalcoEvents]).only(aws.sqs.Queue)

    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 3600


def test_the_pipe_may_empty_that_queue_and_write_to_that_bus() -> None:
    result = deploy(EXAMPLES[FalcoEvents])
    statements = json.loads(result.only(aws.iam.RolePolicy).inputs["policy"])["Statement"]

    assert [statement["Resource"] for statement in statements] == [
        ["arn:aws:mock:eu-central-1:123456789012:falco-events-findings"],
        [BUS],
    ]
    trusted = json.loads(result.only(aws.iam.Role).inputs["assumeRolePolicy"])["Statement"][0]
    assert trusted["Principal"] == {"Service": "pipes.amazonaws.com"}


def test_falcosidekick_may_send_to_a_queue_only_where_there_is_one() -> None:
    def actions(queue: str | None) -> set[str]:
        document = json.loads(policies.falcosidekick(log_group="arn:g", key="arn:k", queue=queue))
        return {action for statement in document["Statement"] for action in statement["Action"]}

    assert "sqs:SendMessage" in actions("arn:q")
    assert "sqs:SendMessage" not in actions(None)
