"""Alerts on what AWS runs out of reach: their series never come, so they fire forever or never."""

import re

from checks.charts.rendered_cluster import RenderedCluster
from checks.charts.rules import Objections

# kube-proxy runs on the nodes, but listens on 127.0.0.1 there: its targets are always down.
ABSENT = ("kube-scheduler", "kube-controller-manager", "kube-etcd", "etcd", "kube-proxy")
_JOB = re.compile(rf"job=~?\"[^\"]*\b({'|'.join(ABSENT)})\b")


def absent_control_plane(cluster: RenderedCluster) -> Objections:
    """Rules, and monitors, of jobs that a managed control plane does not have."""
    for one in cluster.of("PrometheusRule"):
        for group in one.spec.get("groups") or []:
            for rule in group.get("rules") or []:
                if "alert" in rule and (job := _JOB.search(str(rule.get("expr")))):
                    yield one, f"alert {rule['alert']} is about job {job[1]}, which EKS does not let anybody scrape"
