"""Two plans in words: what each section says of a change, and that a report holds no secret."""

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml

from model.changes.build import Routing, Sides, build
from model.changes.report import Action, Report, Topic
from model.plan import UNKNOWN_TEXT, PlannedResource
from model.policies.registry import findings
from model.policies.rule import Resource
from model.vocabulary import Environment
from tests.plans import plan_document, planned_resource

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BUCKET = "aws:s3/bucket:Bucket"
RELEASE = "kubernetes:helm.sh/v3:Release"
RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
LABELS = {"team": "shop", "system": "shop", "component": "api"}


def alert(name: str = "HighErrorRate", expr: str = "errors > 0.05", severity: str = "warning", **more: Any) -> Any:
    labels = {**LABELS, "severity": severity}
    return {"alert": name, "expr": expr, "labels": labels, "annotations": {"summary": "Requests fail"}, **more}


def rules(*given: Any) -> PlannedResource:
    return planned_resource(RULES, "shop", inputs={"spec": {"groups": [{"name": "g", "rules": list(given)}]}})


def objective(target: str) -> Any:
    labels = {"system": "shop", "component": "api", "objective": "availability", "window": "30d"}
    return {"record": "component:slo_objective:ratio", "expr": f"vector({target})", "labels": labels}


def alarm(name: str = "orders-throttles", **inputs: Any) -> PlannedResource:
    given = {"name": f"prod-{name}", "metricName": "Throttles", "statistic": "Sum", "threshold": 5, **inputs}
    return planned_resource(ALARM, name, inputs={"comparisonOperator": "GreaterThanThreshold", **given})


def rights(*statements: Any) -> PlannedResource:
    return planned_resource(ROLE_POLICY, "loki", inputs={"policy": json.dumps({"Statement": list(statements)})})


def reads(action: str = "s3:GetObject") -> Any:
    return {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::chunks/*"}


def path(port: int) -> PlannedResource:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ingress = [{"from": [peer], "ports": [{"port": port, "protocol": "TCP"}]}]
    return planned_resource(
        POLICY, "loki", inputs={"metadata": {"namespace": "logging", "name": "loki"}, "spec": {"ingress": ingress}}
    )


def board(*titles: str) -> PlannedResource:
    text = json.dumps({"title": "Shop", "panels": [{"title": title, "gridPos": {"x": 1}} for title in titles]})
    metadata = {"name": "shop", "labels": {"grafana_dashboard": "1"}}
    return planned_resource(CONFIG_MAP, "shop", inputs={"metadata": metadata, "data": {"shop.json": text}})


def loki(expr: str) -> PlannedResource:
    text = yaml.safe_dump({"groups": [{"name": "g", "rules": [alert("LogsMissing", expr)]}]})
    metadata = {"name": "loki-rules", "labels": {"loki_rule": "true"}}
    return planned_resource(CONFIG_MAP, "rules", inputs={"metadata": metadata, "data": {"logs.yaml": text}})


def release(version: str, **values: Any) -> PlannedResource:
    return planned_resource(RELEASE, "grafana", inputs={"version": version, "values": values})


def report(before: list[PlannedResource], after: list[PlannedResource], routing: Routing | None = None) -> Report:
    side = Sides(environment=Environment.PROD, before=plan_document(*before), after=plan_document(*after))
    return build([side], routing, lambda urn, at: at[0] == "bucket", base="a" * 40, head="b" * 40)


def said(topic: Topic, before: list[PlannedResource], after: list[PlannedResource]) -> list[tuple[str, str, str]]:
    return [(str(each.action), each.subject, each.detail) for each in report(before, after).entries(topic)]


NEW_ALERT = "severity critical, Requests fail"


@pytest.mark.parametrize(
    ("topic", "before", "after", "expected"),
    [
        (Topic.ALARMS, [alarm()], [alarm(threshold=9.0)], ("changed", "prod-orders-throttles", "threshold 5 -> 9")),
        (
            Topic.ALARMS,
            [alarm(alarmActions=["arn:aws:sns:eu:1:prod-warning"])],
            [alarm(alarmActions=["arn:aws:sns:eu:1:prod-critical"])],
            ("changed", "prod-orders-throttles", "alarmActions prod-warning -> prod-critical"),
        ),
        (
            Topic.ALARMS,
            [],
            [alarm()],
            ("new", "prod-orders-throttles", "when Sum Throttles is GreaterThanThreshold 5"),
        ),
        (
            Topic.ALARMS,
            [alarm(metricQueries=[{"id": "a"}])],
            [alarm(metricQueries=[{"id": "b"}], alarmDescription="x")],
            ("changed", "prod-orders-throttles", "what it measures, its text"),
        ),
        (
            Topic.RULES,
            [rules(alert())],
            [rules(alert(expr="errors > 0.1", severity="critical"))],
            ("changed", "HighErrorRate shop/api", "severity warning -> critical, threshold 0.05 -> 0.1"),
        ),
        (
            Topic.RULES,
            [rules(alert(expr="rate(errors[5m]) > 1"))],
            [rules(alert(expr="rate(failures[5m]) > 1", **{"for": "5m"}))],
            ("changed", "HighErrorRate shop/api", "its expression, for (none) -> 5m"),
        ),
        (
            Topic.RULES,
            [rules(alert())],
            [rules({**alert(), "labels": {**alert()["labels"], "team": "web"}, "annotations": {"summary": "Failed"}})],
            ("changed", "HighErrorRate shop/api", "team shop -> web, its text"),
        ),
        (Topic.RULES, [rules()], [rules(alert(severity="critical"))], ("new", "HighErrorRate shop/api", NEW_ALERT)),
        (Topic.RULES, [rules(alert(severity="critical"))], [], ("removed", "HighErrorRate shop/api", NEW_ALERT)),
        (Topic.RULES, [loki("x > 1")], [loki("x > 2")], ("changed", "LogsMissing shop/api", "threshold 1 -> 2")),
        (
            Topic.OBJECTIVES,
            [rules(objective("0.999"))],
            [rules(objective("0.99"))],
            ("changed", "shop/api/availability", "0.999 over 30d -> 0.99 over 30d"),
        ),
        (Topic.OBJECTIVES, [], [rules(objective("0.99"))], ("new", "shop/api/availability", "0.99 over 30d")),
        (
            Topic.RIGHTS,
            [rights()],
            [rights(reads())],
            ("new", "loki", "may s3:GetObject on arn:aws:s3:::chunks/*"),
        ),
        (
            Topic.RIGHTS,
            [rights({**reads(), "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})],
            [],
            ("removed", "loki", "* may s3:GetObject on arn:aws:s3:::chunks/* if aws:SecureTransport Bool false"),
        ),
        (
            Topic.RIGHTS,
            [],
            [
                planned_resource(
                    "kubernetes:rbac.authorization.k8s.io/v1:Role",
                    "setup",
                    inputs={"rules": [{"verbs": ["get"], "resources": ["secrets"], "resourceNames": ["ca"]}]},
                )
            ],
            ("new", "setup", "may get secrets named ca"),
        ),
        (
            Topic.NETWORK,
            [],
            [path(3100)],
            ("new", "logging/loki", "lets in namespace metadata.name=monitoring on 3100/TCP"),
        ),
        (
            Topic.NETWORK,
            [
                planned_resource(
                    "aws:eks/cluster:Cluster", "it", inputs={"vpcConfig": {"publicAccessCidrs": ["10.0.0.0/8"]}}
                )
            ],
            [planned_resource("aws:eks/cluster:Cluster", "it", inputs={"vpcConfig": {"endpointPublicAccess": False}})],
            ("removed", "Kubernetes API", "takes connections from 10.0.0.0/8"),
        ),
        (
            Topic.CHARTS,
            [release("1.0.0", replicas=1)],
            [release("1.1.0", replicas=2)],
            ("changed", "grafana", "values.replicas 1 -> 2, version 1.0.0 -> 1.1.0"),
        ),
        (
            Topic.DASHBOARDS,
            [board("Errors", "Latency")],
            [board("Latency", "Traffic")],
            ("changed", "Grafana Shop", "1 panels new: Traffic; 1 panels removed: Errors"),
        ),
        (Topic.DASHBOARDS, [], [board("Errors")], ("new", "Grafana Shop", "1 panels")),
        (
            Topic.OTHER,
            [planned_resource("aws:sqs/queue:Queue", "dead", inputs={"a": 1})],
            [planned_resource("aws:sqs/queue:Queue", "dead", inputs={"a": 2})],
            ("changed", "dead", "aws:sqs/queue:Queue: a"),
        ),
        (
            Topic.RECORDING,
            [],
            [rules({"record": "shop:orders:rate5m", "expr": "x"})],
            ("new", "shop:orders:rate5m", ""),
        ),
    ],
)
def test_a_change_is_described_in_the_words_of_its_subject(
    topic: Topic, before: list[PlannedResource], after: list[PlannedResource], expected: tuple[str, str, str]
) -> None:
    assert said(topic, before, after) == [expected]


COMPOSITE = planned_resource(
    "aws:cloudwatch/compositeAlarm:CompositeAlarm", "all", inputs={"alarmName": "prod-all", "alarmRule": "ALARM(a)"}
)
ATTACHED = planned_resource(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "nodes", inputs={"policyArn": "arn:aws:iam::aws:policy/Worker"}
)
BINDING = planned_resource(
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "setup",
    inputs={
        "roleRef": {"name": "setup"},
        "subjects": [{"kind": "ServiceAccount", "namespace": "logging", "name": "a"}],
    },
)
WIDGETS = json.dumps(
    {"widgets": [{"type": "text", "x": 1, "properties": {"title": f"W{number}"}} for number in range(7)]}
)
EKS = planned_resource("aws:eks/cluster:Cluster", "it", inputs={"vpcConfig": {}})


def open_path(**peer: Any) -> PlannedResource:
    rule = {"to": [peer]} if peer else {}
    return planned_resource(
        POLICY, "a", inputs={"metadata": {"namespace": "n", "name": "a"}, "spec": {"egress": [rule]}}
    )


@pytest.mark.parametrize(
    ("topic", "made", "expected"),
    [
        (Topic.ALARMS, COMPOSITE, ("new", "prod-all", "when ALARM(a)")),
        (Topic.RIGHTS, ATTACHED, ("new", "nodes", "has AWS's policy Worker")),
        (Topic.RIGHTS, BINDING, ("new", "setup", "gives setup to ServiceAccount logging/a")),
        (Topic.NETWORK, EKS, ("new", "Kubernetes API", "takes connections from 0.0.0.0/0")),
        (Topic.NETWORK, open_path(), ("new", "n/a", "reaches everybody on every port")),
        (
            Topic.NETWORK,
            open_path(ipBlock={"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}),
            ("new", "n/a", "reaches 0.0.0.0/0 without 10.0.0.0/8 on every port"),
        ),
        (
            Topic.NETWORK,
            open_path(podSelector={"matchExpressions": [{"key": "a/app", "operator": "In", "values": ["x", "y"]}]}),
            ("new", "n/a", "reaches pods app In x, y on every port"),
        ),
        (Topic.CHARTS, release("1.0.0"), ("new", "grafana", "")),
        (Topic.OTHER, planned_resource("aws:ec2/eip:Eip", "nat"), ("new", "nat", "aws:ec2/eip:Eip")),
        (
            Topic.DASHBOARDS,
            planned_resource(
                "aws:cloudwatch/dashboard:Dashboard", "cost", inputs={"dashboardName": "cost", "dashboardBody": WIDGETS}
            ),
            ("new", "CloudWatch cost", "7 panels"),
        ),
    ],
)
def test_additions_and_removals_are_reported_in_full(
    topic: Topic, made: PlannedResource, expected: tuple[str, str, str]
) -> None:
    assert said(topic, [], [made]) == [expected]
    ((action, *_),) = said(topic, [made], [])
    assert action == "removed"


def test_many_panels_are_counted_and_some_are_named() -> None:
    ((_, _, detail),) = said(Topic.DASHBOARDS, [board()], [board(*"abcdefg")])
    assert detail == "7 panels new: a, b, c, d, e and 2 more"


def test_files_that_cannot_be_read_are_no_rules_and_no_panels() -> None:
    broken = planned_resource(
        CONFIG_MAP, "rules", inputs={"metadata": {"labels": {"loki_rule": "true"}}, "data": {"a.yaml": "{"}}
    )
    no_board = planned_resource(
        CONFIG_MAP, "b", inputs={"metadata": {"name": "b", "labels": {"grafana_dashboard": "1"}}, "data": {"b": "{"}}
    )
    assert said(Topic.RULES, [broken], [loki("x > 1")]) == [
        ("new", "LogsMissing shop/api", "severity warning, Requests fail")
    ]
    assert said(Topic.DASHBOARDS, [], [no_board]) == [("new", "Grafana b", "0 panels")]


def test_without_a_change_nothing_is_reported() -> None:
    same = [
        alarm(),
        rules(alert(), objective("0.9")),
        rights(reads()),
        path(1),
        board("a"),
        release("1.0.0"),
        loki("x"),
    ]
    found = report(same, same)
    assert (found.sections, found.stateful, found.policies) == ((), (), ())
    assert [each.changes for each in found.summaries] == [0]


def test_a_value_that_one_side_does_not_know_is_no_change() -> None:
    known = rights(reads())
    unknown = planned_resource(ROLE_POLICY, "loki", inputs={"policy": UNKNOWN_TEXT})
    assert report([unknown], [known]).sections == ()


def test_what_holds_data_and_goes_or_is_replaced_stands_apart() -> None:
    before = [planned_resource(BUCKET, name, inputs={"bucket": name}) for name in ("chunks", "jobs")]
    after = [planned_resource(BUCKET, "chunks", inputs={"bucket": "other"})]
    found = report(before, after)
    assert [(each.action, each.subject, each.detail) for each in found.stateful] == [
        (Action.REMOVED, "jobs", "aws:s3/bucket:Bucket; lost: its objects"),
        (Action.REPLACED, "chunks", "aws:s3/bucket:Bucket because of bucket; lost: its objects"),
    ]
    assert found.entries(Topic.OTHER) == ()
    (summary,) = found.summaries
    assert (summary.create, summary.update, summary.replace, summary.delete) == (0, 0, 1, 1)


def test_the_same_change_in_several_environments_is_one_entry() -> None:
    sides = [
        Sides(
            environment=each,
            before=plan_document(rules(alert()), environment=each),
            after=plan_document(rules(alert(expr="errors > 0.1")), environment=each),
        )
        for each in (Environment.DEV, Environment.PROD)
    ]
    found = build(sides, None, lambda urn, at: False, base="a" * 40, head="b" * 40)
    (entry,) = found.entries(Topic.RULES)
    assert entry.environments == (Environment.DEV, Environment.PROD)


def test_findings_say_whether_the_base_has_them_too() -> None:
    topic = planned_resource("aws:sns/topic:Topic", "loud")
    found = findings([Resource.of(topic)], "prod")
    sides = [
        Sides(
            environment=Environment.PROD,
            before=plan_document(topic),
            after=plan_document(topic),
            findings_before=before,
            findings_after=found,
            usd_before=Decimal(1),
            usd_after=Decimal(2),
        )
        for before in ((), found)
    ]
    reported = [build([side], None, lambda urn, at: False, base="a" * 40, head="b" * 40).policies for side in sides]
    assert [[each.new for each in policies] for policies in reported] == [[True], [False]]


PLANTED = ("AKIAIOSFODNN7EXAMPLE", "https://hooks.slack.com/services/T0/B0/xyz", "postgres://u:hunter2@db")


@pytest.mark.parametrize("secret", PLANTED)
def test_a_planted_secret_is_in_no_report(secret: str) -> None:
    before = [release("1.0.0", key="x"), alarm(alarmDescription="x"), rights(), rules(alert())]
    after = [
        release("1.0.0", key=secret),
        alarm(threshold=secret),
        rights({**reads(), "Resource": secret}),
        rules(alert(**{"for": secret})),
        board(secret),
    ]
    written = report(before, after).model_dump_json()
    assert "[secret]" in written
    assert secret not in written
