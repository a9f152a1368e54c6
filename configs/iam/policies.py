"""What each workload may do in AWS: one function a policy, least privilege, a reason for every statement."""

from collections.abc import Sequence

from configs.iam.policy import Statement, document

READ_METRICS = ("cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics")
USE_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
WRITE_LOGS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


def loki(*, chunks: str, key: str) -> str:
    """Loki's bucket, by ARN. Its compactor deletes what retention has ended; its rules come by ConfigMaps."""
    return document([*_bucket((chunks,), ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")), _key(key)])


def elasticsearch_snapshots(*, bucket: str, key: str) -> str:
    """Snapshots, written, read and ended by Elasticsearch. Source: its S3 repository's recommended permissions."""
    return document(
        [
            *_bucket((bucket,), ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListMultipartUploadParts")),
            Statement(
                reason="Clean up uploads that ended half way",
                actions=["s3:ListBucketMultipartUploads", "s3:ListBucketVersions"],
                resources=[bucket],
            ),
            _key(key),
        ]
    )


def long_term_metrics(*, bucket: str, key: str) -> str:
    """Blocks of metrics, for who writes them: the sidecar, which takes back what it cannot finish, and the compactor.

    The compactor deletes what it has merged and what retention has ended.
    """
    return document([*_bucket((bucket,), ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")), _key(key)])


def long_term_metrics_reader(*, bucket: str, key: str) -> str:
    """The store gateway looks at blocks and changes none."""
    read = Statement(reason="Read blocks", actions=["s3:GetObject"], resources=[f"{bucket}/*"])
    decrypt = Statement(reason="They are encrypted with this key", actions=["kms:Decrypt"], resources=[key])
    return document([_find((bucket,)), read, decrypt])


def managed_prometheus(*, workspace: str) -> str:
    """Prometheus sends its samples to one workspace, by ARN, and reads nothing back."""
    return document([Statement(reason="Send samples", actions=["aps:RemoteWrite"], resources=[workspace])])


def managed_prometheus_reader(*, workspace: str) -> str:
    """The proxy in front of one workspace, by ARN, queries it and writes nothing.

    Source: Amazon Managed Service for Prometheus user guide, the policy AmazonPrometheusQueryAccess.
    """
    actions = ["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"]
    return document([Statement(reason="Query samples", actions=actions, resources=[workspace])])


def collector_gateway(*, log_group: str, key: str) -> str:
    """The collector writes to CloudWatch Logs, where logs go there, and reads nothing back."""
    return document([_logs(log_group), _key(key)])


def collector_cluster(*, log_group: str) -> str:
    """The single collector reads the audit log, which EKS shows nowhere but in CloudWatch Logs."""
    return document(
        [
            Statement(
                reason="Read the control plane's log",
                actions=["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"],
                resources=[log_group, f"{log_group}:log-stream:*"],
            )
        ]
    )


def traces(*, region: str, account: str, domain: str) -> str:
    """Jaeger writes, searches and sets up its indices in one domain; the domain's own policy may allow less."""
    return document(
        [
            Statement(
                reason="Signed requests to the domain",
                actions=["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"],
                resources=[f"arn:aws:es:{region}:{account}:domain/{domain}/*"],
            )
        ]
    )


def cloudwatch_exporter() -> str:
    """The one request of its static jobs: they name every resource, so nothing is listed and no tag is looked up."""
    reason = "Read the metrics it exports; CloudWatch knows no narrower resource"
    return document([Statement(reason=reason, actions=["cloudwatch:GetMetricStatistics"], resources=["*"])])


def grafana(*, region: str, account: str, log_groups: Sequence[str]) -> str:
    """Grafana's CloudWatch data source: metrics, alarms, and queries over the log groups that Belfry made."""
    return document(
        [
            Statement(reason="Draw metrics", actions=READ_METRICS, resources=["*"]),
            Statement(
                reason="Show alarm states beside them",
                actions=["cloudwatch:DescribeAlarmsForMetric", "cloudwatch:DescribeAlarmHistory"],
                resources=[f"arn:aws:cloudwatch:{region}:{account}:alarm:*"],
            ),
            Statement(reason="List alarms", actions=["cloudwatch:DescribeAlarms"], resources=["*"]),
            Statement(
                reason="Query our log groups and no others",
                actions=["logs:StartQuery", "logs:GetLogGroupFields", "logs:GetLogEvents", "logs:FilterLogEvents"],
                resources=[f"{group}:*" for group in log_groups],
            ),
            Statement(
                reason="List log groups to choose from",
                actions=["logs:DescribeLogGroups"],
                resources=[f"arn:aws:logs:{region}:{account}:log-group:*"],
            ),
            Statement(
                reason="Fetch and end a query", actions=["logs:GetQueryResults", "logs:StopQuery"], resources=["*"]
            ),
            Statement(reason="Find resources by tag", actions=["tag:GetResources"], resources=["*"]),
        ]
    )


def alertmanager(*, topics: Sequence[str], news: str = "", news_key: str = "") -> str:
    """The SNS topics of teams that want their alerts there. Encrypted ones must admit the role in their key policy.

    ``news``: the topic of auto-remediation, with the key ``news_key``; empty where there is none.
    """
    teams = Statement(reason="Notify the teams that chose SNS", actions=["sns:Publish"], resources=topics)
    engine = [
        Statement(reason="Notify auto-remediation", actions=["sns:Publish"], resources=[news]),
        Statement(
            reason="That topic is encrypted with this key",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[news_key],
        ),
    ]
    return document([*([teams] if topics else []), *(engine if news else [])])


def falcosidekick(*, log_group: str, key: str, queue: str | None = None) -> str:
    """Falco's findings into CloudWatch Logs, and into the queue that leads to EventBridge."""
    send = Statement(reason="Hand findings to EventBridge", actions=["sqs:SendMessage"], resources=[queue or ""])
    return document([_logs(log_group), *([send] if queue else []), _key(key)])


def findings_pipe(*, queue: str, bus: str) -> str:
    """Findings from their queue to the event bus."""
    return document(
        [
            Statement(
                reason="Take findings from the queue",
                actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                resources=[queue],
            ),
            Statement(reason="Hand them on", actions=["events:PutEvents"], resources=[bus]),
        ]
    )


def external_secrets(*, region: str, account: str, environment: str) -> str:
    """The secrets of this environment, distinguished by the prefix of their names."""
    secrets = f"arn:aws:secretsmanager:{region}:{account}:secret:belfry/{environment}/*"
    return document(
        [
            Statement(
                reason="Copy the secrets of this environment",
                actions=["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                resources=[secrets],
            ),
            Statement(
                reason="They may be encrypted with a key of the account",
                actions=["kms:Decrypt"],
                resources=[f"arn:aws:kms:{region}:{account}:key/*"],
                condition={"StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}},
            ),
        ]
    )


def volume_driver(*, key: str) -> str:
    """EBS volumes with a key of ours: EC2 takes the key by a grant, which it asks for in the driver's name.

    Source: EBS CSI driver, docs/install.md, the policy for encrypted volumes.
    """
    return document(
        [
            Statement(
                reason="Let EC2 attach volumes with this key",
                actions=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
                resources=[key],
                condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
            Statement(
                reason="Make volumes with this key",
                actions=[
                    *(*USE_KEY, "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext"),
                    *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
                ],
                resources=[key],
            ),
        ]
    )


def cluster_autoscaler(*, region: str, account: str, cluster: str) -> str:
    """The autoscaler looks at all groups, as AWS has no narrower way, and changes those of its cluster alone."""
    return document(
        [
            Statement(
                reason="See groups and what instances they could have",
                actions=[
                    "autoscaling:DescribeAutoScalingGroups",
                    "autoscaling:DescribeAutoScalingInstances",
                    "autoscaling:DescribeLaunchConfigurations",
                    "autoscaling:DescribeScalingActivities",
                    "ec2:DescribeImages",
                    "ec2:DescribeInstanceTypes",
                    "ec2:DescribeLaunchTemplateVersions",
                ],
                resources=["*"],
            ),
            Statement(
                reason="Read labels and taints of empty groups",
                actions=["eks:DescribeNodegroup"],
                resources=[f"arn:aws:eks:{region}:{account}:nodegroup/{cluster}/*"],
            ),
            Statement(
                reason="Scale the groups of this cluster",
                actions=["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
                resources=[f"arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*"],
                condition={"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned"}},
            ),
        ]
    )


def flow_logs(*, log_group: str) -> str:
    """VPC flow logs write to their own group; the service also lists groups and streams before it writes.

    Source: Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs".
    """
    every = f"{log_group.partition(':log-group:')[0]}:log-group:*"
    find = Statement(reason="Find the group", actions=["logs:DescribeLogGroups"], resources=[every])
    return document([find, _logs(log_group)])


def forward_events(*, bus: str) -> str:
    """Events of the global region to the home region's bus."""
    return document([Statement(reason="Hand events on", actions=["events:PutEvents"], resources=[bus])])


def chat() -> str:
    """Amazon Q Developer draws the metric's curve under an alarm's message. It can change nothing."""
    return document(
        [
            Statement(
                reason="Show alarm and curve with the message",
                actions=[
                    "cloudwatch:DescribeAlarms",
                    "cloudwatch:GetMetricData",
                    "cloudwatch:GetMetricWidgetImage",
                    "cloudwatch:ListMetrics",
                ],
                resources=["*"],
            )
        ]
    )


def _bucket(buckets: Sequence[str], actions: Sequence[str]) -> list[Statement]:
    return [
        _find(buckets),
        Statement(
            reason="Use objects of its own buckets",
            actions=[*actions, "s3:AbortMultipartUpload"],
            resources=[f"{bucket}/*" for bucket in buckets],
        ),
    ]


def _find(buckets: Sequence[str]) -> Statement:
    return Statement(
        reason="Find objects; without it a missing object looks forbidden",
        actions=["s3:ListBucket", "s3:GetBucketLocation"],
        resources=buckets,
    )


def _logs(group: str) -> Statement:
    return Statement(
        reason="Write to its own log group", actions=WRITE_LOGS, resources=[group, f"{group}:log-stream:*"]
    )


def _key(key: str) -> Statement:
    return Statement(reason="Use the key that its data is encrypted with", actions=USE_KEY, resources=[key])
