"""Grafana's own settings: who gets in and as what, and everything off that talks to the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from configs.grafana import sign_on
from configs.grafana.sign_on import Oidc
from configs.stores.elasticsearch import GRAFANA as ELASTICSEARCH_USER
from model import labels, names
from model.cluster import workloads
from model.cluster.pods import Size

Values = dict[str, Any]

# Below it, one folder for each Secret that the pod mounts.
ELASTICSEARCH_CA_FOLDER = "/etc/secrets/elasticsearch"
ELASTICSEARCH_USER_FOLDER = "/etc/secrets/elasticsearch-user"
# Read by the owner and by the pod's group.
_MODE = 0o440


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaInput:
    """``namespace``, ``admin_secret`` and ``role_arn`` may be known only when the program runs.

    ``elasticsearch``: whether its Secrets are mounted, for a data source that comes later.
    """

    url: str
    namespace: Any
    admin_secret: Any
    datasources: Sequence[Mapping[str, Any]]
    monitor: Mapping[str, Any]
    size: Size
    sidecar_size: Size
    oidc: Oidc | None = None
    elasticsearch: bool = False
    role_arn: Any = None
    pod_annotations: Mapping[str, Any] = field(default_factory=dict)
    storage_class: str | None = None
    pod: Mapping[str, Any] = field(default_factory=dict)


def values(given: GrafanaInput) -> Values:
    """Grafana's part of the chart's values. They hold names of Secrets and never a secret."""
    annotations = {"eks.amazonaws.com/role-arn": given.role_arn} if given.role_arn is not None else {}
    return {
        **given.pod,
        "podAnnotations": dict(given.pod_annotations),
        "resources": given.size.resources,
        "admin": {
            "existingSecret": given.admin_secret,
            "userKey": names.GRAFANA_ADMIN_USER_KEY,
            "passwordKey": names.GRAFANA_ADMIN_PASSWORD_KEY,
        },
        "serviceAccount": {"name": workloads.GRAFANA.service_account, "annotations": annotations},
        # The chart's own role reads every Secret of the cluster.
        "rbac": {"create": False},
        "extraObjects": _rights(given.namespace),
        "serviceMonitor": dict(given.monitor),
        # The chart's own boards break on the `cluster` label; Belfry ships its own.
        "defaultDashboardsEnabled": False,
        "grafana.ini": settings(given.url, given.oidc),
        "plugins": [],
        "additionalDataSources": [dict(source) for source in given.datasources],
        "extraSecretMounts": _mounts(given),
        "sidecar": {**_sidecar(given.namespace), "resources": given.sidecar_size.resources},
        # Annotations, preferences and people live in a file: one replica, and the old one must let go of it first.
        "persistence": {
            "enabled": True,
            "size": "2Gi",
            **({"storageClassName": given.storage_class} if given.storage_class else {}),
        },
        "deploymentStrategy": {"type": "Recreate"},
        # It would run as root, which the namespace refuses; the pod's group opens the volume.
        "initChownData": {"enabled": False},
        "testFramework": {"enabled": False},
    }


def settings(root_url: str, oidc: Oidc | None = None) -> Values:
    """``grafana.ini``. No secret: what is one is read from a file by Grafana itself."""
    return {
        "server": {"root_url": root_url},
        # Alerts live in Prometheus and Alertmanager, where they are tested, routed and escalated.
        "unified_alerting": {"enabled": False},
        "analytics": {
            "reporting_enabled": False,
            "check_for_updates": False,
            "check_for_plugin_updates": False,
            "feedback_links_enabled": False,
        },
        "news": {"news_feed_enabled": False},
        # What is bundled in the pinned image, and nothing else: by default Grafana 13 fetches the newest of a dozen
        # plugins at each start.
        "plugins": {"preinstall_disabled": True, "plugin_admin_enabled": False},
        "snapshots": {"external_enabled": False},
        "security": {
            "cookie_secure": root_url.startswith("https://"),
            "cookie_samesite": "lax",  # `strict` would lose the way back from the provider
            "disable_gravatar": True,
            "strict_transport_security": root_url.startswith("https://"),
            "content_security_policy": True,
            # One place decides: no page of Grafana shows a board within another site.
            "allow_embedding": False,
        },
        "users": {"allow_sign_up": False, "allow_org_create": False, "auto_assign_org_role": "Viewer"},
        "auth.anonymous": {"enabled": False},
        # The data source of CloudWatch asks as the pod itself, and as nobody else.
        "aws": {"allowed_auth_providers": "default", "assume_role_enabled": False},
        **(sign_on.settings(oidc) if oidc else {}),
    }


def _sidecar(namespace: Any) -> Values:
    """Boards and data sources come from ConfigMaps of ``namespace``, and nobody changes them in the pages."""
    # Secrets hold neither; asked for both kinds, the sidecar would need the right to read every Secret.
    where = {"resource": "configmap", "searchNamespace": namespace}
    return {
        "dashboards": {
            **where,
            "label": labels.GRAFANA_DASHBOARD,
            "labelValue": "1",
            "folderAnnotation": labels.GRAFANA_FOLDER,
            "provider": {"foldersFromFilesStructure": True, "allowUiUpdates": False},
        },
        "datasources": {
            **where,
            "label": labels.GRAFANA_DATASOURCE,
            "labelValue": "1",
            # Ours are complete; the chart's would take their uids.
            "defaultDatasourceEnabled": False,
            "alertmanager": {"enabled": False},
            # A data source may name a file of a Secret that reaches the pod a minute later: ask for half an hour.
            "env": {"REQ_RETRY_TOTAL": "20", "REQ_RETRY_BACKOFF_FACTOR": "1"},
        },
    }


def _rights(namespace: Any) -> list[Values]:
    """What the sidecar needs: ConfigMaps of its namespace."""
    api = "rbac.authorization.k8s.io"
    metadata = {"name": names.GRAFANA, "namespace": namespace, "labels": labels.of_object(names.GRAFANA)}
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    account = {"kind": "ServiceAccount", "name": workloads.GRAFANA.service_account, "namespace": namespace}
    return [
        {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": metadata, "rules": [rule]},
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": api, "kind": "Role", "name": names.GRAFANA},
            "subjects": [account],
        },
    ]


def _mounts(given: GrafanaInput) -> list[Values]:
    """Secrets as files.

    Elasticsearch's are optional: they come after Grafana, and a pod that waited for them would hold up the release
    that everything else waits for. Without the Secret of sign-on Grafana must not start.
    """
    found = []
    if given.oidc:
        found.append(_mount(names.GRAFANA_SIGN_ON_SECRET, sign_on.FOLDER, optional=False))
    if given.elasticsearch:
        found.append(_mount(names.ELASTICSEARCH_CA_SECRET, ELASTICSEARCH_CA_FOLDER, optional=True))
        found.append(_mount(ELASTICSEARCH_USER.secret, ELASTICSEARCH_USER_FOLDER, optional=True))
    return found


def _mount(secret: str, folder: str, *, optional: bool) -> Values:
    return {
        "name": secret,
        "secretName": secret,
        "mountPath": folder,
        "readOnly": True,
        "optional": optional,
        "defaultMode": _MODE,
    }
