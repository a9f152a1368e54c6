"""What Belfry's own programs may do in AWS, each from the job archive: one function a policy, as in ``policies``."""

from configs.iam.policy import Statement, document


def alarm_forwarder(*, queue: str, topics_key: str, archive: str, data_key: str, metrics: str) -> str:
    """The forwarder takes state changes from its queue, asks for alarms, writes one metric, and fetches its program.

    ``metrics``: the one namespace it may write to. ``archive``: the program's object, by ARN.
    """
    return document(
        [
            Statement(
                reason="Take state changes of alarms",
                actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
                resources=[queue],
            ),
            Statement(reason="They are encrypted with this key", actions=["kms:Decrypt"], resources=[topics_key]),
            Statement(
                reason="Read states that no event reported", actions=["cloudwatch:DescribeAlarms"], resources=["*"]
            ),
            Statement(
                reason="Write the heartbeat",
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                condition={"StringEquals": {"cloudwatch:namespace": metrics}},
            ),
            *_program(archive, data_key),
        ]
    )


def security_posture(*, archive: str, data_key: str) -> str:
    """The reader asks three services for their findings and changes nothing. ``archive``: its program, by ARN."""
    return document(
        [
            Statement(
                reason="Count vulnerabilities, and know whether Inspector looks for any",
                actions=["inspector2:BatchGetAccountStatus", "inspector2:ListFindings"],
                resources=["*"],
            ),
            Statement(reason="Compute the security score", actions=["securityhub:GetFindings"], resources=["*"]),
            Statement(
                reason="Count violations of rules",
                actions=["config:DescribeComplianceByConfigRule"],
                resources=["*"],
            ),
            *_program(archive, data_key),
        ]
    )


def slo_status(*, reports: str, environment: str, archive: str, data_key: str) -> str:
    """The job writes the status of one environment and reads nothing. ``reports``: the bucket, by ARN."""
    return document(
        [
            Statement(
                reason="Write the status of objectives",
                actions=["s3:PutObject"],
                resources=[f"{reports}/status/{environment}/*"],
            ),
            Statement(reason="Encrypt it", actions=["kms:GenerateDataKey"], resources=[data_key]),
            *_program(archive, data_key),
        ]
    )


def reports(*, reports: str, rows: str, written: str, archive: str, data_key: str) -> str:
    """The job keeps daily rows and writes reports. ``reports``: the bucket, by ARN; ``rows``, ``written``: folders."""
    return document(
        [
            Statement(
                reason="Know which days are kept, and which reports are there",
                actions=["s3:ListBucket"],
                resources=[reports],
                condition={"StringLike": {"s3:prefix": [f"{rows}/*", f"{written}/*"]}},
            ),
            Statement(
                reason="Keep the daily rows",
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[f"{reports}/{rows}/*"],
            ),
            Statement(
                reason="Write reports and reviews", actions=["s3:PutObject"], resources=[f"{reports}/{written}/*"]
            ),
            Statement(reason="Encrypt them", actions=["kms:GenerateDataKey"], resources=[data_key]),
            *_program(archive, data_key),
        ]
    )


def incident_watch(*, reports: str, environment: str, archive: str, data_key: str) -> str:
    """The program reads and writes the incidents of one environment, and deletes none. ``reports``: bucket, by ARN."""
    below = f"incidents/{environment}/"
    return document(
        [
            Statement(
                reason="Find incidents",
                actions=["s3:ListBucket"],
                resources=[reports],
                condition={"StringLike": {"s3:prefix": f"{below}*"}},
            ),
            Statement(
                reason="Read and write them",
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[f"{reports}/{below}*"],
            ),
            Statement(reason="Encrypt them", actions=["kms:GenerateDataKey"], resources=[data_key]),
            *_program(archive, data_key),
        ]
    )


def _program(archive: str, data_key: str) -> list[Statement]:
    """What every program from the job archive needs to start."""
    return [
        Statement(reason="Fetch its program", actions=["s3:GetObject"], resources=[archive]),
        Statement(reason="It is encrypted with this key", actions=["kms:Decrypt"], resources=[data_key]),
    ]
