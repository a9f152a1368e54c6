"""A small project for the real engine: every provider, unknown values, secrets, a component, a protected topic."""

from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random

from engine.driver import Driver, Program
from model.problems import BadInput, Problem

TOOLS = Path(__file__).resolve().parents[2] / ".tools"
SECRETS: Mapping[str, str] = {"pagerduty-platform": "made-up-pagerduty-7d1f"}
ENCRYPTED = "v1:AAAAAAAAAAAAAAAA:ciphertext-of-the-real-stack"
ALERT_TEXT = "plain-text-of-an-object"


class Watch(pulumi.ComponentResource):
    """A component with one alarm that waits for the topic's ARN."""

    def __init__(self, name: str, topic: pulumi.Input[str], threshold: float) -> None:
        super().__init__("belfry:alarms:Watch", name)
        self.alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-throttles",
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=5,
            namespace="AWS/DynamoDB",
            metric_name="ReadThrottleEvents",
            period=60,
            statistic="Sum",
            threshold=threshold,
            alarm_actions=[topic],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"arn": self.alarm.arn})


def run(offline: bool) -> None:
    """Register what the stack's configuration asks for."""
    config = pulumi.Config("belfry")
    if config.get("mistake"):
        raise BadInput([Problem("Pulumi.yaml: belfry:mistake", config.require("mistake"), "nothing")])
    secrets = config.require_secret_object("secrets")
    region = aws.get_region()
    provider = k8s.Provider("cluster", kubeconfig="{}")
    inside = pulumi.ResourceOptions(provider=provider)
    namespace = k8s.core.v1.Namespace(
        "monitoring", metadata={"name": config.get("namespace") or "monitoring"}, opts=inside
    )
    password = random.RandomPassword("password", length=16)
    topic = aws.sns.Topic(
        "alarms",
        display_name=config.get("display") or "Alarms",
        opts=pulumi.ResourceOptions(protect=config.get_bool("protect")),
    )
    table = aws.dynamodb.Table(
        "orders", name="orders", hash_key=config.get("key") or "id", attributes=[{"name": "id", "type": "S"}]
    )
    Watch("orders", topic.arn, config.get_float("threshold") or 0)
    k8s.helm.v3.Release(
        "stack",
        chart="kube-prometheus-stack",
        namespace=namespace.metadata.name,
        values={"grafana": {"adminPassword": password.result}},
        opts=inside,
    )
    k8s.core.v1.Secret(
        "receivers",
        metadata={"namespace": namespace.metadata.name},
        string_data={"key": secrets.apply(lambda values: values["pagerduty-platform"]), "text": ALERT_TEXT},
        opts=inside,
    )
    if archive := config.get("archive"):
        aws.s3.BucketObjectv2("archive", bucket="jobs", key="archive", source=pulumi.FileAsset(archive))
    pulumi.export("offline", offline)
    pulumi.export("region", region.region)
    pulumi.export("topic", topic.arn)
    pulumi.export("table", table.arn)
    pulumi.export("password", password.result)


def write_project(root: Path, **config: object) -> Path:
    """A repository with four environments in ``root``; ``config`` are plain keys below ``belfry:``."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "Pulumi.yaml").write_text("name: belfry\nruntime: python\nbackend: {url: 's3://real-state'}\n")
    keys = "".join(f"  belfry:{key}: {value}\n" for key, value in config.items())
    for environment in ("local", "dev", "staging", "prod"):
        (root / f"Pulumi.{environment}.yaml").write_text(
            f"encryptionsalt: v1:of-the-real-stack\nconfig:\n  aws:region: eu-central-1\n{keys}"
            f"  belfry:secrets:\n    pagerduty-platform: {{secure: '{ENCRYPTED}'}}\n"
        )
    if not (root / ".tools").exists():
        (root / ".tools").symlink_to(TOOLS)
    return root


def driver(root: Path, program: Program | None = None) -> Driver:
    """A driver of the sample program."""
    return Driver(root=root, program=program or Program(run=run, secrets=lambda environment: SECRETS))
