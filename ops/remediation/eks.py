"""Signs in to a cluster of EKS as any tool does: a presigned question of the caller's identity is the token."""

import base64
import binascii
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from ops.http import Unreachable
from ops.identity import SETTINGS
from ops.remediation.kubernetes import Cluster

_HEADER = "x-k8s-aws-id"
_PREFIX = "k8s-aws-v1."
_SECONDS = 60
"""What aws-iam-authenticator and the AWS CLI sign for. The API server takes the token for 15 minutes all the same; each
request is signed by itself, which is local work."""


class Clusters(Protocol):
    """Of EKS' client."""

    def describe_cluster(self, *, name: str) -> Any:
        """As AWS answers."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """``cluster`` is its name; the credentials are those of this process."""

    cluster: str
    region: str

    def token(self) -> str:
        """A bearer token. Raises Unreachable where this process has no credentials.

        The header with the cluster's name is signed, so that no other cluster takes the token.
        """
        session = boto3.DEFAULT_SESSION or boto3.Session()
        try:
            keys = session.get_credentials()
            if keys is None:
                raise Unreachable(f"cluster {self.cluster}: found no AWS credentials to sign in with")
            endpoint = session.client("sts", region_name=self.region).meta.endpoint_url
            url = f"{endpoint}/?Action=GetCallerIdentity&Version=2011-06-15"
            request = AWSRequest("GET", url, headers={_HEADER: self.cluster})
            SigV4QueryAuth(keys.get_frozen_credentials(), "sts", self.region, expires=_SECONDS).add_auth(request)
        except BotoCoreError as error:
            raise Unreachable(f"AWS credentials: {error}") from None
        return _PREFIX + base64.urlsafe_b64encode(str(request.url).encode()).decode().rstrip("=")

    def headers(self) -> Mapping[str, str]:
        """Of one request."""
        return {"Authorization": f"Bearer {self.token()}"}


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
    headers: Callable[[], Mapping[str, str]] = SignIn(name, region).headers
    return Cluster(endpoint, headers, context)
