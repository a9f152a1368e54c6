"""Metrics of the scheduler and the controller manager that EKS runs out of reach and hands out by its own API."""

from typing import Any

from configs.prometheus.relabeling import Action, Relabeling
from model import labels

Values = dict[str, Any]

# Job label of the control plane's own alerts and boards everywhere -> the word in EKS's path. From EKS 1.28 on:
# https://docs.aws.amazon.com/eks/latest/userguide/view-raw-metrics.html
COMPONENTS = {"kube-controller-manager": "kcm", "kube-scheduler": "ksh"}
GROUP = "metrics.eks.amazonaws.com"
# Does the scheduler keep up, and do the controllers? No rule of ours asks: AWS runs both, so nobody here can act.
METRICS = Relabeling(
    action=Action.KEEP,
    regex="scheduler_(pending_pods|schedule_attempts_total|scheduling_attempt_duration_seconds_(bucket|sum|count))"
    "|workqueue_(adds_total|depth)|node_collector_evictions_total",
)
_IDENTITY = "/var/run/secrets/kubernetes.io/serviceaccount"


def scrapes(cluster: str) -> list[Values]:
    """Prometheus' own configuration for the metrics of scheduler and controller manager, which EKS's API hands out.

    The API server is one target, by its Service: each answer is that of the component which leads just now. Scrape
    classes do not reach these jobs, so ``cluster`` is written here.
    """
    return [
        {
            "job_name": job,
            "scheme": "https",
            "metrics_path": f"/apis/{GROUP}/v1/{word}/container/metrics",
            "authorization": {"credentials_file": f"{_IDENTITY}/token"},
            "tls_config": {"ca_file": f"{_IDENTITY}/ca.crt"},
            "static_configs": [
                {"targets": ["kubernetes.default.svc:443"], "labels": {labels.CLUSTER: cluster}},
            ],
            "metric_relabel_configs": [METRICS.as_prometheus()],
        }
        for job, word in COMPONENTS.items()
    ]


def rights() -> list[Values]:
    """What Prometheus' role needs for them."""
    resources = [f"{word}/metrics" for word in COMPONENTS.values()]
    return [{"apiGroups": [GROUP], "resources": resources, "verbs": ["get"]}]
