"""The Elasticsearch exporter: health, load and space of the Elasticsearch in the cluster."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.base import Component, PodArgs
from components.chart import Chart, ChartArgs
from configs.stores import elasticsearch
from model import labels, names

CHART = "prometheus-elasticsearch-exporter"
CERTIFICATES_FOLDER = "/certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchExporterArgs(PodArgs):
    """The Secrets with the exporter's user and with the certificate of Elasticsearch's authority are in ``namespace``.

    :mod:`components.elasticsearch` makes the first, :mod:`components.elasticsearch_setup` hands out the second.
    """

    chart_mirror: str | None = None


@pulumi.type_token("belfry:kubernetes:ElasticsearchExporter")
class ElasticsearchExporter(Component):
    """One pod with a user that may look and nothing else. Deliberately without mappings, settings and single shards.

    Those are a series for each field, index and shard: they grow with the days that logs are kept.
    """

    def __init__(self, name: str, args: ElasticsearchExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Chart(
            f"{name}-exporter",
            ChartArgs(chart=CHART, namespace=args.namespace, values=values(args), mirror=args.chart_mirror),
            opts=self.child(),
        )
        self.register_outputs({})


def values(args: ElasticsearchExporterArgs) -> dict[str, Any]:
    """The values of the chart."""
    secret = elasticsearch.EXPORTER.secret
    return {
        # Two would ask twice; the cluster's metrics have no owner among pods.
        "replicaCount": 1,
        "es": {
            "uri": names.service(names.ELASTICSEARCH, names.LOGGING, names.ELASTICSEARCH_PORT, "https"),
            "all": True,
            "indices": True,
            "indices_settings": False,
            "indices_mappings": False,
            "shards": False,
            "snapshots": False,  # needs a right of its own, and there are no snapshots
            # Below the scrape's own: an answer of Elasticsearch that comes too late is an error we can see.
            "timeout": "20s",
            "ssl": {
                "enabled": True,
                # Without this the chart wants the certificates themselves among the values.
                "useExistingSecrets": True,
                "ca": {"path": f"{CERTIFICATES_FOLDER}/ca.crt"},
                # On by default: it would look for a client's certificate that nobody made, and not start.
                "client": {"enabled": False},
            },
        },
        "secretMounts": [
            {
                "name": names.ELASTICSEARCH_CA_SECRET,
                "secretName": names.ELASTICSEARCH_CA_SECRET,
                "path": CERTIFICATES_FOLDER,
            }
        ],
        # Not in the address: that stands in the pod's arguments.
        "extraEnvSecrets": {
            "ES_USERNAME": {"secret": secret, "key": "username"},
            "ES_PASSWORD": {"secret": secret, "key": "password"},
        },
        "service": {"httpPort": names.ELASTICSEARCH_EXPORTER_PORT},
        # By default it runs as the namespace's `default`, with a token.
        "serviceAccount": {
            "create": True,
            "name": names.ELASTICSEARCH_EXPORTER,
            "automountServiceAccountToken": False,
        },
        "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "serviceMonitor": {
            "enabled": True,
            # Each scrape asks every node; the default, 10 s, is load on a cluster that is in trouble.
            "interval": "30s",
            "scrapeTimeout": "25s",
            # The exporter's own label `cluster`, the name of Elasticsearch's, arrives as `exported_cluster`.
            "relabelings": labels.own_relabelings("elasticsearch"),
        },
        **({"priorityClassName": args.priority_class} if args.priority_class else {}),
        **args.placement,
    }
