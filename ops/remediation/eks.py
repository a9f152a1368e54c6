"""Signs in to a cluster of EKS, and finds its API server."""

import base64
import binascii
import ssl
from collections.abc import Mapping
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ops import cluster_facts
from ops.http import Unreachable
from ops.identity import SETTINGS
from ops.remediation.kubernetes import Cluster


class Clusters(Protocol):
    """Of EKS' client."""

    def describe_cluster(self, *, name: str) -> Any:
        """As AWS answers."""


def headers(name: str, region: str) -> Mapping[str, str]:
    """Who asks, for one request: tokens hold for a minute, and signing is local work.

    Raises Unreachable where this process has no credentials.
    """
    try:
        return {"Authorization": f"Bearer {cluster_facts.token(name, region)}"}
    except BotoCoreError as error:
        raise Unreachable(f"cluster {name}: {error}") from None


def cluster(name: str, region: str, clusters: Clusters | None = None) -> Cluster:
    """The API server of the cluster, which is signed in to for each request. Raises Unreachable."""
    asked = clusters or boto3.client("eks", region_name=region, config=SETTINGS)
    try:
        found = asked.describe_cluster(name=name)["cluster"]
        if found["status"] not in ("ACTIVE", "UPDATING"):
            raise Unreachable(f"the cluster {name} is {found['status']}")
        authority = base64.b64decode(found["certificateAuthority"]["data"], validate=True).decode()
        # The cluster's own authority, and none of those that the machine believes.
        context = ssl.create_default_context(cadata=authority)
        endpoint = str(found["endpoint"])
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"DescribeCluster: {error}") from None
    except (KeyError, TypeError, ValueError, binascii.Error, ssl.SSLError) as error:
        raise Unreachable(f"the cluster {name} has no endpoint or certificate: {type(error).__name__}") from None
    if not endpoint.startswith("https://"):
        raise Unreachable(f"the cluster {name} has the endpoint {endpoint}, which is not encrypted")
    return Cluster(endpoint, lambda: headers(name, region), context)
