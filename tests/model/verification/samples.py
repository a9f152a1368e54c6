"""A small plan with one of everything that is verified."""

import json
from typing import Any

from model.plan import UNKNOWN_TEXT, Plan
from tests.plans import plan_document, planned_resource, urn_of

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
OPERATOR = "kubernetes:monitoring.coreos.com/v1:"
ALARM_INPUTS = {
    "name": "prod-shop-orders-cpu",
    "namespace": "AWS/RDS",
    "metricName": "CPUUtilization",
    "dimensions": {"DBInstanceIdentifier": "orders"},
    "comparisonOperator": "GreaterThanThreshold",
    "statistic": "Average",
    "threshold": 90,
    "period": 60,
    "evaluationPeriods": 5,
    "treatMissingData": "notBreaching",
}
QUERIES = {
    "name": "prod-cart-errors",
    "metricQueries": [
        {"id": "e", "metric": {"namespace": "AWS/Lambda", "metricName": "Errors", "dimensions": {"FunctionName": "f"}}},
        {"id": "r", "expression": "e / 1"},
    ],
    "alarmActions": [UNKNOWN_TEXT],
}


def _object(kind: str, name: str, spec: dict[str, Any]) -> Any:
    inputs = {"metadata": {"name": name, "namespace": UNKNOWN_TEXT}, "spec": spec}
    return planned_resource(f"{OPERATOR}{kind}", name, inputs=inputs)


def _files(name: str, label: str, data: dict[str, str], **annotations: str) -> Any:
    metadata = {"name": name, "labels": {label: "1"}, "annotations": annotations}
    return planned_resource("kubernetes:core/v1:ConfigMap", name, inputs={"metadata": metadata, "data": data})


def plan(**rest: Any) -> Plan:
    group = {"name": "slo.shop", "rules": [{"alert": "SloOutage", "expr": "1"}, {"record": "a:b", "expr": "1"}]}
    log_group = "groups: [{name: logs.shop, rules: [{alert: LogsMissing, expr: '1'}]}]"
    topic = urn_of("prod", TOPIC, "alarms-critical")
    monitor = {"endpoints": [{"relabelings": [{"targetLabel": "system", "replacement": "shop"}]}]}
    probe = {"targets": {"staticConfig": {"labels": {"system": "cart"}, "static": ["http://cart/"]}}}
    return plan_document(
        planned_resource(ALARM, "cpu", inputs=ALARM_INPUTS),
        planned_resource(ALARM, "errors", inputs=QUERIES),
        planned_resource(COMPOSITE, "shop", inputs={"alarmName": "prod-shop-critical", "alarmActions": [UNKNOWN_TEXT]}),
        planned_resource(
            TOPIC, "alarms-critical", inputs={"name": "belfry-prod-critical", "kmsMasterKeyId": UNKNOWN_TEXT}
        ),
        planned_resource(SUBSCRIPTION, "archive", inputs={"protocol": "sqs"}, dependencies=[topic, "urn:other"]),
        planned_resource(SUBSCRIPTION, "page", inputs={"protocol": "https"}, dependencies=[topic]),
        _object("ServiceMonitor", "shop-api", monitor),
        _object("Probe", "cart-ready", probe),
        _object("PodMonitor", "loki", {}),
        _object("PrometheusRule", "slo-shop", {"groups": [group]}),
        _files("loki-rules-shop", "loki_rule", {"shop.yaml": log_group}),
        _files("board", "grafana_dashboard", {"board.json": json.dumps({"uid": "belfry-slo"})}, grafana_folder="Shop"),
        _files("other", "something", {"x": "not JSON"}),
        **rest,
    )
