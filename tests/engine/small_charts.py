"""Small charts and plans for the tests of `charts-check`."""

from pathlib import Path
from typing import Any

from checks.charts.helm import Helm
from model.charts import Chart, Charts, ChartUse
from model.plan import Plan, PlannedResource
from model.versions import ChartPin
from tests import tools
from tests.plans import plan_document, planned_resource

CHARTS = Charts(
    {
        "shop": Chart(
            chart="shop",
            pin=ChartPin(repository="https://charts.example.com", version="1.0.0", app="1"),
            use=ChartUse(namespace="shop-usual", release="shop"),
        )
    }
)
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas | default 1 }}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: main
          image: shop:{{ .Values.tag | default "1.0.0" }}
          resources: {requests: {cpu: 10m, memory: 64Mi}}
          ports: [{name: http, containerPort: 8080}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}, labels: {app: shop}}
spec: {selector: {app: shop}, ports: [{name: http, port: 80, targetPort: http}]}
{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: {{ .Release.Name }}}
spec: {selector: {matchLabels: {app: shop}}, endpoints: [{port: http}]}
{{- end }}
"""
TEST_POD = """
apiVersion: v1
kind: Pod
metadata: {name: test, annotations: {helm.sh/hook: test}}
spec: {containers: [{name: test, image: busybox}]}
"""
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: monitors.example.com}
spec: {names: {kind: Monitor}, validation: {enum: [=, "!="]}}
"""


def resource(name: str, kind: str, inputs: dict[str, Any], *dependencies: str) -> PlannedResource:
    return planned_resource(kind, name, urn=f"urn::{name}", dependencies=list(dependencies), inputs=inputs)


def plan(*resources: PlannedResource) -> Plan:
    return plan_document(*resources, environment="dev")


def release(chart: str = "shop", version: str = "1.0.0", namespace: str = "shop", **values: Any) -> dict[str, Any]:
    repository = {"repo": "https://charts.example.com"}
    return {
        "chart": chart,
        "version": version,
        "name": chart,
        "namespace": namespace,
        "repositoryOpts": repository,
        "values": values,
    }


NAMESPACE = resource(
    "namespaces-shop",
    "kubernetes:core/v1:Namespace",
    {"kind": "Namespace", "metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
)
DEFINITIONS = resource("crds", "kubernetes:helm.sh/v3:Release", release("prometheus-operator-crds", "31.0.1"))


def helm(folder: Path, mirror: Path | str | None) -> Helm:
    return Helm(tools.find("helm"), folder, str(mirror) if mirror else None)
