"""Each rule on rendered objects: what it finds, and what it leaves alone."""

import base64
from typing import Any

import pytest

from checks.charts import monitors, pod_security, secret_material, workloads
from tests.checks.charts.rendered import (
    LABELS,
    Body,
    cluster,
    container,
    deployment,
    found,
    monitor,
    secured,
    service,
    thing,
)

RESTRICTED = {"monitoring": "restricted"}
BASELINE = {"monitoring": "baseline"}


def alert(expression: str, name: str = "Down") -> Body:
    return thing("PrometheusRule", spec={"groups": [{"rules": [{"alert": name, "expr": expression}]}]})


MATERIAL = "MIIEpAIBAAKCAQEAmadeupmadeupmadeupmadeupmadeup"


@pytest.mark.parametrize("job", ["kube-scheduler", "kube-controller-manager", "kube-proxy", "etcd"])
def test_an_alert_on_a_job_that_eks_hides_is_found(job: str) -> None:
    assert found(monitors.absent_control_plane, alert(f'absent(up{{job="{job}"}} == 1)')) == [
        f"PrometheusRule/monitoring/shop: alert Down is about job {job}, which EKS does not let anybody scrape"
    ]


def test_alerts_on_other_jobs_and_recording_rules_are_left_alone() -> None:
    recorded = thing("PrometheusRule", spec={"groups": [{"rules": [{"record": "a", "expr": 'up{job="etcd"}'}]}]})
    assert found(monitors.absent_control_plane, alert('up{job="apiserver"} == 0'), recorded) == []


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("admin-password", "hunter2", "admin-password is written out"),
        ("SLACK_WEBHOOKURL", "https://hooks.slack.com/services/T0/B0/abc", "SLACK_WEBHOOKURL holds a Slack webhook"),
        ("tls.crt", f"-----BEGIN RSA PRIVATE KEY-----\n{MATERIAL}", "tls.crt holds a private key"),
        ("one-line", f"-----BEGIN PRIVATE KEY-----\\n{MATERIAL}", "one-line holds a private key"),
        (
            "encrypted",
            f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{MATERIAL}",
            "encrypted holds a private key",
        ),
    ],
)
def test_a_rendered_secret_with_a_secret_in_it_is_found(key: str, value: str, words: str) -> None:
    body = thing("Secret", data={key: base64.b64encode(value.encode()).decode()})
    assert words in " ".join(found(secret_material.secret_material, body))
    assert words in " ".join(found(secret_material.secret_material, thing("Secret", stringData={key: value})))


def test_how_a_key_looks_in_the_prose_of_a_definition_is_no_key() -> None:
    prose = f"Such as -----BEGIN RSA PRIVATE KEY-----\n{MATERIAL}"
    schema = {"properties": {"key": {"description": prose}}}
    assert not list(found(secret_material.secret_material, thing("CustomResourceDefinition", spec=schema)))
    assert not list(
        found(secret_material.secret_material, thing("ConfigMap", data={"help": "-----BEGIN PRIVATE KEY-----"}))
    )


@pytest.mark.parametrize(
    "data", [{"token": ""}, {"alertmanager.yaml": "cm91dGU6"}, {"password": "a25vd24tYWZ0ZXItZGVwbG95bWVudA=="}]
)
def test_empty_unknown_and_harmless_keys_of_a_secret_are_left_alone(data: dict[str, str]) -> None:
    assert found(secret_material.secret_material, thing("Secret", data=data)) == []


def test_a_secret_of_the_stack_in_a_rendered_object_is_found_with_its_path() -> None:
    body = thing("ConfigMap", data={"config.yaml": "password: [secret]"})
    assert found(secret_material.secret_material, body) == [
        "ConfigMap/monitoring/shop: data.config.yaml holds a secret of the stack"
    ]


@pytest.mark.parametrize("text", ["AKIAABCDEFGHIJKLMNOP", "xoxb-123456789012-abc", "https://user:word@example.com"])
def test_what_has_the_shape_of_a_secret_is_found_in_any_list(text: str) -> None:
    assert len(found(secret_material.secret_material, thing("ConfigMap", data={"a": ["x", text]}))) == 1


def test_a_variable_with_a_password_is_found_and_a_reference_is_not() -> None:
    named = [
        {"name": "ES_PASSWORD", "value": "elastic"},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
        {"name": "LOG_LEVEL", "value": "info"},
        {"name": "WEBHOOK_SECRET", "value": "webhook-certificate"},  # the name of what is mounted
    ]
    mounted = {"name": "certificate", "secret": {"secretName": "webhook-certificate"}}
    assert found(secret_material.secret_material, deployment(container(env=named), volumes=[mounted])) == [
        "Deployment/monitoring/shop: container main: the variable ES_PASSWORD is written out"
    ]


def test_what_belfry_makes_itself_is_the_engines_to_guard() -> None:
    body = thing("Secret", stringData={"password": "[secret]"})
    assert found(secret_material.secret_material, body, release="belfry") == []


def test_a_container_without_requests_is_found_also_at_the_start() -> None:
    bare = container(name="bare", resources={"limits": {"memory": "1Gi"}})
    half = container(name="half", resources={"requests": {"cpu": "1"}})
    assert found(workloads.requests, deployment(half, initContainers=[bare])) == [
        "Deployment/monitoring/shop: container bare requests no cpu and no memory",
        "Deployment/monitoring/shop: container half requests no memory",
    ]
    assert found(workloads.requests, deployment()) == []


def test_a_job_may_leave_its_requests_to_the_namespaces_limit_range_and_a_deployment_may_not() -> None:
    job, bare = deployment(container(resources=None), kind="Job"), deployment(container(resources=None))
    limits = thing("LimitRange", spec={"limits": [{"type": "Container", "defaultRequest": {"cpu": "25m"}}]})
    assert len(found(workloads.requests, job)) == 1
    assert found(workloads.requests, job, limits) == []
    assert len(found(workloads.requests, bare, limits)) == 1


def test_containers_of_a_cron_job_and_of_a_hook_are_seen() -> None:
    pod: Body = {"spec": {"containers": [container(resources=None)]}}
    cron = thing("CronJob", spec={"jobTemplate": {"spec": {"template": pod}}})
    hook = thing("Pod", **pod)
    hook["metadata"]["annotations"] = {"helm.sh/hook": "pre-install"}
    assert len(found(workloads.requests, cron, hook)) == 2


@pytest.mark.parametrize("kind", ["Prometheus", "Alertmanager"])
def test_the_operators_own_objects_need_requests_too(kind: str) -> None:
    body = thing(kind, spec={"image": "quay.io/prometheus/prometheus:v3.14.0"})
    assert found(workloads.requests, body) == [
        f"{kind}/monitoring/shop: container {kind.lower()} requests no cpu and no memory"
    ]
    body["spec"]["resources"] = {"requests": {"cpu": "1", "memory": "1Gi"}}
    assert found(workloads.requests, body) == []


def test_the_sidecar_of_thanos_needs_requests_and_its_service_leads_to_it() -> None:
    enough = {"requests": {"cpu": "1", "memory": "1Gi"}}
    spec: Body = {
        "image": "quay.io/prometheus/prometheus:v3.14.0",
        "resources": enough,
        "thanos": {"image": "thanos:v1"},
    }
    body = thing("Prometheus", spec=spec)
    assert found(workloads.requests, body) == [
        "Prometheus/monitoring/shop: container thanos-sidecar requests no cpu and no memory"
    ]
    spec["thanos"]["resources"] = enough
    assert found(workloads.requests, body) == []
    discovery = service(grpc="grpc", http="http")
    discovery["spec"]["selector"] = {"app.kubernetes.io/name": "prometheus"}
    assert [target.port for target in monitors.targets(cluster(body, discovery, monitor(port="http")))] == [10902]


def test_nodes_of_elasticsearch_need_requests_too() -> None:
    resources = {"requests": {"cpu": "1", "memory": "4Gi"}}
    given = {"spec": {"containers": [{"name": "elasticsearch", "resources": resources}]}}
    body = thing("Elasticsearch", spec={"version": "9.5.0", "nodeSets": [{"count": 3, "podTemplate": given}]})
    assert found(workloads.requests, body) == []
    assert found(workloads.images, body) == []
    body["spec"]["nodeSets"][0] = {"count": 3}
    assert len(found(workloads.requests, body)) == 1


@pytest.mark.parametrize("image", ["nginx", "nginx:latest", "registry.example.com:5000/nginx", None])
def test_an_image_without_a_version_is_found(image: str | None) -> None:
    shown = image or "without a name"
    assert found(workloads.images, deployment(container(image=image))) == [
        f"Deployment/monitoring/shop: container main: image {shown} is not pinned"
    ]


@pytest.mark.parametrize("image", ["nginx:1.29", "localhost:5000/nginx:1.29-alpine", f"nginx@sha256:{'a' * 64}"])
def test_an_image_with_a_version_or_a_digest_is_pinned(image: str) -> None:
    assert found(workloads.images, deployment(container(image=image))) == []


def budget(**spec: Any) -> Body:
    return thing("PodDisruptionBudget", spec={"selector": {"matchLabels": LABELS}, **spec})


@pytest.mark.parametrize(
    ("spec", "replicas", "words"),
    [
        ({"minAvailable": 1}, 1, "minAvailable 1 of 1 replicas lets none of them go"),
        ({"minAvailable": "60%"}, 2, "minAvailable 60% of 2 replicas lets none of them go"),
        ({"maxUnavailable": 0}, 3, "maxUnavailable 0 of 3 replicas lets none of them go"),
        ({"maxUnavailable": "0%"}, 3, "maxUnavailable 0% of 3 replicas lets none of them go"),
        ({"minAvailable": 1, "maxUnavailable": 1}, 3, "it needs either minAvailable or maxUnavailable"),
        ({}, 3, "it needs either minAvailable or maxUnavailable"),
    ],
)
def test_a_budget_that_stops_every_drain_is_found(spec: Body, replicas: int, words: str) -> None:
    (said,) = found(workloads.disruption_budgets, deployment(replicas=replicas), budget(**spec))
    assert words in said


@pytest.mark.parametrize("spec", [{"minAvailable": 1}, {"minAvailable": "50%"}, {"maxUnavailable": 1}])
def test_a_budget_that_lets_one_of_two_go_is_fine(spec: Body) -> None:
    assert found(workloads.disruption_budgets, deployment(), budget(**spec)) == []


def test_a_disruption_budget_that_selects_no_pods_is_found_and_one_for_a_daemon_set_is_fine() -> None:
    (said,) = found(workloads.disruption_budgets, budget(minAvailable=1))
    assert "its selector matches no pods" in said
    assert found(workloads.disruption_budgets, deployment(kind="DaemonSet"), budget(maxUnavailable=1)) == []


def test_an_autoscalers_minimum_counts_and_not_what_the_deployment_says() -> None:
    target = {"kind": "Deployment", "name": "shop"}
    scaler = thing("HorizontalPodAutoscaler", spec={"minReplicas": 2, "scaleTargetRef": target})
    assert found(workloads.disruption_budgets, deployment(replicas=1), scaler, budget(minAvailable=1)) == []


def test_a_budget_of_alertmanager_is_held_against_the_operators_pods() -> None:
    labels = {"app.kubernetes.io/name": "alertmanager", "alertmanager": "shop"}
    spec = {"minAvailable": 1, "selector": {"matchLabels": labels}}
    one = thing("Alertmanager", spec={"replicas": 1})
    assert len(found(workloads.disruption_budgets, one, thing("PodDisruptionBudget", spec=spec))) == 1
    three = thing("Alertmanager", spec={"replicas": 3})
    assert found(workloads.disruption_budgets, three, thing("PodDisruptionBudget", spec=spec)) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (deployment(hostNetwork=True), "hostNetwork"),
        (deployment(volumes=[{"name": "root", "hostPath": {"path": "/"}}]), "volume root of the host"),
        (deployment(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}), "sysctl kernel.msgmax"),
        (deployment(securityContext={"seccompProfile": {"type": "Unconfined"}}), "seccomp Unconfined"),
        (deployment(secured(privileged=True)), "container main is privileged"),
        (deployment(secured(capabilities={"drop": ["ALL"], "add": ["BPF"]})), "container main adds BPF"),
        (deployment(container(ports=[{"containerPort": 1, "hostPort": 1}])), "container main uses a host port"),
        (deployment(secured(procMount="Unmasked")), "container main sees all of /proc"),
        (deployment(secured(seccompProfile={"type": "Unconfined"})), "container main has seccomp Unconfined"),
    ],
)
def test_baseline_refuses(body: Body, words: str) -> None:
    assert f"Deployment/monitoring/shop: {words}, which baseline refuses" in found(
        pod_security.pod_security, body, levels=BASELINE
    )
    assert found(pod_security.pod_security, body, levels={"monitoring": "privileged"}) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (deployment(secured(allowPrivilegeEscalation=None)), "container main may escalate privileges"),
        (deployment(secured(runAsNonRoot=None)), "container main may run as root"),
        (deployment(secured(runAsUser=0)), "container main runs as root"),
        (deployment(secured(seccompProfile=None)), "container main has no seccomp profile"),
        (deployment(secured(capabilities={})), "container main keeps capabilities"),
        (deployment(secured(capabilities={"drop": ["ALL"], "add": ["CHOWN"]})), "container main adds CHOWN"),
        (deployment(volumes=[{"name": "share", "nfs": {}}]), "volume share of kind nfs"),
    ],
)
def test_restricted_refuses_what_baseline_allows(body: Body, words: str) -> None:
    assert found(pod_security.pod_security, body, levels=RESTRICTED) == [
        f"Deployment/monitoring/shop: {words}, which restricted refuses"
    ]
    assert found(pod_security.pod_security, body, levels=BASELINE) == []


def test_what_the_pod_says_holds_for_its_containers() -> None:
    own = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}
    pod = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    body = deployment(container(securityContext=own), securityContext=pod, volumes=[{"name": "a", "secret": {}}])
    assert found(pod_security.pod_security, body, levels=RESTRICTED) == []


def test_a_namespace_without_a_level_refuses_nothing() -> None:
    assert found(pod_security.pod_security, deployment(hostPID=True)) == []


def test_a_monitor_that_finds_its_port_is_fine() -> None:
    assert found(monitors.monitors, deployment(), service(http="http-metrics"), monitor()) == []
    assert found(monitors.monitors, deployment(), service(http=8080), monitor()) == []


@pytest.mark.parametrize("endpoint", [{}, {"targetPort": "http-metrics"}, {"targetPort": 8080}])
def test_a_monitor_may_name_all_ports_or_the_pods(endpoint: Body) -> None:
    body = monitor(endpoints=[endpoint])
    assert found(monitors.monitors, deployment(), service(http="http-metrics"), body) == []


def test_a_monitor_of_eks_own_pods_is_no_finding_where_an_autoscaler_of_ours_runs_beside_them() -> None:
    elsewhere = monitor(namespaceSelector={"matchNames": ["kube-system"]})
    elsewhere["metadata"]["name"] = "coredns"
    autoscaler = deployment(namespace="kube-system")
    said = found(monitors.monitors, deployment(), service(http="http-metrics"), monitor(), autoscaler, elsewhere)
    assert not [line for line in said if line.startswith("ServiceMonitor/monitoring/coredns")]


@pytest.mark.parametrize(
    "bodies",
    [
        (service(http="http-metrics"), monitor(port="metrics")),
        (service(http="metrics"), monitor()),
        (
            service(http="http-metrics"),
            monitor(namespaceSelector={"matchNames": ["monitoring", "other"]}, endpoints=[]),
        ),
        (monitor(),),
    ],
)
def test_a_monitor_of_a_port_that_is_not_there_is_found_and_so_is_a_release_without_a_monitor(
    bodies: tuple[Body, ...],
) -> None:
    other = deployment(namespace="other")
    said = found(monitors.monitors, deployment(), *bodies, other)
    assert "ServiceMonitor/monitoring/shop: no Service has this label and port, so it scrapes nothing" in said
    assert "Deployment/monitoring/shop: no ServiceMonitor or PodMonitor finds any pod of this release" in said


def test_a_pod_monitor_watches_a_release_as_well() -> None:
    spec = {"selector": {"matchLabels": LABELS}, "namespaceSelector": {"any": True}}
    by_name = thing("PodMonitor", spec={**spec, "podMetricsEndpoints": [{"port": "http-metrics"}]})
    assert found(monitors.monitors, deployment(), by_name) == []
    wrong = thing("PodMonitor", spec={**spec, "podMetricsEndpoints": [{"port": "other"}]})
    assert len(found(monitors.monitors, deployment(), wrong)) == 2


def test_monitors_of_applications_look_where_nothing_is_rendered() -> None:
    body = monitor(namespaceSelector={"matchNames": ["cloudmart"]})
    assert found(monitors.monitors, body) == []


def test_elasticsearch_is_watched_by_its_exporter() -> None:
    body = thing("Elasticsearch", spec={"version": "9.5.0"})
    assert len(found(monitors.monitors, body)) == 1
    assert found(monitors.monitors, body, chart="prometheus-elasticsearch-exporter") == []


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ({"key": "app.kubernetes.io/name", "operator": "In", "values": ["shop"]}, True),
        ({"key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["shop"]}, False),
        ({"key": "app.kubernetes.io/name", "operator": "Exists"}, True),
        ({"key": "app.kubernetes.io/name", "operator": "DoesNotExist"}, False),
    ],
)
def test_selectors_with_expressions_are_understood(expression: Body, chosen: bool) -> None:
    spec = {"minAvailable": 1, "selector": {"matchExpressions": [expression]}}
    said = found(workloads.disruption_budgets, deployment(), thing("PodDisruptionBudget", spec=spec))
    assert (said == []) is chosen
