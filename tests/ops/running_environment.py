"""A running environment to verify: one web server that plays Prometheus, Alertmanager, Loki, Jaeger, a collector and
Grafana, and moto's AWS. Everything is as planned until a test breaks it.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3

from model.changes.routes import receivers_of
from model.plan import Plan
from model.vocabulary import Environment
from model.yaml_text import to_yaml
from ops.verify.inputs import read_inputs
from tests.model.verification.samples import plan
from tests.tools import PROJECT

POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}}]})


def dev_plan() -> Plan:
    """The plan of `samples`, of the environment dev. moto has no composite alarms, so it has none."""
    document: Plan = json.loads(json.dumps(plan()).replace("prod", "dev"))
    document["resources"] = [one for one in document["resources"] if "compositeAlarm" not in one["type"]]
    return document


def project(root: Path) -> Path:
    """A checkout with that plan."""
    for name in ("catalog", "rules", "dashboards", "Pulumi.dev.yaml", "Pulumi.local.yaml"):
        (root / name).symlink_to(PROJECT / name)
    folder = root / "build" / "dev"
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(dev_plan()), encoding="utf-8")
    return root


def deploy_aws() -> None:
    """What the plan has of AWS, with a datum of each alarm's metric."""
    cloudwatch, sns = boto3.client("cloudwatch"), boto3.client("sns")
    cloudwatch.put_metric_alarm(
        AlarmName="dev-shop-orders-cpu",
        Namespace="AWS/RDS",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": "orders"}],
        ComparisonOperator="GreaterThanThreshold",
        Statistic="Average",
        Threshold=90,
        Period=60,
        EvaluationPeriods=5,
        TreatMissingData="notBreaching",
        ActionsEnabled=True,
    )
    stat = {
        "Metric": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
        },
        "Period": 60,
        "Stat": "Sum",
    }
    cloudwatch.put_metric_alarm(
        AlarmName="dev-cart-errors",
        Metrics=[{"Id": "e", "MetricStat": stat, "ReturnData": True}],
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        EvaluationPeriods=1,
        AlarmActions=["arn:aws:sns:eu-central-1:123456789012:belfry-dev-critical"],
        ActionsEnabled=True,
    )
    for namespace, name, dimension, value in (
        ("AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "orders"),
        ("AWS/Lambda", "Errors", "FunctionName", "f"),
    ):
        datum = {"MetricName": name, "Value": 1, "Dimensions": [{"Name": dimension, "Value": value}]}
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])
    topic = sns.create_topic(Name="belfry-dev-critical", Attributes={"KmsMasterKeyId": "k", "Policy": POLICY})
    for protocol, endpoint in (("sqs", "arn:aws:sqs:eu-central-1:123456789012:q"), ("https", "https://pager.example")):
        sns.subscribe(TopicArn=topic["TopicArn"], Protocol=protocol, Endpoint=endpoint)


@dataclass
class Running:
    """Its servers. What a test changes: ``ahead`` of our clock (s), ``loses`` integrations and signals, and answers.

    ``answers``: path -> what is answered instead.
    """

    root: Path
    ahead: float = 0
    loses: set[str] = field(default_factory=set)
    muted: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    received: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    headers: set[tuple[str, str]] = field(default_factory=set)
    url: str = ""

    def __post_init__(self) -> None:
        self.configuration = read_inputs(self.root, Environment.DEV, None, ()).configuration

    @property
    def options(self) -> list[str]:
        """Where its servers are."""
        names = ("prometheus", "alertmanager", "loki", "jaeger", "collector", "grafana")
        return ["--env", "dev", "--root", str(self.root), *(f"--{name}={self.url}" for name in names)]

    def get(self, path: str, query: Mapping[str, list[str]]) -> Any:
        """The answer; None where there is none."""
        if path in self.answers:
            return self.answers[path]
        now = time.time() - self.ahead
        if path.startswith("/api/traces/"):
            return {"data": [{"traceID": path.rpartition("/")[2]}]} if "traces" in self.received else None
        made: dict[str, Callable[[], Any]] = {
            "/metrics": self._metrics,
            "/api/v1/query": lambda: self._points(now) if query["query"] != ["time()"] else instant(now),
            "/api/v1/targets": targets,
            "/api/v1/rules": lambda: rules("slo.shop", now, "SloOutage", "a:b"),
            "/prometheus/api/v1/rules": lambda: rules("logs.shop", time.time(), "LogsMissing"),
            "/api/v1/alertmanagers": lambda: {"data": {"activeAlertmanagers": [{"url": "http://a/api/v2/alerts"}]}},
            "/api/v2/status": lambda: {"config": {"original": to_yaml(dict(self.configuration))}},
            "/api/v2/alerts": lambda: self._held(query["filter"], {}),
            # Whether a mute time holds is said here alone.
            "/api/v2/alerts/groups": lambda: [
                {"receiver": receiver, "alerts": [one]}
                for one in self._held(query["filter"], {self.muted: ["x"]} if self.muted else {})
                for receiver in one["receivers"]
            ],
            "/loki/api/v1/query_range": lambda: {"data": {"result": [{}] if self._has_line(query["query"]) else []}},
            "/api/search": lambda: [{"uid": "belfry-slo", "folderTitle": "Shop"}, {"uid": "other"}],
            "/api/dashboards/uid/belfry-slo": lambda: {"meta": {"provisioned": True}},
        }
        return made[path]() if path in made else None

    def post(self, path: str, body: Any) -> None:
        """Alerts, or telemetry."""
        if path == "/api/v2/alerts":
            self.alerts += body
            for alert in body:
                for receiver in self.configuration["receivers"]:
                    if receiver["name"] in receivers_of(self.configuration, alert["labels"]):
                        self._deliver(receiver)
        elif (signal := path.rpartition("/")[2]) not in self.loses:
            self.received[signal] = body

    def _deliver(self, receiver: dict[str, Any]) -> None:
        for key, integrations in receiver.items():
            kind = key.removesuffix("_configs")
            if key != "name" and kind not in self.loses:
                self.sent[kind] = self.sent.get(kind, 0) + len(integrations)

    def _metrics(self) -> str:
        lines = [f'alertmanager_notifications_total{{integration="{kind}"}} {n}' for kind, n in self.sent.items()]
        return "\n".join(["# TYPE alertmanager_notifications_total counter", *lines, ""])

    def _points(self, now: float) -> Any:
        if "metrics" not in self.received:
            return {"data": {"result": []}}
        (block,) = self.received["metrics"]["resourceMetrics"]
        (point,) = block["scopeMetrics"][0]["metrics"][0]["gauge"]["dataPoints"]
        return {"data": {"result": [{"values": [[now - 60, "1"], [now, str(point["asDouble"])]]}]}}

    def _has_line(self, query: list[str]) -> bool:
        if "logs" not in self.received:
            return False
        record = self.received["logs"]["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
        return record["attributes"][0]["value"]["stringValue"] in query[0]

    def _held(self, filters: list[str], status: dict[str, Any]) -> list[dict[str, Any]]:
        if any("Watchdog" in one for one in filters):
            return [{"labels": {}, "receivers": [{"name": "switch"}], "status": {}}]
        return [
            {
                "labels": one["labels"],
                "receivers": [{"name": name} for name in receivers_of(self.configuration, one["labels"])],
                "status": status,
            }
            for one in self.alerts
            if f'belfry_test="{one["labels"]["belfry_test"]}"' in filters
        ]


def rules(group: str, evaluated: float, *names: str, health: str = "ok") -> dict[str, Any]:
    """An answer with one group."""
    moment = datetime.fromtimestamp(evaluated, UTC).isoformat()
    listed = [{"name": name, "health": health, "lastError": "it broke"} for name in names]
    return {"data": {"groups": [{"name": group, "interval": 15, "lastEvaluation": moment, "rules": listed}]}}


def instant(now: float) -> Any:
    return {"data": {"result": [now, str(now)]}}


def targets() -> Any:
    pools = ("podMonitor/x/loki/0", "probe/x/cart-ready", "serviceMonitor/x/shop-api/0")
    up = {"labels": {"instance": "i"}, "health": "up", "lastError": ""}
    return {"data": {"activeTargets": [{"scrapePool": pool, **up} for pool in pools]}}


@contextmanager
def running(root: Path) -> Iterator[Running]:
    """The environment's servers while they run."""
    environment = Running(root)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            environment.headers |= {(name.lower(), value) for name, value in self.headers.items()}
            asked = urlsplit(self.path)
            found = environment.get(asked.path, parse_qs(asked.query))
            self._say(404 if found is None else 200, found if isinstance(found, str) else json.dumps(found))

        def do_POST(self) -> None:
            environment.post(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._say(200, "{}")

        def _say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    environment.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield environment
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
