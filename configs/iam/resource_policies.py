"""Policies that stand on a resource: keys, topics, queues and buckets say who may use them."""

from collections.abc import Sequence

from configs.iam.policy import ACCOUNT_KEY, Statement, document
from model.vocabulary import Vocabulary


class Publisher(Vocabulary):
    """AWS services that publish to our topics, each with the name it signs with."""

    CLOUDWATCH = ("cloudwatch.amazonaws.com", "CloudWatch alarms.")
    EVENTBRIDGE = ("events.amazonaws.com", "EventBridge rules: GuardDuty, Security Hub, CloudTrail, Health.")
    BUDGETS = ("budgets.amazonaws.com", "AWS Budgets.")
    COST_ANOMALIES = ("costalerts.amazonaws.com", "Cost anomaly detection.")


PUBLISHERS = tuple(Publisher)
# EventBridge sends no account with what it asks of SNS and KMS: under a condition every message would be lost without
# a word. SNS developer guide, "Key management": not supported for EventBridge to encrypted topics; the same fault is
# awslabs/landing-zone-accelerator-on-aws issue 407.
WITHOUT_ACCOUNT = frozenset({Publisher.EVENTBRIDGE})
NOTIFICATIONS = "sns.amazonaws.com"


def account_administers(account: str) -> Statement:
    """Without it nobody could ever change or delete the key again; IAM policies then say who really may."""
    return Statement(
        reason="Account administers",
        principal={"AWS": f"arn:aws:iam::{account}:root"},
        actions=["kms:*"],
        resources=["*"],
    )


def topics_key(account: str) -> str:
    """The key of the topics and of their archive: publishers write, SNS delivers into the encrypted queue."""
    return document(
        [
            account_administers(account),
            *(
                Statement(
                    reason=f"{publisher.name.title().replace('_', ' ')} publishes",
                    principal={"Service": str(publisher)},
                    actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                    resources=["*"],
                    condition=_of(account, publisher),
                )
                for publisher in PUBLISHERS
            ),
            Statement(
                reason="SNS delivers to the archive",
                principal={"Service": NOTIFICATIONS},
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                condition={"StringEquals": {ACCOUNT_KEY: account}},
            ),
        ]
    )


def topic(account: str, arn: str) -> str:
    """A topic's own policy. It replaces AWS's default, which lets in the account but no EventBridge and no Budgets."""
    return document(
        [
            Statement(
                reason="Account uses its topic",
                principal={"AWS": f"arn:aws:iam::{account}:root"},
                actions=[
                    *("sns:AddPermission", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"),
                    *("sns:Publish", "sns:RemovePermission", "sns:SetTopicAttributes", "sns:Subscribe"),
                ],
                resources=[arn],
            ),
            *(
                Statement(
                    reason=f"{publisher.name.title().replace('_', ' ')} publishes",
                    principal={"Service": str(publisher)},
                    actions=["sns:Publish"],
                    resources=[arn],
                    condition=_of(account, publisher),
                )
                for publisher in PUBLISHERS
            ),
        ]
    )


def queue(arn: str, topics: Sequence[str]) -> str:
    """A queue that takes what SNS brings from the given topics."""
    return document(
        [
            Statement(
                reason="SNS delivers",
                principal={"Service": NOTIFICATIONS},
                actions=["sqs:SendMessage"],
                resources=[arn],
                condition={"ArnEquals": {"aws:SourceArn": sorted(topics)}},
            )
        ]
    )


def data_key(account: str, region: str, *, tables: bool = False) -> str:
    """The key of buckets and log groups: CloudWatch Logs uses it for the account's groups; pods by their own roles.

    With ``tables`` it encrypts DynamoDB tables too. DynamoDB uses a key with the rights of whoever asks for an item, so
    every program would need rights of KMS beside those of its table: what the policy of AWS's own key spares them.
    """
    return document(
        [
            account_administers(account),
            Statement(
                reason="Log groups are encrypted",
                principal={"Service": f"logs.{region}.amazonaws.com"},
                actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                resources=["*"],
                condition={
                    "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:*"}
                },
            ),
            *([_readers_of_tables(account, region)] if tables else []),
        ]
    )


def _readers_of_tables(account: str, region: str) -> Statement:
    """As in the policy of ``aws/dynamodb``: whoever in the account may use a table, and by DynamoDB alone."""
    return Statement(
        reason="Whoever may use a table",
        principal={"AWS": "*"},
        actions=[
            *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey"),
            *("kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
        ],
        resources=["*"],
        condition={
            "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": f"dynamodb.{region}.amazonaws.com"}
        },
    )


def bucket(arn: str) -> str:
    """A bucket refuses whoever speaks without TLS."""
    return document([_only_with_tls(arn)])


def load_balancer_logs(arn: str, account: str) -> str:
    """The same of the bucket that the account's load balancers write their access logs to.

    Source: Elastic Load Balancing, "Enable access logs for your Application Load Balancer": the service, and the
    folder of the account.
    """
    write = Statement(
        reason="Load balancers of the account write access logs",
        principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        actions=["s3:PutObject"],
        resources=[f"{arn}/AWSLogs/{account}/*"],
    )
    return document([_only_with_tls(arn), write])


def _only_with_tls(arn: str) -> Statement:
    return Statement(
        reason="Only with TLS",
        effect="Deny",
        principal={"AWS": "*"},
        actions=["s3:*"],
        resources=[arn, f"{arn}/*"],
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def _of(account: str, publisher: Publisher) -> dict[str, dict[str, str]]:
    return {} if publisher in WITHOUT_ACCOUNT else {"StringEquals": {ACCOUNT_KEY: account}}
