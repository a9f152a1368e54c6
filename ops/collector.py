"""Where an environment's collector takes what a verb measured: on this machine, or by the Kubernetes API."""

from pathlib import Path
from typing import Any

from model.file import read_json
from model.problems import BadInput, Problem
from model.vocabulary import Environment
from ops import cluster_facts, cluster_setting
from ops.backend import account
from ops.drift.cluster import ApiServer
from ops.environment_file import EnvironmentFile
from ops.identity import sign_in
from ops.otlp import Receiver, gateway

_ENDPOINTS = Path(".local/lab/endpoints.json")


def receiver(root: Path, environment: Environment) -> Receiver:
    """The environment's OTLP receiver. Raises BadInput and Unreachable."""
    if environment is Environment.LOCAL:
        return Receiver(_local(root))
    cluster = api_server(root, environment)
    return Receiver(gateway(cluster.url), cluster.headers, cluster.context)


def api_server(root: Path, env: str) -> ApiServer:
    """The environment's cluster, with a new token. Raises BadInput and Unreachable."""
    file = EnvironmentFile.read(root, env)
    name = cluster_setting.cluster_name(file.content, file.name)
    sign_in(file.identity, file.region)
    file.account_of(account())
    described = cluster_facts.eks(file.region).describe_cluster(name=name)["cluster"]
    headers = {"Authorization": f"Bearer {cluster_facts.token(name, file.region)}"}
    return ApiServer(described["endpoint"], headers, cluster_facts.authority_of(described))


def _local(root: Path) -> str:
    file = root / _ENDPOINTS
    found: Any = read_json(file, str(_ENDPOINTS)) if file.is_file() else None
    if not isinstance(found, dict) or not isinstance(found.get("otlp_http"), str):
        raise BadInput([Problem(str(_ENDPOINTS), "no running local environment", "`make up`, or no --publish")])
    return str(found["otlp_http"])
