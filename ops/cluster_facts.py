"""What AWS and the Kubernetes API answer about a cluster. Nothing is changed."""

import base64
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import boto3
from botocore.config import Config
from botocore.model import ServiceId
from botocore.signers import RequestSigner

from model.cluster.compute import IpFamily
from model.cluster.detection import AwsFacts, KubernetesFacts, VolumeClass
from ops.http import Unreachable, ask

SETTINGS = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=30)
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
# Only names and labels: a cluster's definitions have megabytes of schemas.
_METADATA = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}
_PAGE = 500
_TOKEN_SECONDS = 60


def eks(region: str) -> Any:
    """A client of EKS."""
    return boto3.client("eks", region_name=region, config=SETTINGS)


def of_aws(client: Any, name: str) -> tuple[AwsFacts, dict[str, Any]]:
    """The facts, and the cluster as EKS describes it. Raises ClientError, also where there is no such cluster."""
    cluster: dict[str, Any] = client.describe_cluster(name=name)["cluster"]
    groups = _names(client, "list_nodegroups", "nodegroups", name)
    profiles = _names(client, "list_fargate_profiles", "fargateProfileNames", name)
    described = [
        client.describe_nodegroup(clusterName=name, nodegroupName=group)["nodegroup"].get("amiType", "CUSTOM")
        for group in groups
    ]
    selectors = [
        selector["namespace"]
        for profile in profiles
        for selector in client.describe_fargate_profile(clusterName=name, fargateProfileName=profile)[
            "fargateProfile"
        ].get("selectors", [])
        # With labels it takes pods that somebody marked, and none of ours are.
        if not selector.get("labels")
    ]
    family = cluster.get("kubernetesNetworkConfig", {}).get("ipFamily", IpFamily.IPV4)
    facts = AwsFacts(
        auto=bool(cluster.get("computeConfig", {}).get("enabled")),
        family=IpFamily.IPV6 if family == IpFamily.IPV6 else IpFamily.IPV4,
        ami_types=tuple(described),
        fargate=bool(profiles),
        fargate_namespaces=tuple(dict.fromkeys(selectors)),
        addons=frozenset(_names(client, "list_addons", "addons", name)),
    )
    return facts, cluster


def authority_of(cluster: Mapping[str, Any]) -> ssl.SSLContext:
    """Believes the cluster's own certificate authority alone. ``cluster``: as EKS describes it. Raises Unreachable."""
    try:
        authority = base64.b64decode(cluster["certificateAuthority"]["data"]).decode()
        return ssl.create_default_context(cadata=authority)
    except (ValueError, ssl.SSLError):
        raise Unreachable("the cluster's certificate authority, as EKS describes it, is none") from None


def of_kubernetes(cluster: dict[str, Any], token: str) -> KubernetesFacts:
    """Raises Unreachable. ``cluster``: as EKS describes it."""
    context = authority_of(cluster)
    where, who = cluster["endpoint"], {"Authorization": f"Bearer {token}"}
    nodes = _listed(f"{where}/api/v1/nodes", {**who, **_METADATA}, context)
    kinds = _listed(f"{where}/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {**who, **_METADATA}, context)
    classes = _listed(f"{where}/apis/storage.k8s.io/v1/storageclasses", who, context)
    return KubernetesFacts(
        nodes=tuple(one["metadata"].get("labels") or {} for one in nodes),
        kinds=frozenset(one["metadata"]["name"] for one in kinds),
        classes=tuple(
            VolumeClass(
                name=one["metadata"]["name"],
                provisioner=one["provisioner"],
                default=(one["metadata"].get("annotations") or {}).get(_DEFAULT) == "true",
            )
            for one in classes
        ),
    )


def token(name: str, region: str) -> str:
    """Who we are, for the API server of a cluster: a signed request to STS that the server makes in our name.

    For a minute, it is as good as the credentials; it must reach no output.
    """
    session = boto3.DEFAULT_SESSION or boto3.Session(region_name=region)  # as `ops.identity` has signed in
    signer = RequestSigner(ServiceId("sts"), region, "sts", "v4", session.get_credentials(), session.events)
    client = boto3.client("sts", region_name=region, config=SETTINGS)
    asked = {
        "method": "GET",
        "url": f"{client.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": name},
        "context": {},
    }
    url = signer.generate_presigned_url(asked, region_name=region, expires_in=_TOKEN_SECONDS, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _names(client: Any, operation: str, key: str, cluster: str) -> list[str]:
    pages = client.get_paginator(operation).paginate(clusterName=cluster)
    return sorted(name for page in pages for name in page[key])


def _listed(url: str, headers: dict[str, str], context: ssl.SSLContext) -> Iterator[dict[str, Any]]:
    following = ""
    while True:
        query = {"limit": _PAGE, **({"continue": following} if following else {})}
        answer = ask("GET", f"{url}?{urlencode(query)}", headers=headers, proxy=True, context=context)
        yield from answer["items"]
        following = (answer.get("metadata") or {}).get("continue") or ""
        if not following:
            return
