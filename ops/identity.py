"""Signs the verbs in as the environment's settings say, as the program and the kubeconfig are.

Also single requests to Amazon Managed Prometheus, which answers nobody without AWS Signature Version 4.
"""

import re
import urllib.parse
from collections.abc import Callable, Mapping

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from model.account.identity import AwsIdentity
from ops.http import Unreachable

SETTINGS = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=30)

_SERVICE = "aps"
# https://docs.aws.amazon.com/general/latest/gr/prometheus-service.html, also FIPS and China.
_WORKSPACES = re.compile(r"aps-workspaces(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")


def sign_in(identity: AwsIdentity, region: str) -> None:
    """Make every client of this process one of ``identity``; without a profile and a role nothing changes.

    A verb takes seconds, and the credentials of a role hold for an hour. Raises what botocore raises for an unknown
    profile and for a role that may not be taken.
    """
    if identity.profile is None and identity.assume_role is None:
        return
    boto3.setup_default_session(profile_name=identity.profile)
    if role := identity.assume_role:
        sts = boto3.client("sts", region_name=region, config=SETTINGS)
        taken = sts.assume_role(RoleArn=role.arn, RoleSessionName=role.session_name)["Credentials"]
        boto3.setup_default_session(
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
        )


def workspace_region(url: str) -> str | None:
    """The region of Amazon Managed Prometheus that ``url`` belongs to; None for any other server."""
    found = _WORKSPACES.fullmatch(urllib.parse.urlsplit(url).hostname or "")
    return found[1] if found else None


def signer(url: str) -> Callable[[str], Mapping[str, str]]:
    """What makes the headers of a GET below ``url``: none, unless it is Amazon Managed Prometheus."""
    region = workspace_region(url)
    return (lambda _: {}) if region is None else (lambda asked: signed(asked, region))


def signed(url: str, region: str) -> dict[str, str]:
    """The headers that sign a GET of ``url``. Raises Unreachable where this process has no credentials.

    They are asked for each time: those of a role are renewed while the process runs.
    """
    try:
        keys = (boto3.DEFAULT_SESSION or boto3.Session()).get_credentials()
        if keys is None:
            raise Unreachable(f"{urllib.parse.urlsplit(url).hostname}: found no AWS credentials to sign requests with")
        request = AWSRequest("GET", url)
        SigV4Auth(keys.get_frozen_credentials(), _SERVICE, region).add_auth(request)
    except BotoCoreError as error:
        raise Unreachable(f"AWS credentials: {error}") from None
    return dict(request.headers.items())
