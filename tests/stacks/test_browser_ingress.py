"""The way in for users' browsers: one host, one path, behind a web ACL; and what is watched of load balancers."""

import functools
import json
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
import pytest

from model import names
from model.problems import BadInput
from tests.stacks.deployment import deploy, made_up_secrets
from tests.stacks.foundation import ADOPTED, THEIR_STORAGE
from tests.stacks.test_ingress import ARN, HUSH, INGRESS, LINKS, PARAMETERS, SUBNETS, Ingress, internal
from tests.stacks.test_platform import ancestors
from tests.synth import Synth

HOST = "rum.example.com"
ORIGINS = {"browser_origins": ["https://shop.example.com"]}
ALARM = aws.cloudwatch.MetricAlarm


def with_browsers(
    browsers: Mapping[str, Any] | None = None, ingress: Mapping[str, Any] | None = None, **changes: Any
) -> Synth:
    wanted = {**INGRESS, **(ingress or {}), "browsers": {"host": HOST, **(browsers or {})}}
    secrets = {**made_up_secrets(), "ingress-sign-on": HUSH}
    changes = {"ingress": wanted, "links": LINKS, "collectors": ORIGINS, "alarms": {"pack": "full"}, **changes}
    return deploy("dev", changes=changes, secrets=secrets)


@functools.cache
def deployed_browsers() -> Synth:
    return with_browsers()


def test_one_path_of_one_host_leads_to_the_receiver_and_nothing_else_is_behind_it() -> None:
    result = deployed_browsers()
    ours = [i for i in result.of(Ingress).values() if i.inputs["spec"]["ingressClassName"] == "belfry-browsers"]
    (ingress,) = ours
    (rule,) = ingress.inputs["spec"]["rules"]
    (path,) = rule["http"]["paths"]

    assert (rule["host"], path["path"], path["pathType"]) == (HOST, "/belfry-collect", "Exact")
    assert path["backend"]["service"] == {"name": names.COLLECTOR_GATEWAY, "port": {"number": names.FARO_PORT}}
    assert "defaultBackend" not in ingress.inputs["spec"]
    parameters = result.of(PARAMETERS)["browsers-parameters"].inputs["spec"]
    (admitted,) = parameters["namespaceSelector"]["matchExpressions"]
    assert admitted["values"] == [names.COLLECTORS]
    assert parameters["scheme"] == "internet-facing"
    # The receiver knows one path of its own.
    annotations = ingress.inputs["metadata"]["annotations"]
    (transform,) = json.loads(annotations[f"alb.ingress.kubernetes.io/transforms.{names.COLLECTOR_GATEWAY}"])
    assert transform["urlRewriteConfig"]["rewrites"] == [{"regex": "^/belfry-collect$", "replace": "/faro"}]
    assert json.loads(annotations["alb.ingress.kubernetes.io/listen-ports"]) == [{"HTTPS": 443}]


def test_the_pages_for_people_are_as_they_are_without_it() -> None:
    people = [key for key in internal().resources if key[1].startswith("ingress")]
    for key in people:
        assert deployed_browsers().resources[key].inputs == internal().resources[key].inputs


def blocked(statement: Mapping[str, Any], request: Mapping[str, str]) -> bool:
    """Whether a statement of a web ACL matches a request; rates are AWS's to count."""
    ((kind, body),) = statement.items()
    if kind == "notStatement":
        return not blocked(body["statement"], request)
    if kind == "orStatement":
        return any(blocked(one, request) for one in body["statements"])
    if kind == "byteMatchStatement":
        (field,) = body["fieldToMatch"]
        sought: str = body["searchString"]
        return request[field] == sought
    if kind == "sizeConstraintStatement":
        assert body["comparisonOperator"] == "GT"
        header = request.get(body["fieldToMatch"]["singleHeader"]["name"], "")
        return len(header) > int(body["size"])
    assert kind == "rateBasedStatement"
    return False


@pytest.mark.parametrize(
    ("request_", "passes"),
    [
        pytest.param({"method": "POST", "uriPath": "/belfry-collect", "content-length": "2048"}, True, id="measured"),
        pytest.param({"method": "OPTIONS", "uriPath": "/belfry-collect"}, True, id="a preflight"),
        pytest.param({"method": "POST", "uriPath": "/belfry-collect/"}, False, id="another path"),
        pytest.param({"method": "POST", "uriPath": "/"}, False, id="the root"),
        pytest.param({"method": "GET", "uriPath": "/belfry-collect"}, False, id="a look"),
        pytest.param({"method": "POST", "uriPath": "/belfry-collect", "content-length": "1000000"}, False, id="large"),
    ],
)
def test_the_web_acl_lets_measurements_through_and_nothing_else(request_: dict[str, str], passes: bool) -> None:
    acl = deployed_browsers().only(aws.wafv2.WebAcl).inputs

    assert acl["defaultAction"] == {"allow": {}}
    assert all(rule["action"] == {"block": {}} for rule in acl["rules"])
    assert passes == (not any(blocked(rule["statement"], request_) for rule in acl["rules"]))


def test_a_flood_of_one_address_is_blocked_at_the_rate_of_the_setting() -> None:
    acl = with_browsers({"requests_per_5_minutes": 100}).only(aws.wafv2.WebAcl).inputs
    rates = [rule["statement"].get("rateBasedStatement") for rule in acl["rules"]]

    assert {"aggregateKeyType": "IP", "limit": 100, "evaluationWindowSec": 300} in rates


def test_dns_names_the_load_balancer_only_after_the_web_acl_is_attached() -> None:
    result = deployed_browsers()
    record = result.of(aws.route53.Record)["browsers-host-browsers"]
    association = result.only(aws.wafv2.WebAclAssociation)

    assert record.inputs["name"] == HOST
    assert association.key in ancestors(result, record.key)
    assert association.inputs["resourceArn"].endswith("loadbalancer/app/k8s-belfry/0123456789abcdef")


def test_blocked_requests_and_the_load_balancer_have_alarms() -> None:
    alarms = deployed_browsers().of(ALARM)
    blocked_surge = alarms["belfry-browsers-web-acl-waf-blocked-surge"].inputs

    metric = next(query["metric"] for query in blocked_surge["metricQueries"] if "metric" in query)
    assert metric["dimensions"] == {"WebACL": "belfry-dev-browsers", "Rule": "ALL", "Region": "eu-central-1"}
    assert "belfry-browser-load-balancer-alb-own-errors" in alarms
    assert "belfry-browser-load-balancer-alb-unhealthy-hosts-browsers" in alarms


@pytest.mark.parametrize(
    "alarm",
    ["alb-own-errors", "alb-rejected-connections", "alb-tls-errors", "alb-unhealthy-hosts-grafana"],
)
def test_alarms_of_the_load_balancer_for_people_do_not_page(alarm: str) -> None:
    alarms = {name: a for name, a in deployed_browsers().of(ALARM).items() if "-load-balancer-" in name}

    inputs = alarms[f"belfry-load-balancer-{alarm}"].inputs
    # An alarm on a band has its metric among its queries.
    metrics = [query["metric"] for query in inputs.get("metricQueries", ()) if "metric" in query] or [inputs]
    assert all(metric["dimensions"]["LoadBalancer"].startswith("app/") for metric in metrics)
    assert "critical" not in {a.inputs["tags"]["severity"] for a in alarms.values()}


def test_who_asked_for_what_is_kept_in_a_bucket_that_load_balancers_may_write_to() -> None:
    result = internal()
    attributes = {one["key"]: one["value"] for one in result.only(PARAMETERS).inputs["spec"]["loadBalancerAttributes"]}
    bucket = result.of(aws.s3.Bucket)["storage-load-balancer-logs"]
    encryption = result.of(aws.s3.BucketServerSideEncryptionConfiguration)["storage-load-balancer-logs"].inputs
    policy = json.loads(result.of(aws.s3.BucketPolicy)["storage-load-balancer-logs"].inputs["policy"])

    assert attributes["access_logs.s3.enabled"] == "true"
    assert attributes["access_logs.s3.bucket"] == bucket.inputs["bucket"]
    # Elastic Load Balancing takes no bucket with a key of KMS.
    assert encryption["rules"][0]["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    (write,) = (one for one in policy["Statement"] if one["Effect"] == "Allow")
    assert write["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert write["Action"] == ["s3:PutObject"]
    assert write["Resource"][0].endswith("/AWSLogs/123456789012/*")
    for ingress in result.of(Ingress).values():
        assert ("aws:s3/bucketPolicy:BucketPolicy", "storage-load-balancer-logs") in ancestors(result, ingress.key)


def test_an_adopted_cluster_names_its_public_subnets() -> None:
    result = with_browsers(
        {"subnets": SUBNETS, "certificate": ARN},
        {"subnets": SUBNETS, "controller": "theirs"},
        cluster={**ADOPTED, "identity": "pod-identity"},
        storage=THEIR_STORAGE,
    )

    parameters = result.of(PARAMETERS)["browsers-parameters"].inputs["spec"]
    assert parameters["subnets"]["ids"] == sorted(SUBNETS)
    assert parameters["certificateArn"] == [ARN]


def test_a_preview_registers_what_an_update_does() -> None:
    wanted = {**INGRESS, "browsers": {"host": HOST}}
    secrets = {**made_up_secrets(), "ingress-sign-on": HUSH}
    changes = {"ingress": wanted, "links": LINKS, "collectors": ORIGINS, "alarms": {"pack": "full"}}
    preview = deploy("dev", changes=changes, secrets=secrets, preview=True)
    assert preview.keys() == deployed_browsers().keys()


@pytest.mark.parametrize(
    ("browsers", "ingress", "changes", "message"),
    [
        pytest.param(
            {},
            {},
            {"collectors": {}},
            "ingress.browsers: found a way in for browsers, and the collectors .*; allowed: collectors.browser_origins",
            id="no receiver",
        ),
        pytest.param(
            {"host": "rum.example.org"},
            {},
            {},
            "browsers.certificate: found make for rum.example.org, and ingress.zone is example.com",
            id="no certificate in another zone",
        ),
        pytest.param(
            {},
            {"zone": None, "certificate": ARN},
            {},
            "browsers.certificate: found make for rum.example.com, and ingress.zone is not stated",
            id="no zone",
        ),
        pytest.param(
            {"certificate": ARN.replace("eu-central-1", "us-east-1")},
            {},
            {},
            "browsers.certificate: found a certificate in us-east-1; allowed: one in eu-central-1",
            id="a certificate of another region",
        ),
        pytest.param(
            {"host": "grafana.observability.example.com"}, {}, {}, "browsers.host: found grafana", id="a page's host"
        ),
        pytest.param({"subnets": SUBNETS}, {}, {}, "browsers.subnets: found subnets, and", id="subnets"),
        pytest.param(
            {},
            {"subnets": SUBNETS, "controller": "theirs"},
            {"cluster": ADOPTED, "storage": THEIR_STORAGE},
            "browsers.subnets: found 0 for a cluster that exists",
            id="no public subnets",
        ),
        pytest.param({"requests_per_5_minutes": 9}, {}, {}, "requests_per_5_minutes: found 9", id="too few requests"),
    ],
)
def test_what_could_not_work_is_refused(
    browsers: dict[str, Any], ingress: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        with_browsers(browsers, ingress, **changes)
