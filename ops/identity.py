"""Signs the verbs in as the environment's settings say, as the program and the kubeconfig are."""

import boto3
from botocore.config import Config

from model.account.identity import AwsIdentity

SETTINGS = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=30)


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
