"""Who in the cluster may speak to AWS: namespace and service account, as the charts make them."""

from typing import NamedTuple

from model import names


class Workload(NamedTuple):
    """One service account. The chart that makes it must give it this very name, or the pod has no rights at all."""

    name: str
    namespace: str
    service_account: str


ELASTICSEARCH = Workload("elasticsearch", names.LOGGING, "elasticsearch")
LOKI = Workload("loki", names.LOGGING, names.LOKI)
PROMETHEUS = Workload("prometheus", names.MONITORING, names.PROMETHEUS)
THANOS_STORE = Workload(names.THANOS_STORE, names.MONITORING, names.THANOS_STORE)
THANOS_COMPACTOR = Workload(names.THANOS_COMPACTOR, names.MONITORING, names.THANOS_COMPACTOR)
PROMETHEUS_READER = Workload(names.PROMETHEUS_READER, names.MONITORING, names.PROMETHEUS_READER)
ALERTMANAGER = Workload("alertmanager", names.MONITORING, names.ALERTMANAGER)
GRAFANA = Workload("grafana", names.MONITORING, names.GRAFANA)
CLOUDWATCH_EXPORTER = Workload(names.CLOUDWATCH_EXPORTER, names.MONITORING, names.CLOUDWATCH_EXPORTER)
ALARM_FORWARDER = Workload(names.ALARM_FORWARDER, names.MONITORING, names.ALARM_FORWARDER)
SECURITY_POSTURE = Workload(names.SECURITY_POSTURE, names.MONITORING, names.SECURITY_POSTURE)
INCIDENT_WATCH = Workload(names.INCIDENT_WATCH, names.MONITORING, names.INCIDENT_WATCH)
SLO_STATUS = Workload(names.SLO_STATUS, names.MONITORING, names.SLO_STATUS)
REPORTS = Workload(names.REPORTS, names.MONITORING, names.REPORTS)
COLLECTOR_GATEWAY = Workload("collector-gateway", names.COLLECTORS, names.COLLECTOR_GATEWAY)
COLLECTOR_CLUSTER = Workload("collector-cluster", names.COLLECTORS, names.COLLECTOR_CLUSTER)
JAEGER = Workload("jaeger", names.TRACING, names.JAEGER)
FALCOSIDEKICK = Workload("falcosidekick", names.FALCO, names.FALCOSIDEKICK)
EXTERNAL_SECRETS = Workload(names.EXTERNAL_SECRETS, names.EXTERNAL_SECRETS, names.EXTERNAL_SECRETS)
KARPENTER = Workload(names.KARPENTER, names.KUBE_SYSTEM, names.KARPENTER)
CLUSTER_AUTOSCALER = Workload(names.CLUSTER_AUTOSCALER, names.KUBE_SYSTEM, names.CLUSTER_AUTOSCALER)
LOAD_BALANCER_CONTROLLER = Workload(names.LOAD_BALANCER_CONTROLLER, names.KUBE_SYSTEM, names.LOAD_BALANCER_CONTROLLER)
